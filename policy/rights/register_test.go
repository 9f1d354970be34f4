package rights_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/rights"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/memory"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const (
	number policy.Number = 393331234567
	other  policy.Number = 393331234568
)

// vault is a node as far as persons go: it survives its processes.
type vault struct {
	t     *testing.T
	keys  *seal.Keys
	slots *seal.MemoryFile
	state *memory.Store
	dir   string // of the keys
}

func newVault(t *testing.T) *vault {
	t.Helper()
	keys, err := seal.NewKeys(rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	return &vault{t, keys, &seal.MemoryFile{}, memory.New(), t.TempDir()}
}

// start opens the vault as a process does.
func (v *vault) start() (*seal.Subjects, *rights.Register) {
	v.t.Helper()
	s, err := seal.NewSubjects(v.slots, v.state, v.keys, 0)
	if err != nil {
		v.t.Fatal(err)
	}
	r, err := rights.OpenRegister(v.dir)
	if err != nil {
		v.t.Fatal(err)
	}
	v.t.Cleanup(func() { _ = r.Close() })
	return s, r
}

// give makes a subject key of n that a committed row names.
func (v *vault) give(s *seal.Subjects, n policy.Number) {
	v.t.Helper()
	if _, err := s.Key(v.keys.Index(n)); err != nil {
		v.t.Fatal(err)
	}
	rows, err := s.Sync()
	if err != nil {
		v.t.Fatal(err)
	}
	if err := v.state.Commit(store.Batch{Put: rows}); err != nil {
		v.t.Fatal(err)
	}
	s.Stored()
}

func (v *vault) has(s *seal.Subjects, n policy.Number) bool {
	v.t.Helper()
	_, err := s.Find(v.keys.Index(n))
	if err != nil && !errors.Is(err, seal.ErrGone) {
		v.t.Fatal(err)
	}
	return err == nil
}

func (v *vault) register() string {
	v.t.Helper()
	text, err := os.ReadFile(filepath.Join(v.dir, rights.RegisterName))
	if err != nil {
		v.t.Fatal(err)
	}
	return string(text)
}

// TestARestoredBackup does not bring a person back, and takes nothing from one
// who was called again after the erasure.
func TestARestoredBackup(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	s, r := v.start()
	v.give(s, number)
	v.give(s, other)
	backup := v.slots.Bytes()
	if err := r.Erase(s, v.keys.Index(number), noon); err != nil {
		t.Fatal(err)
	}
	if v.has(s, number) || !v.has(s, other) {
		t.Fatal("not the one number is erased")
	}
	if again, err := r.Apply(s); again != 0 || err != nil {
		t.Errorf("without a restore %d keys came back, %v", again, err)
	}

	if _, err := v.slots.WriteAt(backup, 0); err != nil {
		t.Fatal(err)
	}
	s, _ = v.start()
	if !v.has(s, number) {
		t.Fatal("the backup does not hold the person: the test shows nothing")
	}
	s, r = v.start()
	if again, err := r.Apply(s); again != 1 || err != nil {
		t.Errorf("%d keys came back, %v, want 1", again, err)
	}
	if v.has(s, number) || !v.has(s, other) {
		t.Error("after the restore not the one number is erased")
	}

	v.give(s, number)
	s, r = v.start()
	if again, err := r.Apply(s); again != 0 || err != nil || !v.has(s, number) {
		t.Errorf("a later key was taken: %d, %v", again, err)
	}
	if err := r.Erase(s, v.keys.Index(number), noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	_, r = v.start()
	all := r.All()
	if len(all) != 2 || all[0].Index != v.keys.Index(number) || !all[1].At.Equal(noon.Add(time.Hour)) || all[0].Mark == all[1].Mark {
		t.Errorf("the register holds %+v", all)
	}
}

// TestRegisterFirst: an erasure that was written down and not carried out is
// carried out at the next start; one that cannot be written down is not begun.
func TestRegisterFirst(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	s, r := v.start()
	v.give(s, number)
	v.give(s, other)
	fire := errors.New("the disk is on fire")
	if err := r.Erase(broken{s, fire}, v.keys.Index(number), noon); !errors.Is(err, fire) {
		t.Fatalf("the fault is told as %v", err)
	}
	s, r = v.start()
	if again, err := r.Apply(s); again != 1 || err != nil || v.has(s, number) {
		t.Errorf("%d keys erased at the start, %v", again, err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.Erase(s, v.keys.Index(other), noon); err == nil || !v.has(s, other) {
		t.Errorf("erased without a line in the register: %v", err)
	}
	if err := r.Erase(s, v.keys.Index(number), noon); !errors.Is(err, seal.ErrGone) {
		t.Errorf("a number without a key: %v", err)
	}
}

// broken cannot erase.
type broken struct {
	*seal.Subjects
	err error
}

func (b broken) Erase(seal.Index) error { return b.err }

// TestTornRegister: half a line is an erasure that never began, and the next
// line takes its place; any other damage stops the start and names the line.
func TestTornRegister(t *testing.T) {
	t.Parallel()
	v := newVault(t)
	s, r := v.start()
	v.give(s, number)
	v.give(s, other)
	for _, n := range []policy.Number{number, other} {
		if err := r.Erase(s, v.keys.Index(n), noon); err != nil {
			t.Fatal(err)
		}
	}
	whole, all := v.register(), r.All()
	if strings.Contains(whole, number.String()[1:]) {
		t.Error("the register has a number in clear")
	}
	first := strings.Index(whole, "\n") + 1
	for end := first; end < len(whole); end++ {
		v.write(whole[:end])
		_, r := v.start()
		if got := r.All(); !cmp.Equal(got, all[:1]) {
			t.Fatalf("cut at %d it holds %+v", end, got)
		}
	}
	v.give(s, number)
	v.write(whole[:first] + strings.Repeat("1", 500)) // longer than a line
	_, r = v.start()
	if err := r.Erase(s, v.keys.Index(number), noon); err != nil {
		t.Fatal(err)
	}
	if _, r = v.start(); len(r.All()) != 2 || !strings.HasSuffix(v.register(), "\n") {
		t.Errorf("after half a line: %q", v.register())
	}

	for name, bad := range map[string]string{
		"another version": "2" + whole[1:],
		"a cut index":     whole[:2] + whole[4:],
		"an empty line":   "\n" + whole,
		"no time":         strings.Replace(whole, "2026-", "year-", 1),
		"more in a line":  strings.Replace(whole, "\n", " 1\n", 1),
	} {
		v.write(bad)
		if _, err := rights.OpenRegister(v.dir); err == nil || !strings.Contains(err.Error(), "line 1: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func (v *vault) write(text string) {
	v.t.Helper()
	if err := os.WriteFile(filepath.Join(v.dir, rights.RegisterName), []byte(text), 0o600); err != nil {
		v.t.Fatal(err)
	}
}
