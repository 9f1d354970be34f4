package register

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/memory"
)

var (
	noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	root = access.Scope{Actor: "0:root", Role: access.Local}
	anna = access.Scope{Actor: "token:anna", Role: access.Compliance, Principal: "acme"}
	bob  = access.Scope{Actor: "token:bob", Role: access.Compliance, Principal: "acme"}
	eve  = access.Scope{Actor: "token:eve", Role: access.Compliance, Principal: "beta"}
)

const callee = 393331234567

// office is a register whose clock stands still and whose store may fail.
type office struct {
	*Register
	t     *testing.T
	rows  *memory.Store
	now   time.Time
	fail  error
	keys  *seal.Keys
	drawn *rand.ChaCha8
}

func open(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, rows: memory.New(), now: noon, drawn: rand.NewChaCha8([32]byte{2})}
	var err error
	if o.keys, err = seal.NewKeys(rand.NewChaCha8([32]byte{1})); err != nil {
		t.Fatal(err)
	}
	o.reopen()
	return o
}

func (o *office) reopen() {
	o.t.Helper()
	r, err := Open(Config{Store: failing{o.rows, o}, Keys: o.keys, Random: o.drawn, Now: func() time.Time { return o.now }})
	if err != nil {
		o.t.Fatal(err)
	}
	o.Register = r
}

type failing struct {
	*memory.Store
	office *office
}

// Commit fails when the office says so.
func (f failing) Commit(b store.Batch) error {
	if f.office.fail != nil {
		return f.office.fail
	}
	return f.Store.Commit(b)
}

// has reports whether any row has the text, in its key or value.
func (o *office) has(text []byte) bool {
	for row, err := range o.rows.Scan(nil, nil) {
		if err != nil {
			o.t.Fatal(err)
		}
		if bytes.Contains(row.Key, text) || bytes.Contains(row.Value, text) {
			return true
		}
	}
	return false
}

// TestTokens holds the life of a token: made, let in, expired or revoked, and
// all of it after a restart too.
func TestTokens(t *testing.T) {
	t.Parallel()
	o := open(t)
	made, secret, err := o.AddToken(root, access.Token{
		Name: "anna", Role: access.Compliance, Principal: "acme", Expires: noon.Add(time.Hour),
	})
	if err != nil || made.By != "0:root" || !made.Made.Equal(noon) {
		t.Fatalf("made %+v, %v", made, err)
	}
	if o.has([]byte(secret)) || o.has([]byte(strings.TrimPrefix(secret, "tregua_"))) {
		t.Error("the secret stands in a row")
	}
	enter := func(when, secret string, want access.Scope, refused string) {
		t.Helper()
		for range 2 {
			got, err := o.Enter(secret)
			if diff := cmp.Diff(want, got); diff != "" || (refused == "") != (err == nil) {
				t.Errorf("%s: %v %s", when, err, diff)
			}
			if err != nil && (!errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), refused) || strings.Contains(err.Error(), secret) && secret != "") {
				t.Errorf("%s: %v, want %q", when, err, refused)
			}
			o.reopen()
		}
	}
	enter("made", secret, anna, "")
	enter("another", access.Secret([32]byte{9}), access.Scope{}, "none like it")
	enter("no token", "hello", access.Scope{}, "has not the form")
	enter("nothing", "", access.Scope{}, "has not the form")
	o.now = noon.Add(time.Hour - 1)
	enter("in its last moment", secret, anna, "")
	o.now = noon.Add(time.Hour)
	enter("expired", secret, access.Scope{}, "has expired")
	o.now = noon.Add(time.Minute)
	revoked, err := o.RevokeToken(eve, "anna", "left")
	if err != nil || revoked.RevokedBy != "token:eve" || revoked.Why != "left" {
		t.Errorf("revoked %+v, %v", revoked, err)
	}
	enter("revoked", secret, access.Scope{}, "was revoked")
	if again, err := o.RevokeToken(root, "anna", "again"); err != nil || again.RevokedBy != "token:eve" {
		t.Errorf("revoked twice: %+v, %v", again, err)
	}
	if _, _, err := o.AddToken(root, access.Token{Name: "anna", Role: access.Admin}); !errors.Is(err, ErrConflict) {
		t.Errorf("a name given twice: %v", err)
	}
	o.now = noon.Add(2 * time.Minute)
	program, _, err := o.AddToken(root, access.Token{Name: "crm", Role: access.System, Operations: []string{"lookup", "attempt"}})
	if err != nil {
		t.Fatal(err)
	}
	o.reopen()
	if got := o.Tokens(eve); len(got) != 0 {
		t.Errorf("of another principal: %+v", got)
	}
	if diff := cmp.Diff([]access.Token{program, revoked}, o.Tokens(root)); diff != "" {
		t.Errorf("tokens (-want +got):\n%s", diff)
	}
}

