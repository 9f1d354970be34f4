package main

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTenants asks every operation of the API with the token of one tenant for
// what is another's: the answer is that for what there is not, and nothing of
// the other stands in any answer.
func TestTenants(t *testing.T) {
	t.Parallel()
	h := openWriting(t)
	// What acme's people, beta's and each call centre's may read of, by who asks:
	// whose values are foreign, and what else no answer may hold.
	of := func(what ...string) (ids []string) {
		for _, w := range what {
			ids = append(ids, h.attempts[w], w+"-call", callerIDs[w], w+"-tag")
		}
		return ids
	}
	beta := append(of("beta-own", "beta-silent", "south-astray", "north-astray"),
		"betaline", "betacamp", "beta-rpo", "beta.csv", "beta-form", "beta-said", "berta", "sara", "south-why", "all-why", "apply-why", "shared-why", betaNumber,
		"betalist", "betabought", "betadata", "beta-list.csv", "beta-batch", betaBought, "beta-wish", "beta-hold", "beta-complaint")
	south := append(of("acme-south", "acme-barred"), "southdesk", "acmesouth", "dialer-south")
	acme := append(of("acme-north", "acme-shared", "acme-south", "acme-barred", "south-astray", "north-astray"),
		"acmeline", "acmecamp", "acmesouth", "acme-rpo", "acme.csv", "acme-form", "acme-said", "anna", "northdesk", "dialer-north", "acme-why", "south-why", "all-why", "apply-why", "shared-why", acmeNumber,
		"acmelist", "acmebought", "acmedata", "acme-list.csv", "acme-batch", acmeBought, "acme-wish", "acme-hold", "acme-complaint")
	north := append(of("acme-north", "acme-shared", "north-astray"), "northdesk", "acmecamp", "dialer-north", "nora", "acme-why", "all-why", acmeNumber, "acmelist", "acmedata", "shareddata", "betadata", acmeBought, betaBought)
	for _, c := range []struct {
		who, own, foreign string
		hidden            []string
		shared            string // of the foreign values, what is the asker's too
	}{
		{"anna", "acme", "beta", beta, "{trunk} {call_centre}"},
		{"berta", "beta", "acme", acme, ""},
		{"dpo-beta", "beta", "acme", acme, ""},
		{"nora", "acme", "beta", slices.Concat(beta[:4*3], beta[4*4:], south, []string{"anna"}), ""},
		{"crm", "acme", "beta", slices.Concat(beta[:4*3], beta[4*4:], south, []string{"anna"}), ""},
		{"sara", "beta", "acme", north, "{principal} {number}"},
	} {
		t.Run(c.who, func(t *testing.T) {
			for _, id := range operationIDs(t, h) {
				for _, request := range operations[id].requests {
					if !sharesWord(request, c.shared) {
						h.holdApart(t, c.who, request, c.foreign, c.hidden)
					}
					h.holdSilent(t, c.who, request, c.own, c.hidden)
				}
			}
		})
	}
}

// operationIDs are the operations that the API has; one without a request of
// this test is a mistake.
func operationIDs(t *testing.T, h *tenants) (ids []string) {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
		}
	}
	h.read(h.must("", "GET /openapi.json", ""), &doc)
	for path, methods := range doc.Paths {
		for method, op := range methods {
			if len(operations[op.OperationID].requests) == 0 {
				t.Errorf("%s %s (%s) is not held against a foreign token: add it to operations", method, path, op.OperationID)
			}
			ids = append(ids, op.OperationID)
		}
	}
	if len(ids) != len(operations) {
		t.Errorf("the API has %d operations, this test %d", len(ids), len(operations))
	}
	slices.Sort(ids)
	return ids
}

// holdApart wants the same answer for what is another's as for what there is
// not.
func (h *tenants) holdApart(t *testing.T, who, text, foreign string, hidden []string) {
	t.Helper()
	answers := map[string]string{}
	for _, whose := range []string{foreign, "nobody"} {
		v := h.valuesOf(whose)
		request, body := v.fill(text)
		rec := h.ask(who, request, body)
		answer := v.blank(text, rec.Body.String())
		answers[whose] = fmt.Sprintf("%d %s", rec.Code, askedNow.ReplaceAllString(answer, ""))
		wantSilent(t, who, request, answer, hidden)
	}
	if answers[foreign] != answers["nobody"] {
		t.Errorf("%s asks %s\n for what is %s's: %s\nfor what there is not: %s", who, text, foreign, answers[foreign], answers["nobody"])
	}
}

// askedNow is what an answer has of the asking itself: an export of a person, when,
// and what the asker has read of the number before; the board, how long ago a list
// was synchronised.
var askedNow = regexp.MustCompile(`"at":"[^"]*","scope"|"access":\[.*\]|synchronised [^"]* ago`)

