package media_test

import (
	"testing"

	"tregua/media"
)

// TestKeys: each key is its event of RFC 4733 section 3.2 and no other, and what
// is no key is none.
func TestKeys(t *testing.T) {
	t.Parallel()
	for event, text := range []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"} {
		k, ok := media.ParseKey(text)
		if !ok {
			t.Errorf("%q is no key", text)
		}
		for other := range byte(255) {
			if got := k.Is([]byte{other, 0, 0, 0}); got != (int(other) == event) {
				t.Errorf("%q is event %d: %t", text, other, got)
			}
		}
	}
	for _, text := range []string{"", "A", "10", "é"} {
		if k, ok := media.ParseKey(text); ok || k.Is([]byte{0, 0, 0, 0}) || k.Is([]byte{255, 0, 0, 0}) {
			t.Errorf("%q is a key", text)
		}
	}
}
