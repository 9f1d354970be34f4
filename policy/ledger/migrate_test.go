package ledger_test

import (
	"bytes"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"

	"tregua/policy/ledger"
	"tregua/policy/store"
	"tregua/policy/store/memory"
)

// older makes of a store one of schema 6: no month had an order of its own.
func older(t *testing.T, h *house) {
	t.Helper()
	for _, st := range h.months { // order: each on its own
		var keys [][]byte
		for row, err := range st.Scan([]byte{0xA2}, nil) {
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, row.Key)
		}
		if err := st.Commit(store.Batch{Delete: keys}); err != nil {
			t.Fatal(err)
		}
	}
	six, err := cbor.Marshal([]int{1, 6})
	if err != nil {
		t.Fatal(err)
	}
	old := store.Batch{Delete: [][]byte{[]byte("\x01sequence")}, Put: []store.Row{{Key: []byte("\x01schema"), Value: six}}}
	if err := h.state.Commit(old); err != nil {
		t.Fatal(err)
	}
}

// TestMigrateIsCutOffAnywhere kills a migration before and after each of its
// commits, runs it again, and compares every row with those of a store that was
// never old.
func TestMigrateIsCutOffAnywhere(t *testing.T) {
	t.Parallel()
	for at := 0; ; at++ {
		for _, how := range []fate{killed, finished} {
			h := newHouse(t, 1)
			overMonths(h)
			h.kill()
			want := allRows(t, h)
			older(t, h)
			if cmp.Equal(want, allRows(t, h)) {
				t.Fatal("the store is not older")
			}
			from := h.commits
			h.meet(func() fate {
				if h.commits == from+at+1 {
					return how
				}
				return done
			})
			h.revive()
			_, err := ledger.Migrate(h.config(), flaky{h.state, h}, h.shelf)
			h.meet(nil)
			if err == nil {
				if at < 4 { // months, the word that they are whole, the number
					t.Errorf("it ends after %d commits", at)
				}
				return
			}
			h.kill()
			h.revive()
			if _, err := ledger.Migrate(h.config(), flaky{h.state, h}, h.shelf); err != nil {
				t.Fatalf("cut off at commit %d: %v", at, err)
			}
			if diff := cmp.Diff(want, allRows(t, h)); diff != "" {
				t.Errorf("cut off at commit %d: %s", at, diff)
			}
			h.kill()
			h.start(noon)
			h.verify()
		}
	}
}

// revive lets the stores of a house be used by something other than the daemon.
func (h *house) revive() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.dead = false
	h.shelf = ledger.NewShelf(h.open, func() ([]string, error) { return slices.Sorted(maps.Keys(h.months)), nil })
}

// allRows reads all stores of a house.
func allRows(t *testing.T, h *house) map[string]string {
	t.Helper()
	rows := map[string]string{}
	read := func(name string, st *memory.Store) {
		for r, err := range st.Scan(nil, nil) {
			if err != nil {
				t.Fatal(err)
			}
			rows[name+" "+hex.EncodeToString(r.Key)] = hex.EncodeToString(r.Value)
		}
	}
	read("state", h.state)
	for name, st := range h.months { // order: into a map
		read(name, st)
	}
	return rows
}

func TestPending(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	if _, err := ledger.Pending(h.config(), h.state); err == nil || !strings.Contains(err.Error(), "says no schema") {
		t.Errorf("of an empty store: %v", err)
	}
	overMonths(h)
	for _, c := range []struct {
		change func()
		want   ledger.Migration
	}{
		{func() {}, ledger.Migration{From: 7, To: 7, Steps: []string{}}},
		{func() { older(t, h) }, ledger.Migration{From: 6, To: 7, Steps: []string{"write the order of the records into their months"}}},
	} {
		c.change()
		before := allRows(t, h)
		got, err := ledger.Pending(h.config(), h.state)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(before, allRows(t, h)); diff != "" {
			t.Errorf("it wrote: %s", diff)
		}
	}
	other := h.config()
	other.Node = 8
	if _, err := ledger.Migrate(other, h.state, h.shelf); err == nil || !strings.Contains(err.Error(), "the store is of node 7") {
		t.Errorf("of another node: %v", err)
	}
	if v, _, _ := h.state.Get([]byte("\x01schema")); !bytes.Equal(v, []byte{0x82, 1, 6}) {
		t.Errorf("a refused migration wrote schema %x", v)
	}
}
