package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tregua/policy"
	"tregua/policy/complaint"
	"tregua/policy/ledger"
)

// TestStatement: when the hours that are asked about are summed up, and nobody was
// called in them, the statement says so, with the numbers of the records.
func TestStatement(t *testing.T) {
	t.Parallel()
	h := openWriting(t)
	end := time.Now().UTC().Truncate(time.Hour)
	for hours := 4; hours > 0; hours-- {
		from := end.Add(-time.Duration(hours) * time.Hour)
		note := ledger.Note{ID: policy.AttemptID(uuid.Must(uuid.NewV7())), At: time.Now(), Kind: ledger.NoteSummary}
		if _, err := h.writer.Summarise(t.Context(), note, ledger.Hour{From: from, To: from.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	at := func(back time.Duration) string { return end.Add(-back).Format(time.RFC3339) }
	open := func(from, until string) string {
		var c struct{ ID string }
		h.read(h.must("anna", "POST /v1/complaints",
			`{"number":"`+freeNumber+`","principal":"acmeline","channel":"garante","from":"`+from+`","until":"`+until+`"}`), &c)
		return c.ID
	}
	var p complaint.Paper
	answer := h.must("anna", "GET /v1/complaints/"+open(at(150*time.Minute), at(30*time.Minute))+"/statement?lang=en", "")
	if err := json.Unmarshal([]byte(answer), &p); err != nil {
		t.Fatal(err)
	}
	if !p.Coverage.Part || p.Coverage.Records+p.Anchored > 0 {
		t.Errorf("a tenant is told what the whole node records: %+v, %d anchored", p.Coverage, p.Anchored)
	}
	if p.Kind != "statement" || p.Coverage.Hours != 3 || len(p.Calls) != 0 || !strings.Contains(p.Says, "no attempt on behalf of acmeline to "+p.Number+" passed instance") {
		t.Errorf("%+v", p)
	}
	for what, c := range map[string][2]string{
		"an hour that is not summed up":  {at(30 * time.Minute), time.Now().UTC().Format(time.RFC3339)},
		"a time before the first record": {at(5 * time.Hour), at(time.Hour)},
	} {
		answer := h.ask("anna", "GET /v1/complaints/"+open(c[0], c[1])+"/statement", "")
		if answer.Code != 409 || !strings.Contains(answer.Body.String(), "are not whole") {
			t.Errorf("%s: %d %s", what, answer.Code, answer.Body)
		}
	}
}

// TestTwoComplaints: a number is held until the last complaint about it is closed, and
// then no more.
func TestTwoComplaints(t *testing.T) {
	t.Parallel()
	h := openWriting(t)
	desk, now := adminComplaints{h.node}, time.Now()
	open := func(principal string) string {
		c, err := desk.OpenComplaint(t.Context(), everything, freeNumber, complaint.Complaint{
			Principal: principal, Channel: "garante", From: now.Add(-time.Hour), Until: now, Received: now, OpenedBy: "anna",
		})
		if err != nil {
			t.Fatal(err)
		}
		return c.ID
	}
	n, err := h.book.Current().Number(freeNumber)
	if err != nil {
		t.Fatal(err)
	}
	held := func(principal string) string {
		lines, err := h.holds(principal, n)
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(lines, ",")
	}
	first, second, third := open("acmeline"), open("acmeline"), open("")
	for _, step := range []struct{ closes, acme, beta string }{
		{"", evidenceOf(first), evidenceOf(third)},
		{first, evidenceOf(first), evidenceOf(third)},
		{third, evidenceOf(first), ""},
		{second, "", ""},
	} {
		if step.closes != "" {
			if _, err := desk.CloseComplaint(t.Context(), everything, step.closes, "rejected", ""); err != nil {
				t.Fatal(err)
			}
		}
		if acme, beta := held("acmeline"), held("betaline"); acme != step.acme || beta != step.beta {
			t.Errorf("after the end of %q the number is held by %q and %q, want %q and %q", step.closes, acme, beta, step.acme, step.beta)
		}
	}
}
