package register

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// MaxNumbers bounds the numbers that one access record names; who may see more
// at once reads records of many kinds, and Rows tells how many.
const MaxNumbers = 10000

// Read writes that numbers were read: by the operation kind, about the numbers,
// of so many rows. What was read is shown only after it has returned nil.
func (r *Register) Read(scope access.Scope, kind string, rows int, numbers ...policy.Number) error {
	numbers = slices.Compact(slices.Sorted(slices.Values(numbers)))
	row := readRow{
		Version: rowVersion, Actor: scope.Actor, Role: scope.Role.String(),
		Principal: scope.Principal, CallCentre: scope.CallCentre, Kind: kind, Rows: uint64(max(0, rows)),
	}
	for _, n := range numbers[:min(len(numbers), MaxNumbers)] {
		if n != 0 {
			h := r.config.Keys.Index(n)
			row.Numbers = append(row.Numbers, h[:]...)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	at := r.config.Now().UTC()
	if !at.After(r.stamped) {
		at = r.stamped.Add(1)
	}
	if err := r.put(readKey(at), row); err != nil {
		return fmt.Errorf("the access record cannot be written, and without it nothing is shown: %w", err)
	}
	r.stamped = at
	return nil
}

// ReadQuery chooses access records; zero fields choose all.
type ReadQuery struct {
	Actor  string
	Number policy.Number
	Since  time.Time
	Limit  int
}

// Reads returns access records, the newest first: those of who reads no more
// than scope does.
func (r *Register) Reads(scope access.Scope, q ReadQuery) (list []access.Read, err error) {
	index := access.Index(r.config.Keys.Index(q.Number))
	for row, err := range r.config.Store.Scan([]byte{spaceRead}, nil) {
		if err != nil {
			return nil, fmt.Errorf("reading access records: %w", err)
		}
		record, err := readOf(row)
		if err != nil {
			return nil, err
		}
		if record.At.Before(q.Since) || len(list) >= q.Limit {
			break
		}
		who := record.Scope
		if scope.Takes(who.Principal, who.CallCentre) && (q.Actor == "" || q.Actor == who.Actor) && (q.Number == 0 || slices.Contains(record.Numbers, index)) {
			list = append(list, record)
		}
	}
	return list, nil
}

// purgeRows is how many access records one commit deletes.
const purgeRows = 1000

// Purging is one run over access records that are over their term.
type Purging struct {
	Before time.Time
	Held   func(seal.Index) bool // which numbers keep the records about them
	// Step calls what takes a batch; what is held does not change meanwhile.
	Step func(func() error) error
	// Told returns the row that is committed with a batch, which says how many go; nil:
	// it only counts.
	Told func(n int) (store.Row, error)
}

// PurgeReads deletes the access records from before a time, but for those about numbers
// that are held, and returns how many.
func (r *Register) PurgeReads(p *Purging) (count int, err error) {
	var keys [][]byte
	take := func() error {
		n, err := r.purgeReads(p, keys)
		count, keys = count+n, nil
		return err
	}
	for row, err := range r.config.Store.Scan([]byte{spaceRead}, readKey(p.Before.Add(-1))) {
		if err != nil {
			return count, err
		}
		held, err := p.holds(row)
		switch {
		case err != nil:
			return count, err
		case held:
			continue
		case p.Told == nil:
			count++
			continue
		}
		if keys = append(keys, row.Key); len(keys) == purgeRows {
			if err := p.Step(take); err != nil {
				return count, err
			}
		}
	}
	if len(keys) > 0 {
		err = p.Step(take)
	}
	return count, err
}

// purgeReads deletes a batch, but for what is held since it was seen.
func (r *Register) purgeReads(p *Purging, keys [][]byte) (int, error) {
	var batch store.Batch
	for _, key := range keys {
		value, found, err := r.config.Store.Get(key)
		if err != nil {
			return 0, fmt.Errorf("purging access records: %w", err)
		}
		if !found {
			continue
		}
		held, err := p.holds(store.Row{Key: key, Value: value})
		if err != nil {
			return 0, err
		}
		if !held {
			batch.Delete = append(batch.Delete, key)
		}
	}
	if len(batch.Delete) == 0 {
		return 0, nil
	}
	row, err := p.Told(len(batch.Delete))
	if err == nil {
		batch.Put = []store.Row{row}
		err = r.config.Store.Commit(batch)
	}
	if err != nil {
		return 0, fmt.Errorf("purging access records: %w", err)
	}
	return len(batch.Delete), nil
}

// holds reports whether an access record is about a number that is held.
func (p *Purging) holds(row store.Row) (bool, error) {
	record, err := readOf(row)
	return slices.ContainsFunc(record.Numbers, func(n access.Index) bool { return p.Held(seal.Index(n)) }), err
}

func readOf(row store.Row) (access.Read, error) {
	at, err := readTime(row.Key)
	var r readRow
	if err == nil {
		err = decode(row.Key, row.Value, &r)
	}
	if err == nil && len(r.Numbers)%len(access.Index{}) != 0 {
		err = fmt.Errorf("row %x: a part of an index", row.Key)
	}
	role := access.Local // no token has it, so that ParseRole does not know it
	if err == nil && r.Role != role.String() {
		role, err = access.ParseRole(r.Role)
	}
	if err != nil {
		return access.Read{}, err
	}
	who := access.Scope{Actor: r.Actor, Role: role, Principal: r.Principal, CallCentre: r.CallCentre}
	out := access.Read{At: at, Scope: who, Kind: r.Kind, Rows: r.Rows}
	for h := range slices.Chunk(r.Numbers, len(access.Index{})) {
		out.Numbers = append(out.Numbers, access.Index(h))
	}
	return out, nil
}

func readTime(key []byte) (time.Time, error) {
	if len(key) != 9 {
		return time.Time{}, fmt.Errorf("row %x is no access record of this program", key)
	}
	return time.Unix(0, int64(^binary.BigEndian.Uint64(key[1:]))).UTC(), nil
}

// loadReads finds the time of the newest access record.
func (r *Register) loadReads() error {
	for row, err := range r.config.Store.Scan([]byte{spaceRead}, nil) {
		if err == nil {
			r.stamped, err = readTime(row.Key)
		}
		return err
	}
	return nil
}

// loadTokens reads every token.
func (r *Register) loadTokens() error {
	for row, err := range r.config.Store.Scan([]byte{spaceToken}, nil) {
		var t tokenRow
		if err == nil {
			err = decode(row.Key, row.Value, &t)
		}
		if err != nil {
			return err
		}
		token, err := t.token()
		if err != nil {
			return err
		}
		r.keep(token)
	}
	return nil
}

// loadProposals finds the last id that was given.
func (r *Register) loadProposals() error {
	for row, err := range r.config.Store.Scan([]byte{spaceProposal}, nil) {
		if err == nil && len(row.Key) != 9 {
			err = errors.New("a proposal without an id")
		}
		if err != nil {
			return err
		}
		r.proposal = binary.BigEndian.Uint64(row.Key[1:])
	}
	return nil
}
