package ledger

import (
	"slices"
	"time"

	"tregua/policy"
)

// public is the part of a record that nobody needs to be protected from: no
// number, no user part, no caller id, no Call-ID, no remark.
type public struct {
	_         struct{} `cbor:",toarray"`
	Version   uint8
	ID        []byte
	Node      uint32
	Boot      uint64
	Seq       uint64 // of a record that has ended
	Attempt   publicAttempt
	Decision  publicDecision
	Ending    publicEnding
	Repeat    publicRepeat
	Emergency string
	Gate      *publicGate // nil: the attempt needed none
	Note      *publicNote // nil: it is the record of an attempt, as is one that an older program wrote
}

func (p *public) version() uint8 { return p.Version }

type publicAttempt struct {
	_            struct{} `cbor:",toarray"`
	At           int64
	Synced       bool
	Trunk        string
	Reading      uint8
	Country      string
	Zone         string
	Mapping      uint8
	Campaign     uint32
	Principal    uint32
	CallCentre   uint32
	Account      uint32
	Group        uint32
	Purpose      string
	Channel      uint8
	Ground       uint8
	DialMode     uint8
	CampaignName string
	Profile      string
	Pledged      bool
	Mode         uint8 // of the trunk
	Service      bool
	Aside        bool
}

type publicDecision struct {
	_          struct{} `cbor:",toarray"`
	Verdict    uint8
	Rule       string
	Reason     string // the slug
	Trail      []publicFinding
	Generation uint64
	Fault      uint8
	Claim      uint8
}

type publicFinding struct {
	_      struct{} `cbor:",toarray"`
	Rule   string
	Reason string
	Claim  uint8
	Shadow bool // the rule is in shadow: it decided nothing
}

type publicEnding struct {
	_           struct{} `cbor:",toarray"`
	Outcome     uint8
	Reason      string
	Status      int
	Forwarded   bool
	EndedBy     uint8
	ForwardedAt int64
	RingingAt   int64
	AnsweredAt  int64
	EndedAt     int64
	Heard       [4]uint64 // packets and bytes from the caller, then from the callee
	Ratio       uint8
	Watch       uint8
	Line        uint8
	Deaf        bool
	Machine     uint8
	Due         bool
	CutAt       int64
	AmbienceAt  int64
	OperatorAt  int64
	DecidedAt   int64
	Rang        bool
	OptedOut    bool
}

type publicRepeat struct {
	_     struct{} `cbor:",toarray"`
	Of    []byte   // empty: no repeat record
	Count uint32
	First int64
	Last  int64
}

// newPublic returns the public part of a record that ended so, not yet numbered. Now
// stands in for the time of a record that has none. It shares no memory with r but
// texts.
func newPublic(r *policy.Record, end *policy.Ending, now time.Time) public {
	p := public{
		Version:   version,
		ID:        slices.Clone(r.Attempt.ID[:]),
		Attempt:   newAttempt(&r.Attempt),
		Decision:  newDecision(r),
		Ending:    newEnding(end),
		Emergency: r.Attempt.Emergency,
		Gate:      newGate(&r.Facts.Gate),
	}
	if r.Repeat.Count > 0 {
		p.Repeat = publicRepeat{
			Of: slices.Clone(r.Repeat.Of[:]), Count: r.Repeat.Count,
			First: stamp(r.Repeat.First), Last: stamp(r.Repeat.Last),
		}
	}
	if p.Attempt.At == 0 {
		p.Attempt.At = stamp(now)
	}
	return p
}

func newAttempt(a *policy.Attempt) publicAttempt {
	return publicAttempt{
		At: stamp(a.At), Synced: a.Synced, Trunk: a.Trunk, Reading: uint8(a.Reading),
		Country: a.Country, Zone: a.Zone, Mapping: uint8(a.Mapping),
		Campaign: uint32(a.Campaign), Principal: uint32(a.Principal), CallCentre: uint32(a.CallCentre),
		Account: uint32(a.Account), Group: uint32(a.Group), Purpose: a.Purpose,
		Channel: uint8(a.Channel), Ground: uint8(a.Ground), DialMode: uint8(a.DialMode),
		CampaignName: a.CampaignName, Profile: a.Profile, Pledged: a.Pledged, Mode: uint8(a.Mode), Service: a.Service,
		Aside: a.Aside,
	}
}

func newDecision(r *policy.Record) publicDecision {
	d := publicDecision{
		Verdict: uint8(r.Decision.Verdict), Rule: r.Decision.Rule,
		Reason: r.Decision.Reason.String(), Generation: r.Facts.Generation, Fault: uint8(r.Facts.Fault),
		Claim: uint8(r.Decision.Claim),
	}
	d.Trail = slices.Grow(d.Trail, len(r.Decision.Trail)) // nil stays nil: it is written otherwise
	for _, f := range r.Decision.Trail {
		d.Trail = append(d.Trail, publicFinding{Rule: f.Rule, Reason: f.Reason.String(), Claim: uint8(f.Claim), Shadow: f.Shadow})
	}
	return d
}