// TestTokenNot holds what is no token, and that what was not written is none.
func TestTokenNot(t *testing.T) {
	t.Parallel()
	o := open(t)
	if _, _, err := o.AddToken(root, access.Token{Name: "x", Role: access.Compliance}); !errors.Is(err, ErrInput) {
		t.Errorf("a token that may not be made: %v", err)
	}
	if _, err := o.RevokeToken(root, "x", ""); !errors.Is(err, ErrUnknown) {
		t.Errorf("a token that there is not: %v", err)
	}
	_, kept, err := o.AddToken(root, access.Token{Name: "kept", Role: access.Admin})
	if err != nil {
		t.Fatal(err)
	}
	o.fail = errors.New("disk full")
	if _, _, err := o.AddToken(root, access.Token{Name: "x", Role: access.Admin}); !errors.Is(err, o.fail) {
		t.Errorf("made without a row: %v", err)
	}
	if _, err := o.RevokeToken(root, "kept", ""); !errors.Is(err, o.fail) {
		t.Errorf("revoked without a row: %v", err)
	}
	if _, err := o.Enter(kept); err != nil {
		t.Errorf("a token whose revocation was not written: %v", err)
	}
	if got := o.Tokens(root); len(got) != 1 {
		t.Errorf("tokens %+v", got)
	}
}

