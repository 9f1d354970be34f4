package archive

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/report"
)

// house is what an archive works with.
type house struct {
	t       testing.TB
	mu      sync.Mutex // protects the fields below, to closed, while an archive runs
	records []policy.Record
	gone    string // records of the days before it are purged; the counters stay
	notes   []ledger.Note
	noteErr error
	sweeps  []string // the spans that were swept
	closed  []string
	public  ed25519.PublicKey
	private ed25519.PrivateKey
	zone    *time.Location
	dir     string
}

func newHouse(t testing.TB) *house {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	private := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	return &house{t: t, zone: zone, dir: t.TempDir(), private: private, public: private.Public().(ed25519.PublicKey)}
}

func (h *house) Sweep(_ context.Context, span ledger.Span, workers int, visit func(int, *ledger.View) error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sweeps = append(h.sweeps, span.Since.In(h.zone).Format(time.DateOnly)+" "+span.Until.In(h.zone).Format(time.DateOnly))
	for i := range h.records {
		r := &h.records[i]
		if date := r.Attempt.At.In(h.zone).Format(time.DateOnly); date < h.gone || !span.Takes(r.Attempt.At) {
			continue
		}
		if err := visit(i%workers, &ledger.View{Record: *r, Personal: true}); err != nil {
			return err
		}
	}
	return nil
}

func (h *house) Counters() (map[ledger.Tally]ledger.Counters, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := map[ledger.Tally]ledger.Counters{}
	for i := range h.records {
		r := &h.records[i]
		of := ledger.Tally{Campaign: policy.CampaignID(len(r.Attempt.CampaignName)), Day: ledger.DayOf(r.Attempt.At)}
		c := all[of]
		c.Attempts++
		if !r.Ending.AnsweredAt.IsZero() {
			c.Answered++
		}
		switch r.Ending.Ratio {
		case policy.RatioA:
			c.Silent++
		case policy.RatioB:
			c.Connected++
		case policy.RatioNone:
		}
		all[of] = c
	}
	return all, nil
}

func (h *house) Unended(ledger.Span) (uint64, error) { return 2, nil }

func (h *house) Note(_ context.Context, n ledger.Note) (uint64, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.noteErr != nil {
		return 0, h.noteErr
	}
	h.notes = append(h.notes, n)
	return uint64(len(h.notes)), nil
}