// holdSilent wants nothing hidden in the answer about what is the asker's own.
func (h *tenants) holdSilent(t *testing.T, who, text, own string, hidden []string) {
	t.Helper()
	v := h.valuesOf(own)
	request, body := v.fill(text)
	wantSilent(t, who, request, v.blank(text, h.ask(who, request, body).Body.String()), hidden)
}

func sharesWord(request, words string) bool {
	return slices.ContainsFunc(strings.Fields(words), func(w string) bool { return strings.Contains(request, w) })
}

func wantSilent(t *testing.T, who, request, answer string, hidden []string) {
	t.Helper()
	for _, word := range hidden {
		if strings.Contains(answer, word) {
			t.Errorf("%s asks %s and reads %q of another:\n%s", who, request, word, answer)
		}
	}
}

// TestOwn holds that the tenants do see their own, or the test above would pass
// on a house that is empty.
func TestOwn(t *testing.T) {
	t.Parallel()
	h := openTenants(t)
	shared := "GET /v1/lookup/%2B39" + sharedNumber[3:]
	for _, c := range []struct{ who, request, want string }{
		{"anna", shared, "acmeline/acmecamp acmeline/acmesouth acme.csv acme-form token:anna acme-shared acme-south acme-barred bar.silent"},
		{"nora", shared, "acmeline/acmecamp acme-shared entry&1\" acme-form"},
		{"nora", "GET /v1/attempts", "acme-north acme-shared north-astray"},
		{"sara", shared, "acmeline/acmesouth betaline/betacamp acme-south beta-silent bar.silent"},
		{"sara", "GET /v1/attempts", "acme-south beta-own south-astray"},
		{"otto", shared, "acmecamp acmesouth betacamp acme.csv beta.csv berta acme-shared beta-silent"},
		{"berta", "GET /v1/attempts", "beta-own beta-silent " + betaNumber},
		{"crm", "GET /v1/attempts", "acme-north acme-shared " + acmeNumber},
		{"anna", "GET /v1/silent", "dialer-north dialer-south"},
		{"nora", "GET /v1/reports/span", `"dialled": 3 acmeline/acmecamp "group": "acmeline/energy/northdesk"`},
		{"berta", "GET /v1/reports/span", `"dialled": 2 betaline/betacamp`},
		{"crm", "GET /v1/reports/final?campaign=acmeline/acmecamp&form=csv", `total,,calls,dialled,2`},
		{"sara", "GET /v1/reports/final?campaign=betaline/betacamp&form=html&lang=en", `betaline/energy/southdesk`},
		{"sara", "GET /v1/statistics", `"campaign":"acmeline/acmesouth","attempts":2 "campaign":"betaline/betacamp","attempts":2 "silent":1`},
		{"nora", "GET /v1/shadow", "acmeline/acmecamp \"attempts\":"},
		{"nora", "POST /v1/replay", "acmeline/acmecamp \"refused\":"},
		{"anna", "GET /v1/traffic", `"principal":"acmeline","attempts":`},
		{"berta", "GET /v1/traffic?principal=betaline", `"principal":"betaline","attempts":2`},
		{"sara", "GET /v1/traffic?principal=acmeline", `"principal":"acmeline","attempts":2,"refused":1`},
		{"anna", "GET /v1/suggestions", `"trunk":"dialer-north"`},
		{"sara", "GET /v1/suggestions?trunk=dialer-south", `"trunk":"dialer-south" "by":"list"`},
		{"berta", "GET /v1/suggestions?trunk=dialer-south", "what the calls of dialer-south say is not for one principal: ask an admin"},
		{"berta", "GET /v1/suggestions?trunk=dialer-north", `no pbx trunk`},
		{"nora", "GET /v1/silent?trunk=nowhere", `[\"dialer-north\"]`},
		{"berta", "GET /v1/silent?trunk=nowhere", `[\"dialer-south\"]`},
		{"anna", "GET /v1/accounts", `acme-rpo "rows":2 token:anna`},
		{"anna", "GET /v1/submissions/" + h.submissions["acme-rpo"] + "/file", acmeNumber + " " + sharedNumber},
		{"anna", "GET /v1/lists", `acmeline/acmelist acmeline/acmebought acme-list.csv "actor":"token:anna"`},
		{"anna", "GET /v1/lists/acmeline/acmelist", `"change":"new" acmedata ` + h.versions["acmelist"][1]},
		{"anna", "GET /v1/providers", `acmedata "rows":1 shareddata suspended`},
		{"anna", "GET /v1/providers/shareddata/samples", `"principal":"acmeline","at" "of":1 ` + acmeBought},
		{"anna", "GET /v1/proposals/3", "acmeline/acmelist " + h.versions["acmelist"][1]},
		{"anna", "GET /v1/principals/acmeline/numbers/%2B39" + sharedNumber[3:], `"history":[{ token:anna acme-wish acme-hold acme.csv`},
		{"crm", "GET /v1/principals/acmeline/numbers/%2B39" + sharedNumber[3:], `"history":[] acme-wish "source":"entered"`},
		{"anna", "GET /v1/principals/acmeline/standing/holds", "acme-hold " + sharedNumber},
		{"anna", "GET /v1/complaints", `"id":"C1" acme-complaint ` + acmeNumber},
		{"berta", "GET /v1/complaints/C2/sheet", `"reference": "beta-complaint" "receipt": "` + h.attempts["beta-own"]},
		{"berta", "GET /v1/principals/betaline/blacklist", `"seq":1 entry&1&by&token:berta ` + sharedNumber},
		{"otto", "GET /v1/lists/betaline/betalist", "apply-why token:ada"},
		{"otto", "GET /v1/providers", `acmedata betadata shareddata "rows":2 shared-why`},
		{"otto", "GET /v1/providers/shareddata/samples", `"of":2 ` + acmeBought + " " + betaBought},
		{"berta", "GET /v1/exports/registry?scope=beta-rpo", betaNumber + " " + sharedNumber},
		{"nora", "GET /v1/modes", `{"rule":"hours","mode":"enforce","percent":100 dialer-north`},
		{"sara", "GET /v1/modes", "dialer-south"},
		{"anna", "GET /v1/modes", "dialer-north dialer-south acme-why token:anna"},
		{"berta", "GET /v1/modes", `{"trunk":"dialer-south","mode":"enforce",`},
		{"otto", "GET /v1/modes", "dialer-north dialer-south acme-why south-why all-why"},
		{"otto", "GET /v1/generations", "acme-why acme.csv beta.csv"},
		{"berta", "GET /v1/counters", `"answered","value":2`},
		{"nora", "GET /v1/counters", `"answered","value":2`},
		{"otto", "GET /v1/counters", `"answered","value":5`},
		{"sara", "GET /v1/status", `["dialer-south"]`},
		{"ada", "GET /v1/status", `"calls":0 dialer-north dialer-south telco-a`},
		{"anna", "GET /v1/proposals/1", "blacklist acmeline acme-said " + sharedNumber},
		{"otto", "GET /v1/access?number=%2B39" + betaNumber[3:], "token:berta"},
	} {
		rec := h.ask(c.who, c.request, "")
		for word := range strings.FieldsSeq(c.want) {
			if word = strings.ReplaceAll(word, "&", " "); !strings.Contains(rec.Body.String(), word) {
				t.Errorf("%s asks %s and does not read %s: %d %s", c.who, c.request, word, rec.Code, rec.Body)
			}
		}
	}
}

