package txn

import (
	"tregua/proxy/wire"
)

// ID names one transaction of a Layer. 0 is none; an ID is never used again
// within its Layer.
type ID uint64

// Out collects what a Layer wants done, in order. The caller hands one in,
// carries it out, empties it with Reset and uses it again.
type Out struct {
	Sends  []Send
	Events []Event
}

// Reset empties o and keeps its room.
func (o *Out) Reset() {
	clear(o.Sends)
	clear(o.Events)
	o.Sends = o.Sends[:0]
	o.Events = o.Events[:0]
}

// Send is one message to put on the network. Data is shared with the
// transaction that may send it again: the transport must not write into it.
type Send struct {
	ID   ID // whose message it is, for TransportFailed
	Hop  wire.Hop
	Data []byte
}

// Event is one thing that the transaction user (TU) has to know.
type Event struct {
	Kind   EventKind
	ID     ID            // the transaction; 0 when there is none
	Invite ID            // NewRequest of a CANCEL: the INVITE server transaction it means, 0 when none
	Msg    *wire.Message // the message that was received; nil when none was
	Hop    wire.Hop      // how Msg came
}

// EventKind says what an Event tells.
type EventKind uint8

// What a transaction user hears.
const (
	// NewRequest: a server transaction was opened for a request that is neither
	// an ACK nor a repeat. The TU must answer it with Respond, or Forget it.
	NewRequest EventKind = iota + 1
	// AckFor2xx: an ACK that belongs to no answer of ours but perhaps to a 2xx.
	// ID is the INVITE server transaction in Accepted that it matches (a peer
	// that re-used the branch), otherwise 0.
	AckFor2xx
	// Response: a provisional, the first final, or any 2xx to an INVITE.
	Response
	// StrayResponse: a response without a client transaction (ID 0), or a 2xx to
	// an INVITE that had already failed (ID set): somebody was answered.
	StrayResponse
	// Overload: a new request over Config.Max. No transaction was opened; answer
	// it without one, or open one with Layer.Open.
	Overload
	// Timeout: no final answer in time (Timer B or F).
	Timeout
	// NoAck: no ACK to a 3xx-6xx in time (Timer H).
	NoAck
	// TransportError: a message of the transaction could not be sent.
	TransportError
	// Gone: the transaction has ended and its ID means nothing any more.
	Gone
)

// silent is the EventKind of a move that the TU does not hear of.
const silent EventKind = 0

var eventNames = [...]string{
	silent:         "silent",
	NewRequest:     "new request",
	AckFor2xx:      "ack for 2xx",
	Response:       "response",
	StrayResponse:  "stray response",
	Overload:       "overload",
	Timeout:        "timeout",
	NoAck:          "no ack",
	TransportError: "transport error",
	Gone:           "gone",
}

// String is the kind in words, for logs and traces.
func (k EventKind) String() string {
	if int(k) < len(eventNames) {
		return eventNames[k]
	}
	return "unknown"
}
