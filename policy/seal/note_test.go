package seal

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"
)

// TestNote holds that a note is opened for its own purpose only, and is neither
// in clear nor twice the same.
func TestNote(t *testing.T) {
	t.Parallel()
	k, err := NewKeys(rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("+393331234567 said so")
	sealed, err := k.SealNote(text, "proposal")
	if err != nil || bytes.Contains(sealed, []byte("333")) {
		t.Fatalf("%q %v", sealed, err)
	}
	if again, _ := k.SealNote(text, "proposal"); bytes.Equal(again, sealed) {
		t.Error("sealed twice it is the same")
	}
	if got, err := k.OpenNote(sealed, "proposal"); err != nil || !bytes.Equal(got, text) {
		t.Errorf("opened %q %v", got, err)
	}
	for name, open := range map[string]func() error{
		"for another purpose": func() error { _, err := k.OpenNote(sealed, "proposals"); return err },
		"as a number":         func() error { _, err := k.OpenNumber(sealed); return err },
		"cut short":           func() error { _, err := k.OpenNote(sealed[:len(sealed)-1], "proposal"); return err },
		"nothing":             func() error { _, err := k.OpenNote(nil, "proposal"); return err },
	} {
		if err := open(); !errors.Is(err, ErrGone) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
