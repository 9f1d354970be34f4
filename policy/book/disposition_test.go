package book_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/disposition"
)

// call is the call that the agents of these tests close.
var call = policy.AttemptID{0: 1, 15: 7}

// closed is what an agent of call centre 1 entered after it, an hour ago.
func (d *desk) closed(k disposition.Kind) book.Disposition {
	return book.Disposition{
		Actor: "crm", CallCentre: 1, Principal: d.principal("acme"), Number: callee, Attempt: call, Spoke: true,
		At: d.config.Now().Add(-time.Hour), Kind: k, Code: strings.ToUpper(k.String()),
	}
}

func (d *desk) dispose(x book.Disposition) book.Disposed {
	d.t.Helper()
	done, err := d.Dispose(d.t.Context(), x)
	if err != nil {
		d.t.Fatal(err)
	}
	return done
}

// TestDispositions enters each kind, twice, and holds what is known then, also
// after a restart.
func TestDispositions(t *testing.T) {
	t.Parallel()
	hour := monday.Add(-time.Hour)
	for k, want := range map[disposition.Kind]func(p *book.Person) (listed bool){
		disposition.OK:     func(*book.Person) bool { return false },
		disposition.Other:  func(*book.Person) bool { return false },
		disposition.Denial: func(*book.Person) bool { return true },
		disposition.KO: func(p *book.Person) bool {
			p.Refusal = policy.RefusalFact{Known: policy.Present, At: hour}
			return false
		},
		disposition.Callback: func(p *book.Person) bool {
			p.Request = policy.RequestFact{Known: policy.Present, At: hour, Until: hour.Add(7 * 24 * time.Hour), Evidence: "call " + call.String()}
			return false
		},
		disposition.WrongPerson: func(p *book.Person) bool {
			p.Consent.RevokedAt = hour
			return false
		},
	} {
		t.Run(k.String(), func(t *testing.T) {
			t.Parallel()
			d := openAcme(t)
			d.say(book.Saying{Verb: book.Grant, Purpose: "energy", Channels: operator, Evidence: "form-1", At: day(-30)})
			expect := nobody
			expect.Consent = policy.ConsentFact{Known: policy.Present, GivenAt: day(-30), Channels: operator, Evidence: "form-1"}
			listed := want(&expect)
			hold := func(when string) {
				t.Helper()
				if diff := cmp.Diff(expect, d.person("energy")); diff != "" {
					t.Errorf("%s (-want +got):\n%s", when, diff)
				}
				if f := d.listed(callee); (f.Known == policy.Present) != listed {
					t.Errorf("%s: listed %+v", when, f)
				}
			}
			if got := d.dispose(d.closed(k)); got.Known {
				t.Error("known before it was entered")
			}
			hold("at once")
			before := rows(t, d.config.Store)
			d.at(monday.Add(time.Minute))
			again := d.closed(k)
			again.At, again.Actor = hour.Add(time.Minute), "bruno"
			if got := d.dispose(again); !got.Known || !maps.Equal(before, rows(t, d.config.Store)) {
				t.Errorf("the same again: %+v", got)
			}
			d.reopen()
			hold("after a restart")
			lines, err := d.Current().Dispositions(d.config.Store, call)
			if err != nil || len(lines) != 1 {
				t.Fatalf("%d dispositions of the call, %v", len(lines), err)
			}
			lines[0].At = time.Time{}
			if diff := cmp.Diff(book.DisposedLine{Actor: "crm", Kind: k, Code: strings.ToUpper(k.String()), SaidAt: hour}, lines[0]); diff != "" {
				t.Errorf("the line (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAppointment: a callback has the time that was agreed on.
func TestAppointment(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	x := d.closed(disposition.Callback)
	x.AgreedAt = monday.Add(30 * time.Hour)
	d.dispose(x)
	want := policy.RequestFact{
		Known: policy.Present, At: x.At, AgreedAt: x.AgreedAt, Until: x.AgreedAt.Add(24 * time.Hour), Evidence: "call " + call.String(),
	}
	if diff := cmp.Diff(want, d.person("energy").Request); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestOneDisposition: what is one disposition and what are two.
func TestOneDisposition(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		bend  func(*book.Disposition)
		known bool
	}{
		"another code of the call":        {func(x *book.Disposition) { x.Code = "SALE" }, false},
		"another call":                    {func(x *book.Disposition) { x.Attempt[3]++ }, false},
		"another call centre":             {func(x *book.Disposition) { x.CallCentre = 2 }, false},
		"an id":                           {func(x *book.Disposition) { x.ID = "1" }, false},
		"of nobody's call":                {func(x *book.Disposition) { x.Attempt = policy.AttemptID{}; x.Kind = disposition.Denial }, false},
		"the same, by another, later":     {func(x *book.Disposition) { x.Actor = "bruno"; x.At = x.At.Add(time.Minute) }, true},
		"the same, of another kind today": {func(x *book.Disposition) { x.Kind = disposition.Other }, true},
	} {
		d := openAcme(t)
		d.dispose(d.closed(disposition.OK))
		x := d.closed(disposition.OK)
		c.bend(&x)
		if got := d.dispose(x); got.Known != c.known {
			t.Errorf("%s: known %t", name, got.Known)
		}
	}
	d := openAcme(t)
	x := d.closed(disposition.OK)
	x.ID = "crm-7"
	d.dispose(x)
	x.Attempt = policy.AttemptID{1} // found better now
	if !d.dispose(x).Known {
		t.Error("one id was taken twice")
	}
	x.Code, x.Kind = "DNC", disposition.Denial
	if d.dispose(x).Known || d.listed(callee).Known != policy.Present {
		t.Error("a denial that corrects another code was lost")
	}
	x.Number++
	if d.dispose(x).Known || d.listed(callee+1).Known != policy.Present {
		t.Error("a denial of another person under a known id was lost")
	}
}

// TestLateDenial: who came off the blacklist since has said the newer thing.
func TestLateDenial(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.dispose(d.closed(disposition.Denial))
	if _, err := d.Unlist(t.Context(), "anna", "acme", callee.String(), "letter"); err != nil {
		t.Fatal(err)
	}
	late := d.closed(disposition.Denial)
	late.ID = "late"
	d.dispose(late)
	if f := d.listed(callee); f.Known == policy.Present {
		t.Errorf("an older denial lists the number again: %+v", f)
	}
	d.at(monday.Add(3 * time.Hour))
	newer := d.closed(disposition.Denial)
	newer.ID = "newer"
	d.dispose(newer)
	if f := d.listed(callee); f.Source != "entry 3, disposition DENIAL by crm" {
		t.Errorf("listed %+v", f)
	}
}

// TestDenialAgain: without a call and an id a denial is the same whenever it comes,
// but who came off the blacklist before it is on it again.
func TestDenialAgain(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	denial := func() book.Disposed {
		x := d.closed(disposition.Denial)
		x.Attempt, x.At = policy.AttemptID{}, d.config.Now()
		return d.dispose(x)
	}
	denial()
	d.at(monday.Add(time.Hour))
	if !denial().Known {
		t.Error("the same denial was taken twice")
	}
	if _, err := d.Unlist(t.Context(), "anna", "acme", callee.String(), "letter"); err != nil {
		t.Fatal(err)
	}
	d.at(monday.Add(2 * time.Hour))
	denial()
	if f := d.listed(callee); f.Known != policy.Present {
		t.Errorf("a denial after the removal: %+v", f)
	}
}

func TestDispositionRefused(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	before := rows(t, d.config.Store)
	for _, c := range []struct {
		kind disposition.Kind
		bend func(*book.Disposition)
		want string
	}{
		{disposition.None, func(*book.Disposition) {}, "disposition NONE: it stands for nothing"},
		{disposition.OK, func(x *book.Disposition) { x.Attempt = policy.AttemptID{} }, "disposition OK: of which call it is must be known: only a denial holds without"},
		{disposition.Callback, func(x *book.Disposition) { x.Spoke = false }, "disposition CALLBACK: no operator was heard in the call, so that nobody can have agreed on another"},
		{disposition.Callback, func(x *book.Disposition) { x.AgreedAt = x.At.Add(-time.Hour) }, "disposition CALLBACK: the agreed time is not within the time that the request is for"},
		{disposition.Callback, func(x *book.Disposition) { x.Until = x.At.AddDate(2, 0, 0) }, "disposition CALLBACK: the request is for more than 366 days: it is for one call, say until when"},
		{disposition.KO, func(x *book.Disposition) { x.AgreedAt = monday }, "disposition KO: an agreed time is of a callback: remove it"},
		{disposition.KO, func(x *book.Disposition) { x.At = monday.Add(time.Second) }, "disposition KO: time 2026-03-02T09:00:01Z is in the future"},
		{disposition.OK, func(x *book.Disposition) { x.At = time.Time{} }, "disposition OK: when the person said so is missing"},
		{disposition.OK, func(x *book.Disposition) { x.Code = "TEL 3331234567" }, "disposition TEL 3331234567: the code holds the number, and it is kept in clear"},
	} {
		x := d.closed(c.kind)
		c.bend(&x)
		if _, err := d.Dispose(t.Context(), x); err == nil || err.Error() != c.want || !errors.Is(err, book.ErrInput) {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
	if !maps.Equal(before, rows(t, d.config.Store)) {
		t.Error("a refused disposition changed something")
	}
}

// TestDispositionInForce: a denial that was written and did not come into force
// does when it is entered again.
func TestDispositionInForce(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	var told []book.Change
	fail := errors.New("the desks have ended")
	d.config.Changed = func(_ context.Context, c book.Change) error {
		told = append(told, c)
		return fail
	}
	d.reopen()
	if _, err := d.Dispose(t.Context(), d.closed(disposition.Denial)); !errors.Is(err, fail) {
		t.Fatalf("error %v", err)
	}
	fail = nil
	if !d.dispose(d.closed(disposition.Denial)).Known || len(told) != 2 || told[1].Listed.Known != policy.Present || told[0] != told[1] {
		t.Errorf("told %+v", told)
	}
}

// TestDispositionInDoubt: a commit that is told to have failed has written all the
// same; what comes again is in force without a restart.
func TestDispositionInDoubt(t *testing.T) {
	t.Parallel()
	for _, k := range []disposition.Kind{disposition.Denial, disposition.KO} {
		d := openAcme(t)
		d.config.Store = &doubtful{Store: d.config.Store, fail: true, written: true}
		d.reopen()
		if _, err := d.Dispose(t.Context(), d.closed(k)); !errors.Is(err, errGone) {
			t.Fatal(err)
		}
		d.dispose(d.closed(k))
		if one, _ := d.single(d.principal("acme"), callee); one.Listed.Known != policy.Present && !one.Row {
			t.Errorf("%s is not in force: %+v", k, one)
		}
	}
}
