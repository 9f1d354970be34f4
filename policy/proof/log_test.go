package proof_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"tregua/policy/ledger"
	"tregua/policy/proof"
)

// TestEachRecordOnce adds records over some starts, and puts the log back to the
// moment between its tiles and its size, as a crash would.
func TestEachRecordOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	all := records(900)
	h.write(all[:300]...)
	h.run()
	state := filepath.Join(h.dir, ".state", "treeState")
	before, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	head, err := os.ReadFile(filepath.Join(h.dir, "checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	h.write(all[300:700]...)
	h.run()
	for name, text := range map[string][]byte{state: before, filepath.Join(h.dir, "checkpoint"): head} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h.write(all[700:]...)
	h.run()
	r := h.audit()
	if len(r.Findings) > 0 || r.Leaves != 900 || r.Records != 900 {
		t.Errorf("%+v", r)
	}
}

// TestLeavesAtHand: the log takes from memory what is there, and reads the rest. What it is given is not believed: an audit holds it against the
// records.
func TestLeavesAtHand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		wrong uint64 // the leaf that is given wrong
		want  int    // findings: the leaf, two tiles and the head
	}{"as they are": {want: 0}, "another": {wrong: 250, want: 4}} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			all := records(300)
			h.write(all[:200]...)
			given := 0
			h.log = proof.New(proof.Config{
				Dir: h.dir, Key: h.signer, Source: h.reader,
				Leaves: func(from uint64, most int) (out [][32]byte) {
					for s, err := range h.reader.Records(from) {
						if from < 200 || err != nil || len(out) == most {
							break
						}
						if s.Seq == c.wrong {
							s.Leaf[0]++
						}
						out = append(out, s.Leaf)
					}
					given += len(out)
					return out
				},
			})
			h.log.Hurry()
			h.run()
			h.write(all[200:]...)
			h.run()
			r := h.audit()
			if given != 100 || r.Leaves != 300 || len(r.Findings) != c.want {
				t.Errorf("%d leaves given, %+v", given, r)
			}
		})
	}
}

// TestLogOfAnotherLedger: nothing is added where the log is not of the ledger.
func TestLogOfAnotherLedger(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(records(20)...)
	h.run()
	list := records(20)
	list[18].Attempt.Trunk = "dialer-2"
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h.again(list)
	if err := h.log.Run(ctx); err == nil || !strings.Contains(err.Error(), "another leaf 18 than the ledger (month 2026-12)") {
		t.Errorf("%v", err)
	}
	h.again(records(20)[:9])
	if err := h.log.Run(ctx); err == nil || !strings.Contains(err.Error(), "the ledger ends before") {
		t.Errorf("%v", err)
	}
}

// TestLogThatCannotBeWritten: a log that cannot be written is an error, and tessera is not
// asked, which would panic.
func TestLogThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.dir = filepath.Join(h.dir, "file")
	if err := os.WriteFile(h.dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	h.build(h.state)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.log.Run(ctx); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("%v", err)
	}
}

// TestProofByAnIndependentVerifier verifies proof files with golang.org/x/mod, a
// CBOR library and SHA-256: with nothing of tregua's.
func TestProofByAnIndependentVerifier(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(records(600)...)
	h.run()
	for _, seq := range []uint64{0, 255, 256, 599} {
		e, err := h.reader.Evidence(seq, seq == 599)
		if err != nil {
			t.Fatal(err)
		}
		file, err := h.log.Prove(t.Context(), &e)
		if err != nil {
			t.Fatal(err)
		}
		if err := independent(file, h.signer.Public(), int64(seq)); err != nil {
			t.Errorf("record %d: %v\n%s", seq, err, file)
		}
		p, err := proof.Verify(file, h.verifier())
		if err != nil || p.Seq != seq || p.Record.Attempt.ID != attemptID(int(seq)) || p.Personal != (seq == 599) {
			t.Errorf("record %d: %+v, %v", seq, p, err)
		}
		if called := p.Record.Attempt.Called; (called != 0) != (seq == 599) {
			t.Errorf("record %d: called %v", seq, called)
		}
	}
}

