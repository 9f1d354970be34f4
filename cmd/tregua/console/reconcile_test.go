package console

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/access/register"
	"tregua/policy/reconcile"
)

func (h *house) Reconcile(_ context.Context, _ access.Scope, f CarrierFile) (*reconcile.Report, []BadRow, error) {
	data, err := io.ReadAll(f.Reader)
	if err != nil {
		return nil, nil, err
	}
	err = h.ask("reconcile %s part %v%s: %s", f.Carrier, f.Part, formatWords(f.Format), data)
	call := reconcile.Call{ID: policy.AttemptID{1}, Called: 393331234568, Forwarded: noon}
	return &reconcile.Report{
		Rows: 3, Calls: 2, Pairs: 2, Offset: time.Hour, Known: true, Erased: 1,
		Leaks:   []reconcile.Row{{Line: 4, ID: "x", Called: 393331234567, CallerID: "0212345678", Answered: noon, Talk: time.Minute}},
		Missing: []reconcile.Call{call},
		Differences: []reconcile.Difference{
			{Row: reconcile.Row{Line: 2}, Call: call, Answer: 1500 * time.Millisecond, Talk: -2 * time.Second},
			{Row: reconcile.Row{Line: 3}, Call: call, Unanswered: true},
			{Row: reconcile.Row{Line: 5}, Call: call, NotCharged: true},
		},
	}, []BadRow{{9, "no number"}}, err
}

func TestReconcile(t *testing.T) {
	h := &house{}
	c := open(t, h)
	id := policy.AttemptID{1}.String()
	ada, anna := token(t, c, `{"name":"ada","role":"admin"}`), token(t, c, `{"name":"anna","role":"auditor","principal":"acme"}`)
	h.calls()
	for _, who := range []struct{ token, called, missing string }{
		{"", "+393331234567", "+393331234568"},
		{ada, policy.Number(393331234567).Masked(), policy.Number(393331234568).Masked()},
	} {
		rec := ask(c, who.token, "POST", "/v1/carriers/telco-a/reconcile?part=true&delimiter=%3B", "x")
		var got Reconciled
		if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || rec.Code != http.StatusOK {
			t.Fatalf("%d %s", rec.Code, rec.Body)
		}
		want := Reconciled{
			Carrier: "telco-a", Rows: 3, Calls: 2, Pairs: 2, OffsetMS: 3600_000, OffsetKnown: true, Erased: 1,
			Leaks:   []CarrierRow{{4, "x", who.called, "0212345678", noon, 60}},
			Callers: []LeakingCaller{{"0212345678", 1}},
			Missing: []UnbilledCall{{id, who.missing, noon}},
			Differences: []CallDifference{
				{2, id, "times", 1500, -2000},
				{3, id, "answered by the carrier alone", 0, 0},
				{5, id, "answered by us alone", 0, 0},
			},
			Bad: []BadRow{{9, "no number"}},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if asked := h.calls(); len(asked) != 1 || asked[0] != "reconcile telco-a part true ;: x" {
			t.Errorf("asked %q", asked)
		}
	}
	rec := ask(c, anna, "POST", "/v1/carriers/telco-a/reconcile", "x")
	if rec.Code != http.StatusForbidden || !strings.Contains(rec.Body.String(), "without principal and call centre") || len(h.calls()) != 0 {
		t.Errorf("a token of one principal: %d %s", rec.Code, rec.Body)
	}
	reads, err := c.config.Register.Reads(access.Scope{Role: access.Local}, register.ReadQuery{Number: 393331234567, Limit: 9})
	if err != nil || len(reads) != 2 || reads[0].Kind != "reconcile" || reads[0].Rows != 5 {
		t.Errorf("access records %+v, err %v", reads, err)
	}
	if (&Reconciled{}).Findings() || !(&Reconciled{Bad: []BadRow{{}}}).Findings() {
		t.Error("findings of nothing, or none of a row that cannot be read")
	}
}
