package ledger

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tregua/policy"
)

// Note is a record of no attempt: of a deed, of an hour, or of what was learnt
// about an attempt after its end. It stands in the sequence of the records, is
// public as a whole and counts in no counter.
type Note struct {
	ID         policy.AttemptID // a UUIDv7 of its own
	At         time.Time
	Kind       string           // one of the Note constants
	Of         policy.AttemptID // of an amendment: which attempt; else zero
	Principal  policy.PrincipalID
	CallCentre policy.CallCentreID
	Campaign   policy.CampaignID // 0, as with the two above: of none
	Actor      string            // who did it; "" the program
	Body       []byte            // JSON: no number and no name of a person, it is never erased
}

// The kinds of notes.
const (
	NoteAmendment = "amendment" // what was learnt about an attempt after its record was written
	NoteSummary   = "summary"   // what was recorded in an hour: a [Summary], which the committer completes
	NoteReport    = "report"    // a report was made
	NoteErasure   = "erasure"   // a person was erased
	NotePurge     = "purge"     // something went whose term was over: a [Purge]
	NoteHold      = "hold"      // a hold was laid or lifted
	NoteComplaint = "complaint" // a complaint was opened or closed
	NoteRestore   = "restore"   // the store was restored from a backup
	NoteProcess   = "process"   // the program began or ended
)

var noteKinds = []string{
	NoteAmendment, NoteSummary, NoteReport, NoteErasure, NotePurge, NoteHold, NoteComplaint, NoteRestore, NoteProcess,
}

// MaxNote bounds the body of a note, in bytes: a batch of notes must fit into one
// transaction of a month. A summary is as long as there are trunks.
const MaxNote = 12 << 10

// ErrNote is what the error of a note is that can never be written.
var ErrNote = errors.New("the note cannot be written")

// noPerson is the commitment of a note. It has no personal part and hence no
// salt: SHA-256 over nothing.
var noPerson = sha256.Sum256(nil)

func (n *Note) check() error {
	switch {
	case !slices.Contains(noteKinds, n.Kind):
		return fmt.Errorf("%w: there is no kind %q, give one of %q", ErrNote, n.Kind, noteKinds)
	case n.At.IsZero():
		return fmt.Errorf("%w: a note of kind %s needs its time", ErrNote, n.Kind)
	case (n.Kind == NoteAmendment) != (n.Of != policy.AttemptID{}):
		return fmt.Errorf("%w: an amendment, and nothing else, is of an attempt", ErrNote)
	case n.Kind != NoteSummary && len(n.Body) > MaxNote:
		return fmt.Errorf("%w: a body of %d bytes, at most %d", ErrNote, len(n.Body), MaxNote)
	case !json.Valid(n.Body):
		return fmt.Errorf("%w: its body is not JSON", ErrNote)
	}
	return nil
}

// publicNote is what a note has besides what every record has.
type publicNote struct {
	_     struct{} `cbor:",toarray"`
	Kind  string
	Of    []byte // empty: of none
	Actor string
	Body  []byte
}

func newPublicNote(n *Note) public {
	p := public{
		Version: version, ID: n.ID[:],
		Attempt: publicAttempt{
			At: stamp(n.At), Principal: uint32(n.Principal), CallCentre: uint32(n.CallCentre), Campaign: uint32(n.Campaign),
		},
		Note: &publicNote{Kind: n.Kind, Actor: n.Actor, Body: n.Body},
	}
	if n.Of != (policy.AttemptID{}) {
		p.Note.Of = n.Of[:]
	}
	return p
}

// readNote returns the note that p is.
func (p *public) readNote() (n Note, err error) {
	a := &p.Attempt
	n = Note{
		ID: p.id(), At: p.at(), Kind: p.Note.Kind, Principal: policy.PrincipalID(a.Principal),
		CallCentre: policy.CallCentreID(a.CallCentre), Campaign: policy.CampaignID(a.Campaign), Actor: p.Note.Actor, Body: p.Note.Body,
	}
	if len(p.Note.Of) > 0 {
		err = fixed(n.Of[:], p.Note.Of, "amended attempt")
	}
	return n, err
}

// note applies a note. A summary is completed by what was recorded since the last.
func (c *Committer) note(e *Entry) error {
	n := e.Note
	if c.past.has(n.ID) || c.open[n.ID] != nil {
		return ErrTwice
	}
	if n.Kind == NoteSummary {
		body, err := c.hour.summary(e.Hour, c.next)
		if err != nil {
			return err
		}
		n.Body = body
	}
	if err := n.check(); err != nil {
		return err
	}
	o := &opened{public: newPublicNote(&n), commitment: noPerson}
	o.public.Node, o.public.Boot = c.cfg.Node, c.boot
	c.finish(o, &o.public)
	if n.Kind == NoteSummary {
		c.beginHour(e.Hour.To)
	}
	return nil
}
