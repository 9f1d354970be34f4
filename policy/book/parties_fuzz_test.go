package book

import (
	"strings"
	"testing"

	"tregua/policy"
)

// FuzzBlock: a block that is read reads back from its name to the same, and all
// its numbers, and no others, are found in it.
func FuzzBlock(f *testing.F) {
	for _, s := range []string{"06 1234567x", "+39061234xxx", "0039333123456x", "+1212555xxxx", "061234567", "x", "+39x6"} {
		f.Add(s)
	}
	r, err := newReading("IT", "", nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		name, err := blockName(r, text)
		if err != nil {
			return
		}
		if again, err := blockName(r, name); err != nil || again != name {
			t.Fatalf("%q is %q, and that %q, %v", text, name, again, err)
		}
		b := blockOf(name)
		if b.open != strings.Count(text, "x") || b.first() == 0 {
			t.Fatalf("%q: %+v", text, b)
		}
		p := parties{callers: map[numberBlock]policy.CallerFact{b: {Known: policy.Present}}}
		last := b.first() + power10(b.open) - 1
		for n, want := range map[policy.Number]policy.Known{
			b.first(): policy.Present, last: policy.Present, b.first() - 1: policy.Absent, last + 1: policy.Absent,
		} {
			if got := p.caller(n).Known; got != want {
				t.Errorf("%q: %s is %v, want %v", text, n, got, want)
			}
		}
	})
}
