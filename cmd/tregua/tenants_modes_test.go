package main

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// TestModeOwners holds whose the modes of a trunk are: an admin's, and those of
// the one principal that its call centre calls for. dialer-south calls for two.
func TestModeOwners(t *testing.T) {
	t.Parallel()
	h := openTenants(t)
	for _, c := range []struct {
		who, request, body string
		code               int
		answer             string
	}{
		{"anna", "PUT /v1/trunks/dialer-north/mode", `{"mode":"enforce","why":"x"}`, http.StatusOK, `"generation":`},
		{"anna", "PUT /v1/trunks/dialer-south/mode", `{"mode":"enforce","why":"x"}`, http.StatusForbidden, "ask an admin"},
		{"berta", "PUT /v1/trunks/dialer-south/mode", `{"mode":"enforce","why":"x"}`, http.StatusForbidden, "ask an admin"},
		{"berta", "PUT /v1/trunks/dialer-north/mode", `{"mode":"enforce","why":"x"}`, http.StatusNotFound, "there is no trunk"},
		{"anna", "PUT /v1/trunks/dialer-nowhere/mode", `{"mode":"enforce","why":"x"}`, http.StatusNotFound, "there is no trunk"},
		{"anna", "PUT /v1/rules/hours/mode", `{"percent":100,"why":"x"}`, http.StatusForbidden, "name a trunk"},
		{"ada", "PUT /v1/trunks/dialer-nowhere/mode", `{"mode":"shadow","why":"x"}`, http.StatusNotFound, "there is no trunk"},
		{"ada", "PUT /v1/trunks/dialer-south/mode", `{"mode":"bypass","why":"x"}`, http.StatusUnprocessableEntity, "a bypass ends"},
	} {
		if rec := h.ask(c.who, c.request, c.body); rec.Code != c.code || !strings.Contains(rec.Body.String(), c.answer) {
			t.Errorf("%s asks %s %s: %d %s, want %d %q", c.who, c.request, c.body, rec.Code, rec.Body, c.code, c.answer)
		}
	}
	for trunk, sees := range map[string]map[string]int{
		"dialer-north": {"otto": http.StatusOK, "berta": http.StatusNotFound, "nora": http.StatusNotFound, "anna": http.StatusOK},
		"dialer-south": {"otto": http.StatusOK, "berta": http.StatusNotFound, "sara": http.StatusNotFound, "anna": http.StatusNotFound},
	} {
		var set struct{ Proposal struct{ ID int } }
		h.read(h.must("ada", "PUT /v1/trunks/"+trunk+"/mode", `{"mode":"shadow","why":"x"}`), &set)
		path := " /v1/proposals/" + strconv.Itoa(set.Proposal.ID)
		for who, code := range sees {
			if rec := h.ask(who, "GET"+path, ""); rec.Code != code {
				t.Errorf("%s reads the proposal of %s: %d %s, want %d", who, trunk, rec.Code, rec.Body, code)
			}
		}
	}
}

// TestModeTightenedMeanwhile: what a second person confirms is done as it was
// proposed, whatever was set in between.
func TestModeTightenedMeanwhile(t *testing.T) {
	t.Parallel()
	h := openTenants(t)
	var set struct{ Proposal struct{ ID int } }
	h.read(h.must("ada", "PUT /v1/trunks/dialer-north/mode", `{"mode":"shadow","why":"quiet"}`), &set)
	h.must("anna", "PUT /v1/trunks/dialer-north/mode", `{"mode":"enforce","why":"again"}`)
	path := " /v1/proposals/" + strconv.Itoa(set.Proposal.ID)
	var seen struct{ Digest string }
	h.read(h.must("anna", "GET"+path, ""), &seen)
	h.must("anna", "POST"+path+"/confirm", `{"digest":"`+seen.Digest+`"}`)
	modes := h.must("otto", "GET /v1/modes", "")
	if want := `{"trunk":"dialer-north","mode":"shadow"`; !strings.Contains(modes, want) || !strings.Contains(modes, `"actor":"token:ada, confirmed by token:anna","why":"quiet"`) {
		t.Errorf("modes: %s", modes)
	}
}
