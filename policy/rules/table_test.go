package rules

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tregua/policy"
)

// TestTable: a policy can be made of the table, every rule says what it rests
// on, and the profile has a section for it under its name.
func TestTable(t *testing.T) {
	t.Parallel()
	it := profile(t, "it")
	if _, err := policy.New(Table(), it, profile(t, "it-code")); err != nil {
		t.Fatal(err)
	}
	sections := reflect.ValueOf(it)
	for _, r := range Table().Rules() {
		if r.Law == "" {
			t.Errorf("%s rests on nothing", r.Name)
		}
		found := false
		for i := range sections.NumField() {
			if sections.Type().Field(i).Tag.Get("yaml") == r.Name {
				found = sections.Field(i).FieldByName("Source").String() != ""
			}
		}
		if !found {
			t.Errorf("profile it has no section %q with a source", r.Name)
		}
	}
	files, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".txt")
		if !strings.HasPrefix(name, "holidays-") && !isRule(name) {
			t.Errorf("testdata/%s belongs to no rule", f.Name())
		}
	}
}

func isRule(name string) bool {
	for _, r := range Table().Rules() {
		if r.Name == name {
			return true
		}
	}
	return false
}

// TestUnknown holds the law of facts: over a grid of calls, a rule that gives
// the same answer whatever a fact is may leave it unread; one that does not
// must say so when the fact is unknown. And it looks only at facts it Needs.
func TestUnknown(t *testing.T) {
	t.Parallel()
	table := Table().Rules()
	grid(t, func(s setting, words string) {
		for _, fact := range []struct {
			need   policy.Needs
			values []string
		}{
			{policy.NeedsBlacklist, []string{"blacklist=absent", "blacklist=present"}},
			{policy.NeedsRegistry, []string{"registry=absent", "registry=clear", "registry=opposed"}},
			{policy.NeedsConsent, []string{"consent=absent", "consent=2026-11-01T10:00", "consent=2026-11-19T20:00"}},
			{policy.NeedsList, []string{"list=absent", "list=approved", "list=unapproved", "list=suspended", "list=scanned", "row=consent", "row=directory", "row=contract"}},
			{policy.NeedsHold, []string{"hold=absent", "hold=2026-11-19T10:00"}},
			{policy.NeedsContract, []string{"contract=absent", "contract=2025-01-01T00:00"}},
			{policy.NeedsRequest, []string{"request=absent", "request=2026-11-19T10:00"}},
			{policy.NeedsRefusal, []string{"refusal=absent", "refusal=2026-11-20T09:00"}},
			{policy.NeedsMandate, []string{"mandate=absent", "mandate=2026-01-01T00:00", "mandate=2027-01-01T00:00"}},
			{policy.NeedsCallCentre, []string{"centre=absent", "centre=IT", "centre=AL"}},
			{policy.NeedsCaller, []string{"caller=absent", "caller=present"}},
			{policy.NeedsRings, []string{"rings=absent", "rings=2", "rings=3"}},
			{policy.NeedsGate, []string{"gate=absent", "gate=none", "gate=operator", "gate=unasked"}},
			{policy.NeedsBar, []string{"bar=absent", "bar=2026-11-10T10:00", "bar=2026-11-18T10:00"}},
		} {
			name, _, _ := strings.Cut(fact.values[0], "=")
			unknown := with(t, s, name+"=unknown")
			known := make([]setting, len(fact.values))
			for i, v := range fact.values {
				known[i] = with(t, s, v)
			}
			for i := range table {
				takesUnknown(t, &table[i], fact.need, known, unknown, words+", "+name)
			}
		}
	})
}

// takesUnknown holds the law for one rule and one fact.
func takesUnknown(t *testing.T, r *policy.Rule, need policy.Needs, known []setting, unknown setting, words string) {
	t.Helper()
	judge := func(s *setting) policy.Reason { return r.Judge(&s.params, &s.attempt, &s.facts).Reason }
	said := make([]policy.Reason, 0, 4)
	for i := range known {
		if reason := judge(&known[i]); !slices.Contains(said, reason) {
			said = append(said, reason)
		}
	}
	if len(said) == 1 {
		return
	}
	got := judge(&unknown)
	if got != policy.NotRead && !slices.Contains(said, policy.NotRead) {
		t.Errorf("%s: %s unknown: said %v, want not read", r.Name, words, got)
	}
	if r.Needs&need == 0 {
		t.Errorf("%s: depends on %s, which its Needs leave out", r.Name, words)
	}
	if got == policy.OK {
		t.Errorf("%s: takes an unknown for a good one: %s", r.Name, words)
	}
}