func independent(file []byte, key string, seq int64) error {
	top, checkpoint, _ := bytes.Cut(file, []byte("\n\n"))
	lines := strings.Split(string(top), "\n")
	v, err := note.NewVerifier(key)
	if err != nil {
		return err
	}
	n, err := note.Open(checkpoint, note.VerifierList(v))
	if err != nil {
		return err
	}
	var name, root string
	var size int64
	if _, err := fmt.Sscanf(n.Text, "%s\n%d\n%s\n", &name, &size, &root); err != nil || name != v.Name() {
		return fmt.Errorf("checkpoint %q: %w", n.Text, err)
	}
	data, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	var x struct {
		_                                  struct{} `cbor:",toarray"`
		Version                            int
		Public, Commitment, Personal, Salt []byte
	}
	if err := cbor.Unmarshal(data, &x); err != nil {
		return err
	}
	if c := sha256.Sum256(append(bytes.Clone(x.Salt), x.Personal...)); x.Salt != nil && !bytes.Equal(c[:], x.Commitment) {
		return errors.New("the personal part is not the one committed to")
	}
	public := sha256.Sum256(x.Public)
	leaf := sha256.Sum256(append(append([]byte("tregua/1"), public[:]...), x.Commitment...))
	if want := fmt.Sprintf("index %d", seq); lines[2] != want {
		return fmt.Errorf("%q, want %q", lines[2], want)
	}
	var p tlog.RecordProof
	for _, line := range lines[3:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		p = append(p, h)
	}
	r, err := tlog.ParseHash(root)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(p, size, r, seq, tlog.RecordHash(leaf[:]))
}

// TestProofsThatDoNotHold changes a proof file in each of its parts.
func TestProofsThatDoNotHold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.write(records(30)...)
	h.run()
	e, err := h.reader.Evidence(11, true)
	if err != nil {
		t.Fatal(err)
	}
	file, err := h.log.Prove(t.Context(), &e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.log.Prove(t.Context(), &ledger.Evidence{Sealed: ledger.Sealed{Seq: 30}}); !errors.Is(err, proof.ErrNotYet) {
		t.Errorf("a record to come: %v", err)
	}
	other := e
	other.Public = bytes.Replace(e.Public, []byte("dialer-1"), []byte("dialer-2"), 1)
	if _, err := h.log.Prove(t.Context(), &other); !errors.Is(err, proof.ErrPlace) {
		t.Errorf("another record: %v", err)
	}
	lines := strings.SplitAfter(string(file), "\n")
	with := func(i int, line string) []byte {
		changed := append([]string(nil), lines...)
		changed[i] = line
		return []byte(strings.Join(changed, ""))
	}
	data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(strings.TrimPrefix(lines[1], "extra ")))
	if err != nil {
		t.Fatal(err)
	}
	extra := func(was, is string) []byte {
		return with(1, "extra "+base64.StdEncoding.EncodeToString(bytes.Replace(data, []byte(was), []byte(is), 1))+"\n")
	}
	stranger, err := proof.LoadKey(t.TempDir(), h.signer.Name(), dice(9))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		file []byte
		want error
	}{
		{"nothing", nil, proof.ErrForm},
		{"another file", []byte("hello\n\nworld\n"), proof.ErrForm},
		{"no record", with(1, ""), proof.ErrForm},
		{"another place", with(2, "index 12\n"), proof.ErrPlace},
		{"place with a zero", with(2, "index 011\n"), proof.ErrForm},
		{"another sibling", with(3, lines[4]), proof.ErrPlace},
		{"a sibling less", with(3, ""), proof.ErrPlace},
		{"half a sibling", with(3, lines[3][8:]), proof.ErrForm},
		{"another trunk", extra("dialer-1", "dialer-2"), proof.ErrPlace},
		{"another number", extra("003933312345", "003933312346"), proof.ErrPersonal},
		{"another size", []byte(strings.Replace(string(file), "\n30\n", "\n31\n", 1)), proof.ErrSigned},
		{"no signature", []byte(strings.Join(lines[:len(lines)-2], "")), proof.ErrSigned},
	} {
		if _, err := proof.Verify(c.file, h.verifier()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	if _, err := proof.Verify(file, stranger.Verifier()); !errors.Is(err, proof.ErrSigned) {
		t.Errorf("another key: %v", err)
	}
}

func FuzzVerify(f *testing.F) {
	key, err := proof.LoadKey(f.TempDir(), "example.com/log", dice(4))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("c2sp.org/tlog-proof@v1\nextra hQFAQEBA\nindex 0\n\nexample.com/log\n1\nAAAA\n\n— x\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := proof.Verify(file, key.Verifier()); err == nil {
			t.Errorf("proves something under a key that nobody has: %q", file)
		}
	})
}
