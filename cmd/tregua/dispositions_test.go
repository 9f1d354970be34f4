package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/ledger"
)

// northCodes gives northdesk the codes of its dialer and one of its own.
const northCodes = `call_centres: [{name: northdesk, country: IT, roc: 12345, dispositions: {like: vicidial, WN: wrong_person}}]`

// dispose enters a disposition and returns what became of it, or why not.
func (h *tenants) dispose(who, body string) (done console.Disposed, problem string) {
	h.t.Helper()
	rec := h.ask(who, "POST /v1/dispositions", body)
	if rec.Code == 200 {
		h.read(rec.Body.String(), &done)
		return done, ""
	}
	var p console.Problem
	h.read(rec.Body.String(), &p)
	return done, p.Error()
}

// page looks a number up.
func (h *tenants) page(who, number string) (p console.Page) {
	h.t.Helper()
	h.read(h.must(who, "GET /v1/lookup/"+strings.ReplaceAll(number, "+", "%2B"), ""), &p)
	return p
}

// TestDispositions closes calls with codes, and looks at what they came to.
func TestDispositions(t *testing.T) {
	t.Parallel()
	h := openTenants(t)
	attempt := h.attempts["acme-north"]
	closing := func(code string) string { return `{"code":"` + code + `","attempt":"` + attempt + `"}` }

	const unmapped = "code NI of call centre northdesk means nothing yet: enter it under its dispositions in data.yaml as ok, ko, denial, callback, wrong_person or other"
	if _, problem := h.dispose("nora", closing("ni")); problem != unmapped {
		t.Errorf("a code that nobody entered: %s", problem)
	}
	h.must("ada", "POST /v1/apply", northCodes)

	// A "no" in a talk of a second makes the contact a useful one, once.
	if got := h.page("anna", acmeNumber).Reached; len(got) != 0 {
		t.Fatalf("reached before: %+v", got)
	}
	for i := range 2 {
		if got, problem := h.dispose("nora", closing("ni")); got.Kind != "ko" || got.Attempt != attempt || got.Known != (i > 0) {
			t.Errorf("closed: %+v %s", got, problem)
		}
	}
	p := h.page("anna", acmeNumber)
	if len(p.Reached) != 1 || p.Reached[0].Useful != 1 || p.Reached[0].Today != 1 {
		t.Errorf("reached %+v, want one useful contact", p.Reached)
	}
	if got := p.Attempts[0].Dispositions; len(got) != 1 || got[0].Actor != "token:nora" || got[0].Kind != "ko" || got[0].Code != "NI" {
		t.Errorf("the attempt was closed with %+v", got)
	}
	if got := h.page("nora", acmeNumber).Attempts[0].Dispositions; len(got) != 1 || got[0].Actor != "" {
		t.Errorf("a call centre reads %+v", got)
	}

	// A callback is a request for the agreed time and no second contact.
	agreed := time.Now().Add(26 * time.Hour).UTC().Truncate(time.Second)
	if _, problem := h.dispose("nora", `{"code":"CALLBK","number":"`+acmeNumber+`","call_id":"acme-north-call","agreed_at":"`+agreed.Format(time.RFC3339)+`"}`); problem != "" {
		t.Error(problem)
	}
	var standing []console.Standing
	h.read(h.must("anna", "GET /v1/principals/acmeline/standing/requests", ""), &standing)
	if len(standing) != 2 || !standing[0].AgreedAt.Equal(agreed) && !standing[1].AgreedAt.Equal(agreed) {
		t.Errorf("standing %+v", standing)
	}
	if got := h.page("anna", acmeNumber).Reached; got[0].Useful != 1 {
		t.Errorf("reached %+v", got)
	}

	// A denial refuses the next call; that of a call which went round tregua too.
	now := time.Now().UTC().Format(time.RFC3339)
	for _, body := range []string{
		`{"code":"DNC","number":"` + acmeNumber + `","called_at":"` + now + `"}`,
		`{"code":"DNC","number":"` + freeNumber + `","called_at":"` + yesterday() + `"}`,
	} {
		if _, problem := h.dispose("nora", body); problem != "" {
			t.Error(problem)
		}
	}
	for _, number := range []string{acmeNumber, freeNumber} {
		if v := h.page("anna", number).Verdicts[0]; v.Reason != policy.BlacklistListed.String() {
			t.Errorf("%s: %s", number, v.Reason)
		}
	}

	for body, want := range map[string]string{
		`{"code":"SALE"}`: "which call it closes is missing: give its attempt, or its number with call_id or called_at",
		`{"code":"SALE","number":"` + freeNumber + `","called_at":"` + yesterday() + `"}`: noCall().Error(),
		`{"code":"SALE","attempt":"7"}`:                                                        "attempt \"7\" is none: it has the form 01890a5d-ac96-774b-bcce-b302099a8057",
		`{"code":"SALE","number":"none"}`:                                                      "number: no number: write it as +39…, 0039… or as it is dialled in the country",
		`{"code":"SALE","attempt":"` + h.attempts["north-astray"] + `"}`:                       noCall().Error(),
		`{"code":"SALE","attempt":"` + attempt + `","agreed_at":"` + now + `"}`:                "disposition SALE: an agreed time is of a callback: remove it",
		`{"code":"DNC","number":"` + freeNumber + `","principal":"betaline"}`:                  "the call of this denial is not known, nor the principal: name one that the call centre calls for as principal",
		`{"code":"A=B","attempt":"` + attempt + `"}`:                                           `code "A=B": write letters, digits and marks, but not = and ;`,
		`{"code":"SALE","attempt":"` + attempt + `","number":"` + sharedNumber + `"}`:          noCall().Error(),
		`{"code":"SALE","attempt":"` + attempt + `","call_centre":"southdesk"}`:                `dispositions: there is no call centre "southdesk": apply it first`,
		`{"code":"denial","number":"` + sharedNumber + `","called_at":"` + now + `","id":"x"}`: "",
	} {
		if _, problem := h.dispose("nora", body); problem != want {
			t.Errorf("%s:\n got %s\nwant %s", body, problem, want)
		}
	}

	var count console.DispositionCount
	h.read(h.must("nora", "POST /v1/dispositions/file?call_centre=northdesk&column=code=status&column=number=phone_number",
		"status,phone_number,attempt\nNI,,"+attempt+"\nSALE,,"+attempt+"\nB,"+freeNumber+",\nXX,,"+attempt+"\n"), &count)
	if count.Rows != 4 || count.New != 1 || count.Known != 1 || count.Bad != 2 || !strings.Contains(count.Rejects, "\n5,\"code XX of call centre northdesk means nothing yet") {
		t.Errorf("file: %+v", count)
	}
	h.wantAmended(attempt)
}

