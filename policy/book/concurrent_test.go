package book_test

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/store"
)

// TestConcurrent looks numbers up while imports, applies and entries go on. A
// reader must see each import whole: its two numbers are there or not there.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.config.Changed = func(context.Context, book.Change) error { return nil }
	d.reopen()
	acme, account := d.principal("acme"), d.account("acme/energia")
	done := make(chan struct{})
	var readers, writers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for generation := uint64(0); ; {
				select {
				case <-done:
					return
				default:
				}
				s := d.Current()
				if s.Generation() < generation {
					t.Error("the generation went back")
				}
				generation = s.Generation()
				if a, b := s.Blacklist(acme, callee, time.Time{}).Known, s.Blacklist(acme, callee+1, time.Time{}).Known; a != b {
					t.Errorf("half an import: %v and %v", a, b)
				}
				if a, b := s.Registry(account, callee), s.Registry(account, callee+1); a != b {
					t.Errorf("half an answer: %+v and %+v", a, b)
				}
				if _, err := s.Consent(d.config.Store, acme, callee, "energy"); err != nil {
					t.Error(err)
				}
				s.Attempt(policy.Dialled{Trunk: "dialer-1", User: "9773331234567"})
			}
		})
	}
	write := func(f func(i int) error) {
		writers.Go(func() {
			for i := range 10 {
				if err := f(i); err != nil {
					t.Error(err)
				}
			}
		})
	}
	two := []string{callee.String(), (callee + 1).String()}
	imports := func(kind book.Kind, scope string, answered time.Time, header, rest string) func(int) error {
		return func(int) error {
			_, err := d.Import(t.Context(), request(kind, scope, answered, header, two[0]+rest, two[1]+rest))
			return err
		}
	}
	write(imports(book.Blacklist, "acme", time.Time{}, "number", ""))
	write(imports(book.Registry, "acme-rpo", monday, "number,answer", ",opposed"))
	write(imports(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at", ",energy,operator,2026-01-01"))
	write(func(i int) error {
		_, err := d.AddBlacklist(t.Context(), "anna", "acme", (callee + policy.Number(i)).String(), "")
		return err
	})
	write(func(i int) error {
		_, err := d.Apply(t.Context(), "anna", fmt.Appendf(nil, "principals: [{name: p%d}]", i), false)
		return err
	})
	writers.Wait()
	close(done)
	readers.Wait()
	entries := 0
	for key, value := range rows(t, d.config.Store) {
		if key[0] == 0x31 && strings.Contains(value, "by anna") {
			entries++
		}
	}
	if entries != 10 {
		t.Errorf("%d of 10 entries stand in their rows", entries)
	}
	if g := d.Current().Generation(); g != 1+40 {
		t.Errorf("generation %d, want one for each import and apply", g)
	}
}

// TestEntryDuringImport: an entry does not wait for the file that is read.
func TestEntryDuringImport(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	reader := &halting{lines: strings.NewReader("number\n" + callee.String() + "\n"), reached: make(chan struct{}), released: make(chan struct{})}
	r := request(book.Blacklist, "acme", time.Time{})
	r.Reader = reader
	var importing sync.WaitGroup
	importing.Go(func() {
		if _, err := d.Import(t.Context(), r); err != nil {
			t.Error(err)
		}
	})
	<-reader.reached
	if _, err := d.AddBlacklist(t.Context(), "anna", "acme", "0612345678", ""); err != nil {
		t.Error(err)
	}
	if _, err := d.Apply(t.Context(), "anna", []byte("principals: [{name: gamma}]"), false); err != nil {
		t.Error(err)
	}
	close(reader.released)
	importing.Wait()
	if f := d.Current().Blacklist(d.principal("acme"), callee, time.Time{}); f.Known != policy.Present || d.principal("gamma") == 0 {
		t.Errorf("after both: %+v", f)
	}
}

// crossing starts something else when the first rows of numbers are committed,
// and gives it every chance to come first.
type crossing struct {
	store.Store
	first sync.Once
	start func() (done func() bool)
}

func (c *crossing) Commit(b store.Batch) error {
	if len(b.Put) > 0 && b.Put[0].Key[0] == 0x31 {
		c.first.Do(func() {
			done := c.start()
			for i := 0; i < 10_000 && !done(); i++ {
				runtime.Gosched()
			}
		})
	}
	return c.Store.Commit(b)
}

// TestEntryCrossesImport: an entry for a number whose consents are just being
// staged keeps its objection, and the consents stay.
func TestEntryCrossesImport(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	var entering sync.WaitGroup
	d.config.Store = &crossing{Store: d.config.Store, start: func() func() bool {
		var done atomic.Bool
		entering.Go(func() {
			if _, err := d.AddBlacklist(t.Context(), "anna", "acme", callee.String(), ""); err != nil {
				t.Error(err)
			}
			done.Store(true)
		})
		return done.Load
	}}
	d.reopen()
	d.load(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at", callee.String()+",energy,operator,2026-01-01")
	entering.Wait()
	for key, value := range rows(t, d.config.Store) {
		if key[0] == 0x31 && (!strings.Contains(value, "by anna") || !strings.Contains(value, "energy")) {
			t.Errorf("row %x is %q", key, value)
		}
	}
}

// halting gives its lines and then waits to be released before the end.
type halting struct {
	lines             *strings.Reader
	reached, released chan struct{}
}

func (h *halting) Read(p []byte) (int, error) {
	if h.lines.Len() == 0 {
		close(h.reached)
		<-h.released
	}
	return h.lines.Read(p)
}

func BenchmarkRegistry5M(b *testing.B) {
	d := openAcme(b)
	var text bytes.Buffer
	text.WriteString("number,answer\n")
	for i := range 5_000_000 {
		answer := "clear"
		if i%4 == 0 {
			answer = "opposed"
		}
		fmt.Fprintf(&text, "+39%d,%s\n", 3_300_000_000+uint64(i)*2_654_435_761%700_000_000, answer)
	}
	start := time.Now()
	r := request(book.Registry, "acme-rpo", monday)
	r.Reader, r.MaxRejects = &text, book.Limit{Percent: 100}
	result, err := d.Import(b.Context(), r)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%+v in %v", result, time.Since(start))
	start = time.Now()
	d.reopen()
	b.Logf("opened in %v", time.Since(start))
	s, account, i := d.Current(), d.account("acme/energia"), uint64(0)
	b.ReportAllocs()
	for b.Loop() {
		s.Registry(account, policy.Number(393_300_000_000+i%700_000_000))
		i += 7_919_317
	}
}
