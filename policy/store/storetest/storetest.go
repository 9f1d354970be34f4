// Package storetest is the suite that every store passes.
package storetest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"

	"tregua/policy/store"
)

// Run runs the suite. Open must return a new, empty store for each call.
func Run(t *testing.T, open func(t *testing.T) store.Store) {
	for _, c := range []struct {
		name string
		test func(*testing.T, store.Store)
	}{
		{"a missing row is no error", missing},
		{"rows come back", comeBack},
		{"a put replaces", replaces},
		{"a delete removes", deletes},
		{"values and keys may be kept and changed", kept},
		{"an empty value is a row", empty},
		{"an empty batch is nothing", nothing},
		{"a scan is ordered", ordered},
		{"a scan keeps to prefix and from", bounds},
		{"a scan may stop", stops},
		{"a scan is of one moment", moment},
		{"a batch is seen whole", whole},
		{"the largest batch", largest},
		{"a batch too large leaves nothing", tooLarge},
		{"a closed store says so", closed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			t.Cleanup(func() { s.Close() })
			c.test(t, s)
		})
	}
}

func missing(t *testing.T, s store.Store) {
	wantMissing(t, s, "a")
	commit(t, s, store.Batch{Delete: [][]byte{[]byte("a")}})
	wantMissing(t, s, "a")
	want(t, s, "", "")
}

func comeBack(t *testing.T, s store.Store) {
	put(t, s, "b=2", "a=1", "c=3")
	wantRow(t, s, "a", "1")
	wantRow(t, s, "b", "2")
	want(t, s, "", "", "a=1", "b=2", "c=3")
}

func replaces(t *testing.T, s store.Store) {
	put(t, s, "a=1", "b=1")
	put(t, s, "a=2")
	want(t, s, "", "", "a=2", "b=1")
}

func deletes(t *testing.T, s store.Store) {
	put(t, s, "a=1", "b=2", "c=3")
	commit(t, s, store.Batch{Put: rows("d=4"), Delete: [][]byte{[]byte("b"), []byte("none")}})
	wantMissing(t, s, "b")
	want(t, s, "", "", "a=1", "c=3", "d=4")
	put(t, s, "b=5")
	want(t, s, "", "", "a=1", "b=5", "c=3", "d=4")
}

func kept(t *testing.T, s store.Store) {
	b := store.Batch{Put: rows("a=1", "b=2")}
	commit(t, s, b)
	b.Put[0].Value[0], b.Put[1].Key[0] = 'X', 'X'
	v, _, err := s.Get([]byte("a"))
	if err != nil {
		t.Fatal(err)
	}
	v[0] = 'Y'
	for r, err := range s.Scan(nil, nil) {
		if err != nil {
			t.Fatal(err)
		}
		r.Key[0], r.Value[0] = 'Z', 'Z'
	}
	want(t, s, "", "", "a=1", "b=2")
}

func empty(t *testing.T, s store.Store) {
	put(t, s, "a=")
	wantRow(t, s, "a", "")
	want(t, s, "", "", "a=")
}

func nothing(t *testing.T, s store.Store) {
	commit(t, s, store.Batch{})
	want(t, s, "", "")
}

func ordered(t *testing.T, s store.Store) {
	var b store.Batch
	for i := range uint32(1000) {
		key := binary.BigEndian.AppendUint32(nil, i*2654435761) // scattered over all of uint32
		b.Put = append(b.Put, store.Row{Key: key, Value: key})
	}
	commit(t, s, b)
	slices.SortFunc(b.Put, func(x, y store.Row) int { return bytes.Compare(x.Key, y.Key) })
	i := 0
	for r, err := range s.Scan(nil, nil) {
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(r.Key, b.Put[i].Key) || !bytes.Equal(r.Value, r.Key) {
			t.Fatalf("row %d is %x = %x, want %x", i, r.Key, r.Value, b.Put[i].Key)
		}
		i++
	}
	if i != len(b.Put) {
		t.Fatalf("%d rows, want %d", i, len(b.Put))
	}
}

