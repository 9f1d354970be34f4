package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"tregua/cmd/tregua/console"
)

// Contracts of a day of two tenants: a call is a lawful one of its own principal
// only, and nobody learns from a contract that another's customer was called.
func TestContractsOwners(t *testing.T) {
	t.Parallel()
	h := openTenants(t)
	of := h.valuesOf
	ask := func(who, whose string) (r console.ContractsReport) {
		t.Helper()
		request, body := of(whose).fill("POST /v1/principals/{principal}/contracts/check\n" +
			"contract,number,signed_at,seller,attempt\n" +
			"own,{number},{today},rossi,{attempt}\n" +
			"theirs," + acmeNumber + ",{today},neri," + of("acme")["attempt"] + "\n" +
			"other," + freeNumber + ",{today},rossi,{attempt}\n")
		rec := h.ask(who, request, strings.ReplaceAll(body, "{today}", time.Now().UTC().Format(time.RFC3339)))
		if rec.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", who, rec.Code, rec.Body)
		}
		h.read(rec.Body.String(), &r)
		return r
	}
	verdicts := func(r console.ContractsReport) string {
		var words []string
		for _, c := range r.Contracts {
			words = append(words, c.Contract+" "+c.Verdict+" "+c.By)
		}
		return strings.Join(words, ", ")
	}
	for who, want := range map[string]struct{ whose, verdicts string }{
		"anna":  {"acme", "own lawful attempt, theirs lawful attempt, other other_number attempt"},
		"berta": {"beta", "own lawful attempt, theirs no_call , other other_number attempt"},
	} {
		if r := ask(who, want.whose); verdicts(r) != want.verdicts {
			t.Errorf("%s: %s, want %s", who, verdicts(r), want.verdicts)
		}
	}
}
