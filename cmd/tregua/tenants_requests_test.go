package main

import "strings"

// asked are the requests that hold an operation of the API against a foreign
// token: one at least for each operation.
type asked struct {
	roles string // who may do it at all, besides root
	reads bool   // it leaves an access record
	// requests are "METHOD path" and a body after a line break, with words in
	// braces for what is a tenant's own.
	requests []string
}

const digest = "0000000000000000000000000000000000000000000000000000000000000000"

// operations are all there are. A new one belongs here: with requests that
// name, in every place that takes a name, number or id, one in braces.
var operations = map[string]asked{
	"apply": {roles: "admin system", requests: []string{
		"POST /v1/apply\nprincipals: [{name: {principal}}]",
		"POST /v1/apply?dry_run=true\naccounts: [{name: {account}, principal: {principal}}]",
	}},
	"import": {roles: "compliance system", requests: []string{
		"POST /v1/imports/blacklist?principal={principal}\nnumber\n{number}\n",
		"POST /v1/imports/consents?principal={principal}\nnumber,purpose,channels,given_at\n{number},energy,operator,2026-01-03\n",
		"POST /v1/imports/registry?account={account}&answered_at={yesterday}\nnumber,answer\n{number},clear\n",
		"POST /v1/imports/list?principal={principal}&list={list}\nnumber\n{number}\n",
		"POST /v1/imports/contracts?principal={principal}\nnumber,contract,from\n{number},c-1,2026-01-03\n",
		"POST /v1/imports/contacts?principal={principal}\nnumber,contact\n{number},1\n",
	}},
	"lists": {roles: "admin compliance auditor system", requests: []string{"GET /v1/lists"}},
	"list":  {roles: "admin compliance auditor system", requests: []string{"GET /v1/lists/{principal}/{list}"}},
	"list-approve": {roles: "compliance", requests: []string{
		"POST /v1/lists/{principal}/{list}/approve\n" + `{"version":{version},"digest":"{digest}"}`,
		"POST /v1/lists/{principal}/{list}/approve\n" + `{"version":{version},"digest":"00"}`,
	}},
	"list-attach": {roles: "compliance system", requests: []string{
		"POST /v1/lists/{principal}/{list}/attach\n" + `{"campaign":"{campaign}"}`,
		"POST /v1/lists/{principal}/{list}/attach\n" + `{"campaign":"{principal}/none"}`,
	}},
	"campaign-service": {roles: "compliance", requests: []string{"POST /v1/campaigns/{campaign}/service"}},
	"providers":        {roles: "admin compliance auditor system", requests: []string{"GET /v1/providers"}},
	"provider-suspend": {roles: "admin compliance", requests: []string{"POST /v1/providers/{provider}/suspend\n" + `{"because":"so"}`}},
	"provider-resume":  {roles: "admin compliance", requests: []string{"POST /v1/providers/{provider}/resume\n" + `{"because":"so"}`}},
	"provider-sample":  {roles: "compliance", reads: true, requests: []string{"POST /v1/providers/{provider}/sample\n" + `{"count":5,"seed":7}`}},
	"provider-samples": {roles: "compliance auditor system", reads: true, requests: []string{
		"GET /v1/providers/{provider}/samples", "GET /v1/providers/shareddata/samples",
	}},
	"blacklist-add": {roles: "compliance supervisor system", requests: []string{
		"POST /v1/principals/{principal}/blacklist\n" + `{"number":"{number}"}`,
		"POST /v1/principals/{principal}/blacklist\n" + `{"number":"` + sharedNumber + `"}`,
		"POST /v1/principals/{principal}/blacklist\n" + `{"number":"none"}`,
	}},
	"blacklist-remove": {roles: "compliance", requests: []string{
		"POST /v1/principals/{principal}/blacklist/removals\n" + `{"number":"{number}","evidence":"so"}`,
		"POST /v1/principals/{principal}/blacklist/removals\n" + `{"number":"none","evidence":"so"}`,
	}},
	"blacklist-feed": {roles: "compliance auditor system", reads: true, requests: []string{
		"GET /v1/principals/{principal}/blacklist", "GET /v1/principals/{principal}/blacklist?since=1&limit=1",
	}},
	"blacklist-synced": {roles: "compliance system", requests: []string{"POST /v1/principals/{principal}/blacklist/synced"}},
	"say": {roles: "compliance supervisor system", requests: []string{
		"POST /v1/principals/{principal}/changes\n" + `{"change":"refuse","number":"{number}"}`,
		"POST /v1/principals/{principal}/changes\n" + `{"change":"revoke","number":"` + sharedNumber + `"}`,
		"POST /v1/principals/{principal}/changes\n" + `{"change":"hold","number":"{number}","evidence":"so"}`,
		"POST /v1/principals/{principal}/changes\n" + `{"change":"refuse","number":"none"}`,
	}},
	"disposition": {roles: "compliance supervisor system", requests: []string{
		"POST /v1/dispositions\n" + `{"code":"denial","attempt":"{attempt}"}`,
		"POST /v1/dispositions\n" + `{"code":"other","attempt":"{other_attempt}"}`,
		"POST /v1/dispositions\n" + `{"code":"nonsense","attempt":"{attempt}"}`,
		"POST /v1/dispositions\n" + `{"code":"ko","number":"{number}","call_id":"{call_id}"}`,
		"POST /v1/dispositions\n" + `{"code":"denial","number":"{number}","call_centre":"{call_centre}"}`,
		"POST /v1/dispositions\n" + `{"code":"denial","number":"` + sharedNumber + `","principal":"{principal}"}`,
	}},
	"disposition-import": {roles: "compliance supervisor system", requests: []string{
		"POST /v1/dispositions/file?call_centre={call_centre}\ncode,attempt,number\ndenial,{attempt},\nko,{other_attempt},\ndenial,,{number}\n",
	}},
	"contracts-check": {roles: "admin compliance auditor system", reads: true, requests: []string{
		"POST /v1/principals/{principal}/contracts/check\ncontract,number,signed_at,attempt\nk-1,{number},{yesterday},{attempt}\nk-2," + sharedNumber + ",{yesterday},{other_attempt}\n",
	}},
	"reconcile": {roles: "admin auditor system", reads: true, requests: []string{
		"POST /v1/carriers/telco-a/reconcile\nnumber,started_at\n{number},{yesterday}\n",
		"POST /v1/carriers/telco-a/reconcile?part=true\nnumber,started_at\n" + sharedNumber + ",{yesterday}\n",
	}},
	"person": {roles: "compliance auditor system", reads: true, requests: []string{
		"GET /v1/principals/{principal}/numbers/{number}", "GET /v1/principals/{principal}/numbers/" + sharedNumber,
	}},
	"standing": {roles: "compliance auditor system", reads: true, requests: []string{
		"GET /v1/principals/{principal}/standing/requests", "GET /v1/principals/{principal}/standing/holds",
	}},
	"registry-due": {roles: "admin compliance auditor system", requests: []string{
		"GET /v1/accounts/{account}/due", "GET /v1/accounts/{account}/due?within_hours=8760",
	}},
	"registry-submit": {roles: "compliance system", requests: []string{
		"POST /v1/accounts/{account}/submissions", "POST /v1/accounts/{account}/submissions?within_hours=8760",
	}},
	"registry-file": {roles: "compliance system", reads: true, requests: []string{"GET /v1/submissions/{submission}/file"}},
	"registry-answer": {roles: "compliance system", requests: []string{
		"POST /v1/submissions/{submission}/answer?answered_at={yesterday}\nnumber,answer\n{number},clear\n",
		"POST /v1/submissions/{submission}/answer?answered_at={yesterday}&max_rejects=x\n",
	}},
	"registry-status": {roles: "admin compliance auditor system", requests: []string{"GET /v1/accounts"}},
	"generations":     {roles: "admin auditor", requests: []string{"GET /v1/generations"}},
	"restore":         {roles: "admin", requests: []string{"POST /v1/generations/999999/restore"}},
	"export": {roles: "compliance auditor system", reads: true, requests: []string{
		"GET /v1/exports/blacklist?scope={principal}", "GET /v1/exports/consents?scope={principal}", "GET /v1/exports/registry?scope={account}",
	}},
	"modes": {roles: "admin compliance supervisor auditor system", requests: []string{"GET /v1/modes"}},
	"trunk-mode": {roles: "admin compliance", requests: []string{
		"PUT /v1/trunks/{trunk}/mode\n" + `{"mode":"enforce","why":"so"}`,
		"PUT /v1/trunks/{trunk}/mode\n" + `{"mode":"shadow","why":"so"}`,
	}},
	"rule-mode": {roles: "admin compliance", requests: []string{
		"PUT /v1/rules/hours/mode\n" + `{"trunk":"{trunk}","percent":100,"why":"so"}`,
		"PUT /v1/rules/hours/mode\n" + `{"trunk":"{trunk}","percent":0,"why":"so"}`,
		"PUT /v1/rules/hours/mode\n" + `{"percent":100,"why":"so"}`,
	}},
	"lookup": {roles: "compliance supervisor auditor system", reads: true, requests: []string{
		"GET /v1/lookup/{number}", "GET /v1/lookup/" + sharedNumber, "GET /v1/lookup/+393331119999",
	}},
	"subject-export": {roles: "compliance", reads: true, requests: []string{
		"GET /v1/subjects/{number}", "GET /v1/subjects/" + sharedNumber, "GET /v1/subjects/+393331119999",
	}},
	"subject-object": {roles: "compliance", requests: []string{
		"POST /v1/subjects/{number}/objection\n" + `{"principal":"{principal}","reason":"so"}`,
		"POST /v1/subjects/" + sharedNumber + "/objection\n" + `{"reason":"so"}`,
	}},
	"subject-erase": {roles: "compliance", requests: []string{
		"POST /v1/subjects/{number}/erasure\n" + `{"reason":"so"}`,
		"POST /v1/subjects/" + sharedNumber + "/erasure\n" + `{"reason":"so","dry_run":true}`,
	}},
	"complaint-open": {roles: "compliance", requests: []string{
		"POST /v1/complaints\n" + `{"number":"{number}","principal":"{principal}","channel":"agcom"}`,
		"POST /v1/complaints\n" + `{"number":"` + sharedNumber + `","channel":"agcom"}`,
	}},
	"complaints": {roles: "compliance", reads: true, requests: []string{"GET /v1/complaints"}},
	"complaint-answer": {roles: "compliance", reads: true, requests: []string{
		"GET /v1/complaints/{complaint}/sheet", "GET /v1/complaints/{complaint}/statement", "GET /v1/complaints/{complaint}/sheet?form=html",
	}},
	"complaint-close": {roles: "compliance", requests: []string{
		"POST /v1/complaints/{complaint}/close\n" + `{"outcome":"rejected"}`,
	}},
	"attempt": {roles: "compliance supervisor auditor system", reads: true, requests: []string{
		"GET /v1/attempts/{attempt}", "GET /v1/attempts/{other_attempt}",
	}},
	"attempts": {roles: "compliance supervisor auditor system", reads: true, requests: []string{
		"GET /v1/attempts", "GET /v1/attempts?limit=1", "GET /v1/attempts?number={number}", "GET /v1/attempts?number=" + sharedNumber,
		"GET /v1/attempts?number=" + sharedNumber + "&limit=1", "GET /v1/attempts?call_id={call_id}",
	}},
	"prove": {roles: "compliance supervisor auditor system", reads: true, requests: []string{
		"GET /v1/attempts/{attempt}/proof", "GET /v1/attempts/{other_attempt}/proof?personal=true",
	}},
	"audit":   {roles: "admin auditor", requests: []string{"POST /v1/ledger/audit\n{}"}},
	"anchors": {roles: "admin auditor", requests: []string{"GET /v1/ledger/anchors"}},
	"anchor":  {roles: "admin auditor", requests: []string{"POST /v1/ledger/anchors"}},
	"backup":  {roles: "local", requests: []string{"GET /v1/backup"}},
	"purge": {roles: "admin", requests: []string{
		"POST /v1/ledger/purge\n{}", "POST /v1/ledger/purge\n" + `{"dry_run":true}`,
	}},
	"legal-holds": {roles: "admin auditor", reads: true, requests: []string{"GET /v1/ledger/holds"}},
	"legal-hold-lay": {roles: "admin", requests: []string{
		"POST /v1/ledger/holds\n" + `{"order":"so","number":"{number}"}`,
		"POST /v1/ledger/holds\n" + `{"order":"so","campaign":"{campaign}"}`,
	}},
	"legal-hold-lift": {roles: "admin", requests: []string{
		"POST /v1/ledger/holds/00000000-0000-7000-8000-000000000000/lift\n" + `{"reason":"so"}`,
	}},
	"log-key":        {roles: "admin compliance supervisor auditor system", requests: []string{"GET /v1/ledger/key"}},
	"log-checkpoint": {roles: "admin compliance supervisor auditor system", requests: []string{"GET /log/checkpoint"}},
	"log-tile": {roles: "admin compliance supervisor auditor system", requests: []string{
		"GET /log/tile/entries/000", "GET /log/tile/0/000.p/8", "GET /log/tile/0/x001/x999/../000",
	}},
	"counters": {roles: "admin compliance supervisor auditor system", requests: []string{"GET /v1/counters"}},
	"silent": {roles: "admin compliance supervisor auditor system", requests: []string{
		"GET /v1/silent", "GET /v1/silent?trunk={trunk}", "GET /v1/silent?trunk=nowhere",
	}},
	"campaign-operators": {roles: "admin compliance supervisor system", requests: []string{
		"POST /v1/campaigns/{campaign}/operators\n" + `{"operators":20}`,
		"POST /v1/campaigns/{principal}/none/operators\n" + `{"operators":20}`,
	}},
	"gates": {roles: "admin compliance supervisor auditor system", requests: []string{"GET /v1/gates"}},
	"board": {roles: "admin compliance supervisor auditor system", requests: []string{"GET /v1/board"}},
	"replay": {roles: "admin compliance supervisor auditor system", requests: []string{
		"POST /v1/replay", "POST /v1/replay?campaign={campaign}", "POST /v1/replay?campaign={principal}/none\n" + `{"policy":"name: x\nshadow: [list]"}`,
	}},
	"shadow": {roles: "admin compliance supervisor auditor system", requests: []string{
		"GET /v1/shadow", "GET /v1/shadow?campaign={campaign}", "GET /v1/shadow?campaign={principal}/none",
	}},
	"report": {roles: "admin compliance supervisor auditor system", requests: []string{
		"GET /v1/reports/span?principal={principal}", "GET /v1/reports/span?principal={principal}&form=csv", "GET /v1/reports/month?principal={principal}&form=html",
		"GET /v1/reports/day?group={principal}/energy/none", "GET /v1/reports/final?campaign={campaign}",
		"GET /v1/reports/final?campaign={principal}/none",
	}},
	"statistics": {roles: "admin compliance supervisor auditor system", requests: []string{"GET /v1/statistics"}},
	"traffic": {roles: "admin compliance supervisor auditor system", requests: []string{
		"GET /v1/traffic", "GET /v1/traffic?principal={principal}", "GET /v1/traffic?principal=nobody",
	}},
	"campaign-suggest": {roles: "admin compliance supervisor auditor system", requests: []string{
		"GET /v1/suggestions", "GET /v1/suggestions?trunk={trunk}", "GET /v1/suggestions?trunk=nowhere",
	}},
	"status": {roles: "admin compliance supervisor auditor system", requests: []string{"GET /v1/status"}},
	"token-add": {roles: "admin", requests: []string{
		"POST /v1/tokens\n" + `{"name":"{token}","role":"compliance","principal":"{principal}"}`,
		"POST /v1/tokens\n" + `{"name":"{token}","role":"supervisor","call_centre":"{call_centre}"}`,
	}},
	"tokens":       {roles: "admin auditor", requests: []string{"GET /v1/tokens"}},
	"token-revoke": {roles: "admin", requests: []string{"POST /v1/tokens/{token}/revoke\n{}"}},
	"access": {roles: "admin auditor", requests: []string{
		"GET /v1/access", "GET /v1/access?number=" + sharedNumber, "GET /v1/access?actor=token:{token}",
	}},
	"proposals": {roles: "admin compliance supervisor auditor", requests: []string{"GET /v1/proposals"}},
	"proposal":  {roles: "admin compliance supervisor auditor", reads: true, requests: []string{"GET /v1/proposals/{proposal}"}},
	"proposal-confirm": {roles: "admin compliance supervisor", requests: []string{
		"POST /v1/proposals/{proposal}/confirm\n" + `{"digest":"` + digest + `"}`,
	}},
	"proposal-withdraw": {roles: "admin compliance supervisor", requests: []string{"POST /v1/proposals/{proposal}/withdraw"}},
}

