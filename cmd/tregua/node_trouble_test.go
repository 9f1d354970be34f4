package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tregua/cmd/tregua/console"
	"tregua/configs"
	"tregua/media/relay"
	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/desk"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/memory"
)

// alone is a watcher of which only the sign of one trouble may be there, and what
// it logs.
func alone(name string, is sign) (*watcher, *bytes.Buffer) {
	signs := map[string]sign{}
	for _, t := range policy.Troubles() {
		signs[t.Name] = func(time.Time) bool { return false }
	}
	signs[name] = is
	var log bytes.Buffer
	return newWatcher(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})), signs), &log
}

// TestWatcher: a trouble is told of once when it begins and once when it is over,
// the metric says it in between, and the watcher ends with the node.
func TestWatcher(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var full atomic.Bool
		looked := 0
		w, log := alone("ledger.full", func(time.Time) bool { looked++; return full.Load() })
		registry := prometheus.NewRegistry()
		registry.MustRegister(w)
		metric := func() string {
			rec := httptest.NewRecorder()
			console.Health(registry, nil).ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
			return rec.Body.String()
		}
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := w.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		for _, step := range []struct {
			full   bool
			begins int
			over   int
		}{{false, 0, 0}, {true, 1, 0}, {true, 1, 0}, {false, 1, 1}, {false, 1, 1}, {true, 2, 1}} {
			full.Store(step.full)
			time.Sleep(lookEvery)
			synctest.Wait()
			begins := strings.Count(log.String(), `level=ERROR msg="a trouble has begun" trouble=ledger.full`)
			over := strings.Count(log.String(), `level=INFO msg="a trouble is over" trouble=ledger.full`)
			if begins != step.begins || over != step.over {
				t.Fatalf("%+v: it said\n%s", step, log)
			}
			for _, tr := range policy.Troubles() {
				want := map[bool]string{true: "1", false: "0"}[step.full && tr.Name == "ledger.full"]
				if line := `tregua_trouble{trouble="` + tr.Name + `"} ` + want; !strings.Contains(metric(), line+"\n") {
					t.Errorf("%+v: no %s in\n%s", step, line, metric())
				}
			}
		}
		for _, word := range []string{"records come faster than they are written", "is refused with ledger.full.", "mend="} {
			if !strings.Contains(log.String(), word) {
				t.Errorf("it does not say %q:\n%s", word, log)
			}
		}
		stop()
		wg.Wait()
		before := looked
		time.Sleep(time.Minute)
		if looked != before {
			t.Error("it looks on after its end")
		}
	})
}

// TestMoved: what counts its calls is a trouble for a minute from when it was seen
// to count.
func TestMoved(t *testing.T) {
	t.Parallel()
	var n uint64
	is := moved(func() uint64 { return n })
	start := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for _, step := range []struct {
		after time.Duration
		n     uint64
		want  bool
	}{
		{0, 0, false},
		{5 * time.Second, 3, true},
		{64 * time.Second, 3, true},
		{65 * time.Second, 3, false},
		{70 * time.Second, 4, true},
		{100 * time.Second, 5, true},
		{159 * time.Second, 5, true},
		{160 * time.Second, 5, false},
	} {
		if n = step.n; is(start.Add(step.after)) != step.want {
			t.Errorf("after %s, count %d: %t", step.after, n, !step.want)
		}
	}
}

