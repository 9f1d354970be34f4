package proof_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"golang.org/x/mod/sumdb/note"

	"tregua/policy"
	"tregua/policy/anchor"
	"tregua/policy/anchor/anchortest"
	"tregua/policy/ledger"
	"tregua/policy/proof"
	"tregua/policy/store"
	"tregua/policy/store/memory"
)

// tampering is one way in which somebody who holds the signing key, the other keys
// and the whole disk alters what is proved.
type tampering struct {
	name string
	do   func(f *forger)
	with string // what an audit says with the anchor of record 500
	bare string // and without an anchor; "": nothing, it is not caught
}

// tamperings are done to 600 records, of which the first 500 are anchored. The
// record that most are about is 123, of November; 300 and later ones are of
// December.
var tamperings = []tampering{
	// He edits what lies there.
	{"change a record", func(f *forger) { f.public(123, "dialer-1", "dialer-9") }, "record 123 of 2026-11: the record of attempt", "="},
	{"change a record and its leaf", func(f *forger) { f.leafOf(123, f.public(123, "dialer-1", "dialer-9")) }, "record 123 of 2026-11: the log has another leaf", "="},
	{"back-date a record", func(f *forger) { f.leafOf(123, f.at(123, -time.Hour)) }, "record 123 of 2026-11: the log has another leaf", "="},
	{"change what is sealed", func(f *forger) { f.swap(0xA1, 123, 130) }, "month 2026-11: attempt 01a20320-a200-7000-8000-00000000007b: sealed index", "="},
	{"delete a record", func(f *forger) { f.drop(0xA0, 123); f.drop(0xA1, 123) }, "record 123: record 123 is missing", "="},
	{"delete a record and its place", func(f *forger) { f.drop(0xA0, 123); f.drop(0xA1, 123); f.drop(0xA2, 123) }, "record 123: record 123 is missing", "="},
	{"insert a record without a place", func(f *forger) { f.insert(123, 9999) }, "month 2026-11: attempt 01a20320-a200-7000-8000-00000000270f: sealed index", "="},
	{"reorder two records", func(f *forger) { f.swap(0xA2, 123, 130) }, "record 123: the ledger cannot be read", "="},
	{"move a record to another month", func(f *forger) { f.month(123) }, "record 123 of 2026-12: attempt", "="},
	{"change a counter", func(f *forger) { f.counter() }, "counters say", "="},
	{"change a leaf", func(f *forger) { f.file("tile/entries/000", 2+34*123, 0xFF) }, "record 123 of 2026-11: the log has another leaf", "="},
	{"change a tile", func(f *forger) { f.file("tile/0/000", 32*123, 0xFF) }, "record 123: tile 0 of level 0", "="},
	{"change a tile above", func(f *forger) { f.file("tile/1/000.p/2", 32, 0xFF) }, "record 511: tile 0 of level 1", "="},
	{"delete a tile", func(f *forger) { f.remove("tile/0/000") }, "record 0: tile 0 of level 0", "="},
	{"sign another root", func(f *forger) { f.sign(600, [32]byte{1}) }, "the checkpoint is not that of the leaves", "="},
	{"sign with another key", func(f *forger) { f.stranger() }, "checkpoint", "="},

	// He writes the history again, with all leaves, tiles, counters and a checkpoint
	// that fit: nothing in the house contradicts him.
	{"change a record, and all after it", func(f *forger) {
		f.rewrite(func(l []policy.Record) []policy.Record { l[123].Attempt.Trunk = "dialer-9"; return l })
	}, "records 0 to 499 of 2026-11 to 2026-12: one of them is not what it was when anchor noon was taken", ""},
	{"back-date a record, and all after it", func(f *forger) {
		f.rewrite(func(l []policy.Record) []policy.Record { l[123].Attempt.At = l[3].Attempt.At; return l })
	}, "records 0 to 499 of 2026-11 to 2026-12: one of them", ""},
	{"change a number, and all after it", func(f *forger) {
		f.rewrite(func(l []policy.Record) []policy.Record { l[123].Attempt.Called++; return l })
	}, "records 0 to 499 of 2026-11 to 2026-12: one of them", ""},
	{"delete a record, and number all after it anew", func(f *forger) {
		f.rewrite(func(l []policy.Record) []policy.Record { return slices.Delete(l, 123, 124) })
	}, "records 0 to 499 of 2026-11 to 2026-12: one of them", ""},
	{"insert a record, and number all after it anew", func(f *forger) {
		f.rewrite(func(l []policy.Record) []policy.Record {
			one := l[123]
			one.Attempt.ID = attemptID(9999)
			return slices.Insert(l, 123, one)
		})
	}, "records 0 to 499 of 2026-11 to 2026-12: one of them", ""},
	{"reorder two records, and all after them", func(f *forger) {
		f.rewrite(func(l []policy.Record) []policy.Record { l[123], l[130] = l[130], l[123]; return l })
	}, "records 0 to 499 of 2026-11 to 2026-12: one of them", ""},
	{"cut the end off", func(f *forger) {
		f.rewrite(func(l []policy.Record) []policy.Record { return l[:450] })
	}, "record 450: the log ends with 450 leaves, and had 500", ""},

	// And what no anchor catches yet, because it came after the last one.
	{"change a record after the anchor", func(f *forger) {
		f.rewrite(func(l []policy.Record) []policy.Record { l[550].Attempt.Trunk = "dialer-9"; return l })
	}, "", ""},
	{"cut off what came after the anchor", func(f *forger) {
		f.rewrite(func(l []policy.Record) []policy.Record { return l[:520] })
	}, "", ""},
}

