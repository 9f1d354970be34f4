package book_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
)

const callee = policy.Number(393331234567)

// day is a time so many days after the monday.
func day(n int) time.Time { return monday.AddDate(0, 0, n) }

// TestRegistry enters submissions in the order given: "3o" is one answered on
// day 3 that says opposed, "5-" one that does not name the number.
func TestRegistry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		submissions string
		answer      policy.RegistryAnswer
		answered    int
		since       int // -1: never opposed
	}{
		{"", policy.NotAsked, 0, -1},
		{"0-", policy.NotAsked, 0, -1},
		{"0c", policy.Clear, 0, -1},
		{"0o", policy.Opposed, 0, 0},
		{"0c 3o", policy.Opposed, 3, 3},
		{"0o 3c", policy.Clear, 3, -1},
		{"0o 3o 6o", policy.Opposed, 6, 0},
		{"0o 3c 6o 9o", policy.Opposed, 9, 6},
		{"0o 3- 6o 9-", policy.Opposed, 6, 0},
		{"0c 3-", policy.Clear, 0, -1},
		{"6o 3c 0o", policy.Opposed, 6, 6}, // imported late: the answers count, not the imports
		{"3o 0o", policy.Opposed, 3, 0},
		{"3c 3o", policy.Opposed, 3, 3}, // the same moment: the later import
	} {
		t.Run(c.submissions, func(t *testing.T) {
			t.Parallel()
			d := openAcme(t)
			d.at(day(10))
			for _, s := range strings.Fields(c.submissions) {
				rows := []string{"number,answer", "+390699999999,clear"}
				if answer := map[byte]string{'c': "clear", 'o': "opposed"}[s[1]]; answer != "" {
					rows = append(rows, callee.String()+","+answer)
				}
				d.load(book.Registry, "acme-rpo", day(int(s[0]-'0')), rows...)
			}
			for range 2 {
				got := d.Current().Registry(d.account("acme/energia"), callee)
				want := policy.RegistryFact{Known: policy.Absent}
				if c.answer != policy.NotAsked {
					want = policy.RegistryFact{Known: policy.Present, Answer: c.answer, AnsweredAt: day(c.answered), Submission: got.Submission}
				}
				if c.since >= 0 {
					want.OpposedSince = day(c.since)
				}
				if got != want || (got.Submission == 0) != (c.answer == policy.NotAsked) {
					t.Errorf("got  %+v\nwant %+v", got, want)
				}
				d.reopen()
			}
			if f := d.Current().Registry(d.account("beta/old"), callee); f != (policy.RegistryFact{Known: policy.Absent}) {
				t.Errorf("the account of another principal has an answer: %+v", f)
			}
			if n := len(d.Current().Answers(d.account("acme/energia"), callee)); n != strings.Count(c.submissions, "c")+strings.Count(c.submissions, "o") {
				t.Errorf("%d answers", n)
			}
		})
	}
}

// TestContradiction: a file that says both of one number says opposed.
func TestContradiction(t *testing.T) {
	t.Parallel()
	for _, answers := range [][2]string{{"clear", "opposed"}, {"opposed", "clear"}} {
		d := openAcme(t)
		r := request(book.Registry, "acme-rpo", monday, "number,answer", callee.String()+","+answers[0], callee.String()+","+answers[1])
		r.MaxRejects = book.Limit{Count: 1}
		if result, err := d.Import(t.Context(), r); err != nil || result.Good != 1 || result.Rejects != 1 {
			t.Fatalf("%+v, %v", result, err)
		}
		if f := d.Current().Registry(d.account("acme/energia"), callee); f.Answer != policy.Opposed {
			t.Errorf("%v: %+v", answers, f)
		}
	}
}

