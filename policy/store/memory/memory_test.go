package memory_test

import (
	"errors"
	"testing"

	"tregua/policy/store"
	"tregua/policy/store/memory"
	"tregua/policy/store/storetest"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) store.Store { return memory.New() })
}

func TestCrashKeepsWhatWasCommitted(t *testing.T) {
	t.Parallel()
	s := memory.New()
	row := store.Row{Key: []byte("a"), Value: []byte("1")}
	if err := s.Commit(store.Batch{Put: []store.Row{row}}); err != nil {
		t.Fatal(err)
	}
	next := s.Crash()
	if err := s.Commit(store.Batch{}); !errors.Is(err, memory.ErrClosed) {
		t.Fatalf("the crashed store takes a batch: %v", err)
	}
	if v, found, err := next.Get(row.Key); !found || string(v) != "1" || err != nil {
		t.Fatalf("after the crash: %q, %t, %v", v, found, err)
	}
	if next.Len() != 1 {
		t.Fatalf("%d rows", next.Len())
	}
}