// TestTampering does all of them, each to a house of its own, and audits it with the
// anchor, which has the time stamp of an authority, and without. What has no finding
// is the honest list: it is caught by an anchor only, or by the next one.
func TestTampering(t *testing.T) {
	t.Parallel()
	tsa := authority(t)
	for _, c := range tamperings {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.write(records(600)[:500]...)
			h.run()
			noon := proof.Anchor{Name: "noon", Head: h.stamped(tsa)}
			h.write(records(600)[500:]...)
			h.run()
			if r := h.audit(noon); len(r.Findings) > 0 || r.Anchored != 500 {
				t.Fatalf("untouched: %+v", r)
			}
			c.do(&forger{h})
			bare := c.bare
			if bare == "=" {
				bare = c.with
			}
			for anchored, want := range map[string]string{"with": c.with, "without": bare} {
				var anchors []proof.Anchor
				if anchored == "with" {
					anchors = append(anchors, noon)
				}
				got := first(h.audit(anchors...))
				if (want == "") != (got == "") || !strings.Contains(got, want) {
					t.Errorf("%s an anchor: %q, want %q", anchored, got, want)
				}
			}
		})
	}
}

// stamped returns the present checkpoint as it comes back from an authority, with a
// time stamp that holds.
func (h *house) stamped(tsa *anchortest.Authority) proof.Head {
	h.t.Helper()
	roots, err := anchor.Roots(tsa.CA)
	if err != nil {
		h.t.Fatal(err)
	}
	kept, err := (&anchor.TimeStamp{URL: tsa.URL, Roots: roots}).Take(h.t.Context(), h.head(), anchor.Receipt{})
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := anchor.VerifyStamp(kept.Note, kept.Token, roots); err != nil {
		h.t.Fatal(err)
	}
	head, err := proof.ReadHead(kept.Note, h.verifier())
	if err != nil {
		h.t.Fatal(err)
	}
	return head
}

// first is the first finding of a report, in words.
func first(r proof.Report) string {
	if len(r.Findings) == 0 {
		return ""
	}
	return r.Findings[0].String()
}

// TestTheSameHistoryAgain: what the forger uses to write another history finds
// nothing when he writes the same one.
func TestTheSameHistoryAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(records(600)...)
	h.run()
	head := h.head()
	(&forger{h}).rewrite(func(l []policy.Record) []policy.Record { return l })
	if r := h.audit(proof.Anchor{Head: head}); len(r.Findings) > 0 || r.Anchored != 600 {
		t.Errorf("%+v", r)
	}
}

type forger struct{ *house }

// rewrite writes another history and a log of it.
func (f *forger) rewrite(change func([]policy.Record) []policy.Record) {
	f.t.Helper()
	if err := os.RemoveAll(f.dir); err != nil {
		f.t.Fatal(err)
	}
	f.again(change(records(600)))
	f.run()
}

func (f *forger) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// of returns the month store of a record.
func (f *forger) of(n int) *memory.Store {
	return f.months[records(600)[n].Attempt.At.Format("2006-01")]
}

func (f *forger) key(space byte, n int) []byte {
	if space == 0xA2 {
		return append([]byte{space, 0, 0, 0, 0, 0, 0}, byte(n>>8), byte(n))
	}
	id := attemptID(n)
	return append([]byte{space}, id[:]...)
}

func (f *forger) get(space byte, n int) []byte {
	f.t.Helper()
	value, found, err := f.of(n).Get(f.key(space, n))
	f.must(err)
	if !found {
		f.t.Fatalf("no row %x", f.key(space, n))
	}
	return value
}

func (f *forger) put(space byte, n int, value []byte) {
	f.t.Helper()
	f.must(f.of(n).Commit(store.Batch{Put: []store.Row{{Key: f.key(space, n), Value: value}}}))
}

