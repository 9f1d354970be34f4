package ledger_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/memory"
)

// traces returns the forms in which a record would give its person away.
func traces(r *policy.Record) map[string][]byte {
	n := uint64(r.Attempt.Called)
	digits := r.Attempt.Called.String()[1:]
	be := binary.BigEndian.AppendUint64(nil, n)
	return map[string][]byte{
		"digits":          []byte(digits),
		"national digits": []byte(digits[2:]),
		"big-endian":      bytes.TrimLeft(be, "\x00"),
		"little-endian":   bytes.TrimRight(binary.LittleEndian.AppendUint64(nil, n), "\x00"),
		"varint":          binary.AppendUvarint(nil, n),
		"user part":       []byte(r.Attempt.User),
		"caller id":       []byte(r.Attempt.CallerID),
		"other id":        []byte("0612345679"),
		"display name":    []byte(r.Attempt.Display),
		"header":          []byte(r.Attempt.Headers),
		"mapped by":       []byte(r.Attempt.MappedBy),
		"Call-ID":         []byte(r.Attempt.CallID),
		"tag":             []byte(r.Attempt.FromTag),
		"evidence":        []byte(r.Facts.Consent.Evidence),
		"note":            []byte("absent"),
	}
}

// TestNumbersNeverInClear looks into every byte that is kept, at each stage of
// a record's life.
func TestNumbersNeverInClear(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	secret := record(0, 393331234567, noon)
	look := func(stage string) {
		t.Helper()
		for name, st := range h.stores() {
			for row, err := range st.Scan(nil, nil) {
				if err != nil {
					t.Fatal(err)
				}
				for what, trace := range traces(&secret) {
					if bytes.Contains(row.Key, trace) || bytes.Contains(row.Value, trace) {
						t.Errorf("%s: %s row %x has the %s in clear", stage, name, row.Key, what)
					}
				}
			}
		}
		for what, trace := range traces(&secret) {
			if bytes.Contains(h.slots.Bytes(), trace) {
				t.Errorf("%s: the slot file has the %s in clear", stage, what)
			}
		}
	}
	h.turn(noon, opening(secret))
	look("open")
	h.turn(noon, closing(0, connected(noon)), refusal(1, 393331234567, noon, policy.BlacklistListed))
	look("outbox")
	h.move()
	look("month")
	if n := rows(t, h.months["2026-11"], 0xA0); n != 2 {
		t.Fatalf("%d records in the month", n)
	}
	h.kill()
	h.start(noon)
	v, err := h.reader.Attempt(attemptID(0))
	if err != nil || v.Record.Attempt.Called != 393331234567 {
		t.Fatalf("the record cannot be read back: %v", err)
	}
}

func (h *house) stores() map[string]store.Reader {
	all := map[string]store.Reader{"state": h.state}
	for name, st := range h.months {
		all[name] = st
	}
	return all
}

// TestNumbersNeverInFiles does the same for the files of Badger.
func TestNumbersNeverInFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	secret := record(0, 393331234567, noon)
	func() {
		n := newNode(t, dir, true)
		defer n.close()
		n.turn(opening(secret))
		n.turn(closing(0, connected(noon)))
		n.turn(opening(record(1, 393331234567, noon)))
		if _, err := n.mover.Step(); err != nil {
			t.Fatal(err)
		}
	}()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for what, trace := range traces(&secret) {
			if bytes.Contains(content, trace) {
				t.Errorf("%s has the %s in clear", path, what)
			}
		}
		return nil
	})
	if err != nil || files < 5 {
		t.Fatalf("%d files, %v", files, err)
	}
	n := newNode(t, dir, true)
	defer n.close()
	views, err := n.reader.ByNumber(393331234567, 9)
	if err != nil || len(views) != 2 || views[0].Record.Attempt.CallID != "call-1@10.0.0.20" {
		t.Fatalf("views %+v, %v", views, err)
	}
	if rep, err := n.reader.Verify(); err != nil || rep.Faults != nil || rep.Records != 2 {
		t.Fatalf("%+v, %v", rep, err)
	}
}

