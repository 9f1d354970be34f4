package proof

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/seal"
)

// header is the first line of a proof file.
const header = "c2sp.org/tlog-proof@v1"

// extra is the data that a proof file has besides the hashes, as deterministic
// CBOR (RFC 8949 section 4.2.1): all that the leaf is made of.
type extra struct {
	_          struct{} `cbor:",toarray"`
	Version    uint8    // 1
	Public     []byte   // of the record, see policy/ledger
	Commitment []byte   // 32 bytes
	Personal   []byte   // empty: the proof does not show it
	Salt       []byte   // 32 bytes, with Personal
}

var (
	encoder = must(cbor.CoreDetEncOptions().EncMode())
	decoder = must(cbor.DecOptions{ExtraReturnErrors: cbor.ExtraDecErrorUnknownField}.DecMode())
)

// must is for options that are constants.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// ErrNotYet is returned for a record that is not under the present checkpoint.
var ErrNotYet = errors.New("the record is not in the proof log yet; it is within a few seconds")

// Prove writes the proof file of a record: text, in the form of
// c2sp.org/tlog-proof.
func (l *Log) Prove(ctx context.Context, e *ledger.Evidence) ([]byte, error) {
	head, err := l.over(ctx, e.Seq)
	if err != nil {
		return nil, err
	}
	hashes, err := l.inclusion(ctx, e.Seq, head.Size)
	if err != nil {
		return nil, err
	}
	data, err := encoder.Marshal(&extra{
		Version: 1, Public: e.Public, Commitment: e.Commitment[:], Personal: e.Personal, Salt: e.Salt,
	})
	if err != nil {
		return nil, fmt.Errorf("proof of record %d: %w", e.Seq, err)
	}
	text := fmt.Appendf(nil, "%s\nextra %s\nindex %d\n", header, base64.StdEncoding.EncodeToString(data), e.Seq)
	for _, h := range hashes {
		text = append(base64.StdEncoding.AppendEncode(text, h), '\n')
	}
	text = append(append(text, '\n'), head.Text...)
	if _, err := Verify(text, l.c.Key.verifier); err != nil {
		return nil, fmt.Errorf("the proof log does not prove record %d, run `tregua ledger audit`: %w", e.Seq, err)
	}
	return text, nil
}

// soon is how long a proof waits for a record that ended just now, while the log
// adds records; each is how often it looks.
const (
	soon = 5 * time.Second
	each = 100 * time.Millisecond
)

// over returns a checkpoint that a record is under.
func (l *Log) over(ctx context.Context, seq uint64) (Head, error) {
	ctx, cancel := context.WithTimeout(ctx, soon)
	defer cancel()
	for {
		head, err := l.Head(ctx)
		if err != nil && !errors.Is(err, ErrEmpty) || err == nil && seq < head.Size {
			return head, err
		}
		if !l.live.Load() {
			return head, ErrNotYet
		}
		select {
		case <-ctx.Done():
			return head, ErrNotYet
		case <-time.After(each):
		}
	}
}

// Proven is what a proof file shows.
type Proven struct {
	Head     Head
	Seq      uint64
	Leaf     [32]byte
	Record   policy.Record // its personal fields are empty unless Personal
	Personal bool
}

// The reasons why a proof does not hold.
var (
	// ErrForm: the file is none.
	ErrForm = errors.New("not a proof file")
	// ErrSigned: the log of the key did not sign the checkpoint.
	ErrSigned = errors.New("the log of this key did not sign the checkpoint")
	// ErrPlace: the record is another one, or stands elsewhere.
	ErrPlace = errors.New("the checkpoint has no such record at this place")
	// ErrPersonal: the personal part is of another record.
	ErrPersonal = errors.New("the personal part is not the one that the record commits to")
)

// Verify verifies a proof file with the public key of its log, and with nothing
// else.
func Verify(file []byte, key note.Verifier) (p Proven, err error) {
	f, err := parse(file)
	if err != nil {
		return p, fmt.Errorf("%w: %w", ErrForm, err)
	}
	if p.Head, err = ReadHead(f.checkpoint, key); err != nil {
		return p, fmt.Errorf("%w: %w", ErrSigned, err)
	}
	p.Seq = f.index
	p.Leaf = ledger.LeafOf(f.Public, [32]byte(f.Commitment))
	hash := rfc6962.DefaultHasher.HashLeaf(p.Leaf[:])
	if err := proof.VerifyInclusion(rfc6962.DefaultHasher, p.Seq, p.Head.Size, hash, f.hashes, p.Head.Root[:]); err != nil {
		return p, fmt.Errorf("%w: %w", ErrPlace, err)
	}
	record, seq, err := ledger.ReadPublic(f.Public)
	if err != nil {
		return p, fmt.Errorf("%w: %w", ErrForm, err)
	}
	if seq != p.Seq {
		return p, fmt.Errorf("%w: the record calls itself %d, and stands at %d", ErrPlace, seq, p.Seq)
	}
	p.Record = record
	if len(f.Personal) == 0 && len(f.Salt) == 0 {
		return p, nil
	}
	if seal.Commit(f.Salt, f.Personal) != [32]byte(f.Commitment) {
		return p, ErrPersonal
	}
	if err := ledger.ReadPersonal(f.Personal, &p.Record); err != nil {
		return p, fmt.Errorf("%w: %w", ErrForm, err)
	}
	p.Personal = true
	return p, nil
}

// parsed is a proof file that nothing was verified of.
type parsed struct {
	extra
	index      uint64
	hashes     [][]byte
	checkpoint []byte
}

func parse(file []byte) (f parsed, err error) {
	top, checkpoint, found := bytes.Cut(file, []byte("\n\n"))
	if !found {
		return f, errors.New("no empty line before the checkpoint")
	}
	f.checkpoint = checkpoint
	lines := bytes.Split(top, []byte("\n"))
	if len(lines) < 3 || string(lines[0]) != header {
		return f, fmt.Errorf("line 1 is not %s", header)
	}
	if err := f.readExtra(lines[1]); err != nil {
		return f, fmt.Errorf("line 2: %w", err)
	}
	digits, ok := bytes.CutPrefix(lines[2], []byte("index "))
	if f.index, err = strconv.ParseUint(string(digits), 10, 63); !ok || err != nil || strconv.FormatUint(f.index, 10) != string(digits) {
		return f, errors.New("line 3: not \"index \" and a number")
	}
	for i, line := range lines[3:] {
		h, err := base64.StdEncoding.DecodeString(string(line))
		if err != nil || len(h) != 32 {
			return f, fmt.Errorf("line %d: not 32 bytes in base64", i+4)
		}
		f.hashes = append(f.hashes, h)
	}
	return f, nil
}

// readExtra reads the line of the record.
func (f *parsed) readExtra(line []byte) error {
	text, ok := bytes.CutPrefix(line, []byte("extra "))
	if !ok {
		return errors.New("not \"extra \" and the record")
	}
	data, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil {
		return fmt.Errorf("not base64: %w", err)
	}
	if err := decoder.Unmarshal(data, &f.extra); err != nil {
		return err
	}
	if f.Version != 1 {
		return fmt.Errorf("version %d, this program reads 1", f.Version)
	}
	if len(f.Commitment) != 32 {
		return fmt.Errorf("a commitment of %d bytes, want 32", len(f.Commitment))
	}
	return nil
}
