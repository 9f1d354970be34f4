package txn

// client is the client transaction of every other request: RFC 3261 17.1.2 and
// figure 6. A provisional does not stop the repeats, it slows them down to T2.
var client = machine{
	start: trying,
	rests: [states]rest{
		trying:     {again: timerE, end: timerF, bytes: true},
		proceeding: {again: timerE, end: timerF, bytes: true},
		completed:  {end: timerK},
	},
	moves: [states][inputs]move{
		trying: {
			rcv1xx:  {proceeding, nothing, Response},
			rcv2xx:  {completed, nothing, Response},
			rcvFail: {completed, nothing, Response},
			timerE:  {trying, repeat, silent},
			timerF:  {terminated, nothing, Timeout},
			broken:  {terminated, nothing, TransportError},
		},
		proceeding: {
			rcv1xx:  {proceeding, nothing, Response},
			rcv2xx:  {completed, nothing, Response},
			rcvFail: {completed, nothing, Response},
			timerE:  {proceeding, repeat, silent},
			timerF:  {terminated, nothing, Timeout},
			broken:  {terminated, nothing, TransportError},
		},
		completed: {
			timerK: {terminated, nothing, silent},
		},
	},
}
