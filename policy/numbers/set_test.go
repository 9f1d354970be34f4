package numbers_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"tregua/policy"
	"tregua/policy/numbers"
)

func build(t testing.TB, list []policy.Number) (numbers.Encoding, []byte, numbers.Set) {
	t.Helper()
	var b numbers.Builder
	for _, n := range list {
		b.Add(n)
	}
	return encode(t, &b)
}

// encode writes a set down and reads it back.
func encode(t testing.TB, b *numbers.Builder) (numbers.Encoding, []byte, numbers.Set) {
	t.Helper()
	var data bytes.Buffer
	encoding := b.Encoding()
	if err := b.Write(&data, encoding); err != nil {
		t.Fatal(err)
	}
	set, err := numbers.ReadSet(encoding, data.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return encoding, data.Bytes(), set
}

// spread gives count numbers, of which perContainer lie in each 65,536.
func spread(count, perContainer int) []policy.Number {
	list := make([]policy.Number, count)
	for i := range list {
		list[i] = policy.Number(393_300_000_000>>16<<16 + uint64(i/perContainer)<<16 + uint64(i%perContainer)*7)
	}
	return list
}

func TestSet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		list []policy.Number
		want numbers.Encoding
	}{
		{"empty", nil, numbers.Column},
		{"one", []policy.Number{390612345678}, numbers.Column},
		{"sparse", spread(700, 7), numbers.Column},
		{"break-even", spread(800, 8), numbers.Roaring},
		{"dense", spread(70_000, 5_000), numbers.Roaring},
		{"highest", append(spread(64, 64), ^policy.Number(0)), numbers.Roaring},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			shuffled := slices.Clone(c.list)
			rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) {
				shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
			})
			encoding, _, set := build(t, append(shuffled, shuffled...))
			if encoding != c.want {
				t.Errorf("encoding %v, want %v", encoding, c.want)
			}
			if set.Len() != len(c.list) {
				t.Errorf("Len %d, want %d", set.Len(), len(c.list))
			}
			if got := slices.Collect(set.Each()); !slices.Equal(got, c.list) {
				t.Errorf("Each: %d numbers, want %d in ascending order", len(got), len(c.list))
			}
			for i, n := range c.list {
				if place, ok := set.Find(n); !set.Contains(n) || !ok || place != i {
					t.Fatalf("%s is missing, or not at %d but %d", n, i, place)
				}
				next := n + 1
				if _, ok := set.Find(next); ok != set.Contains(next) {
					t.Fatalf("%s is found and not contained, or the reverse", next)
				}
				if _, there := slices.BinarySearch(c.list, next); set.Contains(next) != there {
					t.Fatalf("wrong answer for %s", next)
				}
			}
			for range set.Each() {
				break // stopping early must not panic
			}
		})
	}
}

func TestBuilder(t *testing.T) {
	t.Parallel()
	var b numbers.Builder
	if b.Contains(39) || b.Len() != 0 || len(slices.Collect(b.Each())) != 0 {
		t.Fatal("the zero builder is not empty")
	}
	if !b.Add(39) || b.Add(39) || !b.Contains(39) || b.Len() != 1 {
		t.Fatal("a number counts once")
	}
}