// TestConsentTwice: a row that stands twice in a file is one consent.
func TestConsentTwice(t *testing.T) {
	t.Parallel()
	row := callee.String() + ",energy,operator,2026-01-01"
	once, twice := openAcme(t), openAcme(t)
	once.load(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at", row)
	twice.load(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at", row, row)
	for key, value := range rows(t, once.config.Store) {
		if key[0] == 0x31 && rows(t, twice.config.Store)[key] != value {
			t.Errorf("row %x is %x, and %x when it stands twice", key, value, rows(t, twice.config.Store)[key])
		}
	}
}

func TestBlacklist(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.load(book.Blacklist, "acme", time.Time{}, "number", callee.String())
	since := d.Current().Parts()[0].At
	d.at(day(1))
	d.load(book.Blacklist, "acme", time.Time{}, "number", callee.String(), "0612345678")
	acme := d.principal("acme")
	for range 2 {
		s := d.Current()
		if f := s.Blacklist(acme, callee); f != (policy.BlacklistFact{Known: policy.Present, Since: since, Source: "import 1 test.csv"}) {
			t.Errorf("the older entry counts: %+v", f)
		}
		if f := s.Blacklist(acme, callee+1); f != (policy.BlacklistFact{Known: policy.Absent}) {
			t.Errorf("a number that is not listed: %+v", f)
		}
		if f := s.Blacklist(d.principal("beta"), callee); f != (policy.BlacklistFact{Known: policy.Absent}) {
			t.Errorf("another principal: %+v", f)
		}
		if f := s.Blacklist(77, callee); f != (policy.BlacklistFact{}) {
			t.Errorf("no principal: %+v", f)
		}
		d.reopen()
	}
}

// TestConsent imports files one after the other and asks for one fact.
func TestConsent(t *testing.T) {
	t.Parallel()
	const header = "number,purpose,channels,given_at,revoked_at,evidence"
	row := func(rest string) string { return callee.String() + "," + rest }
	for _, c := range []struct {
		name    string
		imports [][]string
		want    policy.ConsentFact
	}{
		{"none", [][]string{{"0612345678,energy,operator,2026-01-01,,"}}, policy.ConsentFact{Known: policy.Absent}},
		{"another purpose", [][]string{{row("fibre,operator,2026-01-01,,")}}, policy.ConsentFact{Known: policy.Absent}},
		{"one", [][]string{{row("energy,operator,2026-01-01T10:00:00Z,,form-1")}},
			policy.ConsentFact{Known: policy.Present, GivenAt: time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC), Channels: 1 << policy.ChannelOperator, Evidence: "form-1", Part: 1}},
		{"a date begins where the person lives", [][]string{{row("energy,automated,2026-01-01,,form-1")}},
			policy.ConsentFact{Known: policy.Present, GivenAt: time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC), Channels: 1 << policy.ChannelAutomated, Evidence: "form-1", Part: 1}},
		{"the newest of two files", [][]string{{row("energy,operator,2026-02-01T00:00:00Z,,form-2")}, {row("energy,operator,2026-01-01T00:00:00Z,,form-1")}},
			policy.ConsentFact{Known: policy.Present, GivenAt: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), Channels: 1 << policy.ChannelOperator, Evidence: "form-2", Part: 1}},
		{"the same again is the same", [][]string{{row("energy,operator,2026-02-01T00:00:00Z,,form-2")}, {row("energy,operator,2026-02-01T00:00:00Z,,form-2")}},
			policy.ConsentFact{Known: policy.Present, GivenAt: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), Channels: 1 << policy.ChannelOperator, Evidence: "form-2", Part: 2}},
		{"of equal ones that of the newest file", [][]string{{row("energy,operator,2026-02-01T00:00:00Z,,form-1")}, {row("energy,operator,2026-02-01T00:00:00Z,,form-2")}, {row("energy,operator,2026-02-01T00:00:00Z,,form-1")}},
			policy.ConsentFact{Known: policy.Present, GivenAt: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), Channels: 1 << policy.ChannelOperator, Evidence: "form-1", Part: 3}},
		{"revoked by a later file", [][]string{{row("energy,operator,2026-02-01T00:00:00Z,,form-2")}, {row("energy,operator,2026-02-01T00:00:00Z,2026-02-03T00:00:00Z,form-2")}},
			policy.ConsentFact{Known: policy.Present, GivenAt: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), RevokedAt: time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC),
				Channels: 1 << policy.ChannelOperator, Evidence: "form-2", Part: 2}},
		{"a revocation ends what was given before it", [][]string{{row("energy,operator,2026-01-01T00:00:00Z,2026-02-03T00:00:00Z,form-1"), row("energy,operator,2026-02-01T00:00:00Z,,form-2")}},
			policy.ConsentFact{Known: policy.Present, GivenAt: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), RevokedAt: time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC),
				Channels: 1 << policy.ChannelOperator, Evidence: "form-2", Part: 1}},
		{"given again after a revocation", [][]string{{row("energy,operator,2026-01-01T00:00:00Z,2026-01-03T00:00:00Z,form-1"), row("energy,operator,2026-02-01T00:00:00Z,,form-2")}},
			policy.ConsentFact{Known: policy.Present, GivenAt: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), Channels: 1 << policy.ChannelOperator, Evidence: "form-2", Part: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := openAcme(t)
			for _, lines := range c.imports {
				d.load(book.Consents, "acme", time.Time{}, append([]string{header}, lines...)...)
			}
			for range 2 {
				got, err := d.Current().Consent(d.config.Store, d.principal("acme"), callee, "energy")
				if err != nil || got != c.want {
					t.Errorf("got  %+v, %v\nwant %+v", got, err, c.want)
				}
				d.reopen()
			}
			other, err := d.Current().Consent(d.config.Store, d.principal("beta"), callee, "energy")
			if err != nil || other != (policy.ConsentFact{Known: policy.Absent}) {
				t.Errorf("another principal: %+v, %v", other, err)
			}
		})
	}
}

