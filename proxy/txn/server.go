package txn

// server is the server transaction of every other request, CANCEL included:
// RFC 3261 17.2.2 and figure 8.
var server = machine{
	start: trying,
	rests: [states]rest{
		proceeding: {bytes: true},
		completed:  {end: timerJ, bytes: true},
	},
	moves: [states][inputs]move{
		trying: {
			tu1xx:  {proceeding, send, silent},
			tu2xx:  {completed, send, silent},
			tuFail: {completed, send, silent},
		},
		proceeding: {
			rcvRequest: {proceeding, repeat, silent},
			tu1xx:      {proceeding, send, silent},
			tu2xx:      {completed, send, silent},
			tuFail:     {completed, send, silent},
			broken:     {terminated, nothing, TransportError},
		},
		completed: {
			rcvRequest: {completed, repeat, silent},
			timerJ:     {terminated, nothing, silent},
			broken:     {terminated, nothing, TransportError},
		},
	},
}
