package backup_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tregua/configs"
	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/desk"
	"tregua/policy/gate"
	"tregua/policy/ledger"
	"tregua/policy/rules"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// goldenData is the business of a golden store.
const goldenData = `
principals: [{name: acme}]
call_centres: [{name: callnow, country: IT, roc: 12345}]
mandates: [{principal: acme, call_centre: callnow, from: 2020-01-01, purposes: energy}]
caller_ids: [{number: "+39021111000x", call_centre: callnow, principal: acme, roc: true}]
accounts: [{name: rpo, principal: acme}]
lists: [{name: spring, principal: acme, origin: own_form}]
campaigns:
  - {name: energia, principal: acme, call_centre: callnow, account: rpo, purpose: energy, channel: operator, ground: directory, lists: [spring]}
`

// goldenCallees are those whom a golden store knows. The test judges a call to each.
var goldenCallees = []struct {
	who    string
	number policy.Number
}{
	{"clear at the registry", 393331234560},
	{"opposed at the registry", 393331234561},
	{"opposed, with a consent since", 393331234562},
	{"on the blacklist", 393331234563},
	{"on no list", 393331234564},
	{"not asked for at the registry", 393331234565},
}

// goldenBook opens the book of a store as the program does.
func goldenBook(t *testing.T, st store.Store, dir string, keys *seal.Keys) *book.Book {
	t.Helper()
	b, err := book.Open(book.Config{
		Store: st, Dir: dir, Keys: keys, Country: "IT", ValidFor: 15 * 24 * time.Hour,
		Profiles: []book.Profile{{Name: "it", Country: "IT"}},
		Trunks:   []book.Trunk{{Name: "dialer", CallCentre: "callnow", Otherwise: book.OtherwiseOnly}},
		Now:      func() time.Time { return noon },
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// trade enters the business, and a file of each kind that calls are judged by.
func (h *house) trade() {
	h.t.Helper()
	b := goldenBook(h.t, h.state, h.dir, h.keys)
	if _, err := b.Apply(h.t.Context(), "anna", []byte(goldenData), false); err != nil {
		h.t.Fatal(err)
	}
	load := func(kind book.Kind, scope string, answered time.Time, text string) {
		h.t.Helper()
		file := book.ImportRequest{Kind: kind, Scope: scope, AnsweredAt: answered, Actor: "anna", FileName: kind.String() + ".csv", Reader: strings.NewReader(text)}
		if _, err := b.Import(h.t.Context(), file); err != nil {
			h.t.Fatal(err)
		}
	}
	load(book.Registry, "rpo", noon.Add(-24*time.Hour),
		"number,answer\n+393331234560,clear\n+393331234561,opposed\n+393331234562,opposed\n+393331234563,clear\n+393331234564,clear\n")
	load(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at,evidence\n+393331234562,energy,operator,2026-11-22T09:00:00Z,form-7\n")
	load(book.Blacklist, "acme", time.Time{}, "number\n+393331234563\n")
	load(book.Lists, "acme/spring", time.Time{},
		"number,ground,batch\n+393331234560,directory,b-1\n+393331234561,directory,b-1\n+393331234562,consent,b-2\n+393331234563,directory,b-2\n+393331234565,directory,b-2\n")
	for _, l := range b.Current().Lists() {
		if _, err := b.ApproveList(book.Approval{First: "bruno", Second: "carla"}, l.Name, l.Pending.Part, l.Pending.Digest); err != nil {
			h.t.Fatal(err)
		}
	}
	if _, err := b.Synced(h.t.Context(), "anna", "acme"); err != nil {
		h.t.Fatal(err)
	}
}

// tellJudged judges a call to each of the callees, and tells what it rests on.
func tellJudged(t *testing.T, st store.Store, dir string, keys *seal.Keys) string {
	t.Helper()
	b := goldenBook(t, st, dir, keys)
	params, err := configs.Policy{Profile: "it", Home: true}.Params()
	if err != nil {
		t.Fatal(err)
	}
	judge, err := policy.New(rules.Table(), params)
	if err != nil {
		t.Fatal(err)
	}
	desks := desk.NewDesks(desk.Config{
		Count: 1, Queue: 8, Policy: judge, Rows: st, Keys: keys, Gate: gate.New(), Watched: func(string) bool { return false },
		Now:    func() time.Time { return noon },
		View:   func() desk.View { return b.Current() },
		Submit: func(ledger.Entry) bool { return true },
		Answer: func(desk.Answer) {},
	}, nil)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { desks.Run(ctx) })
	defer func() { stop(); running.Wait() }()
	var out strings.Builder
	for _, c := range goldenCallees {
		a := b.Current().Attempt(policy.Dialled{At: noon, Synced: true, Trunk: "dialer", User: c.number.String(), CallerID: "+390211110001"})
		f, d, err := desks.Look(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%s %s: %s %s; registry %s %s; consent %s %s; list %s row %d of part %d; blacklist %s\n",
			a.CampaignName, c.who, d.Verdict, d.Reason, f.Registry.Known, f.Registry.Answer,
			f.Consent.Known, f.Consent.Evidence, f.List.Known, f.List.Row, f.List.Part, f.Blacklist.Known)
	}
	return out.String()
}