// TestErase: the personal part is dead wherever the record stands, in backups
// too; the public part verifies and counts; a later attempt to the same number
// has a key of its own.
func TestErase(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	const number, other = 393331234567, 393331234568
	h.turn(noon, refusal(0, number, noon, policy.BlacklistListed), refusal(1, other, noon, policy.BlacklistListed))
	h.move()
	h.turn(noon, refusal(2, number, noon, policy.BlacklistListed), opening(record(3, number, noon)))
	before, err := h.reader.Counters()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.subjects.Erase(h.keys.Index(number)); err != nil {
		t.Fatal(err)
	}
	personal := func(n int, want bool) {
		t.Helper()
		v, err := h.reader.Attempt(attemptID(n))
		if err != nil {
			t.Fatal(err)
		}
		if a := v.Record.Attempt; v.Personal != want || (a.Called != 0) != want || (a.CallID != "") != want || a.Trunk == "" {
			t.Errorf("attempt %d: personal %t, %+v", n, v.Personal, a)
		}
	}
	check := func(erased uint64) {
		t.Helper()
		if rep := h.verify(); rep.Erased != erased {
			t.Errorf("%d erased records, want %d", rep.Erased, erased)
		}
	}
	for n, want := range []bool{false, true, false, false} {
		personal(n, want)
	}
	check(2)
	if after, err := h.reader.Recount(); err != nil || !maps.EqualFunc(before, after, ledger.Counters.Equal) {
		t.Errorf("counters %v, were %v; %v", after, before, err)
	}
	if err := h.subjects.Erase(h.keys.Index(number)); !errors.Is(err, seal.ErrGone) {
		t.Errorf("a second erasure: %v", err)
	}
	h.turn(noon, closing(3, connected(noon)), refusal(4, number, noon, policy.BlacklistListed))
	h.move()
	h.kill()
	h.start(noon)
	for n, want := range []bool{false, true, false, false, true} {
		personal(n, want)
	}
	check(3)
}

// TestAltered changes one byte of a record and wants it noticed.
func TestAltered(t *testing.T) {
	t.Parallel()
	for _, space := range []byte{0x50, 0xA0} {
		h := newHouse(t, 1)
		h.start(noon)
		h.turn(noon, refusal(0, 393331234567, noon, policy.BlacklistListed))
		st := h.state
		if space == 0xA0 {
			h.move()
			st = h.months["2026-11"]
		}
		for row, err := range st.Scan([]byte{space}, nil) {
			if err != nil {
				t.Fatal(err)
			}
			row.Value = bytes.Replace(row.Value, []byte("blacklist.principal"), []byte("registry.opposed..."), 1)
			if err := st.Commit(store.Batch{Put: []store.Row{row}}); err != nil {
				t.Fatal(err)
			}
		}
		rep, err := h.reader.Verify()
		if err != nil || len(rep.Faults) != 1 || !errors.Is(rep.Faults[0], ledger.ErrAltered) {
			t.Errorf("space %x: %+v, %v", space, rep, err)
		}
		if _, err := h.reader.Attempt(attemptID(0)); !errors.Is(err, ledger.ErrAltered) {
			t.Errorf("space %x: %v", space, err)
		}
	}
}

// TestVerifyMisses removes or doubles what belongs to a record.
func TestVerifyMisses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(h *house) (store.Batch, *memory.Store)
		want   string
	}{
		{"a record is gone", func(h *house) (store.Batch, *memory.Store) {
			id := attemptID(0)
			return store.Batch{Delete: [][]byte{append([]byte{0xA0}, id[:]...)}}, h.months["2026-11"]
		}, "record 1 stands where record 0 must be"},
		{"a counter is gone", func(h *house) (store.Batch, *memory.Store) {
			return store.Batch{Delete: [][]byte{{0x40, 0, 0, 0, 15, 0, 0, 0, 11, 0x01, 0x35, 0x29, 0x02}}}, h.state
		}, "group 15, campaign 11, day 20261122: counters say"},
	} {
		h := newHouse(t, 1)
		h.start(noon)
		h.turn(noon, refusal(0, 393331234567, noon, policy.BlacklistListed))
		h.move()
		h.turn(noon, refusal(1, 393331234567, noon, policy.BlacklistListed))
		batch, st := c.change(h)
		if err := st.Commit(batch); err != nil {
			t.Fatal(err)
		}
		rep, err := h.reader.Verify()
		if err != nil || len(rep.Faults) == 0 || !strings.HasPrefix(rep.Faults[0].Error(), c.want) {
			t.Errorf("%s: %v, %v; want %s", c.name, rep.Faults, err, c.want)
		}
	}
}
