package access

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"
)

// ProposalLife is how long a proposal waits for a second person.
const ProposalLife = 24 * time.Hour

// Stage is how far a proposal has come.
type Stage uint8

// The stages. Confirmed stands on the disk before the deed is done: one that
// stays there was cut off, and may or may not have taken effect.
const (
	Proposed Stage = iota
	Confirmed
	Done
	Failed
	Withdrawn
	Expired // was never confirmed; it is no row, but what time makes of Proposed
)

var stageWords = [...]string{"proposed", "confirmed", "done", "failed", "withdrawn", "expired"}

// String returns the word.
func (s Stage) String() string {
	if int(s) < len(stageWords) {
		return stageWords[s]
	}
	return fmt.Sprintf("stage %d", uint8(s))
}

// Proposal is an operation that one person proposed and that takes effect when
// another confirms it.
type Proposal struct {
	ID         uint64
	Kind       string // "blacklist.remove"
	Principal  string // whose data it concerns, "" for all
	CallCentre string
	Digest     Digest
	Payload    []byte // the exact parameters
	Actor      string
	Why        string
	At         time.Time
	Stage      Stage
	ClosedBy   string // who confirmed or withdrew it
	ClosedAt   time.Time
	Result     string // what came of it
}

// ProposalDigest is what the second person confirms: the kind and the exact
// parameters. The nonce keeps what is in the parameters, a number perhaps, from
// being found by trying all.
func ProposalDigest(kind string, nonce [16]byte, payload []byte) Digest {
	text := append([]byte(kind), 0)
	text = append(text, nonce[:]...)
	return sha256.Sum256(append(text, payload...))
}

// StageAt returns the stage at a time.
func (p *Proposal) StageAt(at time.Time) Stage {
	if p.Stage == Proposed && !at.Before(p.Expires()) {
		return Expired
	}
	return p.Stage
}

// Expires returns when the proposal ends if nobody confirms it.
func (p *Proposal) Expires() time.Time { return p.At.Add(ProposalLife) }

// ErrSamePerson is returned to who confirms a proposal of their own.
var ErrSamePerson = errors.New("it is your own proposal; another person must confirm it")

// MayConfirm returns nil when the actor may confirm at a time what the digest
// is of.
func (p *Proposal) MayConfirm(actor string, digest Digest, at time.Time) error {
	switch stage := p.StageAt(at); {
	case stage == Expired:
		return fmt.Errorf("proposal %d expired at %s; propose it again", p.ID, p.Expires().UTC().Format(time.RFC3339))
	case stage != Proposed:
		return fmt.Errorf("proposal %d is %s already", p.ID, stage)
	case actor == p.Actor:
		return fmt.Errorf("proposal %d: %w", p.ID, ErrSamePerson)
	case digest != p.Digest:
		return fmt.Errorf("proposal %d has another digest; look at it again and confirm what it says", p.ID)
	}
	return nil
}
