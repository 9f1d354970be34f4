package seal_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"tregua/policy"
	"tregua/policy/seal"
	"tregua/policy/store/memory"
)

// TestSubjectSealsCalls: what is sealed for a call opens for that call of that
// person alone, and is no personal part of a record.
func TestSubjectSealsCalls(t *testing.T) {
	t.Parallel()
	s := subjects(t, newKeys(t, 1), &seal.MemoryFile{}, memory.New(), 0)
	one, two := key(t, s, 1), key(t, s, 2)
	random, id := rand.NewChaCha8([32]byte{}), policy.AttemptID{1}
	sealed, err := one.SealCall(id, []byte("call"), random)
	if err != nil {
		t.Fatal(err)
	}
	if call, err := one.OpenCall(id, sealed); err != nil || string(call) != "call" {
		t.Errorf("opens as %q, %v", call, err)
	}
	record, _, err := one.Seal(id, []byte("call"), random)
	if err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func() ([]byte, error){
		"another person":    func() ([]byte, error) { return two.OpenCall(id, sealed) },
		"another call":      func() ([]byte, error) { return one.OpenCall(policy.AttemptID{2}, sealed) },
		"part of a record":  func() ([]byte, error) { return one.OpenCall(id, record) },
		"too short to read": func() ([]byte, error) { return one.OpenCall(id, sealed[:5]) },
	} {
		if call, err := open(); !errors.Is(err, seal.ErrGone) {
			t.Errorf("%s: %q, %v", name, call, err)
		}
	}
}
