package policy

import "time"

// Known says whether a fact could be had. A fact that is not Known must not be
// read as "no" (design.md section 6).
type Known uint8

// The states of a fact.
const (
	Unknown Known = iota // it was not looked up, or looking it up failed
	Absent               // looked up: there is nothing
	Present              // looked up: the rest of the fact is valid
)

// Facts are what is remembered about the called number, each with the part of
// the generation it came from. The personal ones are sealed in a record.
type Facts struct {
	Generation uint64 // which version of every set was in force
	Mandate    MandateFact
	CallCentre CallCentreFact
	Caller     CallerFact
	List       ListFact
	Blacklist  BlacklistFact
	Hold       HoldFact
	Registry   RegistryFact
	Consent    ConsentFact
	Contract   ContractFact
	Request    RequestFact
	Refusal    RefusalFact
	Bar        BarFact
	Rings      RingsFact
	Gate       GateFact
	Fault      Fault    // why facts are Unknown, if they are
	Rollout    *Rollout // which rules are enforced
	Lot        uint16   // of the number, below [Lots]
}

// BlacklistFact is the principal's own opposition list.
type BlacklistFact struct {
	Known  Known
	Since  time.Time // when the entry was made
	Source string    // import or person it came from
	All    bool      // the person wants no service calls either
	Synced time.Time // last time that the principal's blacklist was synchronised, an empty one too; zero: never
}

// RegistryAnswer is what the registry said of a number.
type RegistryAnswer uint8

// The answers.
const (
	NotAsked RegistryAnswer = iota // no submission contains the number
	Clear
	Opposed
)

// RegistryFact is the newest answer of the public registry under one account.
type RegistryFact struct {
	Known        Known
	Answer       RegistryAnswer
	AnsweredAt   time.Time // of the newest submission that contains the number
	OpposedSince time.Time // first answer of the present unbroken run of opposed
	Submission   uint32    // part id
}

// ConsentFact is the newest consent for the campaign's purpose.
type ConsentFact struct {
	Known     Known
	GivenAt   time.Time
	RevokedAt time.Time // zero: not revoked
	Channels  ChannelSet
	Evidence  string // reference to the proof
	Part      uint32 // import it came from

	Bundled        bool       // one consent for several purposes or controllers (GDPR art. 7(2))
	Conditional    bool       // something was had for it alone (GDPR art. 7(4))
	Hops           uint8      // hand-overs between who took it and the principal
	Broken         bool       // a hand-over, or the proof of how it was taken, is missing
	Provider       ProviderID // who sold it; 0: the principal's own
	SuspendedSince time.Time  // of that provider; zero: it is not
	OtherOperator  bool       // it is of a customer of another operator
}

// ChannelSet is a set of channels: bit 1<<channel.
type ChannelSet uint8

// Covers reports whether a consent for the channels s allows a call by c:
// automated covers operator, not the reverse.
func (s ChannelSet) Covers(c Channel) bool {
	return s&(1<<c) != 0 || c == ChannelOperator && s&(1<<ChannelAutomated) != 0
}

// Fault is a named trouble that keeps facts from being had.
type Fault uint8

// The faults.
const (
	NoFault     Fault = iota
	StoreFailed       // the store did not answer
	DeskBusy          // the desk's queue was full
	DataBroken        // no generation, or a set does not match its checksum
)
