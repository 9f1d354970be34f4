package complaint_test

import (
	"bytes"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/complaint"
	"tregua/policy/ledger"
	"tregua/policy/report/page"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/memory"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

const number = policy.Number(393331234567)

func valid() complaint.Complaint {
	return complaint.Complaint{
		Number: number, Principal: "acme", Channel: "agcom", Received: noon.Add(-time.Hour), From: noon.Add(-48 * time.Hour), Until: noon.Add(-time.Hour), OpenedBy: "anna",
	}
}

func noHold(string) ([]string, error) { return nil, nil }

func noRelease(complaint.Complaint, []complaint.Complaint) error { return nil }

// TestFile: what is entered is there after a start, sealed, and in order.
func TestFile(t *testing.T) {
	t.Parallel()
	st := memory.New()
	keys, err := seal.NewKeys(strings.NewReader(strings.Repeat("key ", 100)))
	if err != nil {
		t.Fatal(err)
	}
	now := noon
	open := func() *complaint.File {
		f, err := complaint.OpenFile(st, keys, func() time.Time { return now })
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f := open()
	first, err := f.Open(valid(), func(id string) ([]string, error) { return []string{"acme", id}, nil })
	if err != nil || first.ID != "C1" || first.Held[1] != "C1" || !first.OpenedAt.Equal(noon) {
		t.Fatalf("%+v, %v", first, err)
	}
	late := valid()
	late.Number++
	late.Received, late.From, late.Until = noon.Add(-20*24*time.Hour), noon.Add(-22*24*time.Hour), noon.Add(-21*24*time.Hour)
	if _, err := f.Open(late, noHold); err != nil {
		t.Fatal(err)
	}
	for days, want := range map[int]int{9: 0, 10: 1, 30: 2} {
		if open, due := f.Due(noon.AddDate(0, 0, days)); open != 2 || due != want {
			t.Errorf("%d are open, %d due in %d days", open, due, days)
		}
	}
	refused := errors.New("the store is full")
	if _, err := f.Open(valid(), func(string) ([]string, error) { return nil, refused }); !errors.Is(err, refused) {
		t.Errorf("without its hold: %v", err)
	}
	if _, err := f.Close("C2", "berta", "rejected", "none of ours", noRelease); err != nil {
		t.Fatal(err)
	}
	for row, err := range st.Scan(nil, nil) {
		if err != nil || bytes.Contains(row.Value, []byte("333123456")) || bytes.Contains(row.Value, []byte("acme")) {
			t.Errorf("row %x is not sealed: %v", row.Key, err)
		}
	}
	now = now.Add(time.Hour)
	f = open()
	all := f.All()
	if len(all) != 2 || all[0].Number != number || all[1].Outcome != "rejected" || all[1].ClosedBy != "berta" || all[1].Open() {
		t.Errorf("after a start: %+v", all)
	}
	if c, found := f.About(number); !found || c.ID != "C1" {
		t.Errorf("about the number: %v %v", c, found)
	}
	if _, found := f.About(number + 1); found {
		t.Error("an answered complaint is open")
	}
	if third, err := f.Open(valid(), noHold); err != nil || third.ID != "C3" {
		t.Errorf("%s, %v", third.ID, err)
	}
}

// TestPurge: a complaint goes when it was closed before the term began, unless its
// number is held; its ID is never given again, also after a start.
func TestPurge(t *testing.T) {
	t.Parallel()
	st := memory.New()
	keys, err := seal.NewKeys(strings.NewReader(strings.Repeat("key ", 100)))
	if err != nil {
		t.Fatal(err)
	}
	now := noon
	open := func() *complaint.File {
		f, err := complaint.OpenFile(st, keys, func() time.Time { return now })
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	f := open()
	for i := range 4 { // closed at noon, an hour later, open, closed and held
		c := valid()
		c.Number += policy.Number(i)
		if c, err = f.Open(c, noHold); err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			now = now.Add(time.Hour)
		}
		if i != 2 {
			if _, err := f.Close(c.ID, "berta", "rejected", "", noRelease); err != nil {
				t.Fatal(err)
			}
		}
	}
	ids := func() string {
		var all strings.Builder
		for _, c := range f.All() {
			all.WriteString(c.ID)
		}
		return all.String()
	}
	held := func(n policy.Number) bool { return n == number+3 }
	mark := []byte{0x46}
	told := func(n int) (store.Row, error) { return store.Row{Key: mark, Value: []byte{byte(n)}}, nil }
	for _, step := range []struct {
		before time.Time
		dry    bool
		count  int
		left   string
	}{
		{before: noon, count: 0, left: "C1C2C3C4"},
		{before: noon.Add(1), dry: true, count: 1, left: "C1C2C3C4"},
		{before: noon.Add(1), count: 1, left: "C2C3C4"},
		{before: noon.Add(time.Hour), count: 0, left: "C2C3C4"},
		{before: noon.AddDate(9, 0, 0), count: 1, left: "C3C4"},
	} {
		how := told
		if step.dry {
			how = nil
		}
		count, err := f.Purge(step.before, held, how)
		value, found, getErr := st.Get(mark)
		if went := count > 0 && !step.dry; getErr != nil || found != went || went && int(value[0]) != count {
			t.Errorf("before %s: %d went and the row says %v, %v", step.before, count, value, getErr)
		}
		if err := st.Commit(store.Batch{Delete: [][]byte{mark}}); err != nil {
			t.Fatal(err)
		}
		if err != nil || count != step.count || ids() != step.left {
			t.Errorf("before %s: %d went and %s are left, %v; want %d and %s", step.before, count, ids(), err, step.count, step.left)
		}
		if f = open(); ids() != step.left {
			t.Errorf("before %s: after a start %s are left, want %s", step.before, ids(), step.left)
		}
	}
	nobody := func(policy.Number) bool { return false }
	if n, err := f.Purge(noon.AddDate(9, 0, 0), nobody, told); n != 1 || err != nil {
		t.Errorf("without a hold %d went, %v", n, err)
	}
	f = open()
	if c, err := f.Open(valid(), noHold); err != nil || c.ID != "C5" {
		t.Errorf("the next is %s, %v", c.ID, err)
	}
	if _, err := f.Get("C4"); !errors.Is(err, complaint.ErrUnknown) {
		t.Errorf("one that is gone: %v", err)
	}
}

func TestInput(t *testing.T) {
	t.Parallel()
	keys, err := seal.NewKeys(strings.NewReader(strings.Repeat("key ", 100)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := complaint.OpenFile(memory.New(), keys, func() time.Time { return noon })
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*complaint.Complaint){
		"it names no number":  func(c *complaint.Complaint) { c.Number = 0 },
		`channel "post": use`: func(c *complaint.Complaint) { c.Channel = "post" },
		"write when it came":  func(c *complaint.Complaint) { c.Received = noon.Add(time.Second) },
		"is no time":          func(c *complaint.Complaint) { c.Until = c.From },
		"has not come yet":    func(c *complaint.Complaint) { c.Until = noon.Add(time.Second) },
		"more than two years": func(c *complaint.Complaint) { c.From = noon.AddDate(-3, 0, 0) },
	} {
		c := valid()
		change(&c)
		if _, err := f.Open(c, noHold); !errors.Is(err, complaint.ErrInput) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
	if _, err := f.Open(valid(), noHold); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Open(valid(), noHold); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Close("C2", "anna", "upheld", "", noRelease); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ id, outcome, want string }{
		{"C2", "rejected", "C2 was closed on 2026-11-23 as upheld"},
		{"C1", "won", `outcome "won": use one of`},
		{"C7", "upheld", `"C7": there is no such complaint`},
		{"", "upheld", "no such"},
	} {
		if _, err := f.Close(c.id, "anna", c.outcome, "", noRelease); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("close %s as %s: %v", c.id, c.outcome, err)
		}
	}
}

// hours gives summaries.
func hours(list ...ledger.Summary) iter.Seq2[ledger.Summary, error] {
	return func(yield func(ledger.Summary, error) bool) {
		for _, s := range list {
			if !yield(s, nil) {
				return
			}
		}
	}
}

func hour(n int, first, records uint64) ledger.Summary {
	from := noon.Add(time.Duration(n) * time.Hour)
	s := ledger.Summary{Hour: ledger.Hour{From: from, To: from.Add(time.Hour)}, First: first, Records: records, Trunks: []ledger.TrunkSummary{{Trunk: "dialer"}}}
	if records > 0 {
		s.Last = first + records - 1
	}
	return s
}

// TestCover: what no summary covers, or one that does not follow on the last, is
// missing; a stop and a bypass are told.
func TestCover(t *testing.T) {
	t.Parallel()
	begun := hour(0, 0, 3)
	begun.From, begun.Starts = time.Time{}, []ledger.Start{{At: noon.Add(20 * time.Minute)}}
	stopped := hour(1, 4, 2)
	stopped.Gaps = []ledger.Gap{{From: noon.Add(70 * time.Minute), To: noon.Add(80 * time.Minute)}}
	stopped.Modes = []ledger.ModeSpan{{Trunk: "dialer", Mode: "shadow", From: noon, To: noon.Add(2 * time.Hour)}, {Trunk: "dialer", Mode: "bypass", From: noon.Add(90 * time.Minute), To: noon.Add(2 * time.Hour)}}
	for name, c := range map[string]struct {
		from, until time.Duration
		list        []ledger.Summary
		missing     []time.Duration // from, until, …
		records     uint64
	}{
		"whole":            {0, 3 * time.Hour, []ledger.Summary{hour(0, 0, 3), hour(1, 4, 0), hour(2, 5, 4)}, nil, 7},
		"within an hour":   {10 * time.Minute, 20 * time.Minute, []ledger.Summary{hour(0, 5, 3)}, nil, 3},
		"nothing":          {0, time.Hour, nil, []time.Duration{0, time.Hour}, 0},
		"the end":          {0, 2 * time.Hour, []ledger.Summary{hour(0, 0, 3)}, []time.Duration{time.Hour, 2 * time.Hour}, 3},
		"between":          {0, 3 * time.Hour, []ledger.Summary{hour(0, 0, 3), hour(2, 4, 1)}, []time.Duration{time.Hour, 2 * time.Hour}, 4},
		"a record":         {0, 2 * time.Hour, []ledger.Summary{hour(0, 0, 3), hour(1, 5, 1)}, []time.Duration{time.Hour, 2 * time.Hour}, 4},
		"before there was": {0, 2 * time.Hour, []ledger.Summary{begun, hour(1, 4, 1)}, []time.Duration{0, 20 * time.Minute}, 4},
		"stop and bypass":  {0, 2 * time.Hour, []ledger.Summary{hour(0, 0, 3), stopped}, nil, 5},
	} {
		got, err := complaint.Cover(noon.Add(c.from), noon.Add(c.until), hours(c.list...))
		if err != nil || got.Complete != (c.missing == nil) || got.Records != c.records {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		var missing []time.Duration
		for _, m := range got.Missing {
			missing = append(missing, m.From.Sub(noon), m.Until.Sub(noon))
		}
		if len(missing) != len(c.missing) || len(missing) > 0 && (missing[0] != c.missing[0] || missing[1] != c.missing[1]) {
			t.Errorf("%s: %v is missing, want %v", name, missing, c.missing)
		}
		told := len(got.Stopped) == 1 && len(got.Bypassed) == 1 && got.Bypassed[0].From.Equal(noon.Add(90*time.Minute))
		if told != (name == "stop and bypass") {
			t.Errorf("%s: stopped %v, bypassed %v", name, got.Stopped, got.Bypassed)
		}
	}
	broken := errors.New("a month cannot be read")
	if _, err := complaint.Cover(noon, noon.Add(time.Hour), func(yield func(ledger.Summary, error) bool) { yield(ledger.Summary{}, broken) }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// TestStatement: it is made of whole records without a call, and says what it is.
func TestStatement(t *testing.T) {
	t.Parallel()
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := complaint.Cover(noon, noon.Add(time.Hour), hours(hour(0, 5, 3)))
	if err != nil {
		t.Fatal(err)
	}
	paper := func() complaint.Paper {
		return complaint.Paper{
			Kind: "sheet", Complaint: "C1", Number: "+393331234567", Principal: "acme", Channel: "agcom", CallerID: "02 1234", Node: "edge (1)", Coverage: whole,
			Received: noon.Add(time.Hour), Deadline: noon.Add(721 * time.Hour), Made: noon.Add(2 * time.Hour),
		}
	}
	for lang, want := range map[page.Lang]string{
		page.English: "From 23/11/2026 13:00:00 CET to 23/11/2026 14:00:00 CET no attempt on behalf of acme from caller id 02 1234 to +393331234567 passed instance edge (1). Trunks used: dialer. The records are complete from sequence 5 to 7.",
		page.Italian: "Dal 23/11/2026 13:00:00 CET al 23/11/2026 14:00:00 CET nessun tentativo per conto di acme dal numero chiamante 02 1234 verso +393331234567 è transitato sull'istanza edge (1). Trunk utilizzati: dialer. Le registrazioni sono complete dalla sequenza 5 alla 7.",
	} {
		l := complaint.Language{Lang: lang, Zone: rome}
		p := paper()
		if err := p.State(l); err != nil || p.Says != want || p.Name() != "complaint-c1-statement" {
			t.Errorf("%s: %q, %v", lang, p.Says, err)
		}
		html, err := p.Sheet(l).HTML()
		if err != nil || !strings.Contains(string(html), "no proof that nobody called") && !strings.Contains(string(html), "Non prova che nessuno") {
			t.Errorf("%s: it does not say what it is not: %v", lang, err)
		}
		if pdf, err := p.Sheet(l).PDF(p.Made); err != nil || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
			t.Errorf("%s: %v", lang, err)
		}
	}
	l := complaint.Language{Lang: page.English, Zone: rome}
	part := paper()
	part.Coverage.Trunks = slices.Clone(whole.Trunks)
	part.Coverage.Narrow([]string{"dialer"})
	if err := part.State(l); err != nil || !strings.HasSuffix(part.Says, "passed instance edge (1). Trunks used: dialer. The records are complete.") {
		t.Errorf("to a tenant: %q, %v", part.Says, err)
	}
	if html, err := part.Sheet(l).HTML(); err != nil || strings.Contains(string(html), "Anchored") || strings.Contains(string(html), "by sequence") {
		t.Errorf("to a tenant it tells what the node records: %v\n%s", err, html)
	}
	if data, err := part.JSON(); err != nil || slices.ContainsFunc([]string{`"records"`, `"first"`, `"last"`, `"anchored"`}, func(key string) bool { return bytes.Contains(data, []byte(key)) }) {
		t.Errorf("to a tenant it tells what the node records: %v\n%s", err, data)
	}
	called := paper()
	called.Calls = []complaint.Call{{Receipt: "x"}}
	if err := called.State(l); !errors.Is(err, complaint.ErrCalls) {
		t.Errorf("after a call: %v", err)
	}
	torn := paper()
	if torn.Coverage, err = complaint.Cover(noon, noon.Add(2*time.Hour), hours(hour(0, 5, 3))); err != nil {
		t.Fatal(err)
	}
	if err := torn.State(l); !errors.Is(err, complaint.ErrUncovered) || !strings.Contains(err.Error(), "2026-11-23T13:00:00Z to 2026-11-23T14:00:00Z") {
		t.Errorf("without the records: %v", err)
	}
	purged := paper()
	purged.Gone = []ledger.Gone{{Month: "2026-11", Class: "refused", Until: noon}}
	if err := purged.State(l); !errors.Is(err, complaint.ErrUncovered) || !strings.Contains(err.Error(), "refused records of 2026-11, up to 2026-11-23T12:00:00Z, are over their term") {
		t.Errorf("after a purge: %v", err)
	}
	if html, err := purged.Sheet(l).HTML(); err != nil || !strings.Contains(string(html), "2026-11 refused calls, up to 23/11/2026 13:00:00 CET") {
		t.Errorf("the sheet does not say what is gone: %v\n%s", err, html)
	}
}

// TestDeadline: a month, and 30 days at the latest (GDPR art. 12(3)).
func TestDeadline(t *testing.T) {
	t.Parallel()
	for received, want := range map[string]string{
		"2026-11-23": "2026-12-23", "2026-12-23": "2027-01-22", "2027-02-01": "2027-03-01", "2027-01-31": "2027-02-28", "2028-01-31": "2028-02-29", "2027-01-30": "2027-02-28",
	} {
		at, err := time.Parse(time.DateOnly, received)
		if err != nil {
			t.Fatal(err)
		}
		c := complaint.Complaint{Received: at}
		if got := c.Deadline().Format(time.DateOnly); got != want {
			t.Errorf("received on %s it is due on %s, want %s", received, got, want)
		}
	}
}

// TestNarrow: who sees two trunks learns of no other one.
func TestNarrow(t *testing.T) {
	t.Parallel()
	c := complaint.Coverage{
		Records: 3, First: 5, Last: 7,
		Trunks: []string{"dialer", "north", "south"}, Stopped: []complaint.Span{{From: noon}},
		Bypassed: []complaint.Span{{From: noon, Trunk: "south"}, {From: noon, Trunk: "north"}},
	}
	c.Narrow([]string{"north", "dialer"})
	if strings.Join(c.Trunks, " ") != "dialer north" || len(c.Bypassed) != 1 || c.Bypassed[0].Trunk != "north" || len(c.Stopped) != 1 || c.Records+c.First+c.Last > 0 {
		t.Errorf("%+v", c)
	}
}
