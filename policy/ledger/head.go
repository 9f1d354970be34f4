package ledger

import (
	"time"

	"tregua/policy"
)

// head is what one needs of a public part to give it its place: who it is, when and
// which number it has. It has the elements of [public] and passes over what is long:
// every record is moved to its month and added to the log, and to read it whole
// there was a sixth of what a record costs.
type head struct {
	_                                         struct{} `cbor:",toarray"`
	Version                                   uint8
	ID                                        []byte
	Node, Boot                                passed
	Seq                                       uint64
	Attempt                                   headAttempt
	Decision, Ending, Repeat, Emergency, Gate passed
	Note                                      *publicNote
}

func (p *head) version() uint8 { return p.Version }

type headAttempt struct {
	_                                                struct{} `cbor:",toarray"`
	At                                               int64
	Synced, Trunk, Reading, Country, Zone, Mapping   passed
	Campaign, Principal, CallCentre, Account, Group  passed
	Purpose, Channel, Ground, DialMode, CampaignName passed
	Profile, Pledged, Mode, Service, Aside           passed
}

// passed is an element that is not read.
type passed struct{}

// UnmarshalCBOR reads nothing.
func (*passed) UnmarshalCBOR([]byte) error { return nil }

func (p *head) at() time.Time { return unstamp(p.Attempt.At) }

func (p *head) id() (id policy.AttemptID) { copy(id[:], p.ID); return id }