func newEnding(e *policy.Ending) publicEnding {
	return publicEnding{
		Outcome: uint8(e.Outcome), Reason: e.Reason.String(), Status: e.Status,
		Forwarded: e.Forwarded, EndedBy: uint8(e.EndedBy),
		ForwardedAt: stamp(e.ForwardedAt), RingingAt: stamp(e.RingingAt),
		AnsweredAt: stamp(e.AnsweredAt), EndedAt: stamp(e.EndedAt),
		Heard: [4]uint64{e.Heard[0].Count, e.Heard[0].Bytes, e.Heard[1].Count, e.Heard[1].Bytes},
		Ratio: uint8(e.Ratio), Watch: uint8(e.Watch), Line: uint8(e.Line), Deaf: e.Deaf,
		Machine: uint8(e.Machine), Due: e.Due, CutAt: stamp(e.CutAt), AmbienceAt: stamp(e.AmbienceAt),
		OperatorAt: stamp(e.OperatorAt), DecidedAt: stamp(e.DecidedAt), Rang: e.Rang, OptedOut: e.OptedOut,
	}
}

// at is when the attempt was made: it chooses the month and the day.
func (p *public) at() time.Time { return unstamp(p.Attempt.At) }

func (p *public) id() (id policy.AttemptID) { copy(id[:], p.ID); return id }

// read writes p into r.
func (p *public) read(r *policy.Record) error {
	if err := fixed(r.Attempt.ID[:], p.ID, "attempt id"); err != nil {
		return err
	}
	p.readAttempt(&r.Attempt)
	r.Facts.Gate = p.Gate.read()
	if err := p.readDecision(r); err != nil {
		return err
	}
	if err := p.readEnding(&r.Ending); err != nil {
		return err
	}
	if len(p.Repeat.Of) == 0 {
		return nil
	}
	r.Repeat = policy.Repeat{Count: p.Repeat.Count, First: unstamp(p.Repeat.First), Last: unstamp(p.Repeat.Last)}
	return fixed(r.Repeat.Of[:], p.Repeat.Of, "id of the repeated attempt")
}

func (p *public) readAttempt(a *policy.Attempt) {
	q := &p.Attempt
	a.At, a.Synced, a.Trunk = unstamp(q.At), q.Synced, q.Trunk
	a.Reading, a.Emergency = policy.Reading(q.Reading), p.Emergency
	a.Country, a.Zone, a.Mapping = q.Country, q.Zone, policy.Mapping(q.Mapping)
	a.Campaign, a.Principal = policy.CampaignID(q.Campaign), policy.PrincipalID(q.Principal)
	a.CallCentre, a.Account = policy.CallCentreID(q.CallCentre), policy.AccountID(q.Account)
	a.Group, a.Purpose = policy.GroupID(q.Group), q.Purpose
	a.Channel, a.Ground = policy.Channel(q.Channel), policy.Ground(q.Ground)
	a.DialMode, a.CampaignName, a.Profile = policy.DialMode(q.DialMode), q.CampaignName, q.Profile
	a.Pledged, a.Mode, a.Service, a.Aside = q.Pledged, policy.Mode(q.Mode), q.Service, q.Aside
}

func (p *public) readDecision(r *policy.Record) (err error) {
	d := &r.Decision
	d.Verdict, d.Rule, d.Claim = policy.Verdict(p.Decision.Verdict), p.Decision.Rule, policy.Claim(p.Decision.Claim)
	if d.Reason, err = policy.ParseReason(p.Decision.Reason); err != nil {
		return err
	}
	for _, f := range p.Decision.Trail {
		reason, err := policy.ParseReason(f.Reason)
		if err != nil {
			return err
		}
		d.Trail = append(d.Trail, policy.Finding{Rule: f.Rule, Reason: reason, Claim: policy.Claim(f.Claim), Shadow: f.Shadow})
	}
	r.Facts.Generation, r.Facts.Fault = p.Decision.Generation, policy.Fault(p.Decision.Fault)
	return nil
}

func (p *public) readEnding(e *policy.Ending) (err error) {
	q := &p.Ending
	e.Outcome, e.Status, e.Forwarded = policy.Outcome(q.Outcome), q.Status, q.Forwarded
	e.EndedBy, e.ForwardedAt, e.RingingAt = policy.Side(q.EndedBy), unstamp(q.ForwardedAt), unstamp(q.RingingAt)
	e.AnsweredAt, e.EndedAt = unstamp(q.AnsweredAt), unstamp(q.EndedAt)
	e.Heard = [2]policy.Packets{{Count: q.Heard[0], Bytes: q.Heard[1]}, {Count: q.Heard[2], Bytes: q.Heard[3]}}
	e.Ratio, e.Watch, e.Line = policy.Ratio(q.Ratio), policy.Watch(q.Watch), policy.LineState(q.Line)
	e.Deaf, e.Machine, e.Due = q.Deaf, policy.Machine(q.Machine), q.Due
	e.CutAt, e.AmbienceAt = unstamp(q.CutAt), unstamp(q.AmbienceAt)
	e.OperatorAt, e.DecidedAt = unstamp(q.OperatorAt), unstamp(q.DecidedAt)
	e.Rang, e.OptedOut = q.Rang, q.OptedOut
	e.Reason, err = policy.ParseReason(q.Reason)
	return err
}