// TestBuilderMany: many at once, and sets merged, are the set of the same
// numbers added singly; Common counts what two have.
func TestBuilderMany(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, count := range []int{0, 1, 4096, 4097, 30_000} {
		var one, many, merged numbers.Builder
		list := make([]policy.Number, count)
		for i := range list {
			list[i] = policy.Number(393_300_000_000 + rnd.Uint64N(uint64(count)*20))
			one.Add(list[i])
		}
		half := list[:count/2]
		var a, b numbers.Builder
		a.AddMany(slices.Clone(half))
		b.AddMany(slices.Clone(list[count/2:]))
		merged.Merge(&a)
		merged.Merge(&b)
		merged.Merge(&numbers.Builder{})
		common := 0
		for n := range b.Each() {
			if a.Contains(n) {
				common++
			}
		}
		many.AddMany(list)
		want := slices.Collect(one.Each())
		if !slices.Equal(slices.Collect(many.Each()), want) || !slices.Equal(slices.Collect(merged.Each()), want) {
			t.Errorf("%d numbers: %d at once, %d merged, want %d", count, many.Len(), merged.Len(), len(want))
		}
		if a.Common(&b) != common || a.Len()+b.Len()-common != merged.Len() {
			t.Errorf("%d numbers: %d in common, want %d", count, a.Common(&b), common)
		}
	}
	if err := new(numbers.Builder).Write(new(bytes.Buffer), 9); err == nil {
		t.Error("an encoding that does not exist is written")
	}
	if _, _, set := encode(t, new(numbers.Builder)); set.Len() != 0 {
		t.Error("nothing is something")
	}
}

func TestEncodingText(t *testing.T) {
	t.Parallel()
	for _, e := range []numbers.Encoding{numbers.Roaring, numbers.Column} {
		text, err := e.MarshalText()
		var back numbers.Encoding
		if err != nil || back.UnmarshalText(text) != nil || back != e || string(text) != e.Ext() {
			t.Errorf("%d is %q and back %d, %v", e, text, back, err)
		}
	}
	var e numbers.Encoding
	if _, err := e.MarshalText(); err == nil || e.UnmarshalText([]byte("")) == nil || e.UnmarshalText([]byte("csv")) == nil {
		t.Error("an encoding that does not exist has a text")
	}
}

func TestReadSetRefuses(t *testing.T) {
	t.Parallel()
	_, roaring, _ := build(t, spread(800, 80))
	for _, c := range []struct {
		name     string
		encoding numbers.Encoding
		data     []byte
	}{
		{"no such encoding", 9, nil},
		{"half a row", numbers.Column, make([]byte, 12)},
		{"a row twice", numbers.Column, make([]byte, 16)},
		{"roaring, nothing", numbers.Roaring, nil},
		{"roaring, cut", numbers.Roaring, roaring[:len(roaring)-3]},
		{"roaring, more", numbers.Roaring, append(slices.Clone(roaring), 0)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if set, err := numbers.ReadSet(c.encoding, c.data); err == nil {
				t.Errorf("read as a set of %d", set.Len())
			}
		})
	}
}

// FuzzReadSet holds the law that bytes are either refused or a set whose three
// methods agree.
func FuzzReadSet(f *testing.F) {
	for _, list := range [][]policy.Number{nil, spread(20, 2), spread(200, 50), spread(9_000, 9_000)} {
		encoding, data, _ := build(f, list)
		f.Add(uint8(encoding), data)
	}
	f.Fuzz(func(t *testing.T, encoding uint8, data []byte) {
		set, err := numbers.ReadSet(numbers.Encoding(encoding), data)
		if err != nil {
			return
		}
		if set.Len() > 1<<20 {
			t.Skip("runs make huge sets of few bytes")
		}
		list := slices.Collect(set.Each())
		if len(list) != set.Len() || !slices.IsSorted(list) {
			t.Fatalf("Each gives %d numbers, Len says %d", len(list), set.Len())
		}
		for i, n := range list {
			if place, ok := set.Find(n); !set.Contains(n) || !ok || place != i {
				t.Fatalf("%d is yielded at %d, contained: %t, found at %d: %t", n, i, set.Contains(n), place, ok)
			}
		}
	})
}

func BenchmarkContains(b *testing.B) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name   string
		size   int
		spread uint64
	}{{"roaring-5M", 5_000_000, 1_000_000_000}, {"column-50k", 50_000, 10_000_000_000}} {
		list := make([]policy.Number, c.size)
		for i := range list {
			list[i] = policy.Number(393_000_000_000 + rnd.Uint64N(c.spread))
		}
		_, _, set := build(b, list)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				set.Contains(list[i%len(list)])
				i += 7919
			}
		})
	}
}
