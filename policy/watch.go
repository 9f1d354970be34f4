package policy

import "time"

// Watch is what is done about silence on the answered calls of a trunk (Garante
// provv. 83/2014). The zero value leaves calls alone.
type Watch uint8

// The modes.
const (
	WatchOff     Watch = iota // not watched: the trunk says so, or an emergency call
	WatchShadow               // nothing changes on the wire; silent calls are counted, bars refuse nobody
	WatchEnforce              // ambience, the cut, the bar
)

// LineState is what came from the PBX's side of an answered call; only
// LineOperator says that somebody was there. The values are those of the media
// plane's State.
type LineState uint8

// The states.
const (
	LineNone     LineState = iota // no RTP
	LineCN                        // comfort noise of the codec (RFC 3389)
	LineDead                      // digital silence
	LineTone                      // ringback, music, DTMF
	LineQuiet                     // a live line, nobody speaks
	LineOperator                  // a person speaks
)

// Machine says who said that a machine had answered. Nobody's guess counts.
type Machine uint8

// The witnesses.
const (
	NoMachine      Machine = iota
	CarrierMachine         // the callee's Contact says automata (RFC 3840 section 10)
	DialerMachine          // the trunk's machine_header on the dialer's BYE
)

// Ratio says where an attempt counts in the ratio of silent calls
// (regulation.md section 1).
type Ratio uint8

// The classes.
const (
	RatioNone Ratio = iota // neither
	RatioA                 // silent: answered, no operator in time
	RatioB                 // connected to an operator
)

// Up is what is kept of an answered call while it lasts: a crash in the watch
// must not lose that somebody may have met silence.
type Up struct {
	AnsweredAt time.Time
	Watch      Watch // off also when what came could not be heard
	Watching   bool  // no operator has been heard, or only one who came too late
}

// BarFact is what a silent call left on the number: the five days, and the
// operator that the next contact must have (regulation.md section 1). It is the
// newest of those in scope for the attempt.
type BarFact struct {
	Known   Known
	Of      AttemptID // the silent call
	Since   time.Time // when it was answered
	Until   time.Time // end of the bar
	Shadow  bool      // born in shadow: refuses nobody
	Pending bool      // no operator has spoken with the person since: one must be guaranteed
	Claimed bool      // another attempt holds the guaranteed contact
	Shared  bool      // neither the call centre nor the principal is one of the silent call's
}

// Claim is what an allowed attempt takes so that no other may have it.
type Claim uint8

// The claims.
const (
	NoClaim       Claim = iota
	ClaimContact        // the guaranteed contact after a bar
	ClaimOperator       // the same, with an operator whom the gate keeps for it
)
