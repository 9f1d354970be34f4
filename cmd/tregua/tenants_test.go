package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"tregua/configs"
	"tregua/policy"
	"tregua/policy/access"
)

// The business of two tenants that share a call centre: southdesk calls for
// both, northdesk for acmeline only.
const (
	twoTenants = `
node: {data: data, keys: keys}
listen: [{name: all, bind: "udp:127.0.0.1:5060"}]
trunks:
  - name: dialer-north
    side: pbx
    peers: [127.0.0.1]
    call_centre: northdesk
    numbers: {country: IT, prefixes: {"71": acmeline/acmecamp}}
    campaign: [{by: prefix}, {otherwise: refuse}]
    mode: enforce
    silent_call: {mode: off} # so that no attempt waits at the gate
  - name: dialer-south
    side: pbx
    peers: [127.0.0.3]
    call_centre: southdesk
    numbers: {country: IT, prefixes: {"72": betaline/betacamp, "73": acmeline/acmesouth}}
    campaign: [{by: prefix}, {otherwise: refuse}]
    mode: enforce
    silent_call: {mode: off} # so that no attempt waits at the gate
  - {name: telco-a, side: carrier, peers: ["sip:127.0.0.2:5064"]}
routes: [{from: dialer-north, to: [telco-a]}, {from: dialer-south, to: [telco-a]}]
store: {sync: "off"}
`
	tenantData = `
principals: [{name: acmeline}, {name: betaline}]
call_centres: [{name: northdesk, country: IT, roc: 12345}, {name: southdesk, country: IT, roc: 12346}]
mandates:
  - {principal: acmeline, call_centre: northdesk, from: 2020-01-01, purposes: energy}
  - {principal: acmeline, call_centre: southdesk, from: 2020-01-01, purposes: energy}
  - {principal: betaline, call_centre: southdesk, from: 2020-01-01, purposes: energy}
caller_ids:
  - {number: "+39021111000x", call_centre: northdesk, principal: acmeline, roc: true}
  - {number: "+39021111001x", call_centre: southdesk, principal: acmeline, roc: true}
  - {number: "+39021111002x", call_centre: southdesk, principal: betaline, roc: true}
accounts: [{name: acme-rpo, principal: acmeline}, {name: beta-rpo, principal: betaline}]
providers: [{name: acmedata}, {name: betadata}, {name: shareddata}]
lists:
  - {name: acmelist, principal: acmeline, origin: provider, provider: acmedata}
  - {name: acmebought, principal: acmeline, origin: provider, provider: shareddata}
  - {name: betalist, principal: betaline, origin: provider, provider: betadata}
  - {name: betabought, principal: betaline, origin: provider, provider: shareddata}
campaigns:
  - {name: acmecamp, principal: acmeline, call_centre: northdesk, account: acme-rpo, purpose: energy, channel: operator, ground: directory, off_list: allow}
  - {name: acmesouth, principal: acmeline, call_centre: southdesk, account: acme-rpo, purpose: energy, channel: operator, ground: directory, off_list: allow}
  - {name: betacamp, principal: betaline, call_centre: southdesk, account: beta-rpo, purpose: energy, channel: operator, ground: directory, off_list: allow}
`
)

// Numbers: one that both tenants call, one of each, and one of nobody.
const (
	sharedNumber = "+393331110000"
	acmeNumber   = "+393331110001"
	betaNumber   = "+393331110002"
	freeNumber   = "+393331110003"

	acmeBought, betaBought = "+393331110011", "+393331110012" // of a provider that both have
)

// callerIDs are what each call shows.
var callerIDs = map[string]string{
	"acme-north": "+390211110001", "acme-shared": "+390211110002", "north-astray": "+390211110003",
	"acme-south": "+390211110011", "acme-barred": "+390211110012",
	"beta-own": "+390211110021", "beta-silent": "+390211110022", "south-astray": "+390211110023",
}

// tenants is a daemon with the business of two tenants in it.
type tenants struct {
	*node
	t        *testing.T
	secrets  map[string]string // of tokens, by name
	attempts map[string]string // ids, by what they are

	submissions map[string]string    // ids, by account
	versions    map[string][2]string // of lists: import and digest
}

// openTenants builds the daemon, lets it do a day's work, and builds it again
// on the same store, so that everything has been written. Its desks run, and nothing
// is written that they say.
func openTenants(t *testing.T) *tenants { return openTenantsThat(t, false) }

// openWriting is openTenants with a ledger that writes.
func openWriting(t *testing.T) *tenants { return openTenantsThat(t, true) }

func openTenantsThat(t *testing.T, write bool) *tenants {
	t.Helper()
	c := parse(t, twoTenants)
	c.Admin.Socket = filepath.Join(t.TempDir(), "admin.sock")
	h := &tenants{t: t, secrets: map[string]string{}, attempts: map[string]string{}, submissions: map[string]string{}, versions: map[string][2]string{}}
	h.during(c, h.work)
	t.Cleanup(h.begin(c, write))
	return h
}

