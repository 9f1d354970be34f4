package book_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/book"
)

// told is one thing that was said in a run, as the model keeps it: a list and
// nothing else.
type told struct {
	verb     book.Verb // 0: on the blacklist, or off it
	n        policy.Number
	entered  time.Time
	at       time.Time // when the person said so
	purpose  string
	evidence string
	until    time.Time
	off      bool
	imported bool
	part     uint32
}

// model says what a principal knows of a number by looking at everything that
// was said, every time.
type model []told

func (m model) newest(n policy.Number, wanted func(told) bool) (newest told, found bool) {
	for _, t := range m {
		if t.n == n && wanted(t) && (!found || t.at.After(newest.at)) {
			newest, found = t, true
		}
	}
	return newest, found
}

func verb(v book.Verb) func(told) bool { return func(t told) bool { return t.verb == v } }

func (m model) person(n policy.Number, purpose string, now time.Time) book.Person {
	p := nobody
	passed, _ := m.newest(n, verb(book.WrongPerson))
	if g, ok := m.newest(n, func(t told) bool { return t.verb == book.Grant && t.purpose == purpose }); ok {
		p.Consent = policy.ConsentFact{Known: policy.Present, GivenAt: g.at, Channels: operator, Evidence: g.evidence, Part: g.part}
		r, _ := m.newest(n, func(t told) bool { return t.verb == book.Revoke && (t.purpose == "" || t.purpose == purpose) })
		for _, end := range []time.Time{r.at, passed.at} {
			if !end.Before(g.at) && end.After(p.Consent.RevokedAt) {
				p.Consent.RevokedAt = end
			}
		}
	}
	objected := time.Time{}
	listed := false
	for _, t := range m { // in the order of entering
		if t.n == n && t.verb == 0 && !t.imported {
			objected, listed = t.entered, !t.off
		}
	}
	over := func(t told) bool { return !t.at.After(passed.at) || listed && !t.at.After(objected) }
	r, ok := m.newest(n, func(t told) bool { return t.verb == book.Request && !over(t) && now.Before(t.until) })
	if !ok {
		r, ok = m.newest(n, func(t told) bool { return t.verb == book.Request && !over(t) })
	}
	if ok {
		p.Request = policy.RequestFact{Known: policy.Present, At: r.at, Until: r.until, Evidence: r.evidence}
	}
	if f, ok := m.newest(n, verb(book.Refuse)); ok {
		p.Refusal = policy.RefusalFact{Known: policy.Present, At: f.at}
	}
	for _, t := range m {
		if t.n == n && t.verb == book.Hold {
			p.Hold = policy.HoldFact{Known: policy.Present, Since: t.at, Why: t.evidence}
		}
		if t.n == n && t.verb == book.Release {
			p.Hold = policy.HoldFact{Known: policy.Absent}
		}
	}
	return p
}

// listed says whether a number is on the blacklist, and by what.
func (m model) listed(n policy.Number) (since time.Time, listed bool) {
	var single, imported bool
	for _, t := range m {
		switch {
		case t.n != n || t.verb != 0:
		case t.off:
			single, imported = false, false
		case t.imported && !imported:
			imported = true
			if !single {
				since = t.entered
			}
		case !t.imported && !single:
			single, since = true, t.entered
		}
	}
	return since, single || imported
}

// TestModel makes random changes, imports and restarts, and holds all that is
// known against a plain model of it.
func TestModel(t *testing.T) {
	t.Parallel()
	runs := 40
	if testing.Short() {
		runs = 5
	}
	for seed := range runs {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			r := &random{desk: openAcme(t), dice: rand.New(rand.NewPCG(uint64(seed), 5)), now: monday}
			for range 60 {
				r.now = r.now.Add(time.Duration(1+r.dice.IntN(90)) * time.Minute)
				r.at(r.now)
				r.step()
				if r.dice.IntN(8) == 0 {
					r.reopen()
				}
				r.compare()
			}
		})
	}
}

// random is a run.
type random struct {
	*desk
	dice  *rand.Rand
	now   time.Time
	said  int
	model model
}

func (r *random) number() policy.Number { return callee + policy.Number(r.dice.IntN(2)) }

func (r *random) purpose() string { return []string{"energy", "fibre"}[r.dice.IntN(2)] }

// past is a time that nothing else in the run has.
func (r *random) past() time.Time {
	r.said++
	return r.now.Add(-time.Duration(r.dice.IntN(72))*time.Hour - time.Duration(r.said)*time.Second)
}

