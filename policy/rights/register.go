package rights

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"tregua/policy/seal"
)

// RegisterName is the name of the register in the directory of the keys.
const RegisterName = "erased"

// Subjects is what an erasure needs of the subject keys: [seal.Subjects].
type Subjects interface {
	Mark(seal.Index) (seal.Mark, error)
	Erase(seal.Index) error
	EraseMarked(seal.Mark) (bool, error)
}

// Erasure is one line of the register. No number stands in it in clear.
type Erasure struct {
	Index seal.Index // of the number
	At    time.Time  // in UTC, to the second
	Mark  seal.Mark  // of the key that was erased; zero: the number had none
	// Sealed is the number under the number key: sets hold numbers in clear, and a
	// backup that is restored has them again. Nil: only the key was erased.
	Sealed []byte
}

// Register is the list of all erasures of a node, oldest first. It is safe for
// concurrent use.
type Register struct {
	file *os.File
	path string

	mu   sync.Mutex // protects the fields below
	done []Erasure
	end  int64               // of the last whole line
	back map[seal.Index]bool // whose keys were there again at the start
}

// OpenRegister opens the register of dir, or makes an empty one. A last line
// without its end is of an erasure that a crash kept from beginning: it does
// not count. Any other line that cannot be read is an error: left out, a person
// would come back.
func OpenRegister(dir string) (*Register, error) {
	path := filepath.Join(dir, RegisterName)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("register of erasures: %w", err)
	}
	r := &Register{file: f, path: path}
	if err := errors.Join(r.load(), syncDir(dir)); err != nil {
		return nil, fmt.Errorf("register of erasures %s: %w", path, errors.Join(err, f.Close()))
	}
	return r, nil
}

func (r *Register) load() error {
	text, err := os.ReadFile(r.path)
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		line, rest, whole := bytes.Cut(text, []byte("\n"))
		if !whole {
			return nil
		}
		e, err := parseErasure(string(line))
		if err != nil {
			return fmt.Errorf("line %d: %w; restore the file, it is not part of a backup of the data", n, err)
		}
		r.done = append(r.done, e)
		r.end += int64(len(line)) + 1
		text = rest
	}
}

// Erase writes the erasure of h down, syncs, and then overwrites its subject
// key: when a crash comes in between, the next [Register.Apply] ends what was
// begun. [seal.ErrGone]: there is no key, nothing is sealed under the number.
func (r *Register) Erase(s Subjects, h seal.Index, at time.Time) error {
	m, err := s.Mark(h)
	if err != nil {
		return err
	}
	if err := r.Begin(Erasure{Index: h, At: at, Mark: m}); err != nil {
		return err
	}
	return s.Erase(h)
}

// Begin writes an erasure down and syncs. What it is of is taken away after that.
// Its time is rounded up: what the second of the erasure brought goes with it.
func (r *Register) Begin(e Erasure) error {
	e.At = second(e.At)
	if err := r.add(e); err != nil {
		return fmt.Errorf("register of erasures %s: %w", r.path, err)
	}
	return nil
}

// add writes a line over what stands after the last whole one.
func (r *Register) add(e Erasure) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	line := []byte(e.line())
	if err := r.file.Truncate(r.end); err != nil {
		return err
	}
	if _, err := r.file.WriteAt(line, r.end); err != nil {
		return err
	}
	if err := r.file.Sync(); err != nil {
		return err
	}
	r.end += int64(len(line))
	r.done = append(r.done, e)
	return nil
}

// Apply erases again what a restored copy has brought back and returns how many
// keys that were. It is for the start, before any record is read.
func (r *Register) Apply(s Subjects) (again int, err error) {
	for _, e := range r.All() {
		had, err := s.EraseMarked(e.Mark)
		if err != nil {
			return again, fmt.Errorf("register of erasures %s: %w", r.path, err)
		}
		if had {
			again++
			r.revive(e.Index)
		}
	}
	return again, nil
}

func (r *Register) revive(h seal.Index) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.back == nil {
		r.back = map[seal.Index]bool{}
	}
	r.back[h] = true
}

// revived reports whether the key of h was there again at the start; once.
func (r *Register) revived(h seal.Index) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	was := r.back[h]
	delete(r.back, h)
	return was
}

// All returns the erasures, oldest first.
func (r *Register) All() []Erasure {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.done)
}

// Close closes the file.
func (r *Register) Close() error { return r.file.Close() }

// erasureFormat is a line: version, index, time, slot and sum of the mark. A
// line of version 2 ends with the sealed number.
const (
	erasureFormat = "1 %x %s %d %x\n"
	sealedFormat  = "2 %x %s %d %x %x\n"
)

func (e *Erasure) line() string {
	at := e.At.Format(time.RFC3339)
	if e.Sealed == nil {
		return fmt.Sprintf(erasureFormat, e.Index, at, e.Mark.Slot, e.Mark.Sum)
	}
	return fmt.Sprintf(sealedFormat, e.Index, at, e.Mark.Slot, e.Mark.Sum, e.Sealed)
}

// parseErasure reads a line without its end. What it takes is what line writes.
func parseErasure(text string) (e Erasure, err error) {
	var index, sum []byte
	var at string
	format, to := erasureFormat, []any{&index, &at, &e.Mark.Slot, &sum}
	if strings.HasPrefix(text, "2 ") {
		format, to = sealedFormat, append(to, &e.Sealed)
	}
	if _, err := fmt.Sscanf(text+"\n", format, to...); err != nil {
		return Erasure{}, errors.New("it is not an erasure of this program")
	}
	if e.At, err = time.Parse(time.RFC3339, at); err != nil {
		return Erasure{}, fmt.Errorf("the time %q is none", at)
	}
	copy(e.Index[:], index)
	copy(e.Mark.Sum[:], sum)
	if e.line() != text+"\n" {
		return Erasure{}, errors.New("it is not as this program writes it")
	}
	return e, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
