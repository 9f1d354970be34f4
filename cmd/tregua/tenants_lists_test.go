package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestListOwners holds whose a list and a provider are: a list its principal's,
// a provider's suspension that of the one principal who rests on it, or an
// admin's. acmedata is acme's, shareddata that of both.
func TestListOwners(t *testing.T) {
	t.Parallel()
	h := openTenants(t)
	row := func(provider string) string { return "number,provider\n" + acmeBought + "," + provider + "\n" }
	const spring = "POST /v1/imports/list?principal=acmeline&list=acmelist"
	consent := func(provider string) string {
		return "number,purpose,channels,given_at,provider\n" + acmeBought + ",energy,operator,2026-01-03," + provider + "\n"
	}
	const consents = "POST /v1/imports/consents?principal=acmeline"
	for _, c := range []struct {
		who, request, body string
		code               int
		answer             string
	}{
		{"anna", "POST /v1/lists/acmeline/acmelist/attach", `{"campaign":"acmeline/acmesouth"}`, http.StatusOK, `"generation":`},
		{"anna", "POST /v1/lists/acmeline/acmelist/attach", `{"campaign":"betaline/betacamp"}`, http.StatusNotFound, `there is no campaign \"betaline/betacamp\": write principal/campaign`},
		{"anna", "POST /v1/lists/acmeline/acmelist/attach", `{"campaign":"acmeline/none"}`, http.StatusNotFound, `there is no campaign \"acmeline/none\": write principal/campaign`},
		{"anna", "POST /v1/providers/acmedata/suspend", `{"because":"x"}`, http.StatusOK, `"because":"x"`},
		{"anna", "POST /v1/providers/shareddata/resume", `{"because":"x"}`, http.StatusForbidden, "ask an admin"},
		{"berta", "POST /v1/providers/shareddata/suspend", `{"because":"x"}`, http.StatusForbidden, "ask an admin"},
		{"berta", "POST /v1/providers/acmedata/resume", `{"because":"x"}`, http.StatusNotFound, "there is no provider"},
		{"ada", "POST /v1/providers/shareddata/resume", `{"because":"x"}`, http.StatusOK, `"rows":2`},
		{"berta", "POST /v1/providers/shareddata/sample", `{"count":5,"seed":7}`, http.StatusOK, `"of":1,"rows":[{"number":"` + betaBought},
		{"anna", spring, row("shareddata"), http.StatusOK, `"activated":true`},
		{"anna", spring, row("betadata"), http.StatusUnprocessableEntity, `there is no provider \"\"betadata\"\": apply it first`},
		{"anna", consents, consent("betadata"), http.StatusUnprocessableEntity, `there is no provider \"\"betadata\"\": apply it first`},
		{"anna", consents, consent("acmedata"), http.StatusOK, `"activated":true`},
		{"anna", spring, row("nodata"), http.StatusUnprocessableEntity, `there is no provider \"\"nodata\"\": apply it first`},
	} {
		if rec := h.ask(c.who, c.request, c.body); rec.Code != c.code || !strings.Contains(rec.Body.String(), c.answer) {
			t.Errorf("%s asks %s %s: %d %s, want %d %q", c.who, c.request, c.body, rec.Code, rec.Body, c.code, c.answer)
		}
	}
}

// TestListApproval: two persons approve a version, the second is not who
// imported it, and a call centre or another principal sees nothing of it.
func TestListApproval(t *testing.T) {
	t.Parallel()
	h := openTenants(t)
	approve := fmt.Sprintf(`{"version":%s,"digest":%q}`, h.versions["acmelist"][0], h.versions["acmelist"][1])
	confirm := func(who string, id int, code int, answer string) {
		t.Helper()
		path := fmt.Sprintf(" /v1/proposals/%d", id)
		var seen struct{ Digest string }
		h.read(h.must("otto", "GET"+path, ""), &seen)
		rec := h.ask(who, "POST"+path+"/confirm", `{"digest":"`+seen.Digest+`"}`)
		if rec.Code != code || !strings.Contains(rec.Body.String(), answer) {
			t.Errorf("%s confirms %d: %d %s, want %d %q", who, id, rec.Code, rec.Body, code, answer)
		}
	}
	confirm("anna", 3, http.StatusForbidden, "your own proposal; another person")
	confirm("berta", 3, http.StatusNotFound, "there is no proposal 3")
	confirm("ada", 3, http.StatusForbidden, "it needs compliance")
	var p struct{ ID int }
	h.read(h.must("arno", "POST /v1/lists/acmeline/acmelist/approve", approve), &p)
	confirm("anna", p.ID, http.StatusUnprocessableEntity, "token:anna imported it: it needs another person")
	confirm("arno", 3, http.StatusOK, "is in force, generation")
	if page := h.must("anna", "GET /v1/lists/acmeline/acmelist", ""); !strings.Contains(page, `"approved_by":"token:anna, confirmed by token:arno"`) {
		t.Error(page)
	}
	if rec := h.ask("arno", "POST /v1/lists/acmeline/acmelist/approve", approve); rec.Code != http.StatusUnprocessableEntity || !strings.Contains(rec.Body.String(), "approved already") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}