func (f *forger) drop(space byte, n int) {
	f.t.Helper()
	f.must(f.of(n).Commit(store.Batch{Delete: [][]byte{f.key(space, n)}}))
}

func (f *forger) swap(space byte, a, b int) {
	f.t.Helper()
	x, y := f.get(space, a), f.get(space, b)
	f.put(space, a, y)
	f.put(space, b, x)
}

// part is the value of an A0 row.
type part struct {
	_                        struct{} `cbor:",toarray"`
	Version                  uint8
	Public, Commitment, Leaf []byte
}

func (f *forger) read(n int) (p part) {
	f.t.Helper()
	f.must(cbor.Unmarshal(f.get(0xA0, n), &p))
	return p
}

func (f *forger) save(n int, p part) part {
	f.t.Helper()
	value, err := cbor.Marshal(p)
	f.must(err)
	f.put(0xA0, n, value)
	return p
}

func (f *forger) public(n int, before, after string) part {
	p := f.read(n)
	p.Public = bytes.Replace(p.Public, []byte(before), []byte(after), 1)
	return f.save(n, p)
}

// at changes the time of an attempt.
func (f *forger) at(n int, by time.Duration) part {
	f.t.Helper()
	p := f.read(n)
	old, err := cbor.Marshal(records(600)[n].Attempt.At.UnixNano())
	f.must(err)
	newer, err := cbor.Marshal(records(600)[n].Attempt.At.Add(by).UnixNano())
	f.must(err)
	p.Public = bytes.Replace(p.Public, old, newer, 1)
	return f.save(n, p)
}

func (f *forger) leafOf(n int, p part) {
	leaf := ledger.LeafOf(p.Public, [32]byte(p.Commitment))
	p.Leaf = leaf[:]
	f.save(n, p)
}

// insert puts a second record with the number of another one beside it.
func (f *forger) insert(n, id int) {
	p := f.read(n)
	old, newer := attemptID(n), attemptID(id)
	p.Public = bytes.Replace(p.Public, old[:], newer[:], 1)
	leaf := ledger.LeafOf(p.Public, [32]byte(p.Commitment))
	p.Leaf = leaf[:]
	value, err := cbor.Marshal(p)
	f.must(err)
	f.must(f.of(n).Commit(store.Batch{Put: []store.Row{
		{Key: append([]byte{0xA0}, newer[:]...), Value: value}, {Key: append([]byte{0xA1}, newer[:]...), Value: f.get(0xA1, n)},
	}}))
}

// month moves a record of November to December.
func (f *forger) month(n int) {
	rows := store.Batch{}
	for _, space := range []byte{0xA0, 0xA1, 0xA2} {
		rows.Put = append(rows.Put, store.Row{Key: f.key(space, n), Value: f.get(space, n)})
		f.drop(space, n)
	}
	f.must(f.months["2026-12"].Commit(rows))
}

func (f *forger) counter() {
	for row, err := range f.state.Scan([]byte{0x40}, nil) {
		f.must(err)
		var c struct {
			_       struct{} `cbor:",toarray"`
			Version uint8
			Counts  []uint64
			Refused map[string]uint64
		}
		f.must(cbor.Unmarshal(row.Value, &c))
		c.Counts[0]++
		value, err := cbor.Marshal(c)
		f.must(err)
		f.must(f.state.Commit(store.Batch{Put: []store.Row{{Key: row.Key, Value: value}}}))
		return
	}
}

func (f *forger) file(name string, at int, flip byte) {
	f.t.Helper()
	path := filepath.Join(f.dir, name)
	text, err := os.ReadFile(path)
	f.must(err)
	text[at] ^= flip
	f.must(os.WriteFile(path, text, 0o600))
}

func (f *forger) remove(name string) { f.must(os.Remove(filepath.Join(f.dir, name))) }

// sign signs a checkpoint with the key of the log.
func (f *forger) sign(size uint64, root [32]byte) {
	f.t.Helper()
	text, err := os.ReadFile(f.keyFile)
	f.must(err)
	secret, _, _ := strings.Cut(string(text), "\n")
	f.signWith(secret, fmt.Sprintf("%s\n%d\n%s\n", f.signer.Name(), size, base64.StdEncoding.EncodeToString(root[:])))
}

func (f *forger) signWith(secret, text string) {
	f.t.Helper()
	signer, err := note.NewSigner(secret)
	f.must(err)
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	f.must(err)
	f.must(os.WriteFile(filepath.Join(f.dir, "checkpoint"), signed, 0o600))
}

// stranger signs the checkpoint with a key of the same name.
func (f *forger) stranger() {
	secret, _, err := note.GenerateKey(dice(7), f.signer.Name())
	f.must(err)
	text, _, _ := strings.Cut(string(f.head().Text), "\n\n")
	f.signWith(secret, text+"\n")
}
