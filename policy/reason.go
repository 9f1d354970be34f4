package policy

// Class groups reasons by what they mean to the one who hears them.
type Class uint8

// The classes.
const (
	ClassNone      Class = iota
	ClassMalformed       // the request cannot be read
	ClassPermanent       // refused, and will be refused again
	ClassTemporary       // refused now, may pass later
	ClassFault           // our trouble
	ClassPeer            // the other side's trouble
	ClassAdmin           // ended by a person
)

// Reason is a stable code; its row in the table gives class, meaning and law.
// A code, once used, is never given another meaning (testdata/reasons.golden).
type Reason uint16

// OK is the reason of what needs none.
const OK Reason = 0

// The reasons in use. The numbers are stored in records.
const (
	RegistryOpposed   Reason = 1
	RegistryUnchecked Reason = 2
	RegistryStale     Reason = 3
	BlacklistListed   Reason = 4 // blacklist.principal
	ConsentMissing    Reason = 5
	ConsentChannel    Reason = 6
	GroundNone        Reason = 7
	HoursClosed       Reason = 8
	HoursHoliday      Reason = 9
	NumberUnreadable  Reason = 10
	CampaignUnknown   Reason = 11
	CampaignAmbiguous Reason = 12
	Interrupted       Reason = 13
	PeerTimeout       Reason = 14
	StoreDown         Reason = 15 // store.failed
	DeskFull          Reason = 16 // desk.busy
	DataBad           Reason = 17 // data.broken
	LedgerFull        Reason = 18
	MediaExhausted    Reason = 19
	Draining          Reason = 20
	Overload          Reason = 21
)
