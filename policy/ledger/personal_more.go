package ledger

import "tregua/policy"

// moreFacts are the facts that only some attempts have: what is absent or was
// not looked at takes no room. A key, once given, is never given again.
type moreFacts struct {
	Mandate    *mandateFact    `cbor:"1,keyasint,omitempty"`
	CallCentre *callCentreFact `cbor:"2,keyasint,omitempty"`
	Caller     *callerFact     `cbor:"3,keyasint,omitempty"`
	List       *listFact       `cbor:"4,keyasint,omitempty"`
	Hold       *holdFact       `cbor:"5,keyasint,omitempty"`
	Contract   *contractFact   `cbor:"6,keyasint,omitempty"`
	Request    *requestFact    `cbor:"7,keyasint,omitempty"`
	Refusal    *refusalFact    `cbor:"8,keyasint,omitempty"`
	Rings      *ringsFact      `cbor:"9,keyasint,omitempty"`
	Lot        uint16          `cbor:"10,keyasint,omitempty"`
	Attempt    *moreAttempt    `cbor:"11,keyasint,omitempty"`
	Rollout    []ruleShare     `cbor:"20,keyasint,omitempty"` // of the attempt's trunk
}

// ruleShare is for how many lots a rule was enforced.
type ruleShare struct {
	_    struct{} `cbor:",toarray"`
	Rule string
	Lots int
}

// moreAttempt is what only some attempts say.
type moreAttempt struct {
	OtherIDs []byte `cbor:"1,keyasint,omitempty"`
	Private  bool   `cbor:"2,keyasint,omitempty"`
	Sector   string `cbor:"3,keyasint,omitempty"`
	Carrier  string `cbor:"4,keyasint,omitempty"`
	Zones    string `cbor:"5,keyasint,omitempty"`
	Display  []byte `cbor:"6,keyasint,omitempty"`
	Headers  []byte `cbor:"7,keyasint,omitempty"`
	Port     uint16 `cbor:"8,keyasint,omitempty"` // that it came from
	MappedBy []byte `cbor:"9,keyasint,omitempty"`
}

func newMoreAttempt(a *policy.Attempt) *moreAttempt {
	if a.OtherIDs == "" && !a.Private && a.Sector == "" && a.Carrier == "" && a.OtherZones == "" &&
		a.Display == "" && a.Headers == "" && a.SourcePort == 0 && a.MappedBy == "" {
		return nil
	}
	return &moreAttempt{
		clip(a.OtherIDs), a.Private, a.Sector, a.Carrier, a.OtherZones,
		clip(a.Display), clip(a.Headers), a.SourcePort, clip(a.MappedBy),
	}
}

func (x *moreAttempt) read(a *policy.Attempt) {
	a.OtherIDs, a.Private, a.Sector, a.Carrier, a.OtherZones = string(x.OtherIDs), x.Private, x.Sector, x.Carrier, x.Zones
	a.Display, a.Headers, a.SourcePort, a.MappedBy = string(x.Display), string(x.Headers), x.Port, string(x.MappedBy)
}

type mandateFact struct {
	Known uint8 `cbor:"1,keyasint"`
	From  int64 `cbor:"2,keyasint,omitempty"`
	Until int64 `cbor:"3,keyasint,omitempty"`
}

type callCentreFact struct {
	Known    uint8  `cbor:"1,keyasint"`
	Country  string `cbor:"2,keyasint,omitempty"`
	Outside  bool   `cbor:"3,keyasint,omitempty"`
	ROC      string `cbor:"4,keyasint,omitempty"`
	NoticeAt int64  `cbor:"5,keyasint,omitempty"`
	Since    int64  `cbor:"6,keyasint,omitempty"`
}

type callerFact struct {
	Known      uint8  `cbor:"1,keyasint"`
	Withheld   bool   `cbor:"2,keyasint,omitempty"`
	Number     uint64 `cbor:"3,keyasint,omitempty"`
	Country    string `cbor:"4,keyasint,omitempty"`
	Principal  uint32 `cbor:"5,keyasint,omitempty"`
	CallCentre uint32 `cbor:"6,keyasint,omitempty"`
	ROC        bool   `cbor:"7,keyasint,omitempty"`
	TestedAt   int64  `cbor:"8,keyasint,omitempty"`
	Dead       bool   `cbor:"9,keyasint,omitempty"`
}

