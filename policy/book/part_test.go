package book_test

import (
	"testing"

	"tregua/policy/book"
)

// TestKinds holds the values of the kinds, which stand in rows and are never
// given again, and that only what an import brings has a name to import it by.
func TestKinds(t *testing.T) {
	t.Parallel()
	names := map[book.Kind]string{1: "registry", 2: "blacklist", 3: "consents", 4: "list", 5: "contacts", 6: "contracts", 7: "requests", 8: "reassigned"}
	for k := range book.Kind(255) {
		got, err := book.ParseKind(k.String())
		if name, ok := names[k]; (err == nil) != ok || ok && (got != k || k.String() != name) {
			t.Errorf("kind %d is %s: %d, %v", uint8(k), k, uint8(got), err)
		}
	}
}
