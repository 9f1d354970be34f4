package book_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/store"
)

// others tells the other numbers of a person by their last digits.
func (d *desk) others(t *testing.T, principal string, n policy.Number) string {
	t.Helper()
	person, err := d.Current().Others(d.config.Store, d.principal(principal), n)
	if err != nil {
		return "error"
	}
	var words []string
	for _, m := range person {
		if m.Index != d.config.Keys.Index(m.Number) {
			t.Errorf("%s stands under another index", m.Number)
		}
		words = append(words, strconv.FormatUint(uint64(m.Number-callee), 10))
	}
	return strings.Join(words, " ")
}

// people are lines of a file of contacts: "a 0 1" are two numbers of a.
func people(contacts ...string) []string {
	lines := []string{"contact,number"}
	for _, c := range contacts {
		words := strings.Fields(c)
		for _, w := range words[1:] {
			var n int
			_, _ = fmt.Sscan(w, &n)
			lines = append(lines, words[0]+","+(callee+policy.Number(n)).String())
		}
	}
	return lines
}

// TestOthers imports files one after the other and asks for the other numbers of
// 0, 1 and 2.
func TestOthers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files [][]string
		want  string
	}{
		"nothing":                            {nil, "||"},
		"one number each":                    {[][]string{people("a 0", "b 1", "c 2")}, "||"},
		"two of one":                         {[][]string{people("a 0 1", "b 2")}, "1|0|"},
		"three, in any order":                {[][]string{people("a 1", "b 7 8", "a 2", "a 0")}, "1 2|0 2|0 1"},
		"a row twice":                        {[][]string{people("a 0 1 1", "a 0")}, "1|0|"},
		"a number of two persons":            {[][]string{people("a 0 1", "b 1 2")}, "1|0 2|1"},
		"a newer file about the same":        {[][]string{people("a 0 1 2"), people("a 0 1")}, "1|0|0 1"},
		"a newer file about others":          {[][]string{people("a 0 1"), people("b 2 3")}, "1|0|3"},
		"a newer file that names one number": {[][]string{people("a 0 1"), people("b 0", "c 2 3")}, "1|0|3"},
		"five files": {
			[][]string{people("a 0 1"), people("a 0 2"), people("a 0 1"), people("a 0 2"), people("a 0 1 2")}, "1 2|0 2|0 1",
		},
	} {
		d := openAcme(t)
		for _, lines := range c.files {
			d.load(book.Contacts, "acme", time.Time{}, lines...)
		}
		for _, when := range []string{"before", "after"} {
			got := d.others(t, "acme", callee) + "|" + d.others(t, "acme", callee+1) + "|" + d.others(t, "acme", callee+2)
			if got != c.want {
				t.Errorf("%s, %s a restart: %s, want %s", name, when, got, c.want)
			}
			d.reopen()
		}
	}
}

// TestContactsHideNumbers: no row has a number in clear, nor the id that the
// file gives a person, which may be one.
func TestContactsHideNumbers(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	before := rows(t, d.config.Store)
	id := "ID-" + callee.String()
	d.load(book.Contacts, "acme", time.Time{}, "contact,number", id+","+callee.String(), id+","+(callee+1).String())
	for key, value := range rows(t, d.config.Store) {
		if text := key + value; before[key] != value && (strings.Contains(text, callee.String()[1:]) || strings.Contains(text, "ID-")) {
			t.Errorf("row %x tells of the person: %q", key, value)
		}
	}
}

// TestContactRejects: what cannot be a row of contacts.
func TestContactRejects(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	r := request(book.Contacts, "acme", time.Time{}, "number,contact", "12,a", "+393331234567,", "112,a", "+393331234567,a", "+393331234568,a")
	var rejects strings.Builder
	r.Rejects, r.MaxRejects = &rejects, book.Limit{Count: 3}
	result, err := d.Import(t.Context(), r)
	if err != nil || result.Good != 2 || result.Rejects != 3 || result.Numbers != 2 {
		t.Errorf("%+v, %v", result, err)
	}
	for _, want := range []string{"no number", "contact is empty", "an emergency number"} {
		if !strings.Contains(rejects.String(), want) {
			t.Errorf("no reject says %q: %s", want, rejects.String())
		}
	}
}

