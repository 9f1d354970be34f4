package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/keep"
	"tregua/policy/store"
)

// VerifyPurges holds what is gone against the notes of purges, and returns what no note
// tells of, or tells otherwise: personal parts that somebody took away.
func (r *Reader) VerifyPurges(now time.Time) (faults []error, err error) {
	// The notes first: what they tell of never changes again.
	said, fault, err := r.saidPurges()
	if fault != nil {
		faults = append(faults, fault)
	}
	if err != nil || fault != nil {
		return faults, err
	}
	found := map[policy.AttemptID]Purge{}
	months, err := r.shelf.Months()
	if err != nil {
		return nil, err
	}
	for _, name := range months {
		if err := r.shelf.With(name, func(st store.Store) error { return purgedIn(st, name, found) }); err != nil {
			return nil, err
		}
	}
	for _, id := range sorted(found) {
		fault, err := r.against(id, found[id], said[id])
		if err != nil {
			return nil, err
		}
		if fault != nil {
			faults = append(faults, fault)
		}
	}
	removals, err := r.Removals()
	if err != nil {
		return nil, err
	}
	faults = append(faults, removalFaults(removals, said, now)...)
	return append(faults, unpurged(said, found, removedMonths(removals))...), nil
}

// unpurged tells of months that are as they were before a purge, unless their records are
// gone altogether.
func unpurged(said, found map[policy.AttemptID]Purge, removed map[string]bool) (faults []error) {
	for _, id := range sorted(said) {
		p, have := said[id], found[id]
		if p.total() > 0 && p.Month != "" && have.total() == 0 && !removed[p.Month] {
			faults = append(faults, fmt.Errorf("month %s: purge %s says that %d records lost what was personal, and none did: the month is of an older copy", p.Month, id, p.total()))
		}
	}
	return faults
}

// against holds what a purge took against what its note says; no note at all is a
// fault unless the purge goes on.
func (r *Reader) against(id policy.AttemptID, have, want Purge) (fault, err error) {
	if want.Month == "" {
		if goesOn, err := r.purging(have.Month, id); goesOn || err != nil {
			return nil, err
		}
		return fmt.Errorf("month %s: what is personal of %d records is gone, and no purge tells of it", have.Month, have.total()), nil
	}
	if have.Month != want.Month || have.Gone != want.Gone || !maps.Equal(have.Records, want.Records) {
		return fmt.Errorf("month %s: purge %s says %v of %s and %s, gone are %v and %s",
			have.Month, id, want.Records, want.Month, want.Gone, have.Records, have.Gone), nil
	}
	return nil, nil
}

// saidPurges returns what the notes of purges say; fault is a note that cannot be
// read.
func (r *Reader) saidPurges() (said map[policy.AttemptID]Purge, fault, err error) {
	said = map[policy.AttemptID]Purge{}
	for n, err := range r.Notes(NotePurge, time.Time{}, time.Time{}) {
		if errors.Is(err, ErrAltered) {
			return nil, err, nil
		}
		if err != nil {
			return nil, nil, err
		}
		var p Purge
		if err := json.Unmarshal(n.Body, &p); err != nil {
			return nil, fmt.Errorf("purge %s: %w", n.ID, err), nil
		}
		said[n.ID] = p
	}
	return said, nil, nil
}

// purging reports whether a purge goes on, or has ended since the notes were read.
func (r *Reader) purging(month string, id policy.AttemptID) (bool, error) {
	value, found, err := r.state.Get(purgeRow(month))
	if err != nil {
		return false, err
	}
	if found {
		var b begun
		if err := decode(purgeRow(month), value, &b); err != nil {
			return false, err
		}
		if string(b.ID) == string(id[:]) {
			return true, nil
		}
	}
	for n, err := range r.Notes(NotePurge, time.Time{}, time.Time{}) {
		if err != nil || n.ID == id {
			return err == nil, err
		}
	}
	return false, nil
}

// purgedIn counts what is gone of a month, by the purge that took it.
func purgedIn(st store.Store, name string, found map[policy.AttemptID]Purge) error {
	sums := map[policy.AttemptID][]byte{}
	for row, err := range st.Scan([]byte{spacePerson}, nil) {
		if err != nil {
			return err
		}
		var person personPart
		if err := decode(row.Key, row.Value, &person); err != nil {
			return err
		}
		if !person.purged() {
			continue
		}
		key := append([]byte{spacePublic}, row.Key[1:]...)
		value, ok, err := st.Get(key)
		if err != nil {
			return err
		}
		if !ok {
			continue // whoever reads the sequence misses it
		}
		var part publicPart
		var p public
		var r policy.Record
		if err := decode(key, value, &part); err != nil {
			return err
		}
		if err := errors.Join(decode(key, part.Public, &p), p.read(&r)); err != nil {
			return err
		}
		var id policy.AttemptID
		copy(id[:], person.Index)
		one, known := found[id]
		if !known {
			one = Purge{Month: name, Records: map[string]int{}}
		}
		one.Records[keep.ClassOf(&r).String()]++
		found[id], sums[id] = one, append(sums[id], part.Commitment...)
	}
	for id, all := range sums {
		one := found[id]
		sum := sha256.Sum256(all)
		one.Gone = hex.EncodeToString(sum[:])
		found[id] = one
	}
	return nil
}

// sorted returns the ids of purges in their order.
func sorted(purges map[policy.AttemptID]Purge) []policy.AttemptID {
	return slices.SortedFunc(maps.Keys(purges), func(a, b policy.AttemptID) int { return slices.Compare(a[:], b[:]) })
}
