package book_test

import (
	"errors"
	"flag"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/memory"
)

var update = flag.Bool("update", false, "write the golden parts of testdata anew")

// monday is a Monday in Rome, 10:00.
var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const acme = `
principals: [{name: acme}, {name: beta}]
call_centres: [{name: ccx}, {name: ccy}]
accounts:
  - {name: acme-rpo, principal: acme}
  - {name: beta-rpo, principal: beta}
campaigns:
  - {name: energia, principal: acme, call_centre: ccx, account: acme-rpo, purpose: energy, channel: operator, ground: directory}
  - {name: fibra, principal: acme, call_centre: ccx, account: acme-rpo, purpose: fibre, channel: operator, ground: consent}
  - {name: gas, principal: acme, call_centre: ccy, account: acme-rpo, purpose: energy, channel: automated, ground: directory}
  - {name: old, principal: beta, call_centre: ccy, account: beta-rpo, purpose: old, channel: operator, ground: directory, closed: true}
`

// desk is a book with everything around it; reopen opens it again.
type desk struct {
	*book.Book
	t      testing.TB
	config book.Config
	now    atomic.Int64
}

func open(t testing.TB) *desk {
	t.Helper()
	keys, err := seal.NewKeys(rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t}
	d.now.Store(monday.UnixNano())
	d.config = book.Config{
		Store: memory.New(), Dir: t.TempDir(), Keys: keys, ValidFor: 15 * 24 * time.Hour,
		Rules:    []string{"blacklist", "hours"},
		Shadowed: []string{"hours"},
		Profiles: []book.Profile{{Name: "it", Country: "IT"}, {Name: "fr", Country: "FR"}, {Name: "it+it-code", Country: "IT"}},
		Now:      func() time.Time { return time.Unix(0, d.now.Load()).UTC() },
		Trunks: []book.Trunk{
			{Name: "dialer-1", CallCentre: "ccx", Strip: "9", Prefixes: map[string]string{
				"77": "acme/energia", "78": "acme/fibra",
				"79": "acme/gas", "76": "acme/absent",
			}, DialMode: policy.Progressive},
			{Name: "dialer-2", CallCentre: "ccy", Prefixes: map[string]string{"70": "beta/old"}, Otherwise: book.OtherwiseOnly},
			{Name: "dialer-3", CallCentre: "ccx", Otherwise: book.OtherwiseOnly},
			{Name: "dialer-4", CallCentre: "ccz", Otherwise: book.OtherwiseOnly},
		},
	}
	d.reopen()
	return d
}

// openAcme is a book with the entities of acme.
func openAcme(t testing.TB) *desk {
	t.Helper()
	d := open(t)
	if _, err := d.Apply(t.Context(), "anna", []byte(acme), false); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) reopen() {
	d.t.Helper()
	b, err := book.Open(d.config)
	if err != nil {
		d.t.Fatal(err)
	}
	d.Book = b
}

func (d *desk) at(now time.Time) { d.now.Store(now.UnixNano()) }

// load imports lines of CSV, which must all be good.
func (d *desk) load(kind book.Kind, scope string, answered time.Time, lines ...string) book.ImportResult {
	d.t.Helper()
	result, err := d.Import(d.t.Context(), request(kind, scope, answered, lines...))
	if err != nil {
		d.t.Fatal(err)
	}
	return result
}

func request(kind book.Kind, scope string, answered time.Time, lines ...string) book.ImportRequest {
	return book.ImportRequest{
		Kind: kind, Scope: scope, AnsweredAt: answered, Actor: "anna",
		FileName: "test.csv", Reader: strings.NewReader(strings.Join(lines, "\n")),
	}
}

func (d *desk) principal(name string) policy.PrincipalID {
	d.t.Helper()
	id, ok := d.Current().PrincipalIDs()[name]
	if !ok {
		d.t.Fatalf("no principal %q", name)
	}
	return id
}

// single finds the single change of a number.
func (d *desk) single(p policy.PrincipalID, n policy.Number) (book.Change, bool) {
	for c := range d.Changes() {
		if c.Principal == p && c.Number == n {
			return c, true
		}
	}
	return book.Change{}, false
}

func (d *desk) account(campaign string) policy.AccountID {
	d.t.Helper()
	c, ok := d.Current().Campaign(campaign)
	if !ok {
		d.t.Fatalf("no campaign %q", campaign)
	}
	return c.Account
}

// rows are all rows of a store, key and value one after the other.
func rows(t testing.TB, r store.Reader) map[string]string {
	t.Helper()
	all := map[string]string{}
	for row, err := range r.Scan(nil, nil) {
		if err != nil {
			t.Fatal(err)
		}
		all[string(row.Key)] = string(row.Value)
	}
	return all
}

// golden runs the part of the file before "-- want --" and compares what comes
// of it with the part behind.
func golden(t *testing.T, path string, run func(input string) string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const mark = "-- want --\n"
	input, want, _ := strings.Cut(string(text), mark)
	got := strings.TrimRight(run(input), "\n") + "\n"
	if *update {
		if err := os.WriteFile(path, []byte(input+mark+got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(found), err)
	}
	return found
}

var errGone = errors.New("the disk is gone")

// failing is a store that fails every commit after the first commits, or every
// read.
type failing struct {
	store.Store
	commits int
	reads   bool
}

func (f *failing) Commit(b store.Batch) error {
	if f.commits--; f.commits < 0 {
		return errGone
	}
	return f.Store.Commit(b)
}

func (f *failing) Get(key []byte) ([]byte, bool, error) {
	if f.reads {
		return nil, false, errGone
	}
	return f.Store.Get(key)
}

func (f *failing) Scan(prefix, from []byte) iter.Seq2[store.Row, error] {
	if f.reads {
		return func(yield func(store.Row, error) bool) { yield(store.Row{}, errGone) }
	}
	return f.Store.Scan(prefix, from)
}