// with returns the setting with one word more.
func with(t *testing.T, s setting, word string) setting {
	t.Helper()
	if err := s.set(word); err != nil {
		t.Fatal(err)
	}
	return s
}

// grid calls f with every combination of the words.
func grid(t *testing.T, f func(s setting, words string)) {
	t.Helper()
	axes := [][]string{
		{"profile=it", "profile=it-code", "over=latest_opposed", "over=never", "cooling=240h"},
		{"ground=none", "ground=directory", "ground=consent"},
		{"blacklist=unknown", "blacklist=absent", "blacklist=present"},
		{"registry=unknown", "registry=absent", "registry=clear", "registry=opposed"},
		{"consent=unknown", "consent=absent", "consent=2026-11-01T10:00", "consent=2026-11-19T20:00"},
		{"at=2026-11-20T10:00", "at=2026-11-22T10:00", "at=2026-12-20T10:00"},
		{"dial=predictive", "dial=preview"},
	}
	var walk func(s setting, words string, axes [][]string)
	walk = func(s setting, words string, axes [][]string) {
		if len(axes) == 0 {
			f(s, words)
			return
		}
		for _, w := range axes[0] {
			next := s
			if err := next.set(w); err != nil {
				t.Fatal(err)
			}
			walk(next, words+" "+w, axes[1:])
		}
	}
	walk(*plain(t), "", axes)
}

