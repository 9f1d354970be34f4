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
	if p.Kind != "statement" || p.Coverage.Hours != 3 || len(p.Calls) != 0 || !strings.Contains(p.Says, "no attempt to "+p.Number+" passed instance") {
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
