package badger

import "fmt"

// Check holds every table against its checksums. Badger itself takes a row that it
// cannot read for one that is not there.
func (s *Store) Check() (err error) {
	defer func() {
		// A table that is damaged makes it slice beyond its end.
		if p := recover(); p != nil {
			err = s.damaged(fmt.Errorf("%v", p))
		}
	}()
	if err := s.db.VerifyChecksum(); err != nil {
		return s.damaged(err)
	}
	return nil
}

func (s *Store) damaged(err error) error {
	return fmt.Errorf("store %s: it is damaged, and rows may read as missing: %w; restore it from a backup", s.dir, err)
}
