package book_test

import (
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
			for s := range strings.FieldsSeq(c.submissions) {
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
		if f := s.Blacklist(acme, callee, time.Time{}); f != (policy.BlacklistFact{Known: policy.Present, Since: since, Source: "import 1 test.csv", Synced: s.Parts()[1].At}) {
			t.Errorf("the older entry counts: %+v", f)
		}
		if f := s.Blacklist(acme, callee+1, time.Time{}); f != (policy.BlacklistFact{Known: policy.Absent, Synced: s.Parts()[1].At}) {
			t.Errorf("a number that is not listed: %+v", f)
		}
		if f := s.Blacklist(d.principal("beta"), callee, time.Time{}); f != (policy.BlacklistFact{Known: policy.Absent}) {
			t.Errorf("another principal: %+v", f)
		}
		if f := s.Blacklist(77, callee, time.Time{}); f != (policy.BlacklistFact{}) {
			t.Errorf("no principal: %+v", f)
		}
		d.reopen()
	}
}