func bounds(t *testing.T, s store.Store) {
	put(t, s, "a=0", "p=1", "p1=2", "p2=3", "p21=4", "p3=5", "q=6")
	want(t, s, "p", "", "p=1", "p1=2", "p2=3", "p21=4", "p3=5")
	want(t, s, "p2", "", "p2=3", "p21=4")
	want(t, s, "p", "p2", "p2=3", "p21=4", "p3=5")
	want(t, s, "p", "p20", "p21=4", "p3=5")
	want(t, s, "p", "a", "p=1", "p1=2", "p2=3", "p21=4", "p3=5")
	want(t, s, "p", "q")
	want(t, s, "x", "")
	want(t, s, "", "p3", "p3=5", "q=6")
}

func stops(t *testing.T, s store.Store) {
	put(t, s, "a=1", "b=2", "c=3")
	n := 0
	for _, err := range s.Scan(nil, nil) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 2 {
			break
		}
	}
	put(t, s, "d=4") // the scan left nothing locked
	want(t, s, "", "", "a=1", "b=2", "c=3", "d=4")
}

func moment(t *testing.T, s store.Store) {
	put(t, s, "a=1", "b=1", "c=1")
	var got []string
	for r, err := range s.Scan(nil, nil) {
		if err != nil {
			t.Fatal(err)
		}
		if len(got) == 0 {
			commit(t, s, store.Batch{Put: rows("c=2", "d=2"), Delete: [][]byte{[]byte("b")}})
		}
		got = append(got, string(r.Key)+"="+string(r.Value))
	}
	if w := []string{"a=1", "b=1", "c=1"}; !slices.Equal(got, w) {
		t.Fatalf("rows %q, want %q", got, w)
	}
}

// whole reads while two rows are always written alike.
func whole(t *testing.T, s store.Store) {
	put(t, s, "x=0", "y=0")
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 200 {
			v := strconv.Itoa(i)
			if err := s.Commit(store.Batch{Put: rows("x="+v, "y="+v)}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for range 200 {
		var v []string
		for r, err := range s.Scan(nil, nil) {
			if err != nil {
				t.Fatal(err)
			}
			v = append(v, string(r.Value))
		}
		if len(v) != 2 || v[0] != v[1] {
			t.Fatalf("half a batch was seen: %q", v)
		}
	}
	wg.Wait()
}

func largest(t *testing.T, s store.Store) {
	var b store.Batch
	const size = store.MaxBytes / store.MaxRows
	for i := range store.MaxRows {
		key := binary.BigEndian.AppendUint32(nil, uint32(i))
		b.Put = append(b.Put, store.Row{Key: key, Value: make([]byte, size-len(key))})
	}
	commit(t, s, b)
	n := 0
	for _, err := range s.Scan(nil, nil) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != store.MaxRows {
		t.Fatalf("%d rows, want %d", n, store.MaxRows)
	}
	big := store.Batch{Put: []store.Row{{Key: []byte("big"), Value: make([]byte, store.MaxBytes-3)}}}
	commit(t, s, big)
	if v, _, err := s.Get([]byte("big")); err != nil || len(v) != store.MaxBytes-3 {
		t.Fatalf("a value of %d bytes came back with %d: %v", store.MaxBytes-3, len(v), err)
	}
}

func tooLarge(t *testing.T, s store.Store) {
	put(t, s, "a=1")
	many := make([]store.Row, store.MaxRows+1)
	for i := range many {
		many[i].Key = binary.BigEndian.AppendUint32(nil, uint32(i))
	}
	for _, b := range []store.Batch{
		{Put: many},
		{Put: rows("a=2"), Delete: [][]byte{make([]byte, store.MaxBytes)}},
		{Put: []store.Row{{Key: []byte("b"), Value: make([]byte, store.MaxBytes)}}},
	} {
		if err := s.Commit(b); !errors.Is(err, store.ErrTooLarge) {
			t.Fatalf("error %v, want ErrTooLarge", err)
		}
	}
	want(t, s, "", "", "a=1")
}

func closed(t *testing.T, s store.Store) {
	put(t, s, "a=1")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Get([]byte("a")); err == nil {
		t.Error("Get of a closed store gives no error")
	}
	if err := s.Commit(store.Batch{Put: rows("a=2")}); err == nil {
		t.Error("Commit to a closed store gives no error")
	}
	n := 0
	for _, err := range s.Scan(nil, nil) {
		if n++; err == nil {
			t.Error("Scan of a closed store gives a row")
		}
	}
	if n != 1 {
		t.Errorf("Scan of a closed store yields %d times, want 1", n)
	}
}
