package book_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/book"
)

// say enters one thing of the callee at acme.
func (d *desk) say(s book.Saying) book.Said {
	d.t.Helper()
	s.Actor, s.Principal = "anna", "acme"
	if s.Number == "" {
		s.Number = callee.String()
	}
	said, err := d.Say(d.t.Context(), s)
	if err != nil {
		d.t.Fatal(err)
	}
	return said
}

// person is what acme knows of the callee for a call for the purpose.
func (d *desk) person(purpose string) book.Person {
	d.t.Helper()
	p, err := d.known(d.principal("acme"), callee, purpose)
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

// known asks as the desk of a number does.
func (d *desk) known(p policy.PrincipalID, n policy.Number, purpose string) (book.Person, error) {
	a := policy.Attempt{Dialled: policy.Dialled{At: d.config.Now()}, Principal: p, Called: n, Purpose: purpose}
	own, _ := d.single(p, n)
	return d.Current().Person(d.config.Store, &a, own.Row)
}

// nobody is what is known of a person of whom nothing is.
var nobody = book.Person{
	Consent: policy.ConsentFact{Known: policy.Absent}, Contract: policy.ContractFact{Known: policy.Absent},
	Request: policy.RequestFact{Known: policy.Absent}, Refusal: policy.RefusalFact{Known: policy.Absent},
	Hold: policy.HoldFact{Known: policy.Absent},
}

const operator = policy.ChannelSet(1 << policy.ChannelOperator)

// TestPerson enters one thing after the other, a day between each, and holds
// what is known then, also after a restart.
func TestPerson(t *testing.T) {
	t.Parallel()
	type step = func(d *desk)
	say := func(s book.Saying) step { return func(d *desk) { d.say(s) } }
	load := func(kind book.Kind, header, row string) step {
		return func(d *desk) { d.load(kind, "acme", time.Time{}, header, callee.String()+","+row) }
	}
	grant := book.Saying{Verb: book.Grant, Purpose: "energy", Channels: operator, Evidence: "form-1"}
	granted := grant
	granted.At = day(-30)
	request := book.Saying{Verb: book.Request, Evidence: "form-9", Valid: 100 * time.Hour, At: day(-1)}
	asked := policy.RequestFact{Known: policy.Present, At: day(-1), Until: day(-1).Add(100 * time.Hour), Evidence: "form-9"}
	consent := policy.ConsentFact{Known: policy.Present, GivenAt: day(-30), Channels: operator, Evidence: "form-1"}
	revoked := consent
	revoked.RevokedAt = day(-2)
	contracts := func(row string) step { return load(book.Contracts, "number,contract,from,ended_at,purpose", row) }
	contract := policy.ContractFact{Known: policy.Present, From: day(-300), Evidence: "C-1", Part: 1}
	from, ended := day(-300).Format(time.RFC3339), day(-5).Format(time.RFC3339)
	for _, c := range []struct {
		name  string
		steps []step
		want  func(p *book.Person)
	}{
		{"nothing", nil, func(*book.Person) {}},
		{"a consent", []step{say(granted)}, func(p *book.Person) { p.Consent = consent }},
		{
			"for another purpose",
			[]step{say(book.Saying{Verb: book.Grant, Purpose: "fibre", Channels: operator, Evidence: "form-1"})},
			func(*book.Person) {},
		},
		{"revoked", []step{say(granted), say(book.Saying{Verb: book.Revoke, At: day(-2)})}, func(p *book.Person) { p.Consent = revoked }},
		{
			"revoked for the purpose",
			[]step{say(granted), say(book.Saying{Verb: book.Revoke, Purpose: "energy", At: day(-2)})},
			func(p *book.Person) { p.Consent = revoked },
		},
		{
			"revoked for another purpose",
			[]step{say(granted), say(book.Saying{Verb: book.Revoke, Purpose: "fibre"})},
			func(p *book.Person) { p.Consent = consent },
		},
		{
			"revoked in the moment it was given",
			[]step{say(granted), say(book.Saying{Verb: book.Revoke, At: day(-30)})},
			func(p *book.Person) { p.Consent = consent; p.Consent.RevokedAt = day(-30) },
		},
		{
			"revoked before it was given",
			[]step{say(granted), say(book.Saying{Verb: book.Revoke, At: day(-30).Add(-1)})},
			func(p *book.Person) { p.Consent = consent },
		},
		{
			"a revocation ends what is imported later",
			[]step{
				say(book.Saying{Verb: book.Revoke, At: day(-2)}),
				load(book.Consents, "number,purpose,channels,given_at,evidence", "energy,operator,"+day(-30).Format(time.RFC3339)+",form-1"),
			},
			func(p *book.Person) { p.Consent = revoked; p.Consent.Part = 1 },
		},
		{
			"where a consent comes from",
			[]step{load(book.Consents, "number,purpose,channels,given_at,evidence,bundled,conditional,hops,broken,other_operator",
				"energy,operator,"+day(-30).Format(time.RFC3339)+",form-1,true,TRUE,3,true,true")},
			func(p *book.Person) {
				p.Consent = consent
				p.Consent.Part, p.Consent.Bundled, p.Consent.Conditional = 1, true, true
				p.Consent.Hops, p.Consent.Broken, p.Consent.OtherOperator = 3, true, true
			},
		},
		{"a request", []step{say(request)}, func(p *book.Person) { p.Request = asked }},
		{
			"a request that is over, and one that holds",
			[]step{say(request), say(book.Saying{Verb: book.Request, Evidence: "form-8", Valid: time.Hour, At: day(-1).Add(time.Hour)})},
			func(p *book.Person) { p.Request = asked },
		},
		{
			"the newer of two",
			[]step{say(request), say(book.Saying{Verb: book.Request, Evidence: "form-8", Valid: 100 * time.Hour, At: day(-1).Add(1), AgreedAt: day(1)})},
			func(p *book.Person) {
				p.Request = asked
				p.Request.At, p.Request.Until = day(-1).Add(1), day(-1).Add(100*time.Hour+1)
				p.Request.AgreedAt, p.Request.Evidence = day(1), "form-8"
			},
		},
		{
			"an imported request",
			[]step{load(book.Requests, "number,at,until,agreed_at,evidence", day(-1).Format(time.RFC3339)+","+day(3).Format(time.RFC3339)+",,form-9")},
			func(p *book.Person) { p.Request = asked; p.Request.Until = day(3) },
		},
		{
			"an objection ends the requests before it",
			[]step{say(request), func(d *desk) { d.object("") }},
			func(*book.Person) {},
		},
		{
			"so does one that is made again",
			[]step{func(d *desk) { d.object("") }, say(book.Saying{Verb: book.Request, Evidence: "form-8", Valid: 100 * time.Hour}), func(d *desk) { d.object("") }},
			func(*book.Person) {},
		},
		{
			"a request after an objection stands",
			[]step{func(d *desk) { d.object("") }, func(d *desk) {
				d.at(day(0))
				d.say(book.Saying{Verb: book.Request, Evidence: "form-8", Valid: 100 * time.Hour})
			}},
			func(p *book.Person) { p.Request.Known = policy.Present },
		},
		{"a hold", []step{say(book.Saying{Verb: book.Hold, Evidence: "order 7", At: day(-1)})}, func(p *book.Person) {
			p.Hold = policy.HoldFact{Known: policy.Present, Since: day(-1), Why: "order 7"}
		}},
		{
			"a hold that is over",
			[]step{say(book.Saying{Verb: book.Hold, Evidence: "order 7"}), say(book.Saying{Verb: book.Release, Reason: "done"})},
			func(*book.Person) {},
		},
		{"the newest refusal", []step{
			say(book.Saying{Verb: book.Refuse, At: day(-1)}),
			say(book.Saying{Verb: book.Refuse, At: day(-3)}),
		}, func(p *book.Person) { p.Refusal = policy.RefusalFact{Known: policy.Present, At: day(-1)} }},
		{"a contract", []step{contracts("C-1," + from + ",,")}, func(p *book.Person) { p.Contract = contract }},
		{"a contract that has ended", []step{contracts("C-1," + from + "," + ended + ",")}, func(p *book.Person) {
			p.Contract = contract
			p.Contract.EndedAt = day(-5)
		}},
		{"the newest word on a contract", []step{contracts("C-1," + from + ",,"), contracts("C-1," + from + "," + ended + ",")}, func(p *book.Person) {
			p.Contract = contract
			p.Contract.EndedAt, p.Contract.Part = day(-5), 2
		}},
		{"one in force before one that has ended", []step{contracts("C-1," + from + ",,"), contracts("C-2," + from + "," + ended + ",")}, func(p *book.Person) { p.Contract = contract }},
		{"one that covers the purpose", []step{contracts("C-1," + from + "," + ended + ",energy"), contracts("C-2," + from + ",,fibre")}, func(p *book.Person) {
			p.Contract = contract
			p.Contract.EndedAt, p.Contract.Purpose = day(-5), "energy"
		}},
		{"none that does", []step{contracts("C-1," + from + ",,fibre")}, func(p *book.Person) {
			p.Contract = contract
			p.Contract.Purpose = "fibre"
		}},
		{
			"another person's number",
			[]step{
				contracts("C-1," + from + ",,"), say(granted), say(request),
				load(book.Reassigned, "number,at", day(0).Format(time.RFC3339)),
			},
			func(p *book.Person) { p.Consent = consent; p.Consent.RevokedAt = day(0) },
		},
		{
			"what the new holder says",
			[]step{
				load(book.Reassigned, "number,at", day(-40).Format(time.RFC3339)),
				contracts("C-1," + from + ",,"), say(granted), say(request),
			},
			func(p *book.Person) { p.Consent, p.Request = consent, asked },
		},
		{
			"the wrong person",
			[]step{say(granted), say(request), say(book.Saying{Verb: book.WrongPerson, Reason: "a stranger", At: day(0)})},
			func(p *book.Person) { p.Consent = consent; p.Consent.RevokedAt = day(0) },
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := openAcme(t)
			for _, s := range c.steps {
				s(d)
			}
			want := nobody
			c.want(&want)
			for range 2 {
				got := d.person("energy")
				if want.Request.Known == policy.Present && want.Request.At.IsZero() {
					want.Request = got.Request // that it is there is enough
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if other, err := d.known(d.principal("beta"), callee, "energy"); err != nil || other != nobody {
					t.Errorf("another principal: %+v, %v", other, err)
				}
				d.reopen()
			}
		})
	}
}

// object puts the callee on the blacklist of acme.
func (d *desk) object(reason string) book.Entry {
	d.t.Helper()
	entry, err := d.AddBlacklist(d.t.Context(), "anna", "acme", callee.String(), reason)
	if err != nil {
		d.t.Fatal(err)
	}
	return entry
}

// TestPersonReadsOneRow: one row at most, and none of a number that neither an
// import nor a change names.
func TestPersonReadsOneRow(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.say(book.Saying{Verb: book.Hold, Evidence: "order 7"})
	d.load(book.Contracts, "acme", time.Time{}, "number,contract,from", callee.String()+",C-1,2026-01-01")
	d.load(book.Requests, "acme", time.Time{}, "number,at,until,evidence", callee.String()+",2026-01-01,2027-01-01,form-9")
	d.object("")
	whole := d.config.Store
	r := &counted{failing: failing{Store: whole}}
	d.config.Store = r
	for n, gets := range map[policy.Number]int{callee: 1, callee + 1: 0} {
		r.gets = 0
		if _, err := d.known(d.principal("acme"), n, "energy"); err != nil || r.gets != gets {
			t.Errorf("%s: %d reads, %v", n, r.gets, err)
		}
	}
	r.reads = true
	if p, err := d.known(d.principal("acme"), callee, "energy"); !errors.Is(err, errGone) || p != (book.Person{}) {
		t.Errorf("a store that fails: %+v, %v", p, err)
	}
}

// TestPersonOld: rows of version 1 are read, and written anew by a change.
func TestPersonOld(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.load(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at,evidence", callee.String()+",energy,operator,2026-01-01T00:00:00Z,form-1")
	entry := d.object("by mail")
	want := d.person("energy")
	for key := range rows(t, d.config.Store) {
		switch key[0] {
		case 0x31: // [1, [since, source, actor, reason, seq], [[parts, purpose, channels, given, revoked, evidence]]]
			put(t, &d.config, []byte(key), book.Encoded([]any{
				1,
				[]any{entry.Since.UnixNano(), entry.Source, "anna", "by mail", 1},
				[]any{[]any{[]int{1}, "energy", 2, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano(), 0, "form-1"}},
			}))
		case 0x60: // [1, sealed, since, source, actor, reason]
			sealed, err := d.config.Keys.SealNumber(callee)
			if err != nil {
				t.Fatal(err)
			}
			put(t, &d.config, []byte(key), book.Encoded([]any{1, sealed, entry.Since.UnixNano(), entry.Source, "anna", "by mail"}))
		}
	}
	d.reopen()
	if got := d.person("energy"); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if c, ok := d.single(d.principal("acme"), callee); !ok || c.Listed.Source != entry.Source || c.Row {
		t.Errorf("the entry: %+v, %v", c, ok)
	}
	d.say(book.Saying{Verb: book.Refuse, At: day(-1)})
	want.Refusal = policy.RefusalFact{Known: policy.Present, At: day(-1)}
	if got := d.person("energy"); got != want {
		t.Errorf("after a change: got  %+v\nwant %+v", got, want)
	}
}

// TestBrokenPerson: what a broken import may have said is unknown, the rest is
// known.
func TestBrokenPerson(t *testing.T) {
	t.Parallel()
	for kind, c := range map[book.Kind]struct {
		lines []string
		bend  func(*book.Person)
	}{
		book.Contracts: {[]string{"number,contract,from", "C-1,2026-01-01"}, func(p *book.Person) { p.Contract = policy.ContractFact{} }},
		book.Requests:  {[]string{"number,at,until,evidence", "2026-01-01,2026-12-31,form-9"}, func(p *book.Person) { p.Request = policy.RequestFact{} }},
		book.Reassigned: {[]string{"number,at", "2026-01-01"}, func(p *book.Person) {
			p.Consent, p.Contract, p.Request = policy.ConsentFact{}, policy.ContractFact{}, policy.RequestFact{}
		}},
	} {
		d := openAcme(t)
		d.load(kind, "acme", time.Time{}, c.lines[0], callee.String()+","+c.lines[1])
		for _, path := range files(t, d.config.Dir+"/sets/"+kind.String()+"/*/*/numbers.u64") {
			if err := breakFile(path); err != nil {
				t.Fatal(err)
			}
		}
		d.reopen()
		want := nobody
		c.bend(&want)
		if p, err := d.known(d.principal("acme"), callee+1, "energy"); !errors.Is(err, book.ErrBroken) || p != want {
			t.Errorf("%s: %+v, %v", kind, p, err)
		}
	}
}
