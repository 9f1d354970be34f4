package console

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"tregua/policy"
	"tregua/policy/access/register"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store/memory"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	id   = policy.AttemptID{1, 2, 3, 4, 5, 6, 0x70, 8, 0x80}
)

func open(t *testing.T, h *house) *Console {
	t.Helper()
	keys, err := seal.NewKeys(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := register.Open(register.Config{Store: rows{memory.New(), h}, Keys: keys, Random: rand.Reader, Now: h.now})
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Config{Version: "test", Book: h, Judge: h, Records: h, Node: h, Modes: h, Dispositions: h, Proof: noProof{}, Backup: noBackup, Contracts: h, Reconciler: h, Subjects: h, Complaints: h, Keeper: h, Register: kept})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// ask sends a request as root does at the socket, or with a token.
func ask(c *Console, token, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if token == "" {
		r = r.WithContext(context.WithValue(r.Context(), peerKey{}, peer{"0:root", true}))
	} else {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	rec := httptest.NewRecorder()
	c.ServeHTTP(rec, r)
	return rec
}

// TestRequests holds what each request asks of the house, and what it answers.
func TestRequests(t *testing.T) {
	t.Parallel()
	mistake := &Mistake{Code: 404, Err: errors.New("there is no principal x; apply it first")}
	for _, c := range []struct {
		name, method, path, body string
		fail                     error
		status                   int
		answer                   string // a part of it
		asked                    string // "" nothing
	}{
		{"apply", "POST", "/v1/apply?dry_run=true", "a: b", nil, 200, `"edits":[{"what":"principal","name":"acme","change":"new"}]`, "apply by 0:root: a: b dry=true"},
		{"apply because", "POST", "/v1/apply?because=+PEC+12", "a: b", nil, 200, `"generation":7`, "apply by 0:root: a: b PEC 12 dry=false"},
		{"apply, a long reason", "POST", "/v1/apply?because=" + strings.Repeat("x", 1001), "a: b", nil, 422, "1000", ""},
		{"apply nothing", "POST", "/v1/apply", " ", nil, 422, "the body is empty", ""},
		{"apply, store broken", "POST", "/v1/apply", "a: b", errors.New("disk full"), 500, "disk full", "apply by 0:root: a: b dry=false"},
		{"unknown query", "POST", "/v1/apply?dryrun=true", "a: b", nil, 422, "dryrun", ""},
		{"import", "POST", "/v1/imports/registry?account=rpo-1&answered_at=2026-11-22T12:00:00Z", "n,clear", nil, 200, `"rejects":"2,no number,x\n"`, `import registry of rpo-1 at 2026-11-22T12:00:00Z max "": 7 bytes`},
		{"too many rejects", "POST", "/v1/imports/blacklist?principal=acme&max_rejects=0", "x", nil, 422, `"activated":false`, `import blacklist of acme at 0001-01-01T00:00:00Z max "0": 1 bytes`},
		{"import, column and more", "POST", "/v1/imports/blacklist?principal=acme&column=number%3DTEL&column=ignore%3DX&delimiter=tab&encoding=utf-16&numbers=e164", "x", nil, 200, `"bad":1`, `import blacklist of acme at 0001-01-01T00:00:00Z max "" number=TEL ignore=X tab utf-16 e164: 1 bytes`},
		{"generations", "GET", "/v1/generations", "", nil, 200, `"cause":"apply","imports":[]`, "generations 20"},
		{"restore", "POST", "/v1/generations/6/restore", "", nil, 200, `{"generation":8}`, "restore 6 by 0:root"},
		{"restore of what", "POST", "/v1/generations/last/restore", "", nil, 422, "generation", ""},
		{"export", "GET", "/v1/exports/consents?scope=acme", "", nil, 200, "number\n+393331234567\n", "export consents of acme"},
		{"export of whom", "GET", "/v1/exports/consents", "", nil, 422, "scope", ""},
		{"import without account", "POST", "/v1/imports/registry?answered_at=2026-11-22T12:00:00Z", "", nil, 422, "belongs to an account", ""},
		{"import without time", "POST", "/v1/imports/registry?account=a", "", nil, 422, "when the registry answered", ""},
		{"import with both", "POST", "/v1/imports/consents?account=a&principal=b", "", nil, 422, "belongs to a principal", ""},
		{"import of a list", "POST", "/v1/imports/list?principal=acme&list=spring", "n", nil, 200, `"activated":true`, `import list of acme/spring at 0001-01-01T00:00:00Z max "": 1 bytes`},
		{"import of no list", "POST", "/v1/imports/list?principal=acme", "n", nil, 422, "which list of the principal", ""},
		{"import of no principal's list", "POST", "/v1/imports/list?list=spring", "n", nil, 422, "on whose behalf", ""},
		{"blacklist of a list", "POST", "/v1/imports/blacklist?principal=acme&list=spring", "n", nil, 422, "this kind is no list", ""},
		{"lists", "GET", "/v1/lists", "", nil, 200, `[{"name":"acme/spring"`, ""},
		{"list", "GET", "/v1/lists/acme/spring", "", nil, 200, `"history":[{"at":"2026-11-22T12:00:00Z","actor":"anna","change":"new"}]`, "history of acme/spring"},
		{"no list", "GET", "/v1/lists/acme/autumn", "", nil, 404, "there is no list acme/autumn", ""},
		{"approve", "POST", "/v1/lists/acme/spring/approve", `{"version":7,"digest":"ab"}`, nil, 202, `"kind":"list.approve","stage":"proposed","principal":"acme"`, "may approve: acme/spring 7 ab"},
		{"of service", "POST", "/v1/campaigns/acme/energia/service", "", nil, 202, `"kind":"campaign.service","stage":"proposed","principal":"acme"`, "may be of service: acme/energia"},
		{"of service, a mistake", "POST", "/v1/campaigns/acme/energia/service", "", mistake, 404, "apply it first", "may be of service: acme/energia"},
		{"operators", "POST", "/v1/campaigns/acme/energia/operators", `{"operators":20}`, nil, 200, `{"campaign":"acme/energia","operators":20}`, "20 operators of acme/energia"},
		{"operators, a mistake", "POST", "/v1/campaigns/acme/energia/operators", `{"operators":0}`, mistake, 404, "apply it first", "0 operators of acme/energia"},
		{"operators, too many", "POST", "/v1/campaigns/acme/energia/operators", `{"operators":10001}`, nil, 422, "operators", ""},
		{"operators, not said", "POST", "/v1/campaigns/acme/energia/operators", `{}`, nil, 422, "operators", ""},
		{"approve what was not looked at", "POST", "/v1/lists/acme/spring/approve", `{"version":7}`, nil, 422, "digest", ""},
		{"approve, a mistake", "POST", "/v1/lists/acme/spring/approve", `{"version":7,"digest":"ab"}`, mistake, 404, "apply it first", "may approve: acme/spring 7 ab"},
		{"attach", "POST", "/v1/lists/acme/spring/attach", `{"campaign":"acme/gas"}`, nil, 200, `{"generation":9}`, "attach by 0:root: acme/spring acme/gas"},
		{"attach to nothing", "POST", "/v1/lists/acme/spring/attach", `{}`, nil, 422, "campaign", ""},
		{"providers", "GET", "/v1/providers", "", nil, 200, `[{"name":"dataco","rows":3,"campaigns":[]}]`, ""},
		{"suspend", "POST", "/v1/providers/dataco/suspend", `{"because":"web"}`, nil, 200, `"because":"web"`, "suspend true by 0:root: dataco because web"},
		{"suspend without a reason", "POST", "/v1/providers/dataco/suspend", `{}`, nil, 422, "because", ""},
		{"suspend, a mistake", "POST", "/v1/providers/x/suspend", `{"because":"web"}`, mistake, 404, "apply it first", "suspend true by 0:root: x because web"},
		{"resume", "POST", "/v1/providers/dataco/resume", `{"because":"shown"}`, nil, 200, `"because":"shown"`, "suspend false by 0:root: dataco because shown"},
		{"sample", "POST", "/v1/providers/dataco/sample", `{"count":50,"seed":7}`, nil, 200, `"seed":7`, "sample by 0:root: 50 of dataco seed 7"},
		{"sample of nothing", "POST", "/v1/providers/dataco/sample", `{"count":0}`, nil, 422, "count", ""},
		{"samples", "GET", "/v1/providers/dataco/samples", "", nil, 200, `[{"provider":"dataco"`, "samples of dataco"},
		{"import of what", "POST", "/v1/imports/lists?principal=b", "", nil, 422, "registry, blacklist, consents, list, contacts", ""},
		{"import, bad share", "POST", "/v1/imports/consents?principal=b&max_rejects=few", "", nil, 422, "max_rejects", ""},
		{"blacklist", "POST", "/v1/principals/acme/blacklist", `{"number":"333","reason":"said so"}`, nil, 200, `"since":"2026-11-22T12:00:00Z"`, "blacklist by 0:root: acme 333 said so"},
		{"blacklist without number", "POST", "/v1/principals/acme/blacklist", `{"reason":"x"}`, nil, 422, "number", ""},
		{"blacklist, unknown key", "POST", "/v1/principals/acme/blacklist", `{"number":"3","numbr":"4"}`, nil, 422, "numbr", ""},
		{"modes", "GET", "/v1/modes", "", nil, 200, `[{"trunk":"d","mode":"enforce"}]`, ""},
		{"trunk mode", "PUT", "/v1/trunks/d/mode", `{"mode":"bypass","until":"2026-11-22T14:00:00Z","why":"x"}`, nil, 202, `"proposal":{"id":1,"kind":"mode.loosen","stage":"proposed","principal":"acme"`, ""},
		{"trunk mode, at once", "PUT", "/v1/trunks/d/mode", `{"mode":"enforce","why":"x"}`, nil, 200, `"generation":8`, "mode by 0:root: d/ enforce 0% until 0001-01-01T00:00:00Z x"},
		{"trunk mode of nobody", "PUT", "/v1/trunks/x/mode", `{"mode":"enforce","why":"x"}`, mistake, 404, "apply it first", "mode by 0:root: x/ enforce 0% until 0001-01-01T00:00:00Z x"},
		{"trunk mode, no such", "PUT", "/v1/trunks/d/mode", `{"mode":"off","why":"x"}`, nil, 422, "bypass", ""},
		{"trunk mode, why", "PUT", "/v1/trunks/d/mode", `{"mode":"shadow"}`, nil, 422, "why", ""},
		{"rule mode", "PUT", "/v1/rules/hours/mode", `{"percent":5,"why":"x"}`, nil, 200, `"percent":5`, "mode by 0:root: /hours enforce 5% until 0001-01-01T00:00:00Z x"},
		{"rule in shadow", "PUT", "/v1/rules/hours/mode", `{"percent":0,"trunk":"d","why":"x"}`, nil, 202, `"mode":"shadow"`, ""},
		{"rule mode, too much", "PUT", "/v1/rules/hours/mode", `{"percent":101,"why":"x"}`, nil, 422, "percent", ""},
		{"blacklist of nobody", "POST", "/v1/principals/x/blacklist", `{"number":"3"}`, mistake, 404, "apply it first", "blacklist by 0:root: x 3 "},
		{
			"say", "POST", "/v1/principals/acme/changes",
			`{"change":"request","number":"333","evidence":"form 9","valid":"48h","at":"2026-11-21T12:00:00Z"}`, nil, 200, `"what":"request"`,
			"say by 0:root: {Principal:acme Change:request Number:333 At:2026-11-21 12:00:00 +0000 UTC Purpose: Channels: Evidence:form 9 " +
				"Valid:48h0m0s AgreedAt:0001-01-01 00:00:00 +0000 UTC Reason:}",
		},
		{"say what", "POST", "/v1/principals/acme/changes", `{"change":"shout","number":"3"}`, nil, 422, "wrong_person", ""},
		{"say how long", "POST", "/v1/principals/acme/changes", `{"change":"request","number":"3","valid":"7d"}`, nil, 422, "as 168h", ""},
		{"say for how less than nothing", "POST", "/v1/principals/acme/changes", `{"change":"request","number":"3","valid":"-1h"}`, nil, 422, "as 168h", ""},
		{"person", "GET", "/v1/principals/acme/numbers/333", "", nil, 200, `"history":[{"at":"2026-11-22T12:00:00Z","actor":"anna","what":"request form-9"}]`, ""},
		{"person of nobody", "GET", "/v1/principals/x/numbers/333", "", nil, 404, "there is no principal x", ""},
		{"person without number", "GET", "/v1/principals/acme/numbers/x", "", nil, 422, "no number", ""},
		{"holds", "GET", "/v1/principals/acme/standing/holds", "", nil, 200, "[]", "each hold of acme"},
		{"requests", "GET", "/v1/principals/acme/standing/requests", "", nil, 200, "[]", "each request of acme"},
		{"standing of what", "GET", "/v1/principals/acme/standing/consents", "", nil, 422, "requests, holds", ""},
		{"feed", "GET", "/v1/principals/acme/blacklist?since=7&limit=2", "", nil, 200, `"seq":8`, "feed of acme after 7, 2"},
		{"feed without limit", "GET", "/v1/principals/acme/blacklist?limit=0", "", nil, 422, "limit", ""},
		{"removal", "POST", "/v1/principals/acme/blacklist/removals", `{"number":"333","evidence":"letter 4"}`, nil, 202, `"kind":"blacklist.remove","stage":"proposed"`, ""},
		{"removal without evidence", "POST", "/v1/principals/acme/blacklist/removals", `{"number":"333"}`, nil, 422, "evidence", ""},
		{"synced", "POST", "/v1/principals/acme/blacklist/synced", "", nil, 200, `"principal":"acme"`, "synced by 0:root: acme"},
		{"synced of nobody", "POST", "/v1/principals/x/blacklist/synced", "", mistake, 404, "apply it first", "synced by 0:root: x"},
		{"attempt", "GET", "/v1/attempts/" + id.String(), "", nil, 200, `"id":"` + id.String(), "attempt " + id.String()},
		{"no attempt", "GET", "/v1/attempts/00000000-0000-7000-8000-000000000000", "", nil, 404, "there is no attempt", "attempt 00000000-0000-7000-8000-000000000000"},
		{"bad id", "GET", "/v1/attempts/x", "", nil, 422, "no attempt id", ""},
		{"attempts", "GET", "/v1/attempts?number=%2B39333&call_id=c&since=2026-11-22T00:00:00Z&limit=5", "", nil, 200, `"at":"2026-11-22T12:00:00Z"`, `attempts of "+39333" "c" since 2026-11-22T00:00:00Z limit 5`},
		{"attempts of no number", "GET", "/v1/attempts?number=x", "", nil, 422, "no number can be read", ""},
		{"attempts without limit", "GET", "/v1/attempts?limit=0", "", nil, 422, "limit", ""},
		{"counters", "GET", "/v1/counters", "", nil, 200, `[{"name":"attempts","value":3}]`, "counters"},
		{"silent", "GET", "/v1/silent?trunk=d&since=2026-11-22T00:00:00Z&until=2026-11-23T00:00:00Z", "", nil, 200, `"class_b":1`, `silent calls of "d" from 2026-11-22T00:00:00Z to 2026-11-23T00:00:00Z`},
		{"traffic", "GET", "/v1/traffic?principal=acme&to=2026-11-22T12:00:00Z", "", nil, 200, `{"hour":"2026-11-22T12:00:00Z","principal":"acme","attempts":2,"refused":1,`, `traffic of "acme" from 0001-01-01T00:00:00Z to 2026-11-22T12:00:00Z`},
		{"traffic of no time", "GET", "/v1/traffic?from=2026-11-22T12:00:00Z&to=2026-11-22T12:00:00Z", "", nil, 422, "from is not before to", ""},
		{"suggestions", "GET", "/v1/suggestions?trunk=d&since=2026-11-22T00:00:00Z", "", nil, 200, `"rules":[{"by":"list","calls":1}]`, `suggestions for "d" since 2026-11-22T00:00:00Z`},
		{"suggestions, store broken", "GET", "/v1/suggestions", "", errors.New("no month"), 500, "no month", `suggestions for "" since 0001-01-01T00:00:00Z`},
		{"silent, backwards", "GET", "/v1/silent?since=2026-11-22T00:00:00Z&until=2026-11-22T00:00:00Z", "", nil, 422, "since is not before until", ""},
		{"silent, store broken", "GET", "/v1/silent", "", errors.New("no month"), 500, "no month", `silent calls of "" from 0001-01-01T00:00:00Z to 0001-01-01T00:00:00Z`},
		{"replay, backwards", "POST", "/v1/replay?since=2026-11-22T00:00:00Z&until=2026-11-22T00:00:00Z", "", nil, 422, "since is not before until", ""},
		{"shadow, backwards", "GET", "/v1/shadow?since=2026-11-22T00:00:00Z&until=2026-11-22T00:00:00Z", "", nil, 422, "since is not before until", ""},
		{"shadow, store broken", "GET", "/v1/shadow?campaign=a", "", errors.New("no month"), 500, "no month", `shadow of "a" from 0001-01-01T00:00:00Z to 0001-01-01T00:00:00Z`},
		{"report", "GET", "/v1/reports/day?form=csv", "", nil, 200, "level,name", "report {day       csv it}"},
		{"report, of what", "GET", "/v1/reports/week", "", nil, 422, "day", ""},
		{"report, final of nothing", "GET", "/v1/reports/final", "", nil, 422, "name it", ""},
		{"report, mistake", "GET", "/v1/reports/month?first=2026-11-31&lang=en", "", mistake, 404, "apply it first", "report {month 2026-11-31      json en}"},
		{"report, store broken", "GET", "/v1/reports/day", "", errors.New("no month"), 500, "no month", "report {day       json it}"},
		{"statistics", "GET", "/v1/statistics", "", nil, 200, `[{"campaign":"acme/energia","attempts":3,`, "today"},
		{"statistics, store broken", "GET", "/v1/statistics", "", errors.New("no counters"), 500, "no counters", "today"},
		{"status", "GET", "/v1/status", "", nil, 200, `"ready":true`, ""},
		{"lookup of no number", "GET", "/v1/lookup/x", "", nil, 422, "no number can be read", ""},
		{"nowhere", "GET", "/v1/none", "", nil, 404, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := &house{fail: c.fail}
			rec := ask(open(t, h), "", c.method, c.path, c.body)
			if rec.Code != c.status || !strings.Contains(rec.Body.String(), c.answer) {
				t.Errorf("%s %s: %d %s\nwant %d with %q", c.method, c.path, rec.Code, rec.Body, c.status, c.answer)
			}
			if got := strings.Join(h.calls(), "; "); got != c.asked {
				t.Errorf("asked %q, want %q", got, c.asked)
			}
		})
	}
}

// TestLookup holds the page: verdicts per campaign, shared facts once, sources.
func TestLookup(t *testing.T) {
	t.Parallel()
	h := &house{}
	rec := ask(open(t, h), "", "GET", "/v1/lookup/+393331234567", "")
	var got Page
	if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || rec.Code != 200 {
		t.Fatalf("%d %v: %s", rec.Code, err, rec.Body)
	}
	listed := decisionOf(&policy.Decision{
		Rule: "blacklist", Reason: policy.BlacklistListed,
		Trail: []policy.Finding{{Rule: "blacklist", Reason: policy.BlacklistListed}},
	})
	want := Page{
		Number: "+393331234567", Generation: 7,
		Verdicts: []Verdict{{"acme/energia", listed}, {"acme/gas", listed}, {"acme/water", listed}},
		Registry: []RegistryLine{
			{Account: "rpo-1", Answer: "opposed", AnsweredAt: noon, Source: "import 3"},
			{Account: "rpo-1", Answer: "clear", AnsweredAt: noon.AddDate(0, 0, -14), Source: "import 1"},
		},
		Blacklist: []ListedLine{{Principal: "acme", Known: "present", Since: noon, Source: "entry 4"}},
		Consents: []ConsentLine{{
			Principal: "acme", Purpose: "marketing", Known: "present", GivenAt: noon, RevokedAt: noon.Add(time.Hour),
			Channels: []string{"operator", "automated"}, Evidence: "form-7", Source: "import 5",
		}},
		People: []PersonOf{{
			Principal: "acme",
			Known:     []PersonLine{{Kind: "request", At: noon, Until: noon.Add(time.Hour), Evidence: "form-9", Source: "entered by anna"}},
			History:   []SaidLine{{At: noon, Actor: "anna", What: "request form-9"}},
		}},
		Bars: []BarLine{{
			Bar:       Bar{Known: "present", Of: id.String(), Since: noon, Until: noon.AddDate(0, 0, 5), Owed: true},
			Campaigns: []string{"acme/energia", "acme/gas"},
		}},
		Lists:    []ListedIn{{List: "acme/spring", Source: "import 9 spring.csv", Line: 4, Approved: true, Provider: "dataco", Batch: "b", BatchRow: 7}},
		Reached:  []ReachedLine{{"acme", Rings{Known: "present", Today: 2, Month: 5, Useful: 1, UsefulAt: noon}}},
		Attempts: []Record{recordOf(&policy.Record{Attempt: policy.Attempt{Dialled: policy.Dialled{ID: id, At: noon}}})},
		Gone:     []ledger.Gone{{Month: "2026-04", Class: "refused", Until: noon}},
	}
	want.Attempts[0].Dispositions = []DisposedLine{{At: noon, Actor: "crm", Kind: "ko", Code: "NI"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
}

// TestLookupFails holds that a page with a part that could not be read is none.
func TestLookupFails(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]*house{
		"judging": {judging: errors.New("no desk")}, "people": {people: errors.New("no row")}, "attempts": {fail: errors.New("no month")},
	} {
		rec := ask(open(t, h), "", http.MethodGet, "/v1/lookup/+393331234567", "")
		if rec.Code != http.StatusInternalServerError {
			t.Errorf("%s: %d %s", name, rec.Code, rec.Body)
		}
	}
}

// TestOpenAPI holds that every operation is in the document.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	rec := httptest.NewRecorder()
	open(t, &house{}).ServeHTTP(rec, httptest.NewRequest("GET", "/openapi.json", nil))
	var doc struct{ Paths map[string]map[string]any }
	if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"/v1/apply", "/v1/imports/{kind}", "/v1/generations", "/v1/generations/{generation}/restore", "/v1/exports/{kind}", "/v1/lookup/{number}",
		"/v1/attempts/{id}", "/v1/attempts", "/v1/counters", "/v1/silent", "/v1/status",
		"/v1/principals/{principal}/changes", "/v1/principals/{principal}/numbers/{number}", "/v1/principals/{principal}/standing/{what}",
		"/v1/principals/{principal}/blacklist/removals", "/v1/principals/{principal}/blacklist/synced",
	} {
		if len(doc.Paths[path]) == 0 {
			t.Errorf("%s is not in the document", path)
		}
	}
	if len(doc.Paths["/v1/principals/{principal}/blacklist"]) != 2 {
		t.Error("a blacklist is not to be written and read")
	}
}
