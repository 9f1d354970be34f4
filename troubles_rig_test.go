package tregua_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tregua/configs"
	"tregua/media"
	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/desk"
	"tregua/policy/ledger"
	"tregua/policy/rules"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/memory"
	"tregua/proxy"
	"tregua/proxy/call"
	"tregua/proxy/wire"
)

// house is the parts of a node that a new call meets, from the shard to the store,
// with nothing on the wire. Until it is opened a test may spoil what it is made of.
type house struct {
	t      *testing.T
	now    time.Time // of everything but goroutines
	synced bool
	config book.Config
	*book.Book
	faulty faulty
	policy *policy.Policy
	writer *ledger.Writer
	desks  *desk.Desks
	queue  int // of desks and writer; 0: enough
	idle   bool
	ports  bool // for media
	others int  // calls in the other shards
	heard  media.Heard

	answers chan desk.Answer
	mu      sync.Mutex // protects rows
	rows    []ledger.Entry
	shard   *proxy.Shard
	out     proxy.Outputs
	records []proxy.Record
	mono    time.Duration
}

// The trunks of a house: one of a PBX for each mode, and that of the carrier.
const (
	enforcing = int(policy.Enforce)
	shadowing = int(policy.Shadow)
	bypassing = int(policy.Bypass)
	carrier   = 3
)

const (
	houseData = `principals: [{name: acme}, {name: beta}]
call_centres: [{name: callnow, country: IT, roc: 12345}]
mandates:
  - {principal: acme, call_centre: callnow, from: 2026-01-01, to: 2026-12-31, purposes: [goods]}
  - {principal: beta, call_centre: callnow, from: 2026-01-01, to: 2026-12-31, purposes: [goods]}
caller_ids:
  - {number: "0212345678", call_centre: callnow, roc: true, tested: 2026-11-20, answered: true}
accounts: [{name: acme-rpo, principal: acme}, {name: beta-rpo, principal: beta}]
campaigns:
  - {name: one, principal: acme, call_centre: callnow, account: acme-rpo, purpose: goods, channel: operator, ground: directory, off_list: allow}
  - {name: two, principal: beta, call_centre: callnow, account: beta-rpo, purpose: goods, channel: operator, ground: directory, off_list: allow}
`
	// What the dialer dials: one person for acme, one for beta, nobody.
	forAcme, forBeta, forNobody = "7100393331234567", "7200393331234567", "7900393331234567"
)

// newHouse is a house on a Monday at noon in Rome, in which the persons may be
// called.
func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{
		t: t, now: time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC), synced: true, ports: true,
		heard: media.Heard{State: media.Operator}, answers: make(chan desk.Answer, 1), mono: time.Second,
	}
	var err error
	h.policy, err = housePolicy()
	h.must(err)
	params := h.policy.Params("")
	keys, err := seal.NewKeys(rand.NewChaCha8([32]byte{1}))
	h.must(err)
	h.faulty.Store = memory.New()
	h.config = book.Config{
		Store: h.faulty.Store, Dir: t.TempDir(), Keys: keys, ValidFor: params.Registry.ValidFor.Value,
		Profiles: []book.Profile{{Name: params.Name, Country: params.Country}},
		Now:      func() time.Time { return h.now },
	}
	for trunk := range carrier {
		mode := policy.Mode(trunk)
		h.config.Trunks = append(h.config.Trunks, book.Trunk{
			Name: mode.String(), CallCentre: "callnow", Mode: mode, Otherwise: book.OtherwiseOnly,
			Prefixes: map[string]string{"71": "acme/one", "72": "beta/two", "79": "acme/none"},
		})
	}
	h.reopen()
	_, err = h.Apply(t.Context(), "anna", []byte(houseData), false)
	h.must(err)
	for _, p := range []string{"acme", "beta"} {
		h.sync(p)
		h.load(book.Registry, p+"-rpo", h.now.AddDate(0, 0, -1), "number,answer\n+393331234567,clear\n")
	}
	return h
}

var housePolicy = sync.OnceValues(func() (*policy.Policy, error) {
	params, err := configs.Policy{Profile: "it", Overlays: []string{"it-code"}}.Params()
	if err != nil {
		return nil, err
	}
	return policy.New(rules.Table(), params)
})

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// reopen reads the book anew.
func (h *house) reopen() {
	h.t.Helper()
	var err error
	h.Book, err = book.Open(h.config)
	h.must(err)
}

func (h *house) load(k book.Kind, scope string, answered time.Time, csv string) {
	h.t.Helper()
	_, err := h.Import(h.t.Context(), book.ImportRequest{
		Kind: k, Scope: scope, AnsweredAt: answered, Actor: "anna", FileName: "file.csv", Reader: strings.NewReader(csv),
	})
	h.must(err)
}

func (h *house) sync(principal string) {
	h.t.Helper()
	_, err := h.Synced(h.t.Context(), "anna", principal)
	h.must(err)
}

