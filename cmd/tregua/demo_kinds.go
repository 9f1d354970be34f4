package main

import (
	"fmt"
	"time"

	"tregua/testbed/peers"
)

// The tech prefixes of the demo's trunk, one for each campaign.
const (
	byDirectory = "71" // acme/energia: numbers of the directory; open now
	byConsent   = "72" // acme/fibra: needs a consent; open now
	farAway     = "73" // acme/oltremare: numbers in New York, where it is closed now
	ofEnergy    = "74" // acme/luce: sells electricity, and says so
	byList      = "75" // acme/gas: numbers of its contact list only
	byTeam      = "76" // acme/sera: a team of its own, with a gate
)

// word is what one side should say, or said, of a call.
type word struct{ dialer, carrier, record string }

// kind is one kind of call: what is known of its numbers, how it is dialled,
// what the carrier does, and what everybody must say of it.
type kind struct {
	name   string
	calls  int
	forms  []string // how the numbers are written: %s is the national number
	dials  int      // how often every number is dialled, each time after the answer; 0: once
	abroad bool     // the numbers are in New York
	shadow bool     // they come by the trunk that is in shadow
	gate   int      // they come by the trunk with a gate, in this round of it; 0: all others, before

	registry  string        // the registry's answer: clear, opposed, or "" for never asked
	blacklist bool          // on the principal's blacklist
	consent   time.Duration // age of the consent; 0: none
	bought    bool          // a row of the contact list, from a provider that was suspended
	contract  bool          // a customer
	asked     bool          // the person asked to be called, after the registry's answer

	carrier peers.Behaviour
	call    peers.Call    // To aside; without From it shows the number that is registered
	onset   time.Duration // the operator begins to speak; noOperator: never
	want    word
	again   word // of the last dials, when there are several
}

// The age of the registry's answer, and consents on both sides of it.
const (
	answeredAgo = 48 * time.Hour
	newer       = 24 * time.Hour
	older       = 72 * time.Hour
)

const (
	talk  = time.Second
	ring  = 300 * time.Millisecond
	phone = 500 * time.Millisecond // of ringing before the dialer gives up: such a callee never answers
)