// TestOrder: of several reasons the most lasting one is heard, and what no
// number or no campaign is known for is not looked up.
func TestOrder(t *testing.T) {
	t.Parallel()
	p, err := policy.New(Table(), profile(t, "it-code"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ words, want string }{
		{"", "allow ok"},
		{
			"blacklist=present registry=opposed at=2026-11-22T10:00",
			"refuse blacklist.principal: blacklist.principal registry.opposed hours.closed",
		},
		{"registry=opposed at=2026-11-22T10:00", "refuse registry.opposed: registry.opposed hours.closed"},
		{"ground=none at=2026-11-22T10:00", "refuse ground.none: ground.none hours.closed"},
		{"ground=consent registry=absent", "refuse registry.unchecked: registry.unchecked consent.missing"},
		{"ground=consent consent=2026-11-01T10:00 registry=opposed since=2026-10-01T10:00", "allow ok"},
		{
			"ground=consent consent=2026-09-01T10:00 registry=opposed since=2026-10-01T10:00",
			"refuse registry.opposed: registry.opposed",
		},
		{
			"reading=unreadable mapping=unmapped blacklist=unknown registry=unknown",
			"refuse number.unreadable: number.unreadable campaign.unknown",
		},
		{
			"mapping=ambiguous blacklist=unknown registry=unknown consent=unknown ground=none",
			"refuse campaign.ambiguous: campaign.ambiguous ground.none",
		},
		{"blacklist=unknown registry=unknown fault=store.failed", "refuse store.failed: store.failed store.failed store.failed"},
		{"blacklist=unknown", "refuse data.broken: data.broken"},
		{"blacklist=present registry=unknown", "refuse blacklist.principal: blacklist.principal"},
		{"reading=emergency mapping=unmapped blacklist=unknown fault=desk.busy at=2026-11-22T03:00", "allow ok"},
		{"reading=emergency bar=2026-11-18T10:00", "allow ok"},
		{"bar=2026-11-18T10:00", "refuse bar.silent: bar.silent operator.unpledged"},
		{"bar=2026-11-18T10:00 dial=preview", "refuse bar.silent: bar.silent"},
		{"bar=2026-11-18T10:00 pledged=yes claimed=yes", "refuse bar.silent: bar.silent operator.claimed"},
		{"bar=2026-11-18T10:00 at=2026-11-22T10:00", "refuse bar.silent: bar.silent operator.unpledged hours.closed"},
		{"bar=2026-11-18T10:00 registry=opposed", "refuse registry.opposed: registry.opposed bar.silent operator.unpledged"},
		{"bar=2026-11-10T10:00", "refuse operator.unpledged: operator.unpledged"},
		{"bar=2026-11-10T10:00 pledged=yes", "allow ok claims contact"},
		{"bar=2026-11-10T10:00 dial=manual at=2026-11-22T10:00", "refuse hours.closed: hours.closed"},
		{"bar=2026-11-10T10:00 dial=manual blacklist=present", "refuse blacklist.principal: blacklist.principal"},
		{"bar=2026-11-18T10:00 born=shadow", "allow ok"},
		{"bar=unknown fault=store.failed", "refuse store.failed: store.failed store.failed"},
		{"bar=unknown", "refuse data.broken: data.broken"},
		{"rings=3", "refuse frequency.attempts: frequency.attempts"},
		{"rings=unknown", "refuse data.broken: data.broken"},
		{"rings=3 bar=2026-11-18T10:00", "refuse bar.silent: bar.silent operator.unpledged"},
		{"list=absent blacklist=present", "refuse list.absent: list.absent blacklist.principal"},
		{"list=absent off_list=allow", "allow ok"},
		{"list=scanned list_origin=web", "refuse number.scanned: number.scanned list.origin"},
		{"list=suspended list_origin=web", "refuse provider.suspended: provider.suspended list.origin"},
		{"list=unknown fault=data.broken", "refuse data.broken: data.broken data.broken data.broken data.broken data.broken data.broken"},
		{"list=unknown blacklist=present fault=store.failed", "refuse store.failed: store.failed store.failed store.failed blacklist.principal store.failed store.failed store.failed"},
		{"bar=unknown blacklist=present", "refuse blacklist.principal: blacklist.principal"},
		{
			"listed=2026-11-01T10:00 synchronised=never hold=2026-11-10T10:00 ground=none",
			"refuse blacklist.principal: blacklist.principal blacklist.stale hold.complaint ground.none",
		},
		// What lifts one refusal leaves the others.
		{"listed=2026-11-01T10:00 request=2026-11-19T10:00 registry=opposed", "allow ok"},
		{"listed=2026-11-01T10:00 request=2026-11-19T10:00 synchronised=never", "refuse blacklist.stale: blacklist.stale"},
		{"listed=2026-11-01T10:00 contract=2025-01-01T00:00 registry=opposed", "refuse blacklist.principal: blacklist.principal"},
		{"ground=consent contract=2025-01-01T00:00 registry=opposed", "allow ok"},
		{"ground=none service=yes registry=absent listed=2026-11-01T10:00 at=2026-11-22T10:00", "allow ok"},
		{"ground=none service=yes hold=2026-11-10T10:00", "refuse hold.complaint: hold.complaint"},
		{"bar=2026-11-18T10:00 request=2026-11-19T10:00", "refuse operator.unpledged: operator.unpledged"},
		{"bar=2026-11-18T10:00 request=2026-11-19T10:00 dial=preview", "allow ok claims contact"},
		{"registry=opposed contract=unknown fault=store.failed", "refuse store.failed: store.failed"},
		{"contract=unknown request=unknown fault=store.failed", "allow ok"},
		{"mandate=absent blacklist=present", "refuse mandate.none: mandate.none blacklist.principal"},
		{"whose=2 roc= blacklist=present", "refuse callerid.unregistered: callerid.unregistered blacklist.principal callcentre.unregistered"},
		{"country=AL sector=energy", "refuse origin.foreign: origin.foreign sector.unasked"},
		{"roc= registry=opposed", "refuse callcentre.unregistered: callcentre.unregistered registry.opposed"},
		{"roc= entered=2026-11-19T10:00", "allow ok callcentre.unregistered"},
		{"roc= entered=2026-11-19T10:00 blacklist=present", "refuse blacklist.principal: blacklist.principal callcentre.unregistered"},
		{"mapping=unmapped mandate=unknown centre=unknown caller=unknown", "refuse campaign.unknown: campaign.unknown"},
		{"mandate=unknown", "refuse data.broken: data.broken"},
		{"reading=emergency mandate=absent caller=absent withheld=yes roc=", "allow ok"},
	} {
		s := plain(t)
		for w := range strings.FieldsSeq(tt.words) {
			if err := s.set(w); err != nil {
				t.Fatal(err)
			}
		}
		if got := said(p.Judge(&s.attempt, &s.facts)); got != tt.want {
			t.Errorf("%s:\n\tgot  %s\n\twant %s", tt.words, got, tt.want)
		}
	}
}

// said is a decision in words: verdict and reason, the reasons of its trail, claim.
func said(d policy.Decision) string {
	got := []string{d.Verdict.String(), d.Reason.String()}
	if d.Verdict == policy.Refuse {
		got[1] += ":"
	}
	for _, f := range d.Trail {
		if f.Reason != policy.OK {
			got = append(got, f.Reason.String())
		}
	}
	if d.Claim != policy.NoClaim {
		got = append(got, "claims "+d.Claim.String())
	}
	return strings.Join(got, " ")
}
