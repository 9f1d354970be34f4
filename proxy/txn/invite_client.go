package txn

// inviteClient is the INVITE client transaction: RFC 3261 17.1.1 and figure 5,
// with Accepted and Timer M of RFC 6026 section 7.2. Timer C is the TU's: in
// Proceeding nothing runs, and a TU that gives up sends a CANCEL, then Forgets.
//
// Beyond the figures: a 2xx after a failure (a fork answered late) is told as
// stray, because somebody has picked up and nobody else will end that call.
var inviteClient = machine{
	start: calling,
	rests: [states]rest{
		calling:    {again: timerA, end: timerB, bytes: true, request: true},
		proceeding: {request: true},
		completed:  {end: timerD, bytes: true},
		accepted:   {end: timerM},
	},
	moves: [states][inputs]move{
		calling: {
			rcv1xx:  {proceeding, nothing, Response},
			rcv2xx:  {accepted, nothing, Response},
			rcvFail: {completed, ack, Response},
			timerA:  {calling, repeat, silent},
			timerB:  {terminated, nothing, Timeout},
			broken:  {terminated, nothing, TransportError},
		},
		proceeding: {
			rcv1xx:  {proceeding, nothing, Response},
			rcv2xx:  {accepted, nothing, Response},
			rcvFail: {completed, ack, Response},
		},
		completed: {
			rcv2xx:  {completed, nothing, StrayResponse},
			rcvFail: {completed, repeat, silent},
			timerD:  {terminated, nothing, silent},
			broken:  {terminated, nothing, TransportError},
		},
		accepted: {
			rcv2xx: {accepted, nothing, Response},
			timerM: {terminated, nothing, silent},
		},
	},
}