// open starts the parts; they end with the test.
func (h *house) open() {
	h.t.Helper()
	keys := h.config.Keys.(*seal.Keys)
	subjects, err := seal.NewSubjects(&seal.MemoryFile{}, h.faulty.Store, keys, 0)
	h.must(err)
	committer, _, err := ledger.Recover(ledger.Config{
		Node: 1, Keys: keys, Subjects: subjects, Random: rand.NewChaCha8([32]byte{2}), Params: h.policy.Params(""),
	}, h.faulty.Store, h.now)
	h.must(err)
	h.writer = ledger.NewWriter(ledger.WriterConfig{
		Queue: h.queue, Posted: func(r []ledger.Receipt) { h.desks.Posted(r) },
	}, committer, &h.faulty)
	queue := h.queue
	if queue == 0 {
		queue = 16
	}
	h.desks = desk.NewDesks(desk.Config{
		Count: 1, Queue: queue, Policy: h.policy, Keys: keys, Rows: &h.faulty, Now: func() time.Time { return h.now },
		View: func() desk.View { return h.Current() }, Submit: h.submit, Answer: func(a desk.Answer) { h.answers <- a },
	}, nil)
	if h.idle {
		return
	}
	desks, endDesks := context.WithCancel(context.Background())
	writer, endWriter := context.WithCancel(context.Background())
	var judging, writing sync.WaitGroup
	write := func() { writing.Go(func() { _ = h.writer.Run(writer) }) } // what a spoilt store loses is not asked here
	judging.Go(func() { h.desks.Run(desks) })
	if h.queue == 0 {
		write()
	}
	h.t.Cleanup(func() {
		if h.queue > 0 { // a full ledger gets room, or the desks would wait for it
			write()
		}
		endDesks()
		judging.Wait()
		endWriter()
		writing.Wait()
	})
}

func (h *house) submit(e ledger.Entry) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.rows = append(h.rows, e)
	return h.writer.Submit(e)
}

// Attempt is what the book makes of a call.
func (h *house) Attempt(d policy.Dialled) policy.Attempt { return h.Current().Attempt(d) }

// Elsewhere is how many calls of a trunk the other shards hold.
func (h *house) Elsewhere(int) int { return h.others }

// Heard is the word of the media.
func (h *house) Heard(media.AnchorID) media.Heard { return h.heard }

// turn gives the shard an input and returns what it sent.
func (h *house) turn(in proxy.Input) (sent []*wire.Message) {
	h.t.Helper()
	h.mono += time.Millisecond
	h.shard.Turn(proxy.Now{Mono: h.mono, Wall: h.now, Synced: h.synced}, h, []proxy.Input{in}, &h.out)
	h.records = append(h.records, h.out.Records...)
	for _, s := range h.out.Sends {
		m, err := wire.Read(s.Data)
		h.must(err)
		sent = append(sent, m)
	}
	return sent
}

var (
	houseAddr   = netip.MustParseAddr("192.0.2.254")
	dialerAddr  = netip.MustParseAddrPort("192.0.2.1:5060")
	carrierAddr = netip.MustParseAddrPort("198.51.100.1:5060")
)

// message reads what comes from a trunk.
func (h *house) message(trunk int, text string) proxy.Message {
	h.t.Helper()
	m, err := wire.Read([]byte(strings.ReplaceAll(text, "\n", "\r\n") + "Content-Length: 0\r\n\r\n"))
	if err != nil {
		h.t.Fatal(err)
	}
	hop := wire.Hop{Remote: dialerAddr}
	if trunk == carrier {
		hop.Remote = carrierAddr
	}
	return proxy.Message{Hop: hop, At: h.mono, Trunk: trunk, Msg: m}
}

func invite(trunk int, user string) string {
	return fmt.Sprintf("INVITE sip:%[2]s@carrier SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK%[1]d\nMax-Forwards: 70\n"+
		"From: <sip:0212345678@pbx>;tag=f\nTo: <sip:%[2]s@carrier>\nCall-ID: call-%[1]d\nCSeq: 1 INVITE\nContact: <sip:cc@192.0.2.1:5060>\n", trunk, user)
}

// fate is what becomes of a call.
type fate struct {
	goes    bool
	refused string          // what the dialer is told
	marks   []policy.Reason // what the decision and the record say in shadow, or of a call that goes
}

// words say it, with whether it goes marked with a reason.
func (f fate) words(r policy.Reason) string {
	switch {
	case !f.goes:
		return "refused, " + f.refused
	case slices.Contains(f.marks, r):
		return "goes, marked"
	}
	return "goes"
}

