package gate

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/fxamacker/cbor/v2"

	"tregua/policy"
)

// Kind says of what a State is.
type Kind uint8

// The kinds.
const (
	OfCampaign Kind = iota + 1
	OfGroup
	OfCentre
)

// State is what lives over a restart: the counts of a campaign or ratio group,
// with the debt that they are, and what was learnt. Calls in flight are put to
// the gate again from their open rows; who was free must be proven anew.
type State struct {
	Kind    Kind
	ID      uint32
	Count   Count         // of campaign and group
	Answers Answers       // of a campaign
	Wrap    time.Duration // of a call centre
}

// Space is the first byte of the keys (compliance.md 2.4).
const Space = 0x41

// Key returns the key of s's row.
func (s *State) Key() []byte {
	return binary.BigEndian.AppendUint32([]byte{Space, byte(s.Kind)}, s.ID)
}

// row is a value in the store; the order of the elements is the format.
type row struct {
	_       struct{} `cbor:",toarray"`
	Version uint
	Total   [2]uint64 // A, B
	Today   [2]uint64
	Day     uint32
	Answers [2]uint64 // calls, wanted
	Wrap    uint64    // nanoseconds
}

const version = 1

// maxCount bounds what is read: reckoning by the limit must not overflow.
const maxCount = 1 << 40

// Encode writes s as the value of its row.
func (s *State) Encode() []byte {
	b, err := encoding.Marshal(&row{
		Version: version,
		Total:   [2]uint64{uint64(s.Count.Total.A), uint64(s.Count.Total.B)},
		Today:   [2]uint64{uint64(s.Count.Today.A), uint64(s.Count.Today.B)},
		Day:     uint32(s.Count.Day),
		Answers: [2]uint64{uint64(s.Answers.Calls), uint64(s.Answers.Wanted)},
		Wrap:    uint64(s.Wrap),
	})
	if err != nil {
		panic(err) // numbers only
	}
	return b
}

var encoding = func() cbor.EncMode {
	m, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err) // the options are constant
	}
	return m
}()

// Decode reads a row that [State.Key] and [State.Encode] wrote, and nothing
// else: a count that is lost is a debt forgiven.
func Decode(key, value []byte) (State, error) {
	if len(key) != 6 || key[0] != Space || Kind(key[1]) < OfCampaign || Kind(key[1]) > OfCentre || binary.BigEndian.Uint32(key[2:]) == 0 {
		return State{}, fmt.Errorf("row %x is none of a gate", key)
	}
	var r row
	if err := cbor.Unmarshal(value, &r); err != nil {
		return State{}, fmt.Errorf("gate row %x: %w", key, err)
	}
	if r.Version != version {
		return State{}, fmt.Errorf("gate row %x: version %d, this program reads %d", key, r.Version, version)
	}
	if err := r.validate(); err != nil {
		return State{}, fmt.Errorf("gate row %x: %w", key, err)
	}
	pair := func(p [2]uint64) policy.GateCount { return policy.GateCount{A: int(p[0]), B: int(p[1])} }
	return State{
		Kind: Kind(key[1]), ID: binary.BigEndian.Uint32(key[2:]),
		Count:   Count{pair(r.Total), pair(r.Today), int(r.Day)},
		Answers: Answers{int(r.Answers[0]), int(r.Answers[1])},
		Wrap:    time.Duration(r.Wrap),
	}, nil
}

func (r *row) validate() error {
	for i := range r.Total {
		if r.Total[i] > maxCount || r.Today[i] > r.Total[i] {
			return errors.New("counts that cannot be")
		}
	}
	if r.Answers[0] >= most || r.Answers[1] > r.Answers[0] {
		return errors.New("answers that cannot be")
	}
	if r.Wrap > uint64(mostWrap) {
		return errors.New("a wrap-up that is too long")
	}
	return nil
}

// Load puts in force what was stored. It is for the time before the first turn.
func (g *Gate) Load(s *State) {
	switch s.Kind {
	case OfCampaign:
		c := g.campaign(policy.CampaignID(s.ID))
		*c.count, c.answers = s.Count, s.Answers
	case OfGroup:
		*g.group(policy.GroupID(s.ID), 0).count = s.Count
	case OfCentre:
		g.centre(policy.CallCentreID(s.ID)).wrap = max(leastWrap, s.Wrap)
	}
}

// change notes that the rows of a team must be stored.
func (g *Gate) change(t *team) {
	for _, s := range []State{
		{Kind: OfCampaign, ID: uint32(t.campaign.id), Count: *t.campaign.count, Answers: t.campaign.answers},
		{Kind: OfGroup, ID: uint32(t.group.id), Count: *t.group.count},
		{Kind: OfCentre, ID: uint32(t.centre.id), Wrap: t.centre.wrap},
	} {
		if s.Kind != OfGroup || s.ID != 0 {
			g.changed[string(s.Key())] = s
		}
	}
}

// states gives out the rows that changed.
func (g *Gate) states(out *Outputs) {
	for _, key := range slices.Sorted(maps.Keys(g.changed)) {
		out.States = append(out.States, g.changed[key])
	}
	clear(g.changed)
}