func (h *tenants) build(c *configs.Config) *node {
	h.t.Helper()
	// Its sockets for SIP are closed by what runs them, and nothing does.
	c.Listen[0].Bind = netip.AddrPortFrom(c.Listen[0].Bind.Addr(), uint16(freeUDP(h.t)))
	h.node = newNode(c, slog.New(slog.DiscardHandler))
	if err := h.node.build(); err != nil {
		h.t.Fatal(err)
	}
	return h.node
}

// during lets desks and ledger work while f does, and closes the daemon.
func (h *tenants) during(c *configs.Config, f func()) {
	h.t.Helper()
	end := h.begin(c, true)
	f()
	end()
}

// begin lets desks, and a ledger that is to write, work until end, which closes the
// daemon.
func (h *tenants) begin(c *configs.Config, write bool) (end func()) {
	h.t.Helper()
	n := h.build(c)
	desks, stopDesks := context.WithCancel(context.Background())
	ledger, stopLedger := context.WithCancel(context.Background())
	var deskEnd, ledgerEnd sync.WaitGroup
	deskEnd.Go(func() { n.desks.Run(desks) })
	ledgerEnd.Go(func() {
		if !write {
			return
		}
		if err := n.writer.Run(ledger); err != nil {
			h.t.Error(err)
		}
	})
	return func() {
		stopDesks() // what was put to them is handled first
		deskEnd.Wait()
		stopLedger()
		ledgerEnd.Wait()
		if err := n.close(); err != nil {
			h.t.Error(err)
		}
	}
}

// work enters the business and makes the calls.
func (h *tenants) work() {
	h.t.Helper()
	_, ada, err := h.access.AddToken(everything, access.Token{Name: "ada", Role: access.Admin})
	if err != nil {
		h.t.Fatal(err)
	}
	h.secrets["ada"] = ada
	h.must("ada", "POST /v1/apply?because=apply-why", tenantData)
	for _, tk := range []string{
		`{"name":"anna","role":"compliance","principal":"acmeline"}`,
		`{"name":"arno","role":"compliance","principal":"acmeline"}`,
		`{"name":"berta","role":"compliance","principal":"betaline"}`,
		`{"name":"nora","role":"supervisor","call_centre":"northdesk"}`,
		`{"name":"sara","role":"supervisor","call_centre":"southdesk"}`,
		`{"name":"otto","role":"auditor"}`,
		`{"name":"dpo-beta","role":"auditor","principal":"betaline"}`,
		`{"name":"crm","role":"system","call_centre":"northdesk","operations":["attempt","attempts","blacklist-add","blacklist-feed","blacklist-synced","board","campaign-operators","campaign-suggest","contracts-check","counters","disposition","disposition-import","export","gates","import","list","list-attach","lists","log-checkpoint","log-key","log-tile","lookup","modes","person","prove","provider-samples","providers","reconcile","registry-answer","registry-due","registry-file","registry-status","registry-submit","replay","report","say","shadow","silent","standing","statistics","status","traffic"]}`,
	} {
		var made struct{ Name, Token string }
		h.read(h.must("ada", "POST /v1/tokens", tk), &made)
		h.secrets[made.Name] = made.Token
	}
	for _, of := range []struct{ who, principal, account, tag, number string }{
		{"anna", "acmeline", "acme-rpo", "acme", acmeNumber}, {"berta", "betaline", "beta-rpo", "beta", betaNumber},
	} {
		answers := "number,answer\n" + of.number + ",clear\n" + sharedNumber + ",clear\n"
		h.must(of.who, "POST /v1/imports/registry?file="+of.tag+".csv&account="+of.account+"&answered_at="+yesterday(), answers)
		h.must(of.who, "POST /v1/imports/consents?file="+of.tag+".csv&principal="+of.principal,
			"number,purpose,channels,given_at,evidence\n"+sharedNumber+",energy,operator,2026-01-02,"+of.tag+"-form\n")
		var opened struct{ ID int }
		h.read(h.must(of.who, "POST /v1/accounts/"+of.account+"/submissions?within_hours=350", ""), &opened)
		h.submissions[of.account] = strconv.Itoa(opened.ID)
		h.must(of.who, "POST /v1/imports/blacklist?file="+of.tag+".csv&principal="+of.principal, "number\n+393331119999\n")
	}
	h.must("anna", "PUT /v1/trunks/dialer-north/mode", `{"mode":"enforce","why":"acme-why"}`)
	h.must("ada", "PUT /v1/trunks/dialer-south/mode", `{"mode":"enforce","why":"south-why"}`)
	h.must("ada", "PUT /v1/rules/hours/mode", `{"percent":100,"why":"all-why"}`)
	h.call("acme-north", "dialer-north", "71"+acmeNumber[3:], policy.RatioB)
	h.call("acme-shared", "dialer-north", "71"+sharedNumber[3:], policy.RatioB)
	h.call("acme-south", "dialer-south", "73"+sharedNumber[3:], policy.RatioB)
	h.call("beta-own", "dialer-south", "72"+betaNumber[3:], policy.RatioB)
	h.call("beta-silent", "dialer-south", "72"+sharedNumber[3:], policy.RatioA) // bars southdesk and betaline
	h.call("acme-barred", "dialer-south", "73"+sharedNumber[3:], policy.RatioNone)
	h.call("north-astray", "dialer-north", "99"+sharedNumber[3:], policy.RatioNone)
	h.call("south-astray", "dialer-south", "99"+sharedNumber[3:], policy.RatioNone)
	for _, of := range []struct{ who, principal, tag string }{{"anna", "acmeline", "acme"}, {"berta", "betaline", "beta"}} {
		number := `{"number":"` + sharedNumber + `",`
		h.must(of.who, "POST /v1/principals/"+of.principal+"/blacklist", number+`"reason":"`+of.tag+`-said"}`)
		h.must(of.who, "POST /v1/principals/"+of.principal+"/blacklist/removals", number+`"evidence":"`+of.tag+`-said"}`)
		h.must(of.who, "POST /v1/principals/"+of.principal+"/changes", number+`"change":"request","evidence":"`+of.tag+`-wish","valid":"48h"}`)
		h.must(of.who, "POST /v1/principals/"+of.principal+"/changes", number+`"change":"hold","evidence":"`+of.tag+`-hold"}`)
	}
	h.workLists()
	for _, of := range []struct{ who, principal, tag, number string }{{"anna", "acmeline", "acme", acmeNumber}, {"berta", "betaline", "beta", betaNumber}} {
		h.must(of.who, "POST /v1/complaints", fmt.Sprintf(`{"number":%q,"principal":%q,"channel":"agcom","reference":"%s-complaint"}`, of.number, of.principal, of.tag))
	}
}

