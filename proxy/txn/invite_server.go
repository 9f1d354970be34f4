package txn

// inviteServer is the INVITE server transaction: RFC 3261 17.2.1 and figure 7,
// with Accepted and Timer L of RFC 6026 section 7.1. It sends no 100 by itself:
// the TU does so at once. In Accepted the TU repeats its 2xx; in every state a
// transport error is told and changes nothing (RFC 6026), so that repeats of
// the INVITE stay absorbed and the timers end it.
var inviteServer = machine{
	start: proceeding,
	rests: [states]rest{
		proceeding: {bytes: true},
		completed:  {again: timerG, end: timerH, bytes: true},
		confirmed:  {end: timerI},
		accepted:   {end: timerL},
	},
	moves: [states][inputs]move{
		proceeding: {
			rcvRequest: {proceeding, repeat, silent},
			tu1xx:      {proceeding, send, silent},
			tu2xx:      {accepted, send, silent},
			tuFail:     {completed, send, silent},
			broken:     {proceeding, nothing, TransportError},
		},
		completed: {
			rcvRequest: {completed, repeat, silent},
			rcvAck:     {confirmed, nothing, silent},
			timerG:     {completed, repeat, silent},
			timerH:     {terminated, nothing, NoAck},
			broken:     {completed, nothing, TransportError},
		},
		confirmed: {
			timerI: {terminated, nothing, silent},
		},
		accepted: {
			rcvAck: {accepted, nothing, AckFor2xx},
			tu2xx:  {accepted, send, silent},
			timerL: {terminated, nothing, silent},
			broken: {accepted, nothing, TransportError},
		},
	},
}
