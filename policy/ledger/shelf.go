package ledger

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"sync"

	"tregua/policy/store"
)

// Shelf holds the stores of the months. A store is opened when it is asked for
// and stays open while it is used; of those nobody uses, those used last
// stay open. It is safe for concurrent use.
type Shelf struct {
	open func(month string) (store.Store, error)
	list func() ([]string, error)

	mu    sync.Mutex // protects the fields below, and is held while a store opens or closes
	books []*book    // used last, last
	dead  bool
}

type book struct {
	month string
	store store.Store
	users int
}

// spare is how many stores stay open that nobody uses: those of two years, and of the
// months at the ends. Who looks a number up reads all of them, and to open one takes
// some 20 ms; open, it takes 1.5 MB.
const spare = 26

// NewShelf returns a shelf whose months, "2026-11", are opened (and made when
// missing) by open and listed by list, see [Directory].
func NewShelf(open func(month string) (store.Store, error), list func() ([]string, error)) *Shelf {
	return &Shelf{open: open, list: list}
}

var month = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)

// Directory lists the months that have a directory in dir; none when dir is
// missing.
func Directory(dir string) func() ([]string, error) {
	return func() ([]string, error) {
		entries, err := os.ReadDir(dir)
		if errors.Is(err, os.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("list the months: %w", err)
		}
		var names []string
		for _, e := range entries {
			if e.IsDir() && month.MatchString(e.Name()) {
				names = append(names, e.Name())
			}
		}
		return names, nil
	}
}

// Months returns the months that exist, oldest first.
func (s *Shelf) Months() ([]string, error) {
	names, err := s.list()
	slices.Sort(names)
	return names, err
}

// With calls use with the store of a month, which stays open until use
// returns.
func (s *Shelf) With(month string, use func(store.Store) error) error {
	b, err := s.take(month)
	if err != nil {
		return fmt.Errorf("month %s: %w", month, err)
	}
	defer s.giveBack(b)
	if err := use(b.store); err != nil {
		return fmt.Errorf("month %s: %w", month, err)
	}
	return nil
}

func (s *Shelf) take(month string) (*book, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead {
		return nil, errors.New("the ledger is closed")
	}
	i := slices.IndexFunc(s.books, func(b *book) bool { return b.month == month })
	var b *book
	if i >= 0 {
		b = s.books[i]
		s.books = slices.Delete(s.books, i, i+1)
	} else {
		st, err := s.open(month)
		if err != nil {
			return nil, err
		}
		b = &book{month: month, store: st}
	}
	b.users++
	s.books = append(s.books, b)
	return b, nil
}

// giveBack ends a use and closes the store that was not used for longest, if
// too many are idle. A store that will not close cleanly has lost nothing that
// was committed.
func (s *Shelf) giveBack(b *book) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b.users--
	i := slices.Index(s.books, b)
	s.books = append(slices.Delete(s.books, i, i+1), b)
	idle := 0
	for _, b := range s.books {
		if b.users == 0 {
			idle++
		}
	}
	for i := 0; idle > spare && i < len(s.books); {
		if s.books[i].users > 0 {
			i++
			continue
		}
		_ = s.books[i].store.Close()
		s.books = slices.Delete(s.books, i, i+1)
		idle--
	}
}

// Close closes the stores; nobody may be using one.
func (s *Shelf) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dead = true
	errs := make([]error, 0, len(s.books))
	for _, b := range s.books {
		errs = append(errs, b.store.Close())
	}
	s.books = nil
	return errors.Join(errs...)
}
