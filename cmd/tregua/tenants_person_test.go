package main

import (
	"net/http"
	"strings"
	"testing"
)

// TestSayOwners holds who enters what a person said: the principal everything, a
// call centre what speaks against calls of those whom it calls for.
func TestSayOwners(t *testing.T) {
	t.Parallel()
	h := openTenants(t)
	const acme, beta = "POST /v1/principals/acmeline/changes", "POST /v1/principals/betaline/changes"
	said := func(change string) string {
		return `{"number":"` + freeNumber + `","change":"` + change + `","evidence":"x","purpose":"energy","channels":"operator","valid":"48h"}`
	}
	only := func(change string) string { return `{"number":"` + freeNumber + `","change":"` + change + `"}` }
	for _, c := range []struct {
		who, request, body string
		code               int
		answer             string
	}{
		{"nora", acme, only("refuse"), http.StatusOK, `"what":"refuse`},
		{"nora", acme, only("revoke"), http.StatusOK, `"what":"revoke`},
		{"nora", acme, `{"number":"` + freeNumber + `","change":"wrong_person","reason":"x"}`, http.StatusOK, `"what":"wrong_person`},
		{"crm", acme, only("refuse"), http.StatusOK, `"what":"refuse`},
		{"nora", acme, said("grant"), http.StatusForbidden, "grant is for the principal to enter"},
		{"nora", acme, said("request"), http.StatusForbidden, "request is for the principal to enter"},
		{"nora", acme, said("hold"), http.StatusForbidden, "hold is for the principal to enter"},
		{"crm", acme, said("release"), http.StatusForbidden, "release is for the principal to enter"},
		{"nora", beta, only("refuse"), http.StatusNotFound, `refuse: there is no principal \"betaline\": apply it first`},
		{"nora", beta, said("grant"), http.StatusNotFound, `grant: there is no principal \"betaline\": apply it first`},
		{"sara", beta, only("refuse"), http.StatusOK, `"what":"refuse`},
		{"anna", acme, `{"number":"` + freeNumber + `","change":"hold","evidence":"x"}`, http.StatusOK, `"what":"hold`},
		{"anna", beta, said("grant"), http.StatusNotFound, "there is no principal"},
		{"crm", "GET /v1/principals/acmeline/standing/holds", "", http.StatusNotFound, "there is no principal"},
		{"crm", "GET /v1/principals/acmeline/blacklist", "", http.StatusNotFound, "there is no principal"},
		{"crm", "POST /v1/principals/acmeline/blacklist/synced", "", http.StatusNotFound, "there is no principal"},
	} {
		if rec := h.ask(c.who, c.request, c.body); rec.Code != c.code || !strings.Contains(rec.Body.String(), c.answer) {
			t.Errorf("%s asks %s %s: %d %s, want %d %q", c.who, c.request, c.body, rec.Code, rec.Body, c.code, c.answer)
		}
	}
}
