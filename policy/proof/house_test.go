package proof_test

import (
	"context"
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/proof"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/memory"
)

// noon is the time of the tests: a Sunday in November, CET.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// house is a ledger with its log.
type house struct {
	t        *testing.T
	keys     *seal.Keys
	slots    *seal.MemoryFile
	subjects *seal.Subjects
	signer   *proof.Key
	dir      string // of the log
	keyFile  string

	state     *memory.Store
	months    map[string]*memory.Store
	shelf     *ledger.Shelf
	committer *ledger.Committer
	mover     *ledger.Months
	reader    *ledger.Reader
	log       *proof.Log
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, slots: &seal.MemoryFile{}, dir: t.TempDir()}
	var err error
	if h.keys, err = seal.NewKeys(dice(1)); err != nil {
		t.Fatal(err)
	}
	keys := t.TempDir()
	h.keyFile = filepath.Join(keys, "log.key")
	if h.signer, err = proof.LoadKey(keys, "tregua.example/mi-edge-1", dice(2)); err != nil {
		t.Fatal(err)
	}
	h.build(memory.New())
	return h
}

func dice(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

// build begins a ledger in a state.
func (h *house) build(state *memory.Store) {
	h.t.Helper()
	h.state, h.months = state, map[string]*memory.Store{}
	h.shelf = ledger.NewShelf(func(month string) (store.Store, error) {
		if h.months[month] == nil {
			h.months[month] = memory.New()
		}
		return open{h.months[month]}, nil
	}, func() ([]string, error) { return slices.Collect(maps.Keys(h.months)), nil })
	var err error
	if h.subjects, err = seal.NewSubjects(h.slots, h.state, h.keys, 0); err != nil {
		h.t.Fatal(err)
	}
	h.committer, _, err = ledger.Recover(ledger.Config{
		Node: 7, Keys: h.keys, Subjects: h.subjects, Random: dice(3), Params: &policy.Params{},
	}, h.state, noon)
	if err != nil {
		h.t.Fatal(err)
	}
	h.mover = ledger.NewMonths(h.state, h.shelf, h.keys, nil)
	h.reader = ledger.NewReader(h.state, h.shelf, h.keys, h.subjects)
	h.log = proof.New(proof.Config{Dir: h.dir, Key: h.signer, Source: h.reader})
	h.log.Hurry()
}

// open stays open when the shelf closes it.
type open struct{ *memory.Store }

func (open) Close() error { return nil }

// write commits records and moves those of all but the last few into their months.
func (h *house) write(records ...policy.Record) {
	h.t.Helper()
	for chunk := range slices.Chunk(records, 100) {
		entries := make([]ledger.Entry, 0, len(chunk))
		for _, r := range chunk {
			entries = append(entries, ledger.Entry{Kind: ledger.Closed, Record: r})
		}
		h.commit(entries)
	}
	h.mover.Wake(h.committer.Next() - min(h.committer.Next(), 3))
	for {
		n, err := h.mover.Step()
		if err != nil {
			h.t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// commit commits entries, which must succeed.
func (h *house) commit(entries []ledger.Entry) {
	h.t.Helper()
	rows, receipts := h.committer.Turn(noon, entries)
	for _, r := range receipts {
		if r.Err != nil {
			h.t.Fatal(r.Err)
		}
	}
	if err := h.state.Commit(rows); err != nil {
		h.t.Fatal(err)
	}
	h.committer.Committed()
}

// again writes another history in the place of this one, as somebody can who holds
// the keys and the disk: the persons keep their subject keys, so that what is not
// changed comes out the same to the last bit. The log stays as it is.
func (h *house) again(list []policy.Record) {
	h.t.Helper()
	state := memory.New()
	var slots store.Batch
	for row, err := range h.state.Scan([]byte{0x32}, nil) {
		if err != nil {
			h.t.Fatal(err)
		}
		slots.Put = append(slots.Put, row)
	}
	if err := state.Commit(slots); err != nil {
		h.t.Fatal(err)
	}
	h.build(state)
	h.write(list...)
}

// run runs the log until it has all records.
func (h *house) run() {
	h.t.Helper()
	ctx, cancel := context.WithCancel(h.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.log.Run(ctx) }()
	cancel() // what there is is added at the end
	if err := <-ended; err != nil {
		h.t.Fatal(err)
	}
	if h.log.Size() != h.committer.Next() {
		h.t.Fatalf("%d leaves, %d records: %s", h.log.Size(), h.committer.Next(), h.log.Trouble())
	}
}

// head returns the present checkpoint.
func (h *house) head() proof.Head {
	h.t.Helper()
	head, err := h.log.Head(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return head
}

// audit returns the report of an audit.
func (h *house) audit(anchors ...proof.Anchor) proof.Report {
	h.t.Helper()
	r, err := h.log.Audit(h.t.Context(), h.reader, anchors)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h *house) verifier() note.Verifier { return h.signer.Verifier() }

func attemptID(n int) (id policy.AttemptID) {
	binary.BigEndian.PutUint64(id[:], uint64(noon.UnixMilli())<<16|0x7000)
	binary.BigEndian.PutUint64(id[8:], 1<<63|uint64(n))
	return id
}

// records returns n refused attempts: of November, and from the second half on of
// December.
func records(n int) []policy.Record {
	list := make([]policy.Record, n)
	for i := range list {
		at := noon.Add(time.Duration(i) * time.Second)
		if i >= n/2 {
			at = at.AddDate(0, 0, 14)
		}
		list[i] = policy.Record{
			Attempt: policy.Attempt{
				Dialled: policy.Dialled{ID: attemptID(i), At: at, Trunk: "dialer-1", User: "003933312345", CallerID: "390612345678", CallID: "c@x"},
				Reading: policy.Readable, Called: policy.Number(393331230000 + i%7), Country: "IT", Zone: "Europe/Rome",
				Campaign: 11, Group: 15,
			},
			Decision: policy.Decision{Rule: "blacklist", Reason: policy.BlacklistListed},
		}
	}
	return list
}