// TestSigns produces one trouble after another at the parts of a daemon that is
// built and does not run, and wants its sign and no other.
func TestSigns(t *testing.T) {
	t.Parallel()
	n, now := built(t, "26000-26019"), time.Now()
	n.state.Store(nil)
	ask := func(r policy.Reading, m policy.Mapping) {
		n.ask(policy.Attempt{Reading: r, Mapping: m, Called: 393331234567}, policy.Return{})
	}
	// fault is a call that a trouble would have refused, had its trunk not been in
	// shadow.
	fault := func(r policy.Reason) func() {
		trail := []policy.Finding{{Rule: "fault", Reason: r, Shadow: true}}
		return func() { n.answer(desk.Answer{Decision: policy.Decision{Verdict: policy.Allow, Trail: trail}}) }
	}
	for _, c := range []struct {
		trouble string // "": none
		cause   func()
	}{
		{"", func() {}},
		{"", func() { ask(policy.Readable, policy.Mapped) }},
		{"", func() { ask(policy.Emergency, policy.Unmapped) }},
		{"campaign.unknown", func() { ask(policy.Readable, policy.Unmapped) }},
		{"campaign.ambiguous", func() { ask(policy.Readable, policy.Ambiguous) }},
		{"number.unreadable", func() { ask(policy.Unreadable, policy.Mapped) }},
		{"desk.busy", func() {
			for range deskQueue + 1 {
				ask(policy.Readable, policy.Mapped)
			}
		}},
		{"store.failed", func() {
			n.disk = func(string) (uint64, uint64, error) { return 0, 0, errors.New("no such disk") }
		}},
		{"store.failed", fault(policy.StoreDown)},
		{"data.broken", fault(policy.DataBad)},
		{"ledger.full", fault(policy.LedgerFull)},
		{"disk.low", func() { n.disk = free(19_999) }},
		{"disk.low", func() {
			n.disk = free(0)
			n.watcher.look(now)
			fault(policy.LedgerFull)() // for want of disk, not of speed
		}},
		{"", func() { n.disk = free(20_000) }},
		{"overload", func() { n.server.Counts.Refused.Add(1) }},
		{"overload", func() { n.server.Counts.Full.Add(1) }},
		{"overload", func() { n.server.Counts.Limited.Add(1) }},
		{"", func() { n.server.Counts.Refused.Add(1); n.unready("draining") }},
		{"overload", func() { n.server.Counts.Refused.Add(1); n.state.Store(nil) }},
		{"media.exhausted", func() {
			pair := n.config.Listen[0].Bind.Addr()
			for call := uint64(1); ; call++ {
				if _, err := n.relay.Lease(pair, pair, call); errors.Is(err, relay.ErrExhausted) {
					return
				} else if err != nil {
					t.Fatal(err)
				}
			}
		}},
		{"store.failed", func() {
			if err := n.store.Close(); err != nil {
				t.Fatal(err)
			}
			if _, _, err := n.rows().Get([]byte{1}); err == nil {
				t.Error("a closed store reads")
			}
		}},
		{"store.failed", func() {
			if err := n.rows().Commit(store.Batch{Delete: [][]byte{{1}}}); err == nil {
				t.Error("a closed store writes")
			}
		}},
	} {
		now = now.Add(2 * recent) // what was before is over
		n.disk = free(20_000)
		c.cause()
		n.watcher.look(now)
		n.watcher.look(now) // a disk that says nothing shows as another trouble
		var got []string
		for _, w := range n.watcher.all {
			switch {
			case w.Name == "clock.unsynced": // the machine's own affair
				if is := w.on.Load(); is == n.clock.Now().Synced {
					t.Errorf("clock.unsynced is %t", is)
				}
			case w.on.Load():
				got = append(got, w.Name)
			}
		}
		if got := strings.Join(got, " "); got != c.trouble {
			t.Errorf("troubles %q, want %q", got, c.trouble)
		}
	}
}

// free is a disk of a million blocks.
func free(blocks uint64) func(string) (uint64, uint64, error) {
	return func(string) (uint64, uint64, error) { return blocks, 1_000_000, nil }
}

// TestDiskLow: while the disk is low no call begins.
func TestDiskLow(t *testing.T) {
	t.Parallel()
	n := built(t, "26900-26919")
	for blocks, want := range map[uint64]bool{0: false, 19_999: false, 20_000: true, 1_000_000: true} {
		n.disk = free(blocks)
		n.watcher.look(time.Now())
		call := ledger.Entry{Kind: ledger.Open, Return: policy.Return{Call: 1}}
		if got := n.writer.Submit(call); got != want {
			t.Errorf("%d blocks of a million are free: a call may begin: %t", blocks, got)
		}
	}
	if free, total, err := diskSpace(t.TempDir()); err != nil || total == 0 || free > total {
		t.Errorf("this disk: %d of %d, %v", free, total, err)
	}
	if _, _, err := diskSpace(filepath.Join(t.TempDir(), "gone")); err == nil {
		t.Error("a disk that is not there has space")
	}
}

