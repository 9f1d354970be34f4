package replay

import (
	"net/netip"
	"time"

	"tregua/media"
	"tregua/media/codec"
	"tregua/media/detect"
)

// Listen is how much of a call is played, from its answer: enough to see an
// operator who came far too late.
const Listen = 10 * time.Second

// Call is what must be known of a call to play it. Leg media.A is the PBX's
// side, media.B the callee's.
type Call struct {
	Name     string        // for people: what tells it from the others
	Answered time.Duration // Datagram.At of the answer
	Ended    time.Duration // Datagram.At of the end; 0: not seen
	Formats  detect.Formats
	Names    map[uint8]string // encoding names of its dynamic payload types
	// Encrypted says that the call's RTP is SRTP: it is counted, not heard.
	Encrypted bool
	// Media is where each leg's RTP comes from and goes to.
	Media [2][]netip.AddrPort
}

// TypeName returns the encoding name of a payload type of the call.
func (c *Call) TypeName(pt uint8) string {
	if name, ok := c.Names[pt]; ok {
		return name
	}
	return staticTypes[pt]
}

// staticTypes are the names of RFC 3551 section 6 that telephones use.
var staticTypes = map[uint8]string{
	0: "PCMU", 3: "GSM", 4: "G723", 8: "PCMA", 9: "G722", 13: "CN", 15: "G728", 18: "G729",
}

// codecOf returns the codec of a payload type, when it is one that is heard.
func (c *Call) codecOf(pt uint8) (codec.Codec, bool) {
	switch {
	case pt == c.Formats.Event && pt != 0:
		return 0, false
	case pt == codec.PCMU.PayloadType():
		return codec.PCMU, true
	case pt == codec.PCMA.PayloadType():
		return codec.PCMA, true
	case pt == c.Formats.Audio:
		return c.Formats.Codec, true
	}
	return 0, false
}

// Span is a time, since the answer, in which the state was one.
type Span struct {
	State    media.State
	From, To time.Duration
}

// Point is a value at a time since the answer.
type Point struct {
	At    time.Duration
	Value float64
}

// Traffic is what one leg sent from the answer on, while it was played.
type Traffic struct {
	Packets  int      // each once
	Missing  int      // by their sequence numbers
	Repeated int      // in the capture twice
	Types    [128]int // packets of each payload type
}

// Result is what the detector made of one call. Times are since the answer.
type Result struct {
	Call     *Call
	Until    time.Duration // how much was played
	Ended    bool          // the call was over by then
	States   []Span        // without a gap, from 0 to Until
	Score    []Point       // after each packet of the PBX's side, until an operator was found
	Level    [2][]Point    // dBFS of each 20 ms of sound, by leg
	Traffic  [2]Traffic    // by leg
	Evidence detect.Evidence
	Deaf     bool // the PBX's side sent, and nothing of it could be decoded
	Config   detect.Config
}

// Verdict is what enforcement would have done to a call.
type Verdict uint8

// The verdicts.
const (
	Kept   Verdict = iota // an operator was found in time
	Cut                   // no operator was found in time
	Over                  // the call, or the capture of it, ended before
	Unsaid                // it could not be heard
	Unseen                // the capture has no media of the PBX's side
)

var verdicts = [...]string{"kept", "cut", "over before", "not heard", "not in the capture"}

// String returns what a table shows.
func (v Verdict) String() string {
	if int(v) < len(verdicts) {
		return verdicts[v]
	}
	return "?"
}

// Verdict says what a cut after that time would have done to the call.
func (r *Result) Verdict(after time.Duration) Verdict {
	switch {
	case r.Evidence.Operator && r.Evidence.Decided < after:
		return Kept
	case r.Call.Encrypted, r.Deaf:
		return Unsaid
	case r.Until < after:
		return Over
	case r.Traffic[media.A].Packets == 0:
		return Unseen // that a PBX sends nothing cannot be told from a capture beside its way
	}
	return Cut
}
