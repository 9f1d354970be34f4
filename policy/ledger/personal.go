package ledger

import (
	"slices"

	"tregua/policy"
)

// personal is the part of a record that leads to a person or tells of one. It
// is written once, when the attempt is judged, and sealed. What the network
// chose is bytes: nothing says that it is UTF-8.
type personal struct {
	_         struct{} `cbor:",toarray"`
	Version   uint8
	Called    uint64
	ISUP      personalISUP
	User      []byte
	CallerID  []byte
	CallID    []byte
	FromTag   []byte
	Blacklist personalBlacklist
	Registry  personalRegistry
	Consent   personalConsent
	Bar       personalBar
	More      moreFacts
	Notes     [][]byte // of the trail, in its order
}

func (p *personal) version() uint8 { return p.Version }

type personalISUP struct {
	_      struct{} `cbor:",toarray"`
	Form   uint8
	Digits []byte
	Called uint64
}

type personalBlacklist struct {
	_      struct{} `cbor:",toarray"`
	Known  uint8
	Since  int64
	Source []byte
	All    bool
	Synced int64
}

type personalRegistry struct {
	_            struct{} `cbor:",toarray"`
	Known        uint8
	Answer       uint8
	AnsweredAt   int64
	OpposedSince int64
	Submission   uint32
}

type personalConsent struct {
	_         struct{} `cbor:",toarray"`
	Known     uint8
	GivenAt   int64
	RevokedAt int64
	Channels  uint8
	Evidence  []byte
	Part      uint32

	Bundled        bool
	Conditional    bool
	Hops           uint8
	Broken         bool
	Provider       uint32
	SuspendedSince int64
	OtherOperator  bool
}

type personalBar struct {
	_       struct{} `cbor:",toarray"`
	Known   uint8
	Of      []byte
	Since   int64
	Until   int64
	Shadow  bool
	Pending bool
	Claimed bool
	Shared  bool
}

func newPersonal(r *policy.Record) personal {
	a, f := &r.Attempt, &r.Facts
	p := personal{
		Version: version,
		Called:  uint64(a.Called), User: clip(a.User), CallerID: clip(a.CallerID),
		CallID: clip(a.CallID), FromTag: clip(a.FromTag),
		ISUP: personalISUP{Form: uint8(a.ISUP.Form), Digits: clip(a.ISUP.Digits), Called: uint64(a.ISUPCalled)},
		Blacklist: personalBlacklist{
			Known: uint8(f.Blacklist.Known), Since: stamp(f.Blacklist.Since),
			Source: clip(f.Blacklist.Source), All: f.Blacklist.All, Synced: stamp(f.Blacklist.Synced),
		},
		Registry: personalRegistry{
			Known: uint8(f.Registry.Known), Answer: uint8(f.Registry.Answer),
			AnsweredAt: stamp(f.Registry.AnsweredAt), OpposedSince: stamp(f.Registry.OpposedSince),
			Submission: f.Registry.Submission,
		},
		Consent: personalConsent{
			Known: uint8(f.Consent.Known), GivenAt: stamp(f.Consent.GivenAt),
			RevokedAt: stamp(f.Consent.RevokedAt), Channels: uint8(f.Consent.Channels),
			Evidence: clip(f.Consent.Evidence), Part: f.Consent.Part,
			Bundled: f.Consent.Bundled, Conditional: f.Consent.Conditional, Hops: f.Consent.Hops, Broken: f.Consent.Broken,
			Provider: uint32(f.Consent.Provider), SuspendedSince: stamp(f.Consent.SuspendedSince),
			OtherOperator: f.Consent.OtherOperator,
		},
		Bar:  newBar(&f.Bar),
		More: newMore(a, f),
	}
	p.Notes = slices.Grow(p.Notes, len(r.Decision.Trail))
	for _, t := range r.Decision.Trail {
		p.Notes = append(p.Notes, clip(t.Note))
	}
	return p
}

func newBar(b *policy.BarFact) personalBar {
	return personalBar{
		Known: uint8(b.Known), Of: b.Of[:], Since: stamp(b.Since), Until: stamp(b.Until),
		Shadow: b.Shadow, Pending: b.Pending, Claimed: b.Claimed, Shared: b.Shared,
	}
}

// read writes p into r, whose public part has been read.
func (p *personal) read(r *policy.Record) {
	a, f := &r.Attempt, &r.Facts
	a.Called, a.User, a.CallerID = policy.Number(p.Called), string(p.User), string(p.CallerID)
	a.CallID, a.FromTag = string(p.CallID), string(p.FromTag)
	a.ISUP = policy.ISUP{Form: policy.ISUPForm(p.ISUP.Form), Digits: string(p.ISUP.Digits)}
	a.ISUPCalled = policy.Number(p.ISUP.Called)
	b, g, c := &p.Blacklist, &p.Registry, &p.Consent
	f.Blacklist = policy.BlacklistFact{
		Known: policy.Known(b.Known), Since: unstamp(b.Since), Source: string(b.Source), All: b.All, Synced: unstamp(b.Synced),
	}
	f.Registry = policy.RegistryFact{
		Known: policy.Known(g.Known), Answer: policy.RegistryAnswer(g.Answer),
		AnsweredAt: unstamp(g.AnsweredAt), OpposedSince: unstamp(g.OpposedSince), Submission: g.Submission,
	}
	f.Consent = policy.ConsentFact{
		Known: policy.Known(c.Known), GivenAt: unstamp(c.GivenAt),
		RevokedAt: unstamp(c.RevokedAt), Channels: policy.ChannelSet(c.Channels), Evidence: string(c.Evidence), Part: c.Part,
		Bundled: c.Bundled, Conditional: c.Conditional, Hops: c.Hops, Broken: c.Broken,
		Provider: policy.ProviderID(c.Provider), SuspendedSince: unstamp(c.SuspendedSince), OtherOperator: c.OtherOperator,
	}
	q := &p.Bar
	f.Bar = policy.BarFact{
		Known: policy.Known(q.Known), Since: unstamp(q.Since), Until: unstamp(q.Until),
		Shadow: q.Shadow, Pending: q.Pending, Claimed: q.Claimed, Shared: q.Shared,
	}
	copy(f.Bar.Of[:], q.Of)
	p.More.read(a, f)
	for i := range min(len(p.Notes), len(r.Decision.Trail)) {
		r.Decision.Trail[i].Note = string(p.Notes[i])
	}
}