// TestStale: what is too old is a trouble of a principal or an account that an
// open campaign rests on; what is gone is one of the data.
func TestStale(t *testing.T) {
	t.Parallel()
	const data = `principals: [{name: acme}, {name: beta}]
call_centres: [{name: callnow}]
accounts: [{name: rpo, principal: acme}, {name: idle, principal: acme}]
campaigns:
  - {name: energia, principal: acme, call_centre: callnow, account: rpo, purpose: energy, channel: operator, ground: directory, off_list: allow}
`
	monday := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	now := monday
	n := &node{config: &configs.Config{Policy: configs.Policy{Profile: "it"}}, log: slog.New(slog.DiscardHandler)}
	keys, err := seal.NewKeys(rand.Reader)
	if err == nil {
		err = n.openPolicy()
	}
	if err != nil {
		t.Fatal(err)
	}
	config := book.Config{
		Store: memory.New(), Dir: t.TempDir(), Keys: keys, Profiles: n.profiles,
		ValidFor: n.params.Registry.ValidFor.Value, Now: func() time.Time { return now },
	}
	if n.book, err = book.Open(config); err != nil {
		t.Fatal(err)
	}
	signs := n.signs()
	want := func(what string, blacklist, registry bool) {
		t.Helper()
		if got := signs["blacklist.stale"](now); got != blacklist {
			t.Errorf("%s: blacklist.stale %t", what, got)
		}
		if got := signs["registry.stale"](now); got != registry {
			t.Errorf("%s: registry.stale %t", what, got)
		}
	}
	do := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	want("nobody calls", false, false)
	do(n.book.Apply(t.Context(), "anna", []byte(data), false))
	want("never synchronised, never asked", true, false)
	do(n.book.Synced(t.Context(), "anna", "acme"))
	want("synchronised now", false, false)
	for _, account := range []string{"rpo", "idle"} {
		do(n.book.Import(t.Context(), book.ImportRequest{
			Kind: book.Registry, Scope: account, AnsweredAt: now, Actor: "anna", FileName: "answers.csv",
			Reader: strings.NewReader("number,answer\n+393331234567,clear\n"),
		}))
	}
	now = monday.Add(n.params.Freshness.StaleAfter.Value)
	want("as old as a blacklist may be", false, false)
	now = now.Add(time.Second)
	want("older", true, false)
	now = monday.Add(n.params.Registry.ValidFor.Value)
	do(n.book.Synced(t.Context(), "anna", "acme"))
	want("as old as an answer may be", false, false)
	now = now.Add(time.Second)
	want("no answer holds", false, true)
	do(n.book.Import(t.Context(), book.ImportRequest{
		Kind: book.Registry, Scope: "rpo", AnsweredAt: now, Actor: "anna", FileName: "answers.csv",
		Reader: strings.NewReader("number,answer\n+393331234568,clear\n"),
	}))
	want("one answer holds, and nobody calls by the other account", false, false)
	now = now.AddDate(0, 1, 0)
	do(n.book.Apply(t.Context(), "anna", []byte(strings.Replace(data, "energia,", "energia, closed: true,", 1)), false))
	want("the campaign is closed", false, false)
	if signs["data.broken"](now) {
		t.Error("data.broken before anything was")
	}
	if err := os.RemoveAll(filepath.Join(config.Dir, "sets")); err != nil {
		t.Fatal(err)
	}
	if n.book, err = book.Open(config); err != nil {
		t.Fatal(err)
	}
	if !signs["data.broken"](now) {
		t.Error("the sets are gone, and nobody says so")
	}
}