// TestRoles holds who may do what at all: each role with each operation, whoever
// has no token with none, and an access record for each that reads numbers.
func TestRoles(t *testing.T) {
	t.Parallel()
	h := openWriting(t)
	roles := map[string]string{"ada": "admin", "anna": "compliance", "nora": "supervisor", "otto": "auditor", "crm": "system"}
	for _, id := range operationIDs(t, h) {
		op := operations[id]
		request, body := h.valuesOf("acme").fill(op.requests[0])
		if rec := h.ask("", request, body); rec.Code != http.StatusUnauthorized || rec.Header().Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%s without a token: %d %s", id, rec.Code, rec.Body)
		}
		for who, role := range roles {
			before := len(h.accesses())
			rec := h.ask(who, request, body)
			may := slices.Contains(strings.Fields(op.roles), role) && (who != "crm" || id != "apply") // crm has not the operation
			refused := rec.Code == http.StatusForbidden && strings.Contains(rec.Body.String(), "may not do "+id+";")
			if refused == may || rec.Code == http.StatusUnauthorized {
				t.Errorf("%s (%s) asks %s: %d %s", who, role, id, rec.Code, rec.Body)
			}
			if wrote := len(h.accesses()) - before; wrote != map[bool]int{true: 1}[op.reads && rec.Code == http.StatusOK] {
				t.Errorf("%s by %s: %d, and %d access records", id, who, rec.Code, wrote)
			}
			if refused && who != "crm" && !strings.Contains(rec.Body.String(), "it needs "+strings.Fields(op.roles)[0]) {
				t.Errorf("%s: what is refused does not name the role needed: %s", id, rec.Body)
			}
		}
	}
}

func (h *tenants) accesses() (list []any) {
	h.read(h.must("ada", "GET /v1/access?limit=10000", ""), &list)
	return list
}
