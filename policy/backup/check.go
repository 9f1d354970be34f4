package backup

import (
	"archive/tar"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"tregua/policy/seal"
)

// ErrDamaged is what the error of a backup is that is not as it was written.
var ErrDamaged = errors.New("the backup is damaged")

// maxSmall bounds the entries that are read whole, in bytes. The checksums take
// some hundred bytes for each entry.
const maxSmall = 1 << 30

// Check reads a backup from its beginning to its end and holds it against its
// checksums and the keys of its node. It writes nothing. What is damaged is an
// error that is [ErrDamaged] and names the entry and its place in bytes.
func Check(r io.Reader, keys *seal.Keys) (About, error) {
	about, _, err := read(r, keys, nil)
	return about, err
}

// reading is one reading of a backup.
type reading struct {
	at    counted
	tar   *tar.Reader
	use   func(name string, r io.Reader) error // nil: nothing but check
	about []byte
	sums  []byte
	got   sums
	from  []int64 // where each entry of got begins
}

// read checks a backup, and gives each entry but the first and the last to use
// meanwhile. Only after it has returned without an error does what use read count.
func read(r io.Reader, keys *seal.Keys, use func(name string, r io.Reader) error) (About, sums, error) {
	b := &reading{at: counted{r: r}, use: use}
	b.tar = tar.NewReader(&b.at)
	for b.sums == nil {
		if err := b.next(); err != nil {
			return About{}, nil, err
		}
	}
	about, err := b.verify(keys)
	return about, b.got, err
}

// next reads an entry.
func (b *reading) next() error {
	head, err := b.tar.Next()
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: it ends at byte %d after %s, and is not whole; copy it again or take another", ErrDamaged, b.at.n, b.last())
	case errors.Is(err, tar.ErrHeader) && len(b.got) == 0:
		return errors.New("the file is no backup of tregua")
	case err != nil:
		return fmt.Errorf("%w: at byte %d, after %s: %w", ErrDamaged, b.at.n, b.last(), err)
	case len(b.got) == 0 && head.Name != aboutName:
		return fmt.Errorf("the file is no backup of tregua: it begins with %s", head.Name)
	}
	from := b.at.n
	h := sha256.New()
	body := io.TeeReader(b.tar, h)
	if err := b.entry(head, body); err != nil {
		return b.broken(head.Name, from, err)
	}
	// What use has not read counts as well.
	if _, err := io.Copy(io.Discard, body); err != nil {
		return b.broken(head.Name, from, err)
	}
	if head.Name != sumsName {
		one := sum{name: head.Name, size: head.Size}
		h.Sum(one.hash[:0])
		b.got, b.from = append(b.got, one), append(b.from, from)
	}
	return nil
}

func (b *reading) entry(head *tar.Header, body io.Reader) (err error) {
	switch head.Name {
	case aboutName:
		b.about, err = io.ReadAll(io.LimitReader(body, maxSmall))
	case sumsName:
		b.sums, err = io.ReadAll(io.LimitReader(body, maxSmall))
	default:
		if b.use != nil {
			err = b.use(head.Name, body)
		}
	}
	return err
}

func (b *reading) broken(name string, from int64, err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it ends at byte %d in %s, which begins at byte %d; copy it again or take another", ErrDamaged, b.at.n, name, from)
	}
	return fmt.Errorf("%s at byte %d: %w", name, from, err)
}

// last names the entry that was read last.
func (b *reading) last() string {
	if len(b.got) == 0 {
		return "nothing"
	}
	return b.got[len(b.got)-1].name
}

// verify holds what was read against the checksums and the keys. Wrong keys are
// named only of a backup that is whole: otherwise the name of its keys may be what
// is damaged.
func (b *reading) verify(keys *seal.Keys) (About, error) {
	want, over, got, err := readSums(b.sums)
	if err != nil {
		return About{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if place, what, differ := b.got.differ(want); differ {
		at := b.at.n
		if place < len(b.got) {
			at = b.from[place]
		}
		name := want[min(place, len(want)-1)].name
		return About{}, fmt.Errorf("%w: %s at byte %d %s; copy it again or take another", ErrDamaged, name, at, what)
	}
	about, err := readAbout(b.about)
	if err != nil {
		return About{}, err
	}
	if about.Keys != "" && about.Keys != keys.Fingerprint() {
		return About{}, fmt.Errorf("the backup is of a node with the keys %s, these are %s; give the directory of its keys", about.Keys, keys.Fingerprint())
	}
	must, err := mac(keys, over)
	if err != nil {
		return About{}, err
	}
	if !hmac.Equal(got, must) {
		return About{}, fmt.Errorf("%w: its checksums are not signed with the keys of its node", ErrDamaged)
	}
	return about, nil
}

// counted counts what was read.
type counted struct {
	r io.Reader
	n int64
}

// Read reads.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
