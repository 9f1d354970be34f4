package backup_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/backup"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/badger"
)

// next writes the golden store of the schema that this program has:
// go test ./policy/backup -run TestGolden -golden, once, when a schema is new.
var next = flag.Bool("golden", false, "write the golden store of this schema")

// TestGolden restores what the program of each schema has written, migrates it, and
// compares every record with what that program said of it.
func TestGolden(t *testing.T) {
	t.Parallel()
	if *next {
		writeGolden(t)
	}
	files, err := filepath.Glob("testdata/golden/*.tar.gz")
	if err != nil || !slices.Contains(files, golden(ledger.Schema, ".tar.gz")) {
		t.Fatalf("schema %d has no golden store among %q, %v; make it with -golden", ledger.Schema, files, err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(strings.TrimSuffix(name, ".tar.gz") + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), tellGolden(t, name)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func golden(schema uint64, end string) string {
	return fmt.Sprintf("testdata/golden/%d%s", schema, end)
}

// goldenKeys are those of every golden store: they are of no node.
func goldenKeys(t *testing.T) *seal.Keys {
	t.Helper()
	keys, err := seal.NewKeys(rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// writeGolden writes the golden store of this schema, and that of the last one, as far
// as it can be made from it: the next schema takes this one's as it stands.
func writeGolden(t *testing.T) {
	t.Helper()
	h := goldenHouse(t)
	h.put("log/checkpoint", "tregua/mi-edge-1\n7\n")
	h.put("log/tile/0/000.p/7", "hashes")
	h.put("reports/day-2026-11-21.json", `{"format":"tregua.report/1"}`)
	h.goldenFile(ledger.Schema)
	h = goldenHouse(t)
	h.older()
	h.goldenFile(ledger.Schema - 1)
}

// goldenHouse has what each golden store has.
func goldenHouse(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.trade()
	h.refuse(noon.AddDate(0, -1, 0), 3)
	h.refuse(noon, 4)
	h.move()
	h.refuse(noon, 2)
	for o := policy.OutcomeCancelled; o <= policy.OutcomeHandedOn; o++ {
		if o == policy.OutcomeRepeated {
			continue // no attempt has it
		}
		h.ended(o)
	}
	return h
}

// older makes of a store of schema 7 one of schema 6: no month had an order of its own.
func (h *house) older() {
	h.t.Helper()
	h.move()
	months, err := h.shelf.Months()
	if err != nil {
		h.t.Fatal(err)
	}
	for _, name := range months {
		err := h.shelf.With(name, func(st store.Store) error {
			var b store.Batch
			for row, err := range st.Scan([]byte{0xA2}, nil) {
				if err != nil {
					return err
				}
				b.Delete = append(b.Delete, row.Key)
			}
			return st.Commit(b)
		})
		if err != nil {
			h.t.Fatal(err)
		}
	}
	six := store.Row{Key: []byte("\x01schema"), Value: []byte{0x82, 1, 6}}
	if err := h.state.Commit(store.Batch{Delete: [][]byte{[]byte("\x01sequence")}, Put: []store.Row{six}}); err != nil {
		h.t.Fatal(err)
	}
}

// goldenFile writes the golden store of a schema, and what is told of it.
func (h *house) goldenFile(schema uint64) {
	t := h.t
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write(h.backUp())
	if err = errors.Join(err, w.Close(), os.MkdirAll("testdata/golden", 0o755), os.WriteFile(golden(schema, ".tar.gz"), packed.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(golden(schema, ".txt"), []byte(tellGolden(t, golden(schema, ".tar.gz"))), 0o644); err != nil {
		t.Fatal(err)
	}
}

// ended records an attempt that was allowed and ended so.
func (h *house) ended(o policy.Outcome) {
	h.t.Helper()
	var id policy.AttemptID
	binary.BigEndian.PutUint64(id[:], uint64(1000+int(o)))
	h.commit(ledger.Entry{Kind: ledger.Open, Record: policy.Record{
		Attempt: policy.Attempt{
			Dialled: policy.Dialled{ID: id, At: noon, Trunk: "dialer", User: "00393331234567", CallID: "ends-" + o.String(), FromTag: "t"},
			Reading: policy.Readable, Called: person, Country: "IT", Campaign: 1, Principal: 2, CallCentre: 3, Group: 4,
			Mode: policy.Enforce, CampaignName: "acme/energia", Profile: "it",
		},
		Decision: policy.Decision{Verdict: policy.Allow},
	}})
	h.commit(ledger.Entry{Kind: ledger.Close, ID: id, Ending: policy.Ending{Outcome: o, Forwarded: true, EndedAt: noon}})
}

// tellGolden restores and migrates a golden store and tells what it has.
func tellGolden(t *testing.T, name string) string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	packed, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	file, err := io.ReadAll(packed)
	if err != nil {
		t.Fatal(err)
	}
	keys, dir := goldenKeys(t), filepath.Join(t.TempDir(), "data")
	if _, err := backup.Restore(bytes.NewReader(file), backup.Target{Dir: dir, Keys: keys}); err != nil {
		t.Fatal(err)
	}
	st, err := badger.Open(badger.Config{Dir: filepath.Join(dir, "state")})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	shelf := ledger.NewShelf(func(month string) (store.Store, error) {
		return badger.Open(badger.Config{Dir: filepath.Join(dir, "ledger", month), Small: true})
	}, ledger.Directory(filepath.Join(dir, "ledger")))
	defer shelf.Close()
	if _, err := ledger.Migrate(ledger.Config{Node: 7, Keys: keys}, st, shelf); err != nil {
		t.Fatal(err)
	}
	slots, err := seal.OpenFile(filepath.Join(dir, "subjects.keys"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer slots.Close()
	subjects, err := seal.NewSubjects(slots, st, keys, 0)
	if err != nil {
		t.Fatal(err)
	}
	r := ledger.NewReader(st, shelf, keys, subjects)
	if rep, err := r.Verify(); err != nil || len(rep.Faults) > 0 {
		t.Fatalf("%+v, %v", rep, err)
	}
	var out strings.Builder
	for v, err := range r.Each() {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%d %s\n", v.Seq, goldenLine(&v))
	}
	files := filesOf(t, dir) // before the book opens, which sweeps
	delete(files, "restored.json")
	delete(files, "subjects.keys")
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&out, "%s %q\n", name, files[name])
	}
	out.WriteString(tellJudged(t, st, dir, keys))
	return out.String()
}

// goldenLine is a record as those who read the golden text want it: what a later field
// adds must not change it.
func goldenLine(v *ledger.View) string {
	a, d, e := &v.Record.Attempt, &v.Record.Decision, &v.Record.Ending
	return fmt.Sprintf("%s %s %s %s called %d of %s campaign %d %s: %s %s outcome %s",
		a.ID, a.At.UTC().Format("2006-01-02T15:04:05Z"), a.Trunk, a.CallID, a.Called, a.Country, a.Campaign, a.CampaignName, d.Rule, d.Reason, e.Outcome)
}