// values are what stands for the words in braces.
type values map[string]string

// fill writes a request with the values.
func (v values) fill(text string) (request, body string) {
	for word, value := range v {
		text = strings.ReplaceAll(text, "{"+word+"}", value)
	}
	request, body, _ = strings.Cut(text, "\n")
	return strings.ReplaceAll(request, "+39", "%2B39"), body
}

// blank takes out of an answer what was asked: it may repeat that.
func (v values) blank(asked, answer string) string {
	for word, value := range v {
		if word == "submission" {
			answer = strings.ReplaceAll(answer, "registry answer "+value, "registry answer {"+word+"}")
		}
		if word == "proposal" || word == "submission" || word == "version" { // a digit is everywhere
			answer = strings.ReplaceAll(answer, word+" "+value, word+" {"+word+"}")
		} else if strings.Contains(asked, "{"+word+"}") {
			answer = strings.ReplaceAll(answer, value, "{"+word+"}")
		}
	}
	return answer
}

// valuesOf are those of acme, of beta and of nobody.
func (h *tenants) valuesOf(whose string) values {
	v := map[string]values{
		"acme": {
			"principal": "acmeline", "account": "acme-rpo", "call_centre": "northdesk", "trunk": "dialer-north", "token": "arno",
			"number": acmeNumber, "attempt": h.attempts["acme-north"], "other_attempt": h.attempts["north-astray"],
			"call_id": "acme-north-call", "proposal": "1", "submission": h.submissions["acme-rpo"],
			"list": "acmelist", "version": h.versions["acmelist"][0], "digest": h.versions["acmelist"][1],
			"campaign": "acmeline/acmecamp", "provider": "acmedata", "complaint": "C1",
		},
		"beta": {
			"principal": "betaline", "account": "beta-rpo", "call_centre": "southdesk", "trunk": "dialer-south", "token": "berta",
			"number": betaNumber, "attempt": h.attempts["beta-own"], "other_attempt": h.attempts["south-astray"],
			"call_id": "beta-own-call", "proposal": "2", "submission": h.submissions["beta-rpo"],
			"list": "betalist", "version": h.versions["betalist"][0], "digest": h.versions["betalist"][1],
			"campaign": "betaline/betacamp", "provider": "betadata", "complaint": "C2",
		},
		"nobody": {
			"principal": "nobodyl", "account": "no-rpo", "call_centre": "nodesk", "trunk": "pbx-nowhere", "token": "nemo",
			"number": freeNumber, "attempt": "01890a5d-ac96-774b-bcce-b302099a8057", "other_attempt": "01890a5d-ac96-774b-bcce-b302099a8058",
			"call_id": "no-call", "proposal": "99", "submission": "999",
			"list": "nolist", "version": "999", "digest": digest, "campaign": "nobodyl/nocamp", "provider": "nodata", "complaint": "C99",
		},
	}[whose]
	v["yesterday"] = yesterday()
	return v
}
