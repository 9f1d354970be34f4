package policy

import "time"

// Record is the one account of an attempt that the ledger keeps: what was
// asked, what was known, what was decided, and how it ended.
type Record struct {
	Attempt  Attempt
	Facts    Facts
	Decision Decision
	Ending   Ending
	Repeat   Repeat // set only in a repeat record
}

// Outcome is how an attempt ended (regulation.md R23).
type Outcome uint8

// The outcomes.
const (
	OutcomeOpen        Outcome = iota // not ended yet
	OutcomeRefused                    // by a decision; nothing left towards the carrier
	OutcomeCancelled                  // by the dialer before an answer
	OutcomeFailed                     // the carrier answered with a failure (Status)
	OutcomeUnreachable                // the carrier did not answer at all
	OutcomeConnected                  // answered, and an operator was heard: class B
	OutcomeInterrupted                // tregua stopped while it was open
	OutcomeRepeated                   // a repeat record
	OutcomeSilent                     // answered, no operator in time: class A
	OutcomeSilentQuiet                // the same, on a live line on which nobody spoke
	OutcomeMachine                    // a machine answered, as dialer or carrier says
	OutcomeHungUp                     // the callee hung up before the time was over, no operator yet
	OutcomeExcluded                   // answered, but not watched: neither A nor B
	OutcomeHandedOn                   // allowed, and left to the carrier to place: a transfer or redirect
)

// Side tells the two sides of a call apart.
type Side uint8

// The sides.
const (
	NoSide Side = iota
	Caller      // the dialer: leg a
	Callee      // the carrier: leg b
	Tregua      // ourselves
)

// Ending is what happened on the line, written once, at the end.
type Ending struct {
	Outcome     Outcome
	Reason      Reason // a fault or peer reason, OK if none
	Status      int    // final SIP status towards the dialer, 0 if none was sent
	Forwarded   bool   // the INVITE left towards the carrier
	Rang        bool   // it reached the person, or may have: it counts for frequency (compliance.md 3.3)
	EndedBy     Side
	ForwardedAt time.Time
	RingingAt   time.Time // first 18x
	AnsweredAt  time.Time // first 2xx, kernel receive time
	EndedAt     time.Time
	Heard       [2]Packets // RTP received: from the caller, from the callee

	// Of an answered call.
	Ratio      Ratio
	Watch      Watch
	Line       LineState // of the PBX's side when the watch ended
	Deaf       bool      // packets came, in no codec that can be heard
	Machine    Machine
	Due        bool      // the time was over and no operator had been heard
	CutAt      time.Time // our BYE because of that
	AmbienceAt time.Time // first packet of ambience towards the callee
	OperatorAt time.Time // the operator began to speak
	DecidedAt  time.Time // that was decided
	OptedOut   bool      // the callee pressed the key that says: no such calls
}

// Packets counts RTP packets and payload bytes.
type Packets struct {
	Count uint64
	Bytes uint64
}

// Repeat tells of re-dials that were answered from memory (design.md law 6).
type Repeat struct {
	Of    AttemptID // the attempt whose answer was repeated
	Count uint32
	First time.Time
	Last  time.Time
}

// Return is the address of the call that waits for an answer: which shard,
// which call of it. It is opaque to everybody but package proxy.
type Return struct {
	Shard uint32
	Call  uint64
}
