package sim

import (
	"fmt"
	"strconv"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/numbers"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// epoch is the wall time at which Mono was zero: a Monday morning in Italy.
var epoch = time.Date(2026, time.November, 23, 9, 0, 0, 0, time.UTC)

// kind is what the business data says of a number; it is a digit of it.
type kind uint8

const (
	free        kind = iota // the registry answered: clear
	objecting               // clear, until its holder objects during the run
	opposed                 // the registry answered: opposed
	blacklist               // on the principal's blacklist
	outweighed              // opposed, but with a newer consent
	unconsented             // clear, of a campaign that wants a consent there is not
	unchecked               // the registry was never asked
	unreadable              // no number
	emergency               // a short code
)

// number is the called number of a call of that kind.
func (k kind) number(call int) policy.Number {
	return policy.Number(393_330_000_000 + int(k)*1_000_000 + call)
}

// The calls that are wanted within others have numbers of their own: those that
// are transferred to or redirected to, and those that are smuggled in.
const (
	asideCall    = 500_000
	smuggledCall = 600_000
)

// aside is the number that a call with that index is to be handed on to.
func (k kind) aside(call int) policy.Number { return k.number(call + asideCall) }

// isAside and isSmuggled tell those numbers.
func isAside(n policy.Number) bool    { return n%1_000_000 >= asideCall && n%1_000_000 < smuggledCall }
func isSmuggled(n policy.Number) bool { return n%1_000_000 >= smuggledCall }

// kindOfURI is that of a SIP URI with a number in full.
func kindOfURI(uri string) kind {
	var n policy.Number
	if _, err := fmt.Sscanf(uri, "sip:+%d@", &n); err != nil {
		return free
	}
	return kindOf(n)
}

// String names a kind.
func (k kind) String() string {
	return []string{
		"a free number", "an objector", "an opposed number", "a blacklisted number", "an outweighed number",
		"a number without consent", "an unchecked number", "no number", "an emergency code",
	}[k]
}

// user is how a dialer writes the number: what it sends as user part.
func (k kind) user(call int) string {
	if k == unreadable {
		return fmt.Sprintf("casa%d", call)
	}
	if k == emergency {
		return []string{"112", "118"}[call%2]
	}
	n := uint64(k.number(call))
	switch call % 4 {
	case 0:
		return fmt.Sprintf("+%d", n)
	case 1:
		return fmt.Sprintf("00%d", n)
	case 2:
		return fmt.Sprintf("%%2B%d", n)
	}
	return strconv.FormatUint(n%10_000_000_000, 10)
}

// refusal is why a number of that kind is refused, OK when it is not.
func (k kind) refusal() policy.Reason {
	switch k {
	case opposed:
		return policy.RegistryOpposed
	case blacklist:
		return policy.BlacklistListed
	case unconsented:
		return policy.ConsentMissing
	case unchecked:
		return policy.RegistryUnchecked
	case unreadable:
		return policy.NumberUnreadable
	case free, objecting, outweighed, emergency:
	}
	return policy.OK
}

func kindOf(n policy.Number) kind { return kind(n / 1_000_000 % 10) }

// world is the business data: one principal with two campaigns, or three.
type world struct {
	plan numbers.Plan
	keys *seal.Keys
	caps bool
	gate bool
}

// atHome is how many numbers follow each other that are of one person, where
// people have several.
const atHome = 16

// personOf returns who has a number; 0: nobody who has others.
func (w world) personOf(n policy.Number) policy.Number {
	if !w.caps || kindOf(n) != free || n%1_000_000 >= asideCall {
		return 0
	}
	return n - n%1_000_000%atHome
}

// Attempt makes an attempt of what was dialled.
func (w world) Attempt(d policy.Dialled) policy.Attempt {
	r := w.plan.Read(d.User)
	a := policy.Attempt{Dialled: d, Reading: r.Reading, Called: r.Number, Emergency: r.Emergency, Country: r.Country, Zone: r.Zone, OtherZones: r.Others}
	if r.Reading == policy.Emergency {
		return a
	}
	a.Mapping, a.Campaign, a.Principal, a.CallCentre, a.Account, a.Group = policy.Mapped, 1, 1, 1, 1, 1
	a.Purpose, a.Channel, a.Ground, a.CampaignName = "vendita", policy.ChannelOperator, policy.GroundDirectory, "acme/energia"
	if k := kindOf(a.Called); k == outweighed || k == unconsented {
		a.Campaign, a.Group, a.Ground, a.CampaignName = 2, 2, policy.GroundConsent, "acme/clienti"
	} else if w.gate && k == free && a.Called%2 == 0 {
		a.Campaign, a.Group, a.CampaignName = 3, 3, "acme/gas"
	}
	return a
}

// Generation is one for the whole run.
func (w world) Generation() uint64 { return 1 }

// Rollout enforces everything.
func (w world) Rollout() *policy.Rollout { return nil }

// Blacklist looks a number up.
func (w world) Blacklist(_ policy.PrincipalID, n policy.Number, _ time.Time) policy.BlacklistFact {
	if kindOf(n) == blacklist {
		return policy.BlacklistFact{Known: policy.Present, Since: epoch.AddDate(0, -1, 0), Source: "import 1", Synced: epoch}
	}
	return policy.BlacklistFact{Known: policy.Absent, Synced: epoch}
}

// Mandate is one without an end.
func (w world) Mandate(*policy.Attempt) policy.MandateFact {
	return policy.MandateFact{Known: policy.Present, From: epoch.AddDate(-1, 0, 0)}
}

// CallCentre is a registered one in the country.
func (w world) CallCentre(policy.CallCentreID) policy.CallCentreFact {
	return policy.CallCentreFact{Known: policy.Present, Country: "IT", ROC: "12345", Since: epoch.AddDate(-1, 0, 0)}
}

// Caller is a number of the call centre, whatever the peers call themselves.
func (w world) Caller(a *policy.Attempt) policy.CallerFact {
	return policy.CallerFact{Known: policy.Present, Number: 390612345678, Country: "IT", CallCentre: a.CallCentre, ROC: true}
}

// List has none: the campaigns are open to that.
func (w world) List(policy.CampaignID, policy.Number) policy.ListFact {
	return policy.ListFact{Known: policy.Absent, Open: true}
}

// Registry looks a number up.
func (w world) Registry(_ policy.AccountID, n policy.Number) policy.RegistryFact {
	f := policy.RegistryFact{Known: policy.Present, Answer: policy.Clear, AnsweredAt: epoch.AddDate(0, 0, -3), Submission: 1}
	k := kindOf(n)
	if k == opposed || k == outweighed {
		f.Answer, f.OpposedSince = policy.Opposed, epoch.AddDate(0, -2, 0)
	}
	if k == unchecked {
		f = policy.RegistryFact{Known: policy.Absent}
	}
	return f
}

// Others looks for the other numbers of a person.
func (w world) Others(_ store.Reader, _ policy.PrincipalID, n policy.Number) (others book.Others, err error) {
	first := w.personOf(n)
	for i := range policy.Number(atHome) {
		if one := first + i; first != 0 && one != n {
			others = append(others, book.Member{Number: one, Index: w.keys.Index(one)})
		}
	}
	return others, nil
}

// Person looks a number up: consents are all that there is.
func (w world) Person(_ store.Reader, a *policy.Attempt, _ bool) (book.Person, error) {
	p := book.Person{
		Consent: policy.ConsentFact{Known: policy.Absent}, Contract: policy.ContractFact{Known: policy.Absent},
		Request: policy.RequestFact{Known: policy.Absent}, Refusal: policy.RefusalFact{Known: policy.Absent},
		Hold: policy.HoldFact{Known: policy.Absent},
	}
	if kindOf(a.Called) == outweighed {
		p.Consent = policy.ConsentFact{
			Known: policy.Present, GivenAt: epoch.AddDate(0, -1, 0), Part: 1,
			Channels: 1 << policy.ChannelOperator, Evidence: "form 12",
		}
	}
	return p, nil
}
