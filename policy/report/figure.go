package report

// Figure is one number of a report: how many calls something is true of.
type Figure uint8

// The figures. Dialled is Refused, Cancelled, Failed, Unreachable, Interrupted,
// HandedOn, Unended and Answered together; Answered is Silent, Connected, MachineCarrier,
// MachineDialer, HungUp, Unwatched, Deaf and Unclassed together.
const (
	Dialled     Figure = iota // attempts; re-dials answered from memory are apart
	Repeats                   // those re-dials
	Refused                   // nothing left towards the carrier
	Cancelled                 // by the dialer, before an answer
	Failed                    // the carrier answered with a failure
	Unreachable               // the carrier did not answer
	Interrupted               // not answered when tregua stopped
	HandedOn                  // transfers and redirects that were left to the carrier
	Unended                   // none of these
	Answered
	Forwarded // the INVITE left towards a carrier
	Rang      // it reached the person, or may have

	Silent         // class A
	Connected      // class B
	MachineCarrier // a machine, as the carrier says
	MachineDialer  // a machine, as the dialer says
	HungUp         // by the called person, before the time was over
	Unwatched      // silent calls of the trunk are off, or an emergency call
	Deaf           // in no codec that can be heard
	Unclassed

	SilentShadow // of class A, those in shadow: nothing was done about them
	SilentLive   // of class A, those on a live line on which nobody spoke
	GivenUp      // of class A, those that the dialer ended itself
	Cut          // ended by tregua because nobody had spoken
	Late         // of these, those later than the law says

	Bars             // numbers barred: every silent call that is not in shadow bars one
	BarsShadow       // numbers that would have been
	Recontacts       // the first contact after a bar, let through
	RecontactAnswers // of these, the answered ones
	RecontactMet     // of these, those in which an operator was there
	RecontactSilent  // of these, those that were silent again

	OptedOut   // the person pressed the key that says: no such calls
	Bypass     // attempts of a trunk in bypass: judged, and not held up
	InShadow   // attempts of a trunk in shadow
	Would      // let go, though a rule in shadow refuses them
	Emergency  // emergency calls: they always pass
	Unsynced   // attempts while the clock was not synchronised
	Erased     // records without a personal part: of their caller ids nothing is known
	figureEnds // how many there are
)

// slugs are the names of the figures in JSON and CSV, in their order.
var slugs = [figureEnds]string{
	"dialled", "repeats", "refused", "cancelled", "failed", "unreachable", "interrupted", "handed_on", "unended", "answered", "forwarded", "rang",
	"silent", "connected", "machine_carrier", "machine_dialer", "hung_up", "unwatched", "deaf", "unclassed",
	"silent_shadow", "silent_live", "given_up", "cut", "late",
	"bars", "bars_shadow", "recontacts", "recontact_answers", "recontact_met", "recontact_silent",
	"opted_out", "bypass", "in_shadow", "would_refuse", "emergency", "unsynced", "erased",
}

// String returns the name of f in JSON and CSV.
func (f Figure) String() string { return slugs[f] }

// Figures holds the value of each [Figure].
type Figures [figureEnds]uint64

// MarshalJSON writes an object in the order of the figures.
func (f Figures) MarshalJSON() ([]byte, error) { return marshalNamed(slugs[:], f[:]) }

// UnmarshalJSON reads what MarshalJSON writes: every figure, and no other.
func (f *Figures) UnmarshalJSON(data []byte) error { return unmarshalNamed(data, slugs[:], f[:]) }
