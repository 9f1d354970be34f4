package storetest

import (
	"bytes"
	"slices"
	"testing"

	"tregua/policy/store"
)

// rows makes rows of "key=value".
func rows(pairs ...string) []store.Row {
	out := make([]store.Row, 0, len(pairs))
	for _, p := range pairs {
		k, v, _ := bytes.Cut([]byte(p), []byte("="))
		out = append(out, store.Row{Key: bytes.Clone(k), Value: bytes.Clone(v)})
	}
	return out
}

func put(t *testing.T, s store.Store, pairs ...string) {
	t.Helper()
	commit(t, s, store.Batch{Put: rows(pairs...)})
}

func commit(t *testing.T, s store.Store, b store.Batch) {
	t.Helper()
	if err := s.Commit(b); err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, s store.Store, prefix, from string, pairs ...string) {
	t.Helper()
	var start []byte
	if from != "" {
		start = []byte(from)
	}
	var got []string
	for r, err := range s.Scan([]byte(prefix), start) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(r.Key)+"="+string(r.Value))
	}
	if !slices.Equal(got, pairs) {
		t.Fatalf("scan of %q from %q gives %q, want %q", prefix, from, got, pairs)
	}
}

func wantRow(t *testing.T, s store.Store, key, value string) {
	t.Helper()
	v, found, err := s.Get([]byte(key))
	if err != nil || !found || string(v) != value {
		t.Fatalf("row %q is %q, %t, %v; want %q", key, v, found, err, value)
	}
}

func wantMissing(t *testing.T, s store.Store, key string) {
	t.Helper()
	if v, found, err := s.Get([]byte(key)); v != nil || found || err != nil {
		t.Fatalf("row %q is %q, %t, %v; want none", key, v, found, err)
	}
}
