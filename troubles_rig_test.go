package tregua_test

import (
	"context"
	"errors"
	"math/rand/v2"
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
