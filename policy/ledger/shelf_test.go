package ledger_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tregua/policy/ledger"
	"tregua/policy/store"
	"tregua/policy/store/memory"
)

// counted tells how many of its kind are open.
type counted struct {
	*memory.Store
	open *int
}

func (c counted) Close() error { *c.open--; return c.Store.Close() }

func TestShelfClosesTheIdle(t *testing.T) {
	t.Parallel()
	open, opened := 0, 0
	s := ledger.NewShelf(func(string) (store.Store, error) {
		open, opened = open+1, opened+1
		return counted{memory.New(), &open}, nil
	}, func() ([]string, error) { return []string{"2026-12", "2026-11"}, nil })
	use := func(month string, inside func()) {
		t.Helper()
		err := s.With(month, func(st store.Store) error {
			inside()
			_, _, err := st.Get([]byte("a"))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	use("2026-01", func() {
		for m := range 30 {
			use(fmt.Sprintf("%d-02", 2000+m), func() {})
		}
		if open != 27 {
			t.Errorf("%d stores open: one is used, those of two years may stay", open)
		}
	})
	before := opened
	use("2026-01", func() {})
	use("2005-02", func() {})
	if open != 26 || opened != before {
		t.Errorf("%d stores open, %d opened again", open, opened-before)
	}
	if names, err := s.Months(); err != nil || !slices.Equal(names, []string{"2026-11", "2026-12"}) {
		t.Errorf("months %q, %v", names, err)
	}
	if err := s.Close(); err != nil || open != 0 {
		t.Errorf("%d stores open after Close, %v", open, err)
	}
	if err := s.With("2026-01", func(store.Store) error { return nil }); err == nil {
		t.Error("a closed shelf opens a store")
	}
}

func TestShelfSaysWhichMonth(t *testing.T) {
	t.Parallel()
	s := ledger.NewShelf(func(string) (store.Store, error) { return nil, errStore }, nil)
	err := s.With("2026-11", nil)
	if !errors.Is(err, errStore) || err.Error() != "month 2026-11: the disk is on fire" {
		t.Errorf("error %v", err)
	}
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"2026-11", "2026-13", "lost+found", "2025-01"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "2026-10"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := ledger.Directory(dir)(); err != nil || !slices.Equal(got, []string{"2025-01", "2026-11"}) {
		t.Errorf("months %q, %v", got, err)
	}
	if got, err := ledger.Directory(filepath.Join(dir, "none"))(); err != nil || len(got) != 0 {
		t.Errorf("months %q, %v", got, err)
	}
}