// TestReads holds what an access record says, that no number stands in it in
// clear, and that two of one moment are two.
func TestReads(t *testing.T) {
	t.Parallel()
	o := open(t)
	for i, c := range []struct {
		scope access.Scope
		kind  string
	}{{anna, "lookup"}, {eve, "attempts"}, {root, "attempt"}} {
		if i == 2 {
			o.reopen()
		}
		if err := o.Read(c.scope, c.kind, i, callee, 0, 39333000000+39, callee); err != nil {
			t.Fatal(err)
		}
	}
	index := access.Index(o.keys.Index(callee))
	words := func(q ReadQuery) string {
		t.Helper()
		if q.Limit == 0 {
			q.Limit = 10
		}
		list, err := o.Reads(root, q)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, r := range list {
			named := false
			for _, n := range r.Numbers {
				named = named || n == index
			}
			out = append(out, fmt.Sprint(r.At.Sub(noon), r.Scope.Actor, r.Scope.Role, "of", r.Scope.Of(), r.Kind, r.Rows, len(r.Numbers), named))
		}
		return strings.Join(out, "; ")
	}
	first := "0s token:anna compliance of principal acme lookup 0 2 true"
	second := "1ns token:eve compliance of principal beta attempts 1 2 true"
	third := "2ns 0:root local of all attempt 2 2 true"
	for name, c := range map[string]struct {
		query ReadQuery
		want  string
	}{
		"all":             {ReadQuery{}, third + "; " + second + "; " + first},
		"the newest":      {ReadQuery{Limit: 1}, third},
		"of one":          {ReadQuery{Actor: "token:anna"}, first},
		"of one, limited": {ReadQuery{Actor: "token:anna", Limit: 1}, first},
		"since":           {ReadQuery{Since: noon.Add(1)}, third + "; " + second},
		"about a number":  {ReadQuery{Number: callee}, third + "; " + second + "; " + first},
		"about another":   {ReadQuery{Number: 39}, ""},
	} {
		got := strings.NewReplacer("token", " token", "0:root", " 0:root").Replace(words(c.query))
		if strings.Join(strings.Fields(got), "") != strings.Join(strings.Fields(c.want), "") {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
	if o.has([]byte("393331234567")) {
		t.Error("a number stands in clear")
	}
	if list, err := o.Reads(eve, ReadQuery{Limit: 10}); err != nil || len(list) != 1 || list[0].Scope.Actor != "token:eve" {
		t.Errorf("another principal sees %+v, %v", list, err)
	}
	o.fail = errors.New("disk full")
	if err := o.Read(anna, "lookup", 1, callee); !errors.Is(err, o.fail) {
		t.Errorf("a record that was not written: %v", err)
	}
}

// TestPurgeReads: access records from before a time go, by batches, but for those about
// numbers that are held.
func TestPurgeReads(t *testing.T) {
	t.Parallel()
	o := open(t)
	const many = 2300 // more than two batches
	for n := range many {
		if err := o.Read(anna, "lookup", 1, callee+policy.Number(n%2)); err != nil {
			t.Fatal(err)
		}
	}
	left := func() int {
		t.Helper()
		list, err := o.Reads(root, ReadQuery{Limit: 2 * many})
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	o.fail = errors.New("disk full")
	var rows int // as the rows that are committed with them say
	purge := func(before time.Time, held seal.Index, dry bool) (int, error) {
		p := Purging{
			Before: before, Held: func(h seal.Index) bool { return h == held },
			Step: func(take func() error) error { return take() },
		}
		if !dry {
			p.Told = func(n int) (store.Row, error) {
				rows += n
				return store.Row{Key: []byte{0x46}}, nil
			}
		}
		return o.PurgeReads(&p)
	}
	if count, err := purge(noon.Add(5), seal.Index{}, false); count != 0 || !errors.Is(err, o.fail) || left() != many {
		t.Errorf("%d went where none could, %v", count, err)
	}
	o.fail = nil
	held := o.keys.Index(callee + 1)
	for _, step := range []struct {
		before      time.Time
		held        seal.Index
		dry         bool
		count, left int
	}{
		{before: noon, left: many},
		{before: noon.Add(2), dry: true, count: 2, left: many},
		{before: noon.Add(2), count: 2, left: many - 2},
		{before: noon.AddDate(1, 0, 0), held: held, count: many/2 - 1, left: many/2 - 1},
		{before: noon.AddDate(1, 0, 0), count: many/2 - 1},
	} {
		rows = 0
		count, err := purge(step.before, step.held, step.dry)
		if err != nil || count != step.count || left() != step.left || !step.dry && rows != count {
			t.Errorf("before %s: %d went, %d told, %d are left, %v; want %d and %d", step.before, count, rows, left(), err, step.count, step.left)
		}
	}
}

// TestPurgeReadsHeld: a hold that comes when a batch has been chosen keeps what it names.
func TestPurgeReadsHeld(t *testing.T) {
	t.Parallel()
	o := open(t)
	for n := range policy.Number(3) {
		if err := o.Read(anna, "lookup", 1, callee+n); err != nil {
			t.Fatal(err)
		}
	}
	var held seal.Index
	count, err := o.PurgeReads(&Purging{
		Before: noon.AddDate(1, 0, 0), Held: func(h seal.Index) bool { return h == held },
		Step: func(take func() error) error { held = o.keys.Index(callee + 1); return take() },
		Told: func(n int) (store.Row, error) { return store.Row{Key: []byte{0x46, byte(n)}}, nil },
	})
	list, listErr := o.Reads(root, ReadQuery{Limit: 10})
	_, told, getErr := o.rows.Get([]byte{0x46, 2})
	if err := errors.Join(err, listErr, getErr); err != nil || count != 2 || !told || len(list) != 1 || seal.Index(list[0].Numbers[0]) != held {
		t.Errorf("%d went, told %t, left %+v, %v", count, told, list, err)
	}
}