// workLists fills the lists of both, of which one rests on a provider that they
// share. Each has a version that waits, and a proposal to put it in force.
func (h *tenants) workLists() {
	h.t.Helper()
	for _, of := range []struct{ who, principal, tag, number, bought string }{
		{"anna", "acmeline", "acme", acmeNumber, acmeBought}, {"berta", "betaline", "beta", betaNumber, betaBought},
	} {
		path := "POST /v1/imports/list?principal=" + of.principal + "&list=" + of.tag
		h.must(of.who, path+"bought&file="+of.tag+"-bought.csv", "number\n"+of.bought+"\n")
		var made struct {
			Import int
			Digest string
		}
		h.read(h.must(of.who, path+"list&file="+of.tag+"-list.csv", "number,batch\n"+of.number+","+of.tag+"-batch\n"), &made)
		h.versions[of.tag+"list"] = [2]string{strconv.Itoa(made.Import), made.Digest}
		h.must(of.who, "POST /v1/lists/"+of.principal+"/"+of.tag+"list/approve", fmt.Sprintf(`{"version":%d,"digest":%q}`, made.Import, made.Digest))
		h.must(of.who, "POST /v1/providers/shareddata/sample", `{"count":5,"seed":7}`)
	}
	if _, err := h.book.SampleProvider("0:root", "shareddata", "", 5, 7); err != nil {
		h.t.Fatal(err)
	}
	h.must("ada", "POST /v1/providers/shareddata/suspend", `{"because":"shared-why"}`)
}

func yesterday() string { return time.Now().Add(-24 * time.Hour).UTC().Format(time.RFC3339) }

// call makes an attempt, and lets it end in a class if it was allowed.
func (h *tenants) call(what, trunk, user string, class policy.Ratio) {
	h.t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		h.t.Fatal(err)
	}
	h.attempts[what] = id.String()
	a := h.book.Current().Attempt(policy.Dialled{
		ID: policy.AttemptID(id), At: time.Now(), Synced: true, Trunk: trunk, User: user, CallID: what + "-call",
		CallerID: callerIDs[what], FromTag: what + "-tag",
	})
	h.desks.Ask(a, policy.Return{})
	if class == policy.RatioNone {
		return // it is refused
	}
	e := policy.Ending{
		Outcome: policy.OutcomeConnected, Ratio: class, Forwarded: true, Watch: policy.WatchEnforce,
		ForwardedAt: a.At, AnsweredAt: a.At, EndedAt: a.At.Add(time.Second), EndedBy: policy.Tregua,
	}
	if class == policy.RatioA {
		e.Outcome, e.Reason, e.Due = policy.OutcomeSilent, policy.SilentCut, true
	}
	if !h.desks.Close(&a, e) {
		h.t.Fatalf("%s was not closed", what)
	}
}

// ask sends "METHOD path" with a body, by a token's name; "" has none.
func (h *tenants) ask(who, request, body string) *httptest.ResponseRecorder {
	method, path, _ := strings.Cut(request, " ")
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if who != "" {
		r.Header.Set("Authorization", "Bearer "+h.secrets[who])
	}
	rec := httptest.NewRecorder()
	h.console.ServeHTTP(rec, r)
	return rec
}

// must is ask and wants a 2xx.
func (h *tenants) must(who, request, body string) string {
	h.t.Helper()
	rec := h.ask(who, request, body)
	if rec.Code/100 != 2 {
		h.t.Fatalf("%s by %q: %d %s", request, who, rec.Code, rec.Body)
	}
	return rec.Body.String()
}

func (h *tenants) read(text string, into any) {
	h.t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		h.t.Fatalf("%v: %s", err, text)
	}
}