func (h *house) archive() *Archive {
	h.t.Helper()
	a, err := New(Config{
		Dir: h.dir, Records: h, Zone: h.zone, Notary: h, Closed: h.closedOnes,
		Names: func(a *policy.Attempt) report.Key {
			return report.Key{Principal: "acme", CallCentre: "north", Group: "acme/ads/north", Campaign: a.CampaignName}
		},
		Frame: func(time.Time, time.Time) (report.Frame, error) { return report.Frame{Node: "n1", Program: "1"}, nil },
		Sign:  func(text []byte) []byte { return ed25519.Sign(h.private, text) },
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

// call adds a record: by Rome's clock.
func (h *house) call(at, campaign string, ratio policy.Ratio) {
	h.t.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04", at, h.zone)
	if err != nil {
		h.t.Fatal(err)
	}
	r := policy.Record{}
	r.Attempt.At, r.Attempt.CampaignName = t, campaign
	if r.Ending.Ratio = ratio; ratio != policy.RatioNone {
		r.Ending.AnsweredAt = t.Add(time.Second)
	}
	h.set(func() { h.records = append(h.records, r) })
}

// set changes what an archive sees while it runs.
func (h *house) set(change func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change()
}

func (h *house) closedOnes() (names []string) {
	h.set(func() { names = h.closed })
	return names
}

// files are the kept reports.
func (h *house) files() (list []string) {
	paths, err := filepath.Glob(filepath.Join(h.dir, "*", "*"))
	if err != nil {
		h.t.Fatal(err)
	}
	for _, p := range paths {
		if name, ok := strings.CutSuffix(filepath.Base(p), ".json"); ok {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

func (h *house) want(when string, names ...string) {
	h.t.Helper()
	if got := h.files(); !slices.Equal(got, names) {
		h.t.Errorf("%s: kept are %q, want %q", when, got, names)
	}
}

// sleepTo lets the bubble's clock go on.
func (h *house) sleepTo(at string) {
	h.t.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04:05", at, h.zone)
	if err != nil {
		h.t.Fatal(err)
	}
	time.Sleep(time.Until(t))
	synctest.Wait()
}

// TestRun: reports are made at 00:10 in Rome, those that were missed at the start, a
// month's with its last day, also over a night in which the clock changes; a record
// that comes late makes a revision.
func TestRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.sleepTo("2026-10-24 12:00:00")
		h.call("2026-10-22 09:00", "acme/gas", policy.RatioB)
		h.call("2026-10-24 09:00", "acme/gas", policy.RatioA)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- h.archive().Run(ctx) }()
		synctest.Wait()
		h.want("at the start", "day-2026-10-22-r1", "day-2026-10-23-r1")
		h.sleepTo("2026-10-25 00:09:59")
		if err := h.archive().CatchUp(ctx); err != nil {
			t.Error(err)
		}
		h.want("before it is due", "day-2026-10-22-r1", "day-2026-10-23-r1")
		h.sleepTo("2026-10-25 00:10:00")
		h.want("when it is due", "day-2026-10-22-r1", "day-2026-10-23-r1", "day-2026-10-24-r1")
		h.sleepTo("2026-10-26 00:09:59")
		h.want("25 hours later", "day-2026-10-22-r1", "day-2026-10-23-r1", "day-2026-10-24-r1")
		h.call("2026-10-24 23:59", "acme/gas", policy.RatioB) // it talked until now
		h.sleepTo("2026-10-26 00:10:00")
		h.want("a late record", "day-2026-10-22-r1", "day-2026-10-23-r1", "day-2026-10-24-r1", "day-2026-10-24-r2", "day-2026-10-25-r1")
		h.set(func() { h.closed = []string{"acme/gas"} })
		h.sleepTo("2026-11-01 00:10:00")
		for _, name := range []string{"month-2026-10-r1", "day-2026-10-31-r1", "final-acme-gas-r1"} {
			if !slices.Contains(h.files(), name) {
				t.Errorf("there is no %s among %q", name, h.files())
			}
		}
		stop()
		synctest.Wait()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		h.checkMonth()
		if got, want := len(h.notes), len(h.files()); got != want {
			t.Errorf("%d notes of %d reports", got, want)
		}
	})
}

// checkMonth: what was kept of October is the sum of its days.
func (h *house) checkMonth() {
	h.t.Helper()
	a := h.archive()
	r, revision, err := a.newest(monthName("2026-10"))
	if err != nil {
		h.t.Fatal(err)
	}
	f := &r.Total.Figures
	got := fmt.Sprint(revision, f[report.Dialled], f[report.Silent], f[report.Connected], r.First, r.Last, len(r.Days), r.Made.Format(time.RFC3339), r.Open)
	if got != "1 3 1 22026-10-222026-10-31102026-11-01T00:10:00+01:002" {
		h.t.Error(got)
	}
}

// TestSigned: each report that was kept has a statement that its key has signed.
func TestSigned(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.call("2025-10-22 09:00", "acme/gas", policy.RatioB)
	h.records[0].Attempt.At = time.Now().Add(-30 * time.Hour)
	if err := h.archive().CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, path := range must(filepath.Glob(filepath.Join(h.dir, "*", "*.sig"))) {
		text, signature, _ := strings.Cut(string(must(os.ReadFile(path))), "signature ")
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(signature))
		if err != nil || !ed25519.Verify(h.public, []byte(text), raw) {
			t.Errorf("%s is signed by nobody (%v)", path, err)
		}
		n++
	}
	if n == 0 || n != len(h.notes) {
		t.Errorf("%d statements, %d notes", n, len(h.notes))
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestKept: a day that was kept is not counted anew, and outlives its records; one that
// was altered is no report.
func TestKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.sleepTo("2026-11-03 12:00:00")
		h.call("2026-11-01 09:00", "acme/gas", policy.RatioA)
		h.call("2026-11-02 09:00", "acme/gas", policy.RatioB)
		h.call("2026-11-02 10:00", "acme/gas", policy.RatioB)
		h.call("2026-11-03 09:00", "acme/wood", policy.RatioB)
		a := h.archive()
		if err := a.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.sweeps, h.gone = nil, "2026-11-03"
		all := func(report.Key) bool { return true }
		total := func(q Query) string {
			r, err := a.Make(t.Context(), q, all)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("A%d B%d %s-%s", r.Total.Figures[report.Silent], r.Total.Figures[report.Connected], r.First, r.Last)
		}
		for _, c := range []struct {
			q            Query
			want, sweeps string
		}{
			{Query{Kind: report.OfSpan, First: "2026-11-01", Last: "2026-11-02"}, "A1 B2 2026-11-01-2026-11-02", ""},
			{Query{Kind: report.OfSpan, First: "2026-11-01", Last: "2026-11-03"}, "A1 B3 2026-11-01-2026-11-03", "2026-11-03 2026-11-04"},
			{Query{Kind: report.OfFinal, Subject: report.Subject{Campaign: "acme/gas"}}, "A1 B2 2026-11-01-2026-11-02", "2026-11-03 2026-11-04"},
			{Query{Kind: report.OfDay, First: "2026-10-01", Last: "2026-10-01"}, "A0 B0 2026-10-01-2026-10-01", ""},
		} {
			h.sweeps = nil
			if got := total(c.q) + "; " + strings.Join(h.sweeps, ","); got != c.want+"; "+c.sweeps {
				t.Errorf("%+v: %s", c.q, got)
			}
		}
		h.records = append(h.records, h.records[0]) // a counter that no record bears out
		if got := total(Query{Kind: report.OfSpan, First: "2026-11-01", Last: "2026-11-02"}); got != "A1 B2 2026-11-01-2026-11-02" {
			t.Errorf("with records that are gone: %s", got)
		}
		h.gone, h.records = "", append(h.records[:1], h.records[2:]...)
		if got := total(Query{Kind: report.OfSpan, First: "2026-11-02", Last: "2026-11-02"}); got != "A0 B2 2026-11-02-2026-11-02" {
			t.Errorf("with one record that is gone: %s", got)
		}
		h.gone = "2026-11-03"
		h.alter("2026-11/day-2026-11-01-r1.json")
		_, err := a.Make(t.Context(), Query{Kind: report.OfDay, First: "2026-11-01", Last: "2026-11-01"}, all)
		if err == nil || !strings.Contains(err.Error(), "it is not the one that was signed") {
			t.Errorf("altered: %v", err)
		}
		if err := os.RemoveAll(h.dir); err != nil {
			t.Fatal(err)
		}
		r, err := a.Make(t.Context(), Query{Kind: report.OfDay, First: "2026-11-01", Last: "2026-11-01"}, all)
		if err != nil || !strings.Contains(r.Days[0].Missing, "records are gone") {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func (h *house) alter(file string) {
	h.t.Helper()
	path := filepath.Join(h.dir, file)
	data := bytes.Replace(must(os.ReadFile(path)), []byte(`"silent": 1`), []byte(`"silent": 0`), 1)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		h.t.Fatal(err)
	}
}

// TestNoted: what cannot be noted is not kept, and is made when it can.
func TestNoted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.sleepTo("2026-11-03 12:00:00")
		h.call("2026-11-02 09:00", "acme/gas", policy.RatioB)
		h.set(func() { h.noteErr = errors.New("the ledger is full") })
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go h.archive().Run(ctx) //nolint:errcheck // it returns nil
		synctest.Wait()
		h.want("not noted")
		h.set(func() { h.noteErr = nil })
		h.sleepTo("2026-11-03 12:10:00")
		h.want("noted", "day-2026-11-02-r1")
		stop()
		synctest.Wait()
		h.mu.Lock()
		defer h.mu.Unlock()
		if body := string(h.notes[0].Body); h.notes[0].Kind != "report" || !strings.Contains(body, `"report":"2026-11/day-2026-11-02-r1.json"`) {
			t.Errorf("%+v %s", h.notes[0], body)
		}
	})
}

