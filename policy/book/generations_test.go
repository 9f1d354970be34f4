package book_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
)

const oneDay = 24 * time.Hour

// generations are the generations as "3 import blacklist acme: 1 parts".
func (d *desk) generations() string {
	d.t.Helper()
	list, err := d.Generations(100)
	if err != nil {
		d.t.Fatal(err)
	}
	var text strings.Builder
	for _, g := range list {
		fmt.Fprintf(&text, "%d %s by %s: %d parts, %d missing\n", g.Number, g.Cause, g.Actor, len(g.Parts), g.Missing)
	}
	return text.String()
}

func (d *desk) onList(n policy.Number) bool {
	return d.listed(n).Known == policy.Present
}

// setDirs are the directories of sets, without those above them.
func (d *desk) setDirs() (names []string) {
	found, err := filepath.Glob(filepath.Join(d.config.Dir, "sets", "*", "*", "*"))
	if err != nil {
		d.t.Fatal(err)
	}
	for _, path := range found {
		names = append(names, filepath.Base(path))
	}
	return names
}

// TestRestore: what an older generation had is in force again, in this process
// and the next, and what it did not have is not.
func TestRestore(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.load(book.Blacklist, "acme", time.Time{}, "number", callee.String())
	d.load(book.Blacklist, "acme", time.Time{}, "number", (callee + 1).String())
	if !d.onList(callee) || !d.onList(callee+1) {
		t.Fatal("two imports are not in force")
	}
	if g, err := d.Restore(t.Context(), "ben", 2); g != 4 || err != nil {
		t.Fatal(g, err)
	}
	for _, when := range []string{"at once", "after a restart"} {
		if !d.onList(callee) || d.onList(callee+1) {
			t.Errorf("%s: %v %v", when, d.onList(callee), d.onList(callee+1))
		}
		d.reopen()
	}
	if g, err := d.Restore(t.Context(), "ben", 3); g != 5 || err != nil || !d.onList(callee+1) {
		t.Errorf("forward again: generation %d, %v", g, err)
	}
	want := `5 restore generation 3 by ben: 2 parts, 0 missing
4 restore generation 2 by ben: 1 parts, 0 missing
3 import blacklist acme by anna: 2 parts, 0 missing
2 import blacklist acme by anna: 1 parts, 0 missing
1 apply by anna: 0 parts, 0 missing
`
	if got := d.generations(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	for generation, want := range map[uint64]string{
		5: "restore generation 5: it is in force",
		0: "restore generation 0: there is no generation 0",
		6: "restore generation 6: there is no generation 6",
	} {
		if _, err := d.Restore(t.Context(), "ben", generation); err == nil || err.Error() != want || !errors.Is(err, book.ErrInput) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestRestoreRefuses: sets that are gone or bent are not put in force.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.load(book.Blacklist, "acme", time.Time{}, "number", callee.String())
	if _, err := d.Restore(t.Context(), "ben", 1); err != nil {
		t.Fatal(err)
	}
	d.reopen()
	dir := filepath.Join(d.config.Dir, "sets", "blacklist", "00000001", "00000001")
	if err := os.WriteFile(filepath.Join(dir, "numbers.u64"), []byte("12345678"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Restore(t.Context(), "ben", 2); !errors.Is(err, book.ErrBroken) {
		t.Errorf("bent: %v", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	want := "restore generation 2: the sets of import 1 test.csv are gone: sets are kept for 30 days"
	if _, err := d.Restore(t.Context(), "ben", 2); err == nil || err.Error() != want || !errors.Is(err, book.ErrInput) {
		t.Errorf("gone: %v", err)
	}
	if got := d.generations(); d.Current().Generation() != 3 || !strings.Contains(got, "2 import blacklist acme by anna: 1 parts, 1 missing") {
		t.Errorf("generation %d of\n%s", d.Current().Generation(), got)
	}
}

// TestSweepOld: sets that were replaced stay for 30 days, and as long as one of
// the last three generations names them; then they go, also while the program
// runs.
func TestSweepOld(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		after time.Duration // the second import and the restart come then
		more  int           // changes after the restore
		want  int
	}{
		{"young", 29 * oneDay, 4, 2},
		{"old", 31 * oneDay, 4, 1},
		{"old, but the third last", 40 * oneDay, 1, 2},
		{"old, and the fourth last", 40 * oneDay, 2, 1},
	} {
		for _, way := range []string{"restart", "import", "daily"} {
			t.Run(c.name+" "+way, func(t *testing.T) {
				t.Parallel()
				d := openAcme(t)
				d.load(book.Blacklist, "acme", time.Time{}, "number", callee.String()) // 2
				if _, err := d.Restore(t.Context(), "ben", 1); err != nil {            // 3
					t.Fatal(err)
				}
				for i := range c.more {
					if _, err := d.Apply(t.Context(), "anna", fmt.Appendf(nil, "principals: [{name: p%d}]", i), false); err != nil {
						t.Fatal(err)
					}
				}
				d.at(monday.Add(c.after))
				switch way {
				case "restart":
					d.reopen()
				case "daily":
					if err := d.Sweep(); err != nil {
						t.Fatal(err)
					}
				}
				if got := len(d.setDirs()); way != "import" && got != c.want-1 {
					t.Errorf("%d directories after the restart", got)
				}
				d.load(book.Blacklist, "acme", time.Time{}, "number", (callee + 1).String()) // a generation more
				want := c.want
				if way == "import" && c.more == 1 {
					want = 1 // that one was the third last
				}
				if got := d.setDirs(); len(got) != want {
					t.Errorf("left: %v, want %d", got, want)
				}
			})
		}
	}
}

// TestSweepImporting: while an import runs nothing is swept, for its sets are named by no
// generation yet.
func TestSweepImporting(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	r := request(book.Blacklist, "acme", time.Time{}, "number", callee.String())
	stray := filepath.Join(d.config.Dir, "sets", "blacklist", "00000001", "00000009.tmp")
	r.Reader = &stopping{Reader: r.Reader, reads: 1, stop: func() {
		if err := os.MkdirAll(stray, 0o700); err != nil {
			t.Error(err)
		}
		if err := d.Sweep(); err != nil {
			t.Error(err)
		}
	}}
	if _, err := d.Import(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(stray); err != nil {
		t.Errorf("it was swept: %v", err)
	}
	if err := d.Sweep(); err != nil {
		t.Error(err)
	}
	if got := d.setDirs(); len(got) != 1 {
		t.Errorf("after the import there are %v", got)
	}
}

// TestRestoreConsents: an import that rewrites the row of a number leaves in it
// what an older generation needs.
func TestRestoreConsents(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	head := "number,purpose,channels,given_at"
	d.load(book.Consents, "acme", time.Time{}, head, callee.String()+",energy,operator,2026-01-01")
	if _, err := d.Restore(t.Context(), "ben", 1); err != nil {
		t.Fatal(err)
	}
	d.reopen()
	d.load(book.Consents, "acme", time.Time{}, head, callee.String()+",fibre,operator,2026-01-01")
	known := func(purpose string) policy.Known {
		t.Helper()
		f, err := d.Current().Consent(d.config.Store, d.principal("acme"), callee, purpose)
		if err != nil {
			t.Error(err)
		}
		return f.Known
	}
	if known("energy") != policy.Absent || known("fibre") != policy.Present {
		t.Error("the consent that was put out of force is believed")
	}
	if _, err := d.Restore(t.Context(), "ben", 2); err != nil {
		t.Fatal(err)
	}
	if known("energy") != policy.Present || known("fibre") != policy.Absent {
		t.Error("the older consent did not come back")
	}
}