func (r *random) step() {
	what := told{n: r.number(), evidence: fmt.Sprint("form-", len(r.model)), at: r.past()}
	switch r.dice.IntN(13) {
	case 0, 1:
		what.verb, what.purpose = book.Grant, r.purpose()
	case 2:
		what.verb, what.purpose = book.Revoke, []string{"", "energy"}[r.dice.IntN(2)]
	case 3, 4:
		what.verb = book.Request
		what.until = what.at.Add(time.Duration(1+r.dice.IntN(200)) * time.Hour)
	case 5:
		what.verb = book.Hold
		if r.model.person(what.n, "", r.now).Hold.Known == policy.Present {
			what.verb, what.at = book.Release, r.now
		}
	case 6:
		what.verb = book.Refuse
	case 7:
		what.verb = book.WrongPerson
	case 8, 9:
		r.list(what)
		return
	default:
		r.load(what)
		return
	}
	s := book.Saying{Verb: what.verb, Number: what.n.String(), At: what.at, Purpose: what.purpose}
	switch what.verb {
	case book.Grant:
		s.Channels, s.Evidence = operator, what.evidence
	case book.Request:
		s.Valid, s.Evidence = what.until.Sub(what.at), what.evidence
	case book.Hold:
		s.Evidence = what.evidence
	case book.Release, book.WrongPerson:
		s.Reason = "why"
	case book.Revoke, book.Refuse:
	}
	what.entered = r.say(s).At
	r.model = append(r.model, what)
}

// list puts a number on the blacklist or takes it off.
func (r *random) list(what told) {
	_, listed := r.model.listed(what.n)
	var err error
	if what.off = listed && r.dice.IntN(2) == 0; what.off {
		what.entered, err = r.Unlist(r.t.Context(), "anna", "acme", what.n.String(), "letter")
	} else {
		_, err = r.AddBlacklist(r.t.Context(), "anna", "acme", what.n.String(), "")
		c, _ := r.single(r.principal("acme"), what.n)
		what.entered = c.At
	}
	if err != nil {
		r.t.Fatal(err)
	}
	what.at = what.entered
	r.model = append(r.model, what)
}

// load imports a file of one number, now and then one with too many bad rows.
func (r *random) load(what told) {
	what.imported = true
	at := what.at.Format(time.RFC3339Nano)
	kind, header, row := book.Blacklist, "number", ""
	switch r.dice.IntN(4) {
	case 0:
		what.verb, what.purpose = book.Grant, r.purpose()
		kind, header, row = book.Consents, "number,purpose,channels,given_at,evidence", what.purpose+",operator,"+at+","+what.evidence
	case 1:
		what.verb, what.until = book.Request, what.at.Add(50*time.Hour)
		kind, header, row = book.Requests, "number,at,until,evidence", at+","+what.until.Format(time.RFC3339Nano)+","+what.evidence
	case 2:
		what.verb = book.WrongPerson
		kind, header, row = book.Reassigned, "number,at", at
	}
	lines := []string{header, strings.TrimSuffix(what.n.String()+","+row, ",")}
	if r.dice.IntN(4) == 0 {
		if _, err := r.Import(r.t.Context(), request(kind, "acme", time.Time{}, append(lines, "no number")...)); err == nil {
			r.t.Fatal("a file with a bad row is in force")
		}
		return
	}
	result := r.desk.load(kind, "acme", time.Time{}, lines...)
	what.part = result.Part
	if what.verb == book.Request {
		what.part = 0 // the fact does not say
	}
	parts := r.Current().Parts()
	what.entered = parts[len(parts)-1].At
	r.model = append(r.model, what)
}

func (r *random) compare() {
	r.t.Helper()
	acme := r.principal("acme")
	for n := callee; n < callee+3; n++ {
		for _, purpose := range []string{"energy", "fibre"} {
			got, err := r.known(acme, n, purpose)
			if diff := cmp.Diff(r.model.person(n, purpose, r.now), got); diff != "" || err != nil {
				r.t.Fatalf("%s for %s at %s, %v (-model +book):\n%s\nafter %+v", n, purpose, r.now, err, diff, r.model)
			}
		}
		own, _ := r.single(acme, n)
		fact := own.Listed
		if fact.Known != policy.Present {
			fact = r.Current().Blacklist(acme, n, own.Removed)
		}
		since, listed := r.model.listed(n)
		if (fact.Known == policy.Present) != listed || listed && !fact.Since.Equal(since) {
			r.t.Fatalf("%s is listed by %+v, in the model %v since %s\nafter %+v", n, fact, listed, since, r.model)
		}
	}
}
