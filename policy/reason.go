package policy

import (
	"fmt"
	"iter"
	"strconv"
)

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
	ClockUnsynced     Reason = 22
	RouteNone         Reason = 23
	PeerUnreachable   Reason = 24
	BarSilent         Reason = 25
	OperatorUnpledged Reason = 26
	OperatorClaimed   Reason = 27
	SilentCut         Reason = 28
	LawLate           Reason = 29
	MediaDeaf         Reason = 30
	SessionExpired    Reason = 31

	NumberContradiction Reason = 32

	MandateNone            Reason = 33
	CallCentreUnregistered Reason = 34
	CallerUnregistered     Reason = 35
	CallerWithheld         Reason = 36
	CallerDead             Reason = 37
	OriginForeign          Reason = 38
	SectorUnasked          Reason = 39
	SectorBanned           Reason = 40
	ListAbsent             Reason = 41
	ListUnapproved         Reason = 42
	ListExpired            Reason = 43
	ListOrigin             Reason = 44
	NumberScanned          Reason = 45
	ProviderSuspended      Reason = 46
	BlacklistStale         Reason = 47
	HoldComplaint          Reason = 48
	ConsentBundled         Reason = 49
	ConsentProvenance      Reason = 50
	ConsentOld             Reason = 51
	FrequencyAttempts      Reason = 52
	FrequencyContacts      Reason = 53
	RefusalCooling         Reason = 54
	BarShared              Reason = 55
	CallerRange            Reason = 56
	GateThrottled          Reason = 57
)

// String returns the slug of r, "ok" for OK and "reason-N" for a code that is
// not in the table.
func (r Reason) String() string {
	if r == OK {
		return "ok"
	}
	if row, ok := r.row(); ok {
		return row.slug
	}
	return "reason-" + strconv.Itoa(int(r))
}

// Class returns the class of r: ClassNone for OK, ClassFault for a code that
// is not in the table, so that nothing unknown looks like a lasting refusal.
func (r Reason) Class() Class {
	if r == OK {
		return ClassNone
	}
	if row, ok := r.row(); ok {
		return row.class
	}
	return ClassFault
}

// Status returns the SIP status whose meaning comes nearest to r, 0 when r is
// never sent in an answer. What a dialer gets is proxy/answer's choice.
func (r Reason) Status() int { row, _ := r.row(); return row.status }

// Law returns the law, code or page of the design that r rests on.
func (r Reason) Law() string { row, _ := r.row(); return row.law }

// Text returns one sentence about r for people.
func (r Reason) Text() string { row, _ := r.row(); return row.text }

func (r Reason) row() (reasonRow, bool) {
	if r == OK || int(r) >= len(reasonTable) {
		return reasonRow{}, false
	}
	return reasonTable[r], reasonTable[r].slug != ""
}

// MarshalText writes the slug.
func (r Reason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads a slug as [ParseReason].
func (r *Reason) UnmarshalText(b []byte) (err error) { *r, err = ParseReason(string(b)); return err }

// ParseReason finds the reason of a slug as [Reason.String] writes it.
func ParseReason(slug string) (Reason, error) {
	if slug == "ok" {
		return OK, nil
	}
	for r := range reasonTable {
		if slug != "" && reasonTable[r].slug == slug {
			return Reason(r), nil
		}
	}
	return OK, fmt.Errorf("reason %q is not in the table of policy/reason.go", slug)
}

// Reasons returns every reason in use but OK, by number.
func Reasons() iter.Seq[Reason] {
	return func(yield func(Reason) bool) {
		for r := range reasonTable {
			if reasonTable[r].slug != "" && !yield(Reason(r)) {
				return
			}
		}
	}
}