// wantAmended lets the ledger end, and wants each disposition of an attempt to be
// an amendment of its record, once.
func (h *tenants) wantAmended(attempt string) {
	h.t.Helper()
	ended, end := context.WithCancel(h.t.Context())
	end()
	if err := h.node.writer.Run(ended); err != nil {
		h.t.Fatal(err)
	}
	for who, actor := range map[string]string{"anna": "token:nora", "nora": ""} {
		var r console.Record
		h.read(h.must(who, "GET /v1/attempts/"+attempt, ""), &r)
		of := map[any]int{}
		for _, a := range r.Amendments {
			of[a.What["code"]]++
			if a.Actor != actor || a.Record == 0 || a.At.IsZero() {
				h.t.Errorf("%s reads %+v", who, a)
			}
		}
		if len(of) == 0 || len(of) != len(r.Dispositions) || of["NI"] != 1 || len(r.Amendments) != len(of) {
			h.t.Errorf("%s reads %+v, of %+v", who, r.Amendments, r.Dispositions)
		}
	}
}

// TestOpenCall: a call that goes on is known for one, whatever its record says yet.
func TestOpenCall(t *testing.T) {
	t.Parallel()
	v := ledger.View{Open: true}
	v.Record.Ending.Ratio = policy.RatioB
	if c := closed(&v, time.Now()); !c.open || c.spoke {
		t.Errorf("an open call: %+v", c)
	}
}

// TestNearest finds the call that a dialer means by a time.
func TestNearest(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	view := func(begin, end time.Duration) (v ledger.View) {
		v.Record.Attempt.At, v.Record.Ending.EndedAt = noon.Add(begin), noon.Add(end)
		return v
	}
	// Newest first, as the ledger gives them.
	views := []ledger.View{view(time.Hour, time.Hour+time.Minute), view(0, 10*time.Minute), view(-time.Minute, 0)}
	for at, want := range map[time.Duration]int{
		0:                            1,
		-time.Minute:                 2,
		5 * time.Minute:              1,
		25 * time.Minute:             1,
		26 * time.Minute:             -1,
		58 * time.Minute:             0,
		57 * time.Minute:             -1,
		-3 * time.Minute:             2,
		-3*time.Minute - time.Second: -1,
	} {
		if got := nearest(views, noon.Add(at), noon.Add(2*time.Hour)); got != want {
			t.Errorf("at %s: call %d, want %d", at, got, want)
		}
	}
	if got := nearest(views, time.Time{}, noon); got != 0 {
		t.Errorf("without a time: %d, want the newest", got)
	}
}
