package book_test

import (
	"fmt"
	"strings"
	"testing"

	"tregua/policy"
	"tregua/policy/disposition"
)

// FuzzDispositions: whatever of a few dispositions come, how often and in which
// order of the repeats, the rows are those of each once.
func FuzzDispositions(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5})
	f.Add([]byte{2, 2, 0x12, 5, 0x15, 3, 3})
	f.Fuzz(func(t *testing.T, order []byte) {
		once, often := openAcme(t), openAcme(t)
		seen := map[[2]byte]bool{}
		for _, b := range order[:min(len(order), 24)] {
			enter := func(d *desk) {
				x := d.closed(disposition.Kind(b%6) + 1)
				x.Number += policy.Number(b >> 4)
				x.Attempt[1] = b >> 4
				d.dispose(x)
			}
			enter(often)
			if what := [2]byte{b % 6, b >> 4}; !seen[what] {
				seen[what] = true
				enter(once)
			}
		}
		// What is sealed is sealed anew each time: what is known is compared.
		if got, want := knownOf(often), knownOf(once); got != want {
			t.Errorf("entered often:\n%s\nonce:\n%s", got, want)
		}
	})
}

// knownOf words what is known of the numbers of the fuzz.
func knownOf(d *desk) string {
	var out strings.Builder
	for i := range policy.Number(16) {
		p, err := d.known(d.principal("acme"), callee+i, "energy")
		if err != nil {
			d.t.Fatal(err)
		}
		one, _ := d.single(d.principal("acme"), callee+i)
		lines, err := d.Current().Lines(d.config.Store, d.principal("acme"), callee+i)
		if err != nil {
			d.t.Fatal(err)
		}
		fmt.Fprintln(&out, i, p, one.Listed.Known, one.Row, len(lines))
	}
	return out.String()
}
