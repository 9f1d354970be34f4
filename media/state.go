package media

import "strconv"

// State is what comes from the PBX's side of an answered call. Operator alone
// says that somebody is there; all others are absence of evidence.
type State uint8

// The states.
const (
	None     State = iota // no RTP
	CN                    // comfort-noise packets (RFC 3389), nothing else
	Dead                  // a constant payload: digital silence
	Tone                  // ringback, busy, DTMF, music
	Quiet                 // a live line on which nobody is heard to speak
	Operator              // a person speaks; final
)

var stateNames = [...]string{"none", "cn", "dead", "tone", "quiet", "operator"}

// String returns the name that records and configs use.
func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "State(" + strconv.Itoa(int(s)) + ")"
}
