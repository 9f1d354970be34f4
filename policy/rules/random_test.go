package rules

import (
	"math/rand/v2"
	"strings"
	"testing"

	"tregua/policy"
)

// axes are what may be otherwise of a random call: a call differs from the plain
// one on a few of them, by one of the words. Words of one axis that belong
// together are joined by a blank.
var axes = [...][]string{
	{"profile=it-code zone=Europe/Rome"},
	{"scope=platform"},
	{"over=latest_opposed", "over=never", "end_months=24", "refusal_ends=no"},
	{"at=2026-11-20T20:30", "at=2026-11-22T11:00", "at=2026-12-08T12:00", "at=2026-11-24T00:02", "at=2026-11-24T00:02 synced=no", "at=2026-12-05T10:00"},
	{"synced=no"},
	{"mapping=unmapped", "mapping=ambiguous", "reading=unreadable", "isup=393331234568", "reading=emergency"},
	{"ground=none", "ground=consent", "ground=consent", "ground=contract", "ground=request"},
	{"list=unknown", "row=none", "row=directory", "row=consent", "row=contract", "row=directory row_of=other_operator"},
	{"service=yes"},
	{"purpose=energy"},
	{"blacklist=unknown", "listed=2026-11-01T10:00", "listed=2026-11-19T10:00", "listed=undated", "listed=2026-11-01T10:00 all=yes"},
	{"synchronised=never", "synchronised=2026-11-19T10:30", "synchronised=2026-11-20T10:30", "synchronised=2026-11-22T10:30"},
	{"hold=unknown", "hold=2026-11-10T10:00"},
	{
		"registry=unknown", "registry=absent", "registry=not_asked", "answered=2026-11-01T10:00", "answered=2026-11-20T10:20",
		"registry=opposed", "registry=opposed since=2026-10-01T10:00", "registry=opposed answered=2026-11-18T10:00 since=2026-11-10T10:00",
	},
	{
		"consent=unknown", "consent=2026-11-05T10:00", "consent=2026-11-19T18:00", "consent=2024-01-01T10:00",
		"consent=2026-11-23T10:00", "consent=undated", "consent=2026-11-05T10:00 revoked=2026-11-10T10:00",
	},
	{"channel=automated", "channels=automated", "channels="},
	{"bundled=yes", "conditional=yes", "hops=3", "broken=yes", "evidence=", "suspended=2026-11-19T10:00", "consent_of=other_operator"},
	{
		"contract=unknown", "contract=2025-01-01T00:00", "contract=2026-11-21T00:00", "contract=2025-01-01T00:00 ended=2026-10-25T00:00",
		"contract=2025-01-01T00:00 ended=2026-09-01T00:00", "contract=2025-01-01T00:00 covers=energy",
	},
	{
		"request=unknown", "request=2026-11-19T20:00", "request=2026-11-18T09:00", "request=2026-11-21T09:00",
		"request=2026-11-19T20:00 agreed=2026-11-20T20:15", "request=2026-11-19T20:00 agreed=2026-11-22T11:20", "request=2026-11-01T10:00",
	},
	{
		"refusal=unknown", "refusal=2026-11-10T10:00", "refusal=2026-11-19T10:00", "cooling=240h refusal=2026-11-19T10:00",
		"cooling=240h refusal=2026-11-10T09:58 synced=no", "cooling=240h refusal=unknown",
	},
	{"bar=unknown", "bar=2026-11-18T10:00", "bar=2026-11-18T23:30", "bar=2026-11-10T10:00", "bar=2025-01-10T10:00", "bar=2024-11-24T10:00"},
	{"born=shadow", "pending=no", "of=others", "claimed=yes"},
	{"dial=preview", "dial=manual", "pledged=yes"},
	{"fault=store.failed", "fault=data.broken"},
	{"cap=3 rings=3", "cap=3 rings=2", "cap=3 rings=unknown", "cap-contacts=1 useful=1", "cap-own=3 cap-contacts=1 rings=2 useful=1"},
	{"gate=operator", "gate=none", "gate=unasked", "gate=unknown", "gate=none level=free"},
	{ // who calls, and from which list
		"mandate=unknown", "mandate=absent", "mandate=2026-01-01T00:00 ends=2026-11-20T09:00", "mandate=2026-12-01T00:00", "mandate=2026-12-01T00:00",
		"centre=unknown", "centre=AL roc=", "roc= entered=2026-11-19T10:00", "caller=unknown", "caller=absent", "withheld=yes", "whose=2",
		"sector=energy", "country=AL shown=IT", "list=absent", "list=absent off_list=allow", "list=unapproved", "list=suspended",
		"list=scanned", "list_origin=web", "list_ends=2026-11-20T09:00",
	},
}

// aCall is a random call: its words, and what they make.
type aCall struct {
	words string
	setting
}

// calls yields random calls, alike in every run.
func calls(t *testing.T, count int) func(func(*rand.Rand, *aCall) bool) {
	t.Helper()
	return func(yield func(*rand.Rand, *aCall) bool) {
		dice := rand.New(rand.NewPCG(5, 2018))
		for range count {
			c := &aCall{setting: *plain(t)}
			var said []string
			for _, axis := range axes {
				if dice.IntN(5) == 0 {
					said = append(said, strings.Fields(axis[dice.IntN(len(axis))])...)
				}
			}
			for _, w := range said {
				if err := c.set(w); err != nil {
					t.Fatalf("%s: %v", w, err)
				}
			}
			c.words = strings.Join(said, " ")
			if !yield(dice, c) {
				return
			}
		}
	}
}

// findings are what each rule of the table says of a call by itself, by the
// order of the table.
func (s *setting) findings(table []policy.Rule) []policy.Reason {
	all := make([]policy.Reason, len(table))
	for i := range table {
		all[i] = table[i].Judge(&s.params, &s.attempt, &s.facts).Reason
	}
	return all
}

// allowed says what becomes of the call by those findings, as [policy.Judge]
// does: a pass ends it, and any refusal refuses.
func allowed(all []policy.Reason) bool {
	for _, r := range all {
		if r == policy.Passes {
			return true
		}
		if r != policy.OK {
			return false
		}
	}
	return true
}
