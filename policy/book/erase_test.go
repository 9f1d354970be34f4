package book_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
)

// plant puts callee into everything that a book has of a number, and callee+1
// beside it.
func (d *desk) plant() {
	d.t.Helper()
	n, o := callee.String(), (callee + 1).String()
	day := d.config.Now().Add(-time.Hour)
	both := func(header, rest string) []string { return []string{header, n + rest, o + rest} }
	d.load(book.Registry, "acme-rpo", day, both("number,answer", ",clear")...)
	d.load(book.Blacklist, "acme", time.Time{}, "number", n, o)
	d.load(book.Consents, "acme", time.Time{}, both("number,purpose,channels,given_at", ",energy,operator,2026-01-01")...)
	d.load(book.Contracts, "acme", time.Time{}, both("number,contract,from", ",c-1,2026-01-03")...)
	d.load(book.Contacts, "acme", time.Time{}, people("a 0 1")...)
	d.apply("lists: [{name: spring, principal: acme, origin: own_form}]")
	d.load(book.Lists, "acme/spring", time.Time{}, "number,ground,batch,batch_row", o+",consent,b-1,2", n+",directory,b-2,9", (callee-1).String()+",directory,b-3,7")
	d.approve("acme/spring")
	d.say(book.Saying{Verb: book.Refuse, Number: n})
}

// holds returns the files of the book and the rows that have n in clear or under
// the number key, beside the suppression rows.
func (d *desk) holds(n policy.Number) (where []string) {
	d.t.Helper()
	forms := [][]byte{
		[]byte(n.String()[1:]),
		binary.LittleEndian.AppendUint64(nil, uint64(n)), binary.BigEndian.AppendUint64(nil, uint64(n)),
	}
	err := filepath.WalkDir(filepath.Join(d.config.Dir, "sets"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, f := range forms {
			if bytes.Contains(data, f) {
				where = append(where, strings.TrimPrefix(path, d.config.Dir))
			}
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.t.Fatal(err)
	}
	for key, value := range rows(d.t, d.config.Store) {
		if key[0] == 0x60 {
			continue
		}
		for at := range value {
			if end := at + 36; end <= len(value) {
				if got, err := d.config.Keys.OpenNumber([]byte(value[at:end])); err == nil && got == n {
					where = append(where, "row "+key[:1])
				}
			}
		}
	}
	return where
}

func (d *desk) erase() (book.Erased, error) {
	return d.Erase(d.t.Context(), book.Erasing{Number: callee, Before: d.config.Now().Add(time.Second), Actor: "anna", Reason: "letter of 3 March"})
}

// TestErase: the number is nowhere but on the blacklist, in no generation that
// can be restored, and its neighbour is everywhere.
func TestErase(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.plant()
	before := d.Current().Generation()
	if len(d.holds(callee)) < 5 {
		t.Fatalf("the number stands in %v only: the test shows nothing", d.holds(callee))
	}
	neighbours := len(d.holds(callee + 1))
	done, err := d.erase()
	if err != nil || len(done.Sets) != 6 || len(done.Principals) != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	for _, when := range []string{"before", "after"} {
		if where := d.holds(callee); len(where) > 0 {
			t.Errorf("%s a restart it stands in %v", when, where)
		}
		if f := d.listed(callee); f.Known != policy.Present {
			t.Errorf("%s a restart it is not on the blacklist: %+v", when, f)
		}
		d.reopen()
	}
	if _, err := d.Restore(t.Context(), "test", before); err != nil {
		t.Fatal(err)
	}
	if where := d.holds(callee); len(where) > 0 {
		t.Errorf("after a restore it stands in %v", where)
	}
	d.reopen()
	if err := d.Current().Broken(); err != nil {
		t.Errorf("after a restore and a restart: %v", err)
	}
	for n, want := range map[policy.Number]book.ListLine{
		callee - 1: {Line: 4, Ground: "directory", Batch: "b-3", BatchRow: 7},
		callee + 1: {Line: 2, Ground: "consent", Batch: "b-1", BatchRow: 2},
	} {
		lines, err := d.Current().ListRows(d.principal("acme"), n)
		if err != nil || len(lines) != 1 || lines[0].Line != want.Line || lines[0].Ground != want.Ground ||
			lines[0].Batch != want.Batch || lines[0].BatchRow != want.BatchRow {
			t.Errorf("the row of a neighbour is %+v, %v", lines, err)
		}
	}
	// Its own row of contacts is gone with the number in it.
	if got := len(d.holds(callee + 1)); got != neighbours-1 {
		t.Errorf("the neighbour stands in %d places, want %d", got, neighbours-1)
	}
	if again, err := d.erase(); err != nil || len(again.Principals)+len(again.Sets)+again.Rows != 0 {
		t.Errorf("a second erasure finds %+v, %v", again, err)
	}
}

// TestEraseOnly changes nothing.
func TestEraseOnly(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.plant()
	before := len(d.holds(callee))
	done, err := d.Erase(t.Context(), book.Erasing{Number: callee, Before: d.config.Now().Add(time.Second), Only: true})
	if err != nil || len(done.Sets) != 6 || len(d.holds(callee)) != before {
		t.Errorf("%+v, %v, %d places, want %d", done, err, len(d.holds(callee)), before)
	}
}

// TestEraseCrash ends the process at every commit of an erasure in turn. What was
// begun is ended by the next one; the book opens in between, and the number is
// never without its entry on the blacklist.
func TestEraseCrash(t *testing.T) {
	t.Parallel()
	for commits := 0; ; commits++ {
		d := openAcme(t)
		d.plant()
		whole := d.config.Store
		d.config.Store = &failing{Store: whole, commits: commits}
		d.reopen()
		_, err := d.erase()
		if err == nil {
			if commits < 8 {
				t.Errorf("the erasure has %d commits", commits)
			}
			return
		}
		if !errors.Is(err, errGone) {
			t.Fatal(err)
		}
		d.config.Store = whole
		for _, when := range []string{"before", "after"} {
			if f := d.listed(callee); f.Known != policy.Present {
				t.Errorf("%d commits, %s the restart: not on the blacklist", commits, when)
			}
			d.reopen()
		}
		if _, err := d.erase(); err != nil {
			t.Fatal(err)
		}
		if where := d.holds(callee); len(where) > 0 {
			t.Errorf("%d commits, erased again: it stands in %v", commits, where)
		}
	}
}

// TestEraseLater: what came after the erasure is not taken.
func TestEraseLater(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.plant()
	at := d.config.Now().Add(-time.Minute)
	done, err := d.Erase(t.Context(), book.Erasing{Number: callee, Before: at, Actor: "anna"})
	if err != nil || len(done.Sets) != 0 || done.Rows != 0 {
		t.Errorf("%+v, %v", done, err)
	}
}
