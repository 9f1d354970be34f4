package ledger_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tregua/policy"
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
	return ledger.Config{Node: 7, Keys: h.keys, Subjects: h.subjects, Random: h.random}
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
	if f.h.dead {
		return errStore
	}
	f.h.commits++
	f.h.largest = max(f.h.largest, len(b.Put)+len(b.Delete))
	what := done
	if f.h.fail != nil {
		what = f.h.fail()
	}
	if what == done || what == obscure || what == finished {
		if err := f.Store.Commit(b); err != nil {
			return err
		}
	}
	f.h.dead = what == killed || what == finished
	if what == done {
		return nil
	}
	return errStore
}

// attemptID returns the nth attempt id, in order of time.
func attemptID(n int) (id policy.AttemptID) {
	binary.BigEndian.PutUint64(id[:], uint64(n)+1)
	id[15] = 0x77
	return id
}

// record returns an allowed attempt to a number.
func record(n int, called policy.Number, at time.Time) policy.Record {
	digits := strings.TrimPrefix(called.String(), "+")
	return policy.Record{
		Attempt: policy.Attempt{
			Dialled: policy.Dialled{
				ID: attemptID(n), At: at, Synced: true, Trunk: "dialer-1",
				User: "00" + digits, CallerID: "390612345678", CallID: fmt.Sprintf("call-%d@10.0.0.20", n), FromTag: "as5f", Pledged: true,
			},
			Reading: policy.Readable, Called: called, Country: "IT", Zone: "Europe/Rome",
			Mapping: policy.Mapped, Campaign: 11, Principal: 12, CallCentre: 13, Account: 14, Group: 15,
			Purpose: "marketing", Channel: policy.ChannelOperator, Ground: policy.GroundDirectory,
			DialMode: policy.Progressive, CampaignName: "acme/energia", Profile: "it",
		},
		Facts: policy.Facts{
			Generation: 3,
			Blacklist:  policy.BlacklistFact{Known: policy.Absent},
			Registry: policy.RegistryFact{
				Known: policy.Present, Answer: policy.Clear,
				AnsweredAt: at.Add(-24 * time.Hour), OpposedSince: at.Add(-48 * time.Hour), Submission: 5,
			},
			Consent: policy.ConsentFact{
				Known: policy.Present, GivenAt: at.Add(-72 * time.Hour),
				RevokedAt: at.Add(-71 * time.Hour), Channels: 2, Evidence: "form 12\xff", Part: 6,
			},
			Bar: policy.BarFact{
				Known: policy.Present, Of: policy.AttemptID{7}, Since: at.Add(-96 * time.Hour),
				Until: at.Add(-time.Hour), Shadow: true, Pending: true, Claimed: true,
			},
		},
		Decision: policy.Decision{Verdict: policy.Allow, Rule: "registry", Claim: policy.ClaimContact, Trail: []policy.Finding{
			{Rule: "blacklist", Note: "absent"}, {Rule: "hours", Reason: policy.HoursClosed, Note: "Sunday"}, {Rule: "operator", Claim: policy.ClaimContact},
		}},
	}
}

func opening(r policy.Record) ledger.Entry {
	return ledger.Entry{Kind: ledger.Open, Record: r, Return: policy.Return{Shard: 1, Call: 2}}
}

func closing(n int, e policy.Ending) ledger.Entry {
	return ledger.Entry{Kind: ledger.Close, ID: attemptID(n), Ending: e}
}

// refusal returns a refused attempt.
func refusal(n int, called policy.Number, at time.Time, why policy.Reason) ledger.Entry {
	r := record(n, called, at)
	r.Decision = policy.Decision{Rule: "blacklist", Reason: why, Trail: r.Decision.Trail}
	return ledger.Entry{Kind: ledger.Closed, Record: r}
}

// redials returns a repeat record.
func redials(n, of int, called policy.Number, at time.Time, count uint32) ledger.Entry {
	e := refusal(n, called, at, policy.BlacklistListed)
	e.Kind = ledger.Repeat
	e.Record.Repeat = policy.Repeat{Of: attemptID(of), Count: count, First: at, Last: at.Add(time.Minute)}
	return e
}

// connected is the ending of an answered call.
func connected(at time.Time) policy.Ending {
	return policy.Ending{
		Outcome: policy.OutcomeConnected, Status: 200, Forwarded: true, EndedBy: policy.Caller,
		ForwardedAt: at, RingingAt: at.Add(time.Second), AnsweredAt: at.Add(2 * time.Second), EndedAt: at.Add(time.Minute),
		Heard: [2]policy.Packets{{Count: 1, Bytes: 160}, {Count: 3, Bytes: 480}},
		Ratio: policy.RatioB, Watch: policy.WatchEnforce, Line: policy.LineOperator, Deaf: true,
		Machine: policy.DialerMachine, Due: true, CutAt: at.Add(6 * time.Second), AmbienceAt: at.Add(3 * time.Second),
		OperatorAt: at.Add(4 * time.Second), DecidedAt: at.Add(5 * time.Second),
	}
}

func asEntries(in ...ledger.Entry) []ledger.Entry { return in }
