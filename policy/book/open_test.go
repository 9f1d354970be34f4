package book_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/store"
	"tregua/policy/store/badger"
	"tregua/policy/store/memory"
)

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	for _, c := range []struct {
		name string
		bend func(*book.Config)
		want string
	}{
		{"nothing", func(c *book.Config) { *c = book.Config{} }, "book: no store\nbook: no keys\nbook: no data directory\nbook: no time that registry answers hold"},
		{"trunk twice", func(c *book.Config) { c.Trunks = append(c.Trunks, book.Trunk{Name: "dialer-1"}) }, `book: trunk "dialer-1" stands twice`},
		{"prefix without principal", func(c *book.Config) {
			c.Trunks = []book.Trunk{{Name: "a", Prefixes: map[string]string{"7": "energia"}}}
		}, `book: trunk "a": prefix "7": campaign "energia": write principal/campaign`},
		{"a newer row", func(c *book.Config) {
			put(t, c, []byte{0x21}, []byte{0x82, 0x02, 0x01})
		}, "book: row 21 has version 2, this program reads 1: use the newer program"},
		{"no generation", func(c *book.Config) {
			s := memory.New()
			put(t, &book.Config{Store: s}, []byte{0x10, 1, 0, 0, 0, 1}, []byte(rows(t, c.Store)["\x10\x01\x00\x00\x00\x01"]))
			c.Store = s
		}, "book: the store has business data and no generation: restore it from a backup"},
		{"store closed", func(c *book.Config) { c.Store = &failing{Store: c.Store, reads: true} }, "book: reading entities: the disk is gone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := d.config
			c.bend(&config)
			_, err := book.Open(config)
			if err == nil || err.Error() != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func put(t *testing.T, c *book.Config, key, value []byte) {
	t.Helper()
	if err := c.Store.Commit(store.Batch{Put: []store.Row{{Key: key, Value: value}}}); err != nil {
		t.Fatal(err)
	}
}

// TestWarnings: a prefix that refuses every call is said at each change.
func TestWarnings(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	var log bytes.Buffer
	d.config.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	d.reopen()
	for _, prefix := range []string{"76", "79", "70"} {
		if n := strings.Count(log.String(), `mapping="prefix `+prefix+`"`); n != 1 {
			t.Errorf("prefix %s stands %d times in\n%s", prefix, n, log.String())
		}
	}
	if strings.Contains(log.String(), "prefix 77") {
		t.Errorf("a prefix that leads somewhere is warned of:\n%s", log.String())
	}
}

// TestBadger goes once through everything on the store of a node.
func TestBadger(t *testing.T) {
	t.Parallel()
	d := open(t)
	dir := t.TempDir()
	opened := func() store.Store {
		s, err := badger.Open(badger.Config{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	d.config.Store = opened()
	d.reopen()
	if _, err := d.Apply(t.Context(), "anna", []byte(acme), false); err != nil {
		t.Fatal(err)
	}
	d.load(book.Registry, "acme-rpo", monday, "number,answer", callee.String()+",opposed")
	d.load(book.Consents, "acme", time.Time{}, manyConsents()...)
	if _, err := d.AddBlacklist(t.Context(), "anna", "acme", callee.String(), ""); err != nil {
		t.Fatal(err)
	}
	if err := d.config.Store.Close(); err != nil {
		t.Fatal(err)
	}
	d.config.Store = opened()
	defer d.config.Store.Close()
	d.reopen()
	s, acme := d.Current(), d.principal("acme")
	f, err := s.Consent(d.config.Store, acme, callee+1, "energy")
	_, listed := d.single(acme, callee)
	if s.Generation() != 3 || s.Registry(d.account("acme/energia"), callee).Answer != policy.Opposed || f.Known != policy.Present || err != nil || !listed {
		t.Errorf("generation %d, consent %+v, %v, listed %v", s.Generation(), f, err, listed)
	}
}

func TestEmptyBook(t *testing.T) {
	t.Parallel()
	s := open(t).Current()
	if s.Generation() != 0 || s.Broken() != nil {
		t.Errorf("generation %d, broken %v", s.Generation(), s.Broken())
	}
	a := s.Attempt(policy.Dialled{Trunk: "dialer-1", User: "+393331234567"})
	if a.Mapping != policy.Unmapped || a.Called != 393331234567 {
		t.Errorf("mapping %v, called %s", a.Mapping, a.Called)
	}
	if f := s.Blacklist(1, 393331234567, time.Time{}); f.Known != policy.Unknown {
		t.Errorf("a principal that is not there has a known blacklist: %+v", f)
	}
}
