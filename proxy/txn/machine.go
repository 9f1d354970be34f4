package txn

// state is where a transaction stands. The zero state stands for "no such move".
type state uint8

const (
	nowhere state = iota
	calling
	trying
	proceeding
	completed
	confirmed
	accepted
	terminated
	states // how many there are
)

// input is what can happen to a transaction: something was received, the TU
// answered, the transport failed, a timer ran out.
type input uint8

const (
	never      input = iota
	rcvRequest       // the request again
	rcvAck           // an ACK that matches the INVITE
	rcv1xx           // a response, by class
	rcv2xx
	rcvFail // 3xx to 6xx
	tu1xx   // the TU answers, by class
	tu2xx
	tuFail // 3xx to 6xx
	broken // the transport could not send
	timerA // INVITE client: repeats the request
	timerB // INVITE client: gives up
	timerD // INVITE client: absorbs repeats of the failure
	timerE // client: repeats the request
	timerF // client: gives up
	timerG // INVITE server: repeats the failure
	timerH // INVITE server: gives up the ACK
	timerI // INVITE server: absorbs repeats of the ACK
	timerJ // server: absorbs repeats of the request
	timerK // client: absorbs repeats of the response
	timerL // INVITE server: absorbs repeats of an accepted INVITE
	timerM // INVITE client: waits for more 2xx
	inputs // how many there are
)

// deed is what a transaction puts on the network when it moves.
type deed uint8

const (
	nothing deed = iota
	send         // the TU's response
	repeat       // the bytes it holds, once more
	ack          // an ACK to the failure just received
)

// move is one arrow of a figure: where it leads, what is sent on the way, what
// the TU hears. The zero move is no arrow: the input changes nothing.
type move struct {
	to  state
	do  deed
	say EventKind
}

// rest is what a transaction has while it stands in a state: the timer that
// repeats, the timer that ends, and what it still holds. What is not named is
// stopped or dropped on entry; a timer that the state before had runs on.
type rest struct {
	again, end input
	bytes      bool // the last message, to send it once more
	request    bool // the request, to build an ACK from it
}

// machine is one figure of RFC 3261 section 17, as RFC 6026 left it.
type machine struct {
	start state
	rests [states]rest
	moves [states][inputs]move
}

// figures are the four machines that a Layer runs.
type figures struct {
	inviteClient, client, inviteServer, server *machine
}

// rfc3261 is figures 5 to 8.
var rfc3261 = figures{&inviteClient, &client, &inviteServer, &server}