// TestQuery: what cannot be asked is said to be so.
func TestQuery(t *testing.T) {
	t.Parallel()
	a := newHouse(t).archive()
	for want, q := range map[string]Query{
		"write it as 2026-11-22": {Kind: report.OfDay, First: "2026-11-31", Last: "2026-12-01"},
		"is after the last one":  {Kind: report.OfSpan, First: "2026-11-02", Last: "2026-11-01"},
		"more than 800 days":     {Kind: report.OfSpan, First: "2020-01-01", Last: "2026-11-01"},
	} {
		_, err := a.Make(t.Context(), q, func(report.Key) bool { return true })
		if !errors.Is(err, ErrQuery) || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", q, err)
		}
	}
	if _, err := New(Config{}); err == nil || !strings.Contains(err.Error(), "no closed campaigns") {
		t.Errorf("an archive without anything: %v", err)
	}
	signs := a.config
	signs.Notary = nil
	if _, err := New(signs); err == nil || !strings.Contains(err.Error(), "no notary") {
		t.Errorf("an archive that signs what nobody notes: %v", err)
	}
}

// BenchmarkMonth makes the report of a month with a million attempts: from days that
// were kept, and the first time from records, without what reading them costs.
func BenchmarkMonth(b *testing.B) {
	h := newHouse(b)
	start := time.Date(2026, 10, 1, 8, 0, 0, 0, h.zone)
	for n := range 1_000_000 {
		r := policy.Record{}
		r.Attempt.At = start.AddDate(0, 0, n%31).Add(time.Duration(n/31) * time.Second)
		r.Attempt.CampaignName, r.Attempt.Profile = fmt.Sprintf("acme/c%d", n%40), "it"
		if r.Ending.Outcome = policy.OutcomeFailed; n%3 == 0 {
			r.Ending.AnsweredAt, r.Ending.Ratio, r.Ending.Outcome = r.Attempt.At.Add(5*time.Second), policy.RatioB, policy.OutcomeConnected
			r.Ending.OperatorAt, r.Ending.Watch = r.Ending.AnsweredAt.Add(time.Second), policy.WatchEnforce
		}
		h.records = append(h.records, r)
	}
	counters, err := h.Counters()
	if err != nil {
		b.Fatal(err)
	}
	a := h.archive()
	a.config.Records = million{h, counters}
	q := Query{Kind: report.OfMonth, First: "2026-10-01", Last: "2026-10-31"}
	month := func(b *testing.B) {
		for b.Loop() {
			if r, err := a.Make(b.Context(), q, func(report.Key) bool { return true }); err != nil || r.Total.Figures[report.Dialled] != 1_000_000 {
				b.Fatal(err)
			}
		}
	}
	b.Run("records", month)
	if err := a.CatchUp(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Run("kept", month)
}

// million has the counters at hand, as the store has.
type million struct {
	*house
	counters map[ledger.Tally]ledger.Counters
}

func (m million) Counters() (map[ledger.Tally]ledger.Counters, error) { return m.counters, nil }