// counted counts the reads of a store.
type counted struct {
	failing
	gets int
}

func (c *counted) Get(key []byte) ([]byte, bool, error) {
	c.gets++
	return c.failing.Get(key)
}

func TestConsentReadsOneRow(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.load(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at", callee.String()+",energy,operator,2026-01-01")
	r := &counted{failing: failing{Store: d.config.Store}}
	ask := func(n policy.Number) error {
		_, err := d.Current().Consent(r, d.principal("acme"), n, "energy")
		return err
	}
	if err := ask(callee + 1); err != nil || r.gets != 0 {
		t.Errorf("%d reads for a number without a consent, %v", r.gets, err)
	}
	if err := ask(callee); err != nil || r.gets != 1 {
		t.Errorf("%d reads for a number with one, %v", r.gets, err)
	}
	r.reads = true
	if err := ask(callee); !errors.Is(err, errGone) || errors.Is(err, book.ErrBroken) {
		t.Errorf("a store that fails: %v", err)
	}
	empty := openAcme(t)
	r.failing.Store, r.reads = empty.config.Store, false
	if err := ask(callee); !errors.Is(err, book.ErrBroken) {
		t.Errorf("a row that is gone: %v", err)
	}
}

func TestEntries(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	var told []book.Change
	d.config.Changed = func(c book.Change) {
		if entry, ok := d.Entry(c.Principal, c.Number); !ok || entry.Change != c {
			t.Errorf("told of %+v, which is not there", c)
		}
		told = append(told, c)
	}
	d.reopen()
	acme := d.principal("acme")
	first, err := d.AddBlacklist(t.Context(), "anna", "acme", "333 123 4567", "by mail")
	if err != nil {
		t.Fatal(err)
	}
	want := book.Entry{Change: book.Change{Principal: acme, Number: callee, Since: first.Since, Source: "entry 1 by anna"},
		Seq: 1, Actor: "anna", Reason: "by mail"}
	if first != want || !first.Since.After(monday) {
		t.Errorf("got %+v, want %+v", first, want)
	}
	d.at(day(2))
	again, err := d.AddBlacklist(t.Context(), "bruno", "acme", "+393331234567", "")
	if want.Existed = true; err != nil || again != want {
		t.Errorf("again: %+v, %v", again, err)
	}
	d.reopen()
	for range 2 {
		if _, err := d.AddBlacklist(t.Context(), "bruno", "beta", "+393331234567", ""); err != nil {
			t.Fatal(err)
		}
	}
	if second, err := d.AddBlacklist(t.Context(), "bruno", "acme", "0612345678", ""); err != nil || second.Seq != 2 {
		t.Errorf("the second: %+v, %v", second, err)
	}
	if len(told) != 5 || told[0] != want.Change || told[1] != want.Change {
		t.Errorf("told of %+v", told)
	}
	d.reopen()
	found := map[string]bool{}
	for c := range d.Entries() {
		found[fmt.Sprint(c.Principal, c.Number)] = true
	}
	if len(found) != 3 {
		t.Errorf("after reopening: %v", found)
	}
	for range d.Entries() {
		break // stopping early must not panic
	}
	if d.Current().Generation() != 1 {
		t.Error("a single entry made a generation")
	}
}

func TestEntryRefused(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.config.Changed = func(c book.Change) { t.Errorf("told of %+v", c) }
	d.reopen()
	for _, c := range []struct {
		principal, number, reason, want string
		is                              error
	}{
		{"gamma", "3331234567", "", `blacklist: there is no principal "gamma": apply it first`, book.ErrUnknown},
		{"acme", "nobody", "", "blacklist: number: no number: write it as +39…, 0039… or as it is dialled in the country", book.ErrInput},
		{"acme", "113", "", "blacklist: number: an emergency number: nothing can be said of it", book.ErrInput},
		{"acme", "3331234567", "wrote from 333/12.34.567", "blacklist: the reason holds the number, and reasons are kept in clear: leave it out", book.ErrInput},
	} {
		if _, err := d.AddBlacklist(t.Context(), "anna", c.principal, c.number, c.reason); err == nil || err.Error() != c.want || !errors.Is(err, c.is) {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
	d.config.Store = &failing{Store: d.config.Store}
	d.reopen()
	if _, err := d.AddBlacklist(t.Context(), "anna", "acme", "3331234567", ""); !errors.Is(err, errGone) || errors.Is(err, book.ErrInput) {
		t.Errorf("a store that fails: %v", err)
	}
	if _, ok := d.Entry(d.principal("acme"), callee); ok {
		t.Error("an entry that was not committed is there")
	}
}

// TestEntryAndConsent: an entry and the consents of a number share a row.
func TestEntryAndConsent(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	consent := func(given string) {
		d.load(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at", callee.String()+",energy,operator,"+given)
	}
	consent("2026-01-01")
	if _, err := d.AddBlacklist(t.Context(), "anna", "acme", callee.String(), ""); err != nil {
		t.Fatal(err)
	}
	if f, err := d.Current().Consent(d.config.Store, d.principal("acme"), callee, "energy"); f.Part != 1 || err != nil {
		t.Errorf("the entry dropped the consent: %+v, %v", f, err)
	}
	consent("2026-02-01")
	key := ""
	for k, v := range rows(t, d.config.Store) {
		if k[0] == 0x31 {
			key = k
			if !strings.Contains(v, "entry 1 by anna") {
				t.Error("the import dropped the objection")
			}
		}
	}
	if key == "" {
		t.Error("no row of the number")
	}
	f, err := d.Current().Consent(d.config.Store, d.principal("acme"), callee, "energy")
	if err != nil || f.Part != 2 || !f.GivenAt.Equal(time.Date(2026, 1, 31, 23, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v, %v", f, err)
	}
}