// place dials.
func (h *house) place(trunk int, user string) (f fate) {
	h.t.Helper()
	cfg := &proxy.Config{
		Faces: []call.Face{{Host: houseAddr.String(), Port: 5060}}, Media: []netip.Addr{houseAddr},
		Times: call.DefaultTimes(), Secret: []byte("0123456789abcdef0123456789abcdef"), Silent: h.policy.Params("").Silent,
	}
	for from := range carrier {
		cfg.Trunks = append(cfg.Trunks, proxy.Trunk{
			Name: policy.Mode(from).String(), PBX: true, Reach: dialerAddr, Calls: 1,
			Watch: call.Watch{Mode: policy.WatchEnforce, CutAfter: 2900 * time.Millisecond},
		})
		cfg.Routes = append(cfg.Routes, proxy.Route{From: from, To: carrier})
	}
	cfg.Trunks = append(cfg.Trunks, proxy.Trunk{Name: "carrier", Reach: carrierAddr, Country: "IT"})
	h.shard = proxy.NewShard(cfg, 0, rand.New(rand.NewPCG(1, 2)))
	sent := h.turn(h.message(trunk, invite(trunk, user)))
	if len(h.out.Asks) > 0 {
		ask := h.out.Asks[0]
		if !ask.Attempt.Synced {
			f.marks = append(f.marks, policy.ClockUnsynced) // the record has it
		}
		got, now := h.desks.Ask(ask.Attempt, ask.Return)
		if !now {
			got = <-h.answers
		}
		f.marks = append(f.marks, marks(got.Decision.Trail)...)
		j := proxy.Judged{Call: ask.Return.Call, Decision: got.Decision, Of: got.Of, Open: got.Open}
		if h.ports {
			j.Anchor = media.Anchor{ID: 1, Addr: [2]netip.AddrPort{netip.AddrPortFrom(houseAddr, 20000), netip.AddrPortFrom(houseAddr, 20002)}}
		}
		sent = append(sent, h.turn(j)...)
	}
	h.mu.Lock()
	for _, e := range h.rows {
		f.marks = append(f.marks, marks(e.Record.Decision.Trail)...)
	}
	h.mu.Unlock()
	for _, m := range sent {
		switch {
		case m.IsRequest():
			f.goes = true
			f.marks = append(f.marks, h.talk(trunk, m)...)
		case m.Status >= 300:
			for reason := range m.Named("X-Tregua-Reason") {
				f.refused = reason
			}
		}
	}
	return f
}

// marks are the refusals of a trail that decided nothing.
func marks(trail []policy.Finding) (reasons []policy.Reason) {
	for _, found := range trail {
		if found.Shadow {
			reasons = append(reasons, found.Reason)
		}
	}
	return reasons
}

// talk answers a call that went out, lets the dialer hang up after five seconds,
// and returns the reason of its record.
func (h *house) talk(trunk int, invite *wire.Message) []policy.Reason {
	h.t.Helper()
	sent := h.turn(h.message(carrier, answer(invite, ";tag=x")))
	ok := sent[slices.IndexFunc(sent, func(m *wire.Message) bool { return m.Status == 200 })]
	h.turn(h.message(trunk, within(ok, "ACK", 1)))
	h.mono += 5 * time.Second // the time of the law is over
	h.turn(proxy.Drain{})
	for _, m := range h.turn(h.message(trunk, within(ok, "BYE", 2))) {
		if m.IsRequest() {
			h.turn(h.message(carrier, answer(m, "")))
		}
	}
	if len(h.records) != 1 {
		h.t.Fatalf("%d records", len(h.records))
	}
	return []policy.Reason{h.records[0].Ending.Reason}
}

// answer is a 200 of the carrier; the To of an INVITE gets a tag by it.
func answer(m *wire.Message, tag string) string {
	return fmt.Sprintf("SIP/2.0 200 OK\n%s\n%s\n%s%s\nCall-ID: %s\n%s\nContact: <sip:b@198.51.100.1:5060>\n",
		strings.Join(m.RawLines(wire.HVia), "\n"), m.RawLines(wire.HFrom)[0], m.RawLines(wire.HTo)[0], tag, m.CallID, m.RawLines(wire.HCSeq)[0])
}

// within is a request of the dialer in the dialog that a 200 has made.
func within(ok *wire.Message, method string, cseq int) string {
	return fmt.Sprintf("%[1]s %[2]s SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK%[1]s\nMax-Forwards: 70\n%[3]s\n%[4]s\nCall-ID: %[5]s\nCSeq: %[6]d %[1]s\n",
		method, ok.Contact.URI, ok.RawLines(wire.HFrom)[0], ok.RawLines(wire.HTo)[0], ok.CallID, cseq)
}

// faulty is a store that fails when it is told to.
type faulty struct {
	store.Store
	reads, writes atomic.Bool // fail
}

var errFaulty = errors.New("the disk is on fire")

// Get reads a row.
func (s *faulty) Get(key []byte) ([]byte, bool, error) {
	if s.reads.Load() {
		return nil, false, errFaulty
	}
	return s.Store.Get(key)
}

// Commit applies a batch.
func (s *faulty) Commit(b store.Batch) error {
	if s.writes.Load() {
		return errFaulty
	}
	return s.Store.Commit(b)
}
