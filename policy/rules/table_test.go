package rules

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

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
	for _, r := range Table().Rules() {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			grid(t, func(s setting, words string) {
				for _, fact := range []struct {
					need   policy.Needs
					values []string
				}{
					{policy.NeedsBlacklist, []string{"blacklist=absent", "blacklist=present"}},
					{policy.NeedsRegistry, []string{"registry=absent", "registry=clear", "registry=opposed"}},
					{policy.NeedsConsent, []string{"consent=absent", "consent=2026-11-01T10:00", "consent=2026-11-19T20:00"}},
					{policy.NeedsList, []string{"list=absent", "list=approved", "list=unapproved", "list=suspended", "list=scanned"}},
					{policy.NeedsBar, []string{"bar=absent", "bar=2026-11-10T10:00", "bar=2026-11-18T10:00"}},
				} {
					said := map[policy.Reason]bool{}
					for _, v := range fact.values {
						said[judge(t, r, s, v)] = true
					}
					name, _, _ := strings.Cut(fact.values[0], "=")
					unknown := judge(t, r, s, name+"=unknown")
					if len(said) > 1 && unknown != policy.NotRead && !said[policy.NotRead] {
						t.Errorf("%s, %s unknown: said %v, want not read", words, name, unknown)
					}
					if len(said) > 1 && r.Needs&fact.need == 0 {
						t.Errorf("%s: depends on %s, which its Needs leave out", words, name)
					}
					if unknown == policy.OK && len(said) > 1 {
						t.Errorf("%s: takes an unknown %s for a good one", words, name)
					}
				}
			})
		})
	}
}

func judge(t *testing.T, r policy.Rule, s setting, word string) policy.Reason {
	t.Helper()
	if err := s.set(word); err != nil {
		t.Fatal(err)
	}
	return r.Judge(&s.params, &s.attempt, &s.facts).Reason
}

// grid calls f with every combination of the words.
func grid(t *testing.T, f func(s setting, words string)) {
	t.Helper()
	axes := [][]string{
		{"profile=it", "profile=it-code", "over=latest_opposed", "over=never"},
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
		{"blacklist=unknown registry=unknown fault=store.failed", "refuse store.failed: store.failed store.failed"},
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
		{"list=absent blacklist=present", "refuse list.absent: list.absent blacklist.principal"},
		{"list=absent off_list=allow", "allow ok"},
		{"list=scanned list_origin=web", "refuse number.scanned: number.scanned list.origin"},
		{"list=suspended list_origin=web", "refuse provider.suspended: provider.suspended list.origin"},
		{"list=unknown fault=data.broken", "refuse data.broken: data.broken data.broken data.broken"},
		{"list=unknown blacklist=present fault=store.failed", "refuse store.failed: store.failed store.failed store.failed blacklist.principal"},
		{"bar=unknown blacklist=present", "refuse blacklist.principal: blacklist.principal"},
	} {
		s := plain(t)
		for w := range strings.FieldsSeq(tt.words) {
			if err := s.set(w); err != nil {
				t.Fatal(err)
			}
		}
		d := p.Judge(&s.attempt, &s.facts)
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
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%s:\n\tgot  %s\n\twant %s", tt.words, got, tt.want)
		}
	}
}

// TestJudgeAllocates: judging costs one allocation, the trail, and one more for
// a note that names a time.
func TestJudgeAllocates(t *testing.T) {
	p, err := policy.New(Table(), profile(t, "it-code"))
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{
		"ground=directory", "ground=consent", "registry=opposed", "blacklist=unknown", "reading=emergency",
		"bar=2026-11-10T10:00", "bar=2026-11-18T10:00",
	} {
		s := plain(t)
		if err := s.set(word); err != nil {
			t.Fatal(err)
		}
		want := 1.0
		if s.facts.Bar.Until.After(s.attempt.At) {
			want = 2
		}
		if n := testing.AllocsPerRun(100, func() { p.Judge(&s.attempt, &s.facts) }); n != want {
			t.Errorf("%s: %v allocations", word, n)
		}
	}
}

// TestCalendar holds the calendar of Italy against a table checked by hand. It
// fails when this year or the next is not in that table.
func TestCalendar(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/holidays-IT.txt")
	if err != nil {
		t.Fatal(err)
	}
	every := "01-01 01-06 04-25 05-01 06-02 08-15 11-01 12-08 12-25 12-26"
	days := calendars()["IT"]
	years := map[int]bool{}
	for line := range strings.Lines(string(b)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		first, err := time.Parse("2006", line[:4])
		if err != nil {
			t.Fatal(err)
		}
		year := first.Year()
		years[year] = true
		want := " " + every + line[4:]
		if year >= 2026 {
			want += " 10-04"
		}
		for d := first; d.Year() == year; d = d.AddDate(0, 0, 1) {
			if got, is := days.has(year, d.YearDay()), strings.Contains(want, d.Format("01-02")); got != is {
				t.Errorf("%s: a holiday: %v, want %v", d.Format(time.DateOnly), got, is)
			}
		}
	}
	for _, y := range []int{time.Now().Year(), time.Now().Year() + 1} {
		if !years[y] {
			t.Errorf("testdata/holidays-IT.txt does not cover %d: add its Easter, and look for new law", y)
		}
	}
}

func BenchmarkTable(b *testing.B) {
	for b.Loop() {
		Table()
	}
}

func BenchmarkJudge(b *testing.B) {
	code, err := readProfile("it-code")
	if err != nil {
		b.Fatal(err)
	}
	p, err := policy.New(Table(), code)
	if err != nil {
		b.Fatal(err)
	}
	a := policy.Attempt{
		Reading: policy.Readable, Called: 393331234567, Zone: "Europe/Rome", Mapping: policy.Mapped,
		Campaign: 1, Ground: policy.GroundDirectory, Dialled: policy.Dialled{At: time.Unix(1795000000, 0), Synced: true},
	}
	f := policy.Facts{List: policy.ListFact{Known: policy.Absent, Open: true}, Blacklist: policy.BlacklistFact{Known: policy.Absent}, Registry: policy.RegistryFact{
		Known: policy.Present, Answer: policy.Clear, AnsweredAt: time.Unix(1794900000, 0),
	}}
	b.ReportAllocs()
	for b.Loop() {
		p.Judge(&a, &f)
	}
}
