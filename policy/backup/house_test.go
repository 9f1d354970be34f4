package backup_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/backup"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/badger"
)

// noon is the time of the tests.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// person is whom the records of the tests call.
const person policy.Number = 393331234567

// house is a node on a disk, as far as its data go.
type house struct {
	t       *testing.T
	dir     string
	keysDir string
	keys    *seal.Keys

	state     *badger.Store
	slots     *seal.DiskFile
	subjects  *seal.Subjects
	shelf     *ledger.Shelf
	months    *ledger.Months
	committer *ledger.Committer
	count     int // of attempts
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, dir: filepath.Join(t.TempDir(), "data"), keysDir: t.TempDir()}
	keys, err := seal.LoadKeys(h.keysDir, rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	h.keys = keys
	h.start()
	t.Cleanup(h.stop)
	return h
}

// start opens the stores of a house as the daemon does.
func (h *house) start() {
	h.t.Helper()
	var err error
	if h.state, err = badger.Open(badger.Config{Dir: filepath.Join(h.dir, "state")}); err != nil {
		h.t.Fatal(err)
	}
	if h.slots, err = seal.OpenFile(filepath.Join(h.dir, "subjects.keys"), false); err != nil {
		h.t.Fatal(err)
	}
	random := rand.NewChaCha8([32]byte{2})
	if h.subjects, err = seal.NewSubjects(h.slots, h.state, h.keys, 0); err != nil {
		h.t.Fatal(err)
	}
	h.shelf = ledger.NewShelf(func(month string) (store.Store, error) {
		return badger.Open(badger.Config{Dir: filepath.Join(h.dir, "ledger", month), Small: true})
	}, ledger.Directory(filepath.Join(h.dir, "ledger")))
	h.months = ledger.NewMonths(h.state, h.shelf, h.keys, nil)
	h.committer, _, err = ledger.Recover(ledger.Config{
		Node: 7, Keys: h.keys, Subjects: h.subjects, Random: random, Params: &policy.Params{},
	}, h.state, noon)
	if err != nil {
		h.t.Fatal(err)
	}
	h.months.Wake(h.committer.Next())
}

// stop closes them. A house may be stopped already.
func (h *house) stop() {
	if h.state == nil {
		return
	}
	if err := errors.Join(h.shelf.Close(), h.slots.Close(), h.state.Close()); err != nil {
		h.t.Error(err)
	}
	h.state = nil
}

// refuse records attempts of a month that were refused.
func (h *house) refuse(at time.Time, count int) {
	h.t.Helper()
	for range count {
		var id policy.AttemptID
		binary.BigEndian.PutUint64(id[:], uint64(h.count)+1)
		h.count++
		r := policy.Record{
			Attempt: policy.Attempt{
				Dialled: policy.Dialled{ID: id, At: at, Trunk: "dialer", User: "00393331234567", CallID: fmt.Sprintf("call-%d", h.count), FromTag: "t"},
				Reading: policy.Readable, Called: person, Country: "IT", Campaign: 1, Principal: 2, CallCentre: 3, Group: 4,
				Mode: policy.Enforce, CampaignName: "acme/energia", Profile: "it",
			},
			Decision: policy.Decision{Rule: "blacklist", Reason: policy.BlacklistListed},
		}
		h.commit(ledger.Entry{Kind: ledger.Closed, Record: r})
	}
}

func (h *house) commit(e ledger.Entry) {
	h.t.Helper()
	rows, receipts := h.committer.Turn(noon, []ledger.Entry{e})
	if err := errors.Join(receipts[0].Err, h.state.Commit(rows)); err != nil {
		h.t.Fatal(err)
	}
	h.committer.Committed()
	h.months.Wake(h.committer.Next())
}

// move empties the outbox into the months.
func (h *house) move() {
	h.t.Helper()
	for {
		if n, err := h.months.Step(); err != nil {
			h.t.Fatal(err)
		} else if n == 0 {
			return
		}
	}
}

// put writes a file of the data.
func (h *house) put(name, text string) {
	h.t.Helper()
	path := filepath.Join(h.dir, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) source() *backup.Source {
	return &backup.Source{
		Dir: h.dir, Name: "mi-edge-1", Program: "1.2.3", Keys: h.keys,
		State: h.state, Months: h.months, Shelf: h.shelf,
	}
}

// backUp returns a backup of the house.
func (h *house) backUp() []byte {
	h.t.Helper()
	var out buffer
	if _, err := h.source().Write(h.t.Context(), &out, noon); err != nil {
		h.t.Fatal(err)
	}
	return out.data
}

// buffer calls each before each write, if there is one.
type buffer struct {
	data []byte
	each func()
}

func (b *buffer) Write(p []byte) (int, error) {
	if b.each != nil {
		b.each()
	}
	b.data = append(b.data, p...)
	return len(p), nil
}

// furnish gives a house two months, an outbox, and files of each kind.
func (h *house) furnish() {
	h.t.Helper()
	h.refuse(noon.AddDate(0, -1, 0), 3)
	h.refuse(noon, 4)
	h.move()
	h.refuse(noon, 2)
	h.put("sets/list/00000002/v1/manifest.json", "{}")
	h.put("sets/list/00000002/v1/numbers.u64", "12345678")
	h.put("sets/list/00000002/v2.tmp/numbers.u64", "half")
	h.put("log/checkpoint", "tregua/mi-edge-1\n7\n")
	h.put("log/tile/0/000.p/7", "hashes")
	h.put("reports/day-2026-11-21.json", `{"format":"tregua.report/1"}`)
}
