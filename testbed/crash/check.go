package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/badger"
)

// tally is what a check counted.
type tally struct{ records, notes, summaries uint64 }

// check reads the whole ledger, which nobody has open. Whole: every attempt has
// ended.
func (s *scene) check(whole bool) (err error) {
	data := filepath.Join(s.site.Dir, "data")
	st, err := badger.Open(badger.Config{Dir: filepath.Join(data, "state")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	keys, err := seal.LoadKeys(filepath.Join(s.site.Dir, "keys"), rand.Reader)
	if err != nil {
		return err
	}
	slots, err := seal.OpenFile(filepath.Join(data, "subjects.keys"), false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, slots.Close()) }()
	subjects, err := seal.NewSubjects(slots, st, keys, 0)
	if err != nil {
		return err
	}
	shelf := ledger.NewShelf(func(month string) (store.Store, error) {
		return badger.Open(badger.Config{Dir: filepath.Join(data, "ledger", month), Small: true})
	}, ledger.Directory(filepath.Join(data, "ledger")))
	defer func() { err = errors.Join(err, shelf.Close()) }()
	return s.hold(ledger.NewReader(st, shelf, keys, subjects), whole)
}

// hold holds what was forwarded against the ledger.
func (s *scene) hold(r *ledger.Reader, whole bool) error {
	report, err := r.Verify()
	if err != nil {
		return err
	}
	if err := errors.Join(report.Faults...); err != nil {
		return err
	}
	if whole && report.Open > 0 {
		return fmt.Errorf("%d attempts are open after a stop", report.Open)
	}
	if s.last.records > report.Records {
		return fmt.Errorf("%d records, there were %d", report.Records, s.last.records)
	}
	s.last = tally{records: report.Records, notes: report.Notes}
	for n, err := range r.Notes(ledger.NoteSummary, time.Time{}, time.Time{}) {
		if err != nil {
			return err
		}
		if _, err := ledger.ReadSummary(&n.Note); err != nil {
			return err
		}
		s.last.summaries++
	}
	found, err := forwarded(r)
	if err != nil {
		return err
	}
	for call, round := range s.seen { // order: any is an error
		if found[call] != 1 {
			return fmt.Errorf("%s was forwarded in round %d and has %d records", call, round, found[call])
		}
	}
	return nil
}

// forwarded counts the records and open rows of attempts that left, by Call-ID.
func forwarded(r *ledger.Reader) (map[string]int, error) {
	found := map[string]int{}
	for v, err := range r.Each() {
		if err != nil {
			return nil, err
		}
		if rec := &v.Record; rec.Ending.Outcome != policy.OutcomeRepeated && rec.Ending.Forwarded {
			found[rec.Attempt.CallID]++
		}
	}
	for v, err := range r.Open() {
		if err != nil {
			return nil, err
		}
		found[v.Record.Attempt.CallID]++
	}
	return found, nil
}