type listFact struct {
	Known          uint8  `cbor:"1,keyasint"`
	List           uint32 `cbor:"2,keyasint,omitempty"`
	Part           uint32 `cbor:"3,keyasint,omitempty"`
	Row            uint32 `cbor:"4,keyasint,omitempty"`
	Origin         uint8  `cbor:"5,keyasint,omitempty"`
	Ground         uint8  `cbor:"6,keyasint,omitempty"`
	Provider       uint32 `cbor:"7,keyasint,omitempty"`
	Open           bool   `cbor:"8,keyasint,omitempty"`
	Approved       bool   `cbor:"9,keyasint,omitempty"`
	RetainUntil    int64  `cbor:"10,keyasint,omitempty"`
	SuspendedSince int64  `cbor:"11,keyasint,omitempty"`
	Scanned        bool   `cbor:"12,keyasint,omitempty"`
	OtherOperator  bool   `cbor:"13,keyasint,omitempty"`
}

type holdFact struct {
	Known uint8  `cbor:"1,keyasint"`
	Since int64  `cbor:"2,keyasint,omitempty"`
	Why   []byte `cbor:"3,keyasint,omitempty"`
}

type contractFact struct {
	Known    uint8  `cbor:"1,keyasint"`
	From     int64  `cbor:"2,keyasint,omitempty"`
	EndedAt  int64  `cbor:"3,keyasint,omitempty"`
	Purpose  string `cbor:"4,keyasint,omitempty"`
	Evidence []byte `cbor:"5,keyasint,omitempty"`
	Part     uint32 `cbor:"6,keyasint,omitempty"`
}

type requestFact struct {
	Known    uint8  `cbor:"1,keyasint"`
	At       int64  `cbor:"2,keyasint,omitempty"`
	Until    int64  `cbor:"3,keyasint,omitempty"`
	AgreedAt int64  `cbor:"4,keyasint,omitempty"`
	Evidence []byte `cbor:"5,keyasint,omitempty"`
}

type refusalFact struct {
	Known uint8 `cbor:"1,keyasint"`
	At    int64 `cbor:"2,keyasint,omitempty"`
}

type ringsFact struct {
	Known    uint8 `cbor:"1,keyasint"`
	Today    int   `cbor:"2,keyasint,omitempty"`
	Month    int   `cbor:"3,keyasint,omitempty"`
	Useful   int   `cbor:"4,keyasint,omitempty"`
	UsefulAt int64 `cbor:"5,keyasint,omitempty"`
}

func newMore(a *policy.Attempt, f *policy.Facts) (m moreFacts) {
	m.Attempt = newMoreAttempt(a)
	if x := f.Mandate; x != (policy.MandateFact{}) {
		m.Mandate = &mandateFact{Known: uint8(x.Known), From: stamp(x.From), Until: stamp(x.Until)}
	}
	if x := f.CallCentre; x != (policy.CallCentreFact{}) {
		m.CallCentre = &callCentreFact{uint8(x.Known), x.Country, x.Outside, x.ROC, stamp(x.NoticeAt), stamp(x.Since)}
	}
	if x := f.Caller; x != (policy.CallerFact{}) {
		m.Caller = &callerFact{
			uint8(x.Known), x.Withheld, uint64(x.Number), x.Country, uint32(x.Principal), uint32(x.CallCentre),
			x.ROC, stamp(x.TestedAt), x.Dead,
		}
	}
	if x := f.List; x != (policy.ListFact{}) {
		m.List = &listFact{
			uint8(x.Known), uint32(x.List), x.Part, x.Row, uint8(x.Origin), uint8(x.Ground), uint32(x.Provider),
			x.Open, x.Approved, stamp(x.RetainUntil), stamp(x.SuspendedSince), x.Scanned, x.OtherOperator,
		}
	}
	m.Lot = f.Lot
	for _, s := range f.Rollout.On(a.Trunk) {
		m.Rollout = append(m.Rollout, ruleShare{Rule: s.Rule, Lots: s.Lots})
	}
	newPersonMore(f, &m)
	return m
}

