package proxy

import (
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/call"
	"tregua/proxy/txn"
	"tregua/proxy/wire"
)

// Input is what can happen to a shard.
type Input interface{ input() }

type (
	// Message is a datagram that was admitted and read. Err stands in for Msg
	// when it could not be read. Shed: it is a new INVITE over the trunk's rate.
	Message struct {
		Hop   wire.Hop
		At    time.Duration // Mono of its reception
		Trunk int
		Msg   *wire.Message
		Err   *wire.Malformed
		Shed  bool
	}
	// Judged answers an Ask. Open: the attempt has an open row, so the call
	// must end with a Record.
	Judged struct {
		Call     uint64
		Decision policy.Decision
		Of       policy.AttemptID // the attempt whose refusal is repeated; zero: this one's
		Anchor   media.Anchor
		Open     bool
	}
	// Told says that media has found an operator on a call.
	Told struct{ Call uint64 }
	// SendFailed says that a message of a transaction could not be sent.
	SendFailed struct{ ID txn.ID }
	// Adopt is a call that the last process left answered. Over: it cannot go on
	// and is ended, see Config.Over.
	Adopt struct {
		Attempt policy.Attempt
		Kept    Kept
		Anchor  media.Anchor // its ports, open again; zero: none
		Over    bool
	}
	// Drain lets no more call begin.
	Drain struct{}
	// Kick ends every call and lets none begin: the process stops. Last says
	// that no more time is left: what still waits for a peer is recorded. Leave
	// spares the calls that the next process can go on with.
	Kick struct {
		Reason      policy.Reason
		Last, Leave bool
	}
)

func (Message) input()    {}
func (Judged) input()     {}
func (Told) input()       {}
func (SendFailed) input() {}
func (Adopt) input()      {}
func (Drain) input()      {}
func (Kick) input()       {}

// Outputs is what a turn wants done, each list in order. Flows are set before
// anything is sent, so that media finds its way when an answer arrives.
type Outputs struct {
	Flows     []call.SetFlow
	Sends     []txn.Send
	Asks      []Ask
	Withdrawn []policy.Attempt // asked for, and given up meanwhile
	Leases    []uint64         // inbound calls that want media: a Judged that allows them comes back
	Ended     []media.AnchorID // of inbound calls: to be closed
	Ups       []Up
	Keeps     []Keep
	Records   []Record
	Unended   []Unended
	Inbound   []policy.Attempt // what carriers' INVITEs said, for whoever listens: they are not judged
	Refused   int              // new calls turned away without a record: overload, stopping
	Mishaps   []string         // what panicked and where: each ended a call
}

// Ask wants a decision on an attempt.
type Ask struct {
	Attempt policy.Attempt
	Return  policy.Return
}

// Up says that the call of an attempt was answered, or that its watch is over.
type Up struct {
	Attempt policy.AttemptID
	Up      policy.Up
}

// Keep says what a call needs to go on in another process: the newest counts.
// Of an attempt it is forgotten with the record.
type Keep struct {
	Attempt policy.Attempt
	Kept    *Kept
	// Without Kept, Leaving says that a side has hung up: should the end be lost,
	// the next process has to end the call. Otherwise an inbound call, which has
	// no record, is over.
	Leaving bool
}

// Unended says that a BYE of ours did not end a call on a leg: it was challenged
// (Status 401 or 407), or nobody answered it (0). The peer may go on.
type Unended struct {
	Attempt policy.AttemptID
	Trunk   int
	Status  int
}

// Record closes an attempt's record and its media.
type Record struct {
	Attempt policy.Attempt
	Ending  policy.Ending
	Anchor  media.AnchorID
}

func (o *Outputs) reset() {
	o.Flows, o.Sends, o.Asks, o.Ups, o.Records = o.Flows[:0], o.Sends[:0], o.Asks[:0], o.Ups[:0], o.Records[:0]
	o.Leases, o.Ended, o.Keeps = o.Leases[:0], o.Ended[:0], o.Keeps[:0]
	o.Inbound, o.Withdrawn = o.Inbound[:0], o.Withdrawn[:0]
	o.Unended, o.Refused, o.Mishaps = o.Unended[:0], 0, nil
}

// Book is the business data in force: it does not change.
type Book interface {
	// Attempt says what it makes of a dialled number.
	Attempt(policy.Dialled) policy.Attempt
}

// World is what a turn may read besides its inputs.
type World interface {
	Book
	// Elsewhere returns how many calls of a trunk the other shards hold.
	Elsewhere(trunk int) int
	// Heard returns the word of an anchor as it is now; of one that is closed
	// or unknown, nothing.
	Heard(media.AnchorID) media.Heard
}

// Entropy gives random numbers: from the system in the shell, from a seed in
// the simulation.
type Entropy interface{ Uint64() uint64 }
