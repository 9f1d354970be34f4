package ledger_test

import (
	"encoding/binary"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/memory"
)

// noon is the time of the tests: a Sunday in November, CET.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var errStore = errors.New("the disk is on fire")

// house is a node that can be killed: what is in its fields before "process"
// survives.
type house struct {
	t      *testing.T
	random *dice
	keys   *seal.Keys
	slots  *seal.MemoryFile
	state  *memory.Store
	months map[string]*memory.Store

	mu      sync.Mutex  // protects the fields below; held for a whole commit
	fail    func() fate // asked at each commit to any store; nil: all goes well
	dead    bool        // the process is
	commits int
	largest int // rows of the largest batch
	pressed int // how often a month was compacted

	adopt func(ledger.Left) bool // nil: nobody takes a call

	// The process.
	subjects  *seal.Subjects
	committer *ledger.Committer
	shelf     *ledger.Shelf
	mover     *ledger.Months
	reader    *ledger.Reader
}

// fate is what becomes of a commit.
type fate uint8

const (
	done     fate = iota
	refused       // an error, not applied
	obscure       // an error, yet applied
	killed        // not applied, and the process ends
	finished      // applied, and the process ends
)

func newHouse(t *testing.T, seed uint64) *house {
	t.Helper()
	var s [32]byte
	binary.LittleEndian.PutUint64(s[:], seed)
	h := &house{
		t: t, random: &dice{source: rand.NewChaCha8(s)}, slots: &seal.MemoryFile{},
		state: memory.New(), months: map[string]*memory.Store{},
	}
	var err error
	if h.keys, err = seal.NewKeys(h.random); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) config() ledger.Config {
	return ledger.Config{Node: 7, Keys: h.keys, Subjects: h.subjects, Random: h.random, Params: figures, Adopt: h.adopt}
}

// tryStart starts the process; false when it was killed meanwhile.
func (h *house) tryStart(now time.Time) bool {
	h.t.Helper()
	h.mu.Lock()
	h.dead = false
	h.mu.Unlock()
	st := flaky{h.state, h}
	var err error
	if h.subjects, err = seal.NewSubjects(h.slots, st, h.keys, 0); err != nil {
		h.t.Fatal(err)
	}
	h.shelf = ledger.NewShelf(h.open, func() ([]string, error) { return slices.Collect(maps.Keys(h.months)), nil })
	h.mover = ledger.NewMonths(st, h.shelf, h.keys, nil)
	h.reader = ledger.NewReader(st, h.shelf, h.keys, h.subjects)
	h.committer, _, err = ledger.Recover(h.config(), st, now)
	if h.killed() {
		return false
	}
	if err != nil {
		h.t.Fatal(err)
	}
	h.mover.Wake(h.committer.Next())
	return true
}

func (h *house) start(now time.Time) {
	h.t.Helper()
	for !h.tryStart(now) {
		h.kill()
	}
}

func (h *house) open(month string) (store.Store, error) {
	if h.months[month] == nil {
		h.months[month] = memory.New()
	}
	return kept{flaky{h.months[month], h}}, nil
}

// kept stays open in memory when its book is put back on the shelf.
type kept struct{ flaky }

func (kept) Close() error { return nil }

// meet sets the fate of the commits to come; nil: all goes well.
func (h *house) meet(fail func() fate) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fail = fail
}

// killed reports whether a commit killed the process.
func (h *house) killed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.dead
}

// kill ends the process as SIGKILL does.
func (h *house) kill() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.dead = true
	h.state = h.state.Crash()
	for name, st := range h.months {
		h.months[name] = st.Crash()
	}
}

// turn commits entries, which must succeed.
func (h *house) turn(now time.Time, in ...ledger.Entry) []ledger.Receipt {
	h.t.Helper()
	rows, receipts := h.committer.Turn(now, in)
	if err := h.state.Commit(rows); err != nil {
		h.t.Fatal(err)
	}
	h.committer.Committed()
	h.mover.Wake(h.committer.Next())
	for _, r := range receipts {
		if r.Err != nil {
			h.t.Fatalf("%v of %v: %v", r.Kind, r.ID, r.Err)
		}
	}
	return receipts
}

// move lets the month writer work until nothing is left.
func (h *house) move() {
	h.t.Helper()
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

// verify checks the whole ledger and returns the report.
func (h *house) verify() ledger.Report {
	h.t.Helper()
	rep, err := h.reader.Verify()
	if err != nil {
		h.t.Fatal(err)
	}
	for _, f := range rep.Faults {
		h.t.Errorf("verify: %v", f)
	}
	return rep
}

// flaky is a store whose commits meet the fate that the house has for them.
type flaky struct {
	*memory.Store
	h *house
}

func (f flaky) Commit(b store.Batch) error {
	f.h.mu.Lock()
	defer f.h.mu.Unlock()
	f.h.commits++
	f.h.largest = max(f.h.largest, len(b.Put)+len(b.Delete))
	return f.meet(func() error { return f.Store.Commit(b) })
}

// Compact meets the fate of a commit.
func (f flaky) Compact() error {
	f.h.mu.Lock()
	defer f.h.mu.Unlock()
	return f.meet(func() error { f.h.pressed++; return nil })
}

// meet lets do meet the fate that the house has for it. The house is locked.
func (f flaky) meet(do func() error) error {
	if f.h.dead {
		return errStore
	}
	what := done
	if f.h.fail != nil {
		what = f.h.fail()
	}
	if what == done || what == obscure || what == finished {
		if err := do(); err != nil {
			return err
		}
	}
	f.h.dead = what == killed || what == finished
	if what == done {
		return nil
	}
	return errStore
}