// kinds lists the calls of the demo, in the order of its table.
func kinds() []kind {
	answers := peers.Behaviour{Ring: ring, Status: 200}
	busy := peers.Behaviour{Ring: ring, Status: 486, Phrase: "Busy Here"}
	refused := func(status, reason string) word {
		return word{status + " " + reason, "nothing", "refused " + reason}
	}
	failed := func(status string) word { return word{status, status, "failed " + status} }
	connected := word{"200, heard the callee", "200, heard the operator", "B, operator at once"}
	unwatched, shadowed := connected, connected
	unwatched.record = "not watched, heard both"
	shadowed.record += ", would be refused registry.opposed"
	allForms := []string{byDirectory + "0039%s", byDirectory + "%s", byDirectory + "39%s"}
	energia, fibra, gas := allForms[:1], []string{byConsent + "0039%s"}, []string{byList + "0039%s"}
	return append([]kind{
		{name: "connected, the dialer ends it", calls: 36, forms: allForms, registry: "clear", carrier: answers, call: peers.Call{Talk: talk}, want: connected},
		{name: "connected, the callee ends it", calls: 20, forms: energia, registry: "clear", carrier: peers.Behaviour{Ring: ring, Status: 200, HangUp: talk}, want: connected},
		{name: "busy", calls: 20, forms: energia, registry: "clear", carrier: busy, want: failed("486")},
		{name: "no answer, the carrier says 480", calls: 15, forms: energia, registry: "clear", carrier: peers.Behaviour{Ring: 3 * ring, Status: 480, Phrase: "Temporarily Unavailable"}, want: failed("480")},
		{name: "number not assigned", calls: 10, forms: energia, registry: "clear", carrier: peers.Behaviour{Status: 404, Phrase: "Not Found"}, want: failed("404")},
		{name: "no answer, the dialer cancels", calls: 20, forms: energia, registry: "clear", call: peers.Call{CancelAfter: phone}, want: word{"487 after CANCEL", "CANCEL", "cancelled"}},
		{name: "opposed", calls: 20, forms: allForms, registry: "opposed", carrier: answers, want: refused("603", "registry.opposed")},
		{name: "never asked of the registry", calls: 10, forms: energia, carrier: answers, want: refused("480", "registry.unchecked")},
		{name: "blacklisted", calls: 15, forms: allForms, registry: "clear", blacklist: true, carrier: answers, want: refused("603", "blacklist.principal")},
		{name: "no consent", calls: 15, forms: fibra, registry: "clear", carrier: answers, want: refused("603", "consent.missing")},
		{name: "consent older than the opposition", calls: 10, forms: fibra, registry: "opposed", consent: older, carrier: answers, want: refused("603", "registry.opposed")},
		{name: "consent newer than the opposition", calls: 15, forms: fibra, registry: "opposed", consent: newer, carrier: answers, call: peers.Call{Talk: talk}, want: connected},
		{name: "opposed, but a customer", calls: 5, forms: energia, registry: "opposed", contract: true, carrier: answers, call: peers.Call{Talk: talk}, want: connected},
		{name: "opposed, but asked for the call", calls: 5, forms: energia, registry: "opposed", asked: true, carrier: answers, call: peers.Call{Talk: talk}, want: connected},
		{name: "opposed, on a trunk in shadow", calls: 5, forms: energia, shadow: true, registry: "opposed", carrier: answers, call: peers.Call{Talk: talk}, want: shadowed},
		{name: "off-list", calls: 10, forms: gas, registry: "clear", carrier: answers, want: refused("603", "list.absent")},
		{name: "provider suspended", calls: 10, forms: gas, registry: "clear", bought: true, carrier: answers, want: refused("603", "provider.suspended")},
		{name: "outside hours", calls: 15, forms: []string{farAway + "001%s"}, abroad: true, registry: "clear", carrier: answers, want: refused("480", "hours.closed")},
		{name: "shows a number of nobody's", calls: 5, forms: energia, registry: "clear", carrier: answers, call: peers.Call{From: "0298765432"}, want: refused("603", "callerid.unregistered")},
		{name: "hides its number", calls: 5, forms: energia, registry: "clear", carrier: answers, call: peers.Call{From: "anonymous"}, want: refused("603", "callerid.withheld")},
		{name: "sells energy, nobody asked", calls: 5, forms: []string{ofEnergy + "0039%s"}, registry: "clear", carrier: answers, want: refused("603", "sector.unasked")},
		{name: "no campaign", calls: 10, forms: []string{"0039%s"}, registry: "clear", carrier: answers, want: refused("480", "campaign.unknown")},
		{name: "emergency", calls: 4, forms: []string{"112"}, carrier: answers, call: peers.Call{Talk: talk}, want: unwatched},
		{name: "unreadable number", calls: 10, forms: []string{byDirectory + "n-%s", "anna%s"}, carrier: answers, want: refused("603", "number.unreadable")},
		{
			name: "busy three times, then once more", calls: 5, forms: energia, registry: "clear", dials: 4, carrier: busy,
			want: failed("486"), again: refused("480", "frequency.attempts"),
		},
		{
			name: "refused, then dialled again", calls: 10, forms: energia, registry: "opposed", dials: 2, carrier: answers,
			want: refused("603", "registry.opposed"), again: word{"603 registry.opposed", "nothing", "a repeat of the first"},
		},
	}, append(silentKinds(energia), gateKinds()...)...)
}

// plan is one call to be placed, and the one that repeats it.
type plan struct {
	kind   *kind
	number string // in E.164 with plus
	user   string // as dialled
}

// plans gives every call of every kind a number of its own.
func plans(all []kind) []plan {
	var list []plan
	for k := range all {
		kind := &all[k]
		for i := range kind.calls {
			country, national := "39", fmt.Sprintf("333%02d%05d", k, i)
			if kind.abroad {
				country, national = "1", fmt.Sprintf("212%03d%04d", 200+k, i)
			}
			user := kind.forms[i%len(kind.forms)]
			if user != "112" {
				user = fmt.Sprintf(user, national)
			}
			list = append(list, plan{kind: kind, number: "+" + country + national, user: user})
		}
	}
	return list
}