// newPersonMore fills what is known of the person.
func newPersonMore(f *policy.Facts, m *moreFacts) {
	if x := f.Hold; x != (policy.HoldFact{}) {
		m.Hold = &holdFact{uint8(x.Known), stamp(x.Since), clip(x.Why)}
	}
	if x := f.Contract; x != (policy.ContractFact{}) {
		m.Contract = &contractFact{uint8(x.Known), stamp(x.From), stamp(x.EndedAt), x.Purpose, clip(x.Evidence), x.Part}
	}
	if x := f.Request; x != (policy.RequestFact{}) {
		m.Request = &requestFact{uint8(x.Known), stamp(x.At), stamp(x.Until), stamp(x.AgreedAt), clip(x.Evidence)}
	}
	if x := f.Refusal; x != (policy.RefusalFact{}) {
		m.Refusal = &refusalFact{uint8(x.Known), stamp(x.At)}
	}
	if x := f.Rings; x != (policy.RingsFact{}) {
		m.Rings = &ringsFact{uint8(x.Known), x.Today, x.Month, x.Useful, stamp(x.UsefulAt)}
	}
}

// read writes m into a and f.
func (m *moreFacts) read(a *policy.Attempt, f *policy.Facts) {
	if x := m.Attempt; x != nil {
		x.read(a)
	}
	if x := m.Mandate; x != nil {
		f.Mandate = policy.MandateFact{Known: policy.Known(x.Known), From: unstamp(x.From), Until: unstamp(x.Until)}
	}
	if x := m.CallCentre; x != nil {
		f.CallCentre = policy.CallCentreFact{
			Known: policy.Known(x.Known), Country: x.Country, Outside: x.Outside, ROC: x.ROC,
			NoticeAt: unstamp(x.NoticeAt), Since: unstamp(x.Since),
		}
	}
	if x := m.Caller; x != nil {
		f.Caller = policy.CallerFact{
			Known: policy.Known(x.Known), Withheld: x.Withheld, Number: policy.Number(x.Number), Country: x.Country,
			Principal: policy.PrincipalID(x.Principal), CallCentre: policy.CallCentreID(x.CallCentre),
			ROC: x.ROC, TestedAt: unstamp(x.TestedAt), Dead: x.Dead,
		}
	}
	if x := m.List; x != nil {
		f.List = policy.ListFact{
			Known: policy.Known(x.Known), List: policy.ListID(x.List), Part: x.Part, Row: x.Row,
			Origin: policy.Origin(x.Origin), Ground: policy.Ground(x.Ground), Provider: policy.ProviderID(x.Provider),
			Open: x.Open, Approved: x.Approved, RetainUntil: unstamp(x.RetainUntil),
			SuspendedSince: unstamp(x.SuspendedSince), Scanned: x.Scanned, OtherOperator: x.OtherOperator,
		}
	}
	f.Lot = m.Lot
	shares := make([]policy.RuleShare, 0, len(m.Rollout))
	for _, s := range m.Rollout {
		shares = append(shares, policy.RuleShare{Rule: s.Rule, Lots: s.Lots})
	}
	f.Rollout = policy.RolloutOn(a.Trunk, shares)
	m.readPerson(f)
}

func (m *moreFacts) readPerson(f *policy.Facts) {
	if x := m.Hold; x != nil {
		f.Hold = policy.HoldFact{Known: policy.Known(x.Known), Since: unstamp(x.Since), Why: string(x.Why)}
	}
	if x := m.Contract; x != nil {
		f.Contract = policy.ContractFact{
			Known: policy.Known(x.Known), From: unstamp(x.From), EndedAt: unstamp(x.EndedAt), Purpose: x.Purpose,
			Evidence: string(x.Evidence), Part: x.Part,
		}
	}
	if x := m.Request; x != nil {
		f.Request = policy.RequestFact{
			Known: policy.Known(x.Known), At: unstamp(x.At), Until: unstamp(x.Until), AgreedAt: unstamp(x.AgreedAt),
			Evidence: string(x.Evidence),
		}
	}
	if x := m.Refusal; x != nil {
		f.Refusal = policy.RefusalFact{Known: policy.Known(x.Known), At: unstamp(x.At)}
	}
	if x := m.Rings; x != nil {
		f.Rings = policy.RingsFact{Known: policy.Known(x.Known), Today: x.Today, Month: x.Month, Useful: x.Useful, UsefulAt: unstamp(x.UsefulAt)}
	}
}