// TestManyNumbers: a person has at most twenty.
func TestManyNumbers(t *testing.T) {
	t.Parallel()
	many := func(from, n int) string {
		c := []string{"a"}
		for i := range n {
			c = append(c, strconv.Itoa(from+i))
		}
		return strings.Join(c, " ")
	}
	for name, file := range map[string][]string{
		"of one contact": people(many(0, 21)),
		"of two":         people(many(0, 12), strings.Replace(many(11, 12), "a", "b", 1)),
	} {
		d := openAcme(t)
		d.load(book.Contacts, "acme", time.Time{}, people(many(0, 20))...)
		r := request(book.Contacts, "acme", time.Time{}, file...)
		if _, err := d.Import(t.Context(), r); !errors.Is(err, book.ErrInput) || !strings.Contains(err.Error(), "is this the right file") &&
			!strings.Contains(err.Error(), "other numbers") {
			t.Errorf("%s: %v", name, err)
		}
		if got := d.others(t, "acme", callee+19); len(strings.Fields(got)) != 19 {
			t.Errorf("%s: of twenty the last one has %s", name, got)
		}
	}
}

// TestContactsRestore: an older generation brings back which numbers were of one
// person, as its newest file said, or the file nearest to it of which the row
// still tells. So does the newest again, after that.
func TestContactsRestore(t *testing.T) {
	t.Parallel()
	for back, want := range []string{1: "5", 2: "4", 3: "4", 4: "4", 5: ""} {
		if back == 0 {
			continue
		}
		d := openAcme(t)
		d.load(book.Contacts, "acme", time.Time{}, people("b 7 8")...)
		for i := 2; i < 7; i++ {
			d.load(book.Contacts, "acme", time.Time{}, people(fmt.Sprintf("a 0 %d", i))...)
		}
		newest := d.Current().Generation()
		if _, err := d.Restore(t.Context(), "test", newest-uint64(back)); err != nil {
			t.Fatal(err)
		}
		for _, when := range []string{"before", "after"} {
			if got := d.others(t, "acme", callee); got != want {
				t.Errorf("%d files back: %s, want %s (%s)", back, got, want, when)
			}
			d.reopen()
		}
		d.load(book.Contacts, "acme", time.Time{}, people("a 0 9")...)
		if got := d.others(t, "acme", callee); got != "9" {
			t.Errorf("%d files back and a new one: %s", back, got)
		}
		if _, err := d.Restore(t.Context(), "test", newest); err != nil {
			t.Fatal(err)
		}
		if got := d.others(t, "acme", callee); got != "6" {
			t.Errorf("%d files back and forth: %s", back, got)
		}
	}
}

// TestContactsCrash ends the process at every commit of an import in turn: until
// the last one nothing of it is in force.
func TestContactsCrash(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range 1100 {
		many = append(many, fmt.Sprintf("c%d %d %d", i, 2*i, 2*i+1))
	}
	for commits := 0; ; commits++ {
		d := openAcme(t)
		d.load(book.Contacts, "acme", time.Time{}, people("old 0 9")...)
		whole := d.config.Store
		d.config.Store = &failing{Store: whole, commits: commits}
		d.reopen()
		_, err := d.Import(t.Context(), request(book.Contacts, "acme", time.Time{}, people(many...)...))
		if err == nil {
			if commits != 5 { // id, three batches, generation
				t.Errorf("the import has %d commits", commits)
			}
			return
		}
		d.config.Store = whole
		for range 2 {
			if got := d.others(t, "acme", callee) + "|" + d.others(t, "acme", callee+1); got != "9|" {
				t.Errorf("%d commits: %s", commits, got)
			}
			d.reopen()
		}
		d.load(book.Contacts, "acme", time.Time{}, people(many...)...)
		if got := d.others(t, "acme", callee) + "|" + d.others(t, "acme", callee+1); got != "1|0" {
			t.Errorf("%d commits: made again: %s", commits, got)
		}
	}
}

// TestContactsUnread: who is the same person is not known when the set or the
// row cannot be read; without a set nothing is read.
func TestContactsUnread(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.load(book.Contacts, "acme", time.Time{}, people("a 0 1")...)
	acme := d.principal("acme")
	if _, err := d.Current().Others(nil, acme, callee+5); err != nil {
		t.Errorf("a number that is on no file: %v", err)
	}
	for key := range rows(t, d.config.Store) {
		if key[0] == 0x34 {
			if err := d.config.Store.Commit(store.Batch{Delete: [][]byte{[]byte(key)}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := d.Current().Others(d.config.Store, acme, callee); !errors.Is(err, book.ErrBroken) {
		t.Errorf("a row that is gone: %v", err)
	}
	sets, err := filepath.Glob(filepath.Join(d.config.Dir, "sets", "contacts", "*", "*", "numbers.*"))
	if err != nil || len(sets) != 1 {
		t.Fatal(sets, err)
	}
	if err := os.WriteFile(sets[0], []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.reopen()
	if _, err := d.Current().Others(d.config.Store, acme, callee+5); !errors.Is(err, book.ErrBroken) {
		t.Errorf("a set that is broken: %v", err)
	}
}
