package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// Removal says that records of a month are gone as a whole, what is public of them too,
// because their term was over. Their leaves stay in the log, and so do the notes of the
// month that are of no attempt: the month tells what is missing, and an audit sees that
// it is that and nothing else.
type Removal struct {
	Month  string
	Purge  policy.AttemptID // the note that tells of it
	At     time.Time
	Ranges []Range  // in their order
	Leaves [32]byte // SHA-256 over the leaves, in the order of Seq
	Done   bool     // false: some may still be there, and the note is not written
}

// Range is records that follow each other, both ends included.
type Range struct{ From, To uint64 }

// Records returns how many are gone, amendments included.
func (d *Removal) Records() (n uint64) {
	for _, r := range d.Ranges {
		n += r.To - r.From + 1
	}
	return n
}

// add adds a record, which comes after those that it has.
func (d *Removal) add(seq uint64) {
	if n := len(d.Ranges); n > 0 && d.Ranges[n-1].To+1 == seq {
		d.Ranges[n-1].To = seq
		return
	}
	d.Ranges = append(d.Ranges, Range{seq, seq})
}

// removed is the value of a row of a month for each [Removal]. Its key has the note.
type removed struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	At      int64
	Ranges  [][2]uint64
	Leaves  []byte
	Done    bool
}

func (r *removed) version() uint8 { return r.Version }

func removedRow(purge policy.AttemptID) []byte { return append(metaRow(metaRemoved), purge[:]...) }

func (d *Removal) row() store.Row {
	r := removed{Version: version, At: stamp(d.At), Leaves: d.Leaves[:], Done: d.Done}
	for _, x := range d.Ranges {
		r.Ranges = append(r.Ranges, [2]uint64{x.From, x.To})
	}
	return store.Row{Key: removedRow(d.Purge), Value: encode(&r)}
}

func readRemoval(month string, row store.Row) (Removal, error) {
	d := Removal{Month: month}
	var r removed
	if err := decode(row.Key, row.Value, &r); err != nil {
		return d, err
	}
	d.At, d.Done = unstamp(r.At), r.Done
	if len(r.Ranges) == 0 {
		return d, fmt.Errorf("row %x: no records", row.Key)
	}
	next := uint64(0)
	for _, x := range r.Ranges {
		if x[0] < next || x[1] < x[0] || x[1] == math.MaxUint64 {
			return d, fmt.Errorf("row %x: records %d to %d stand where records from %d on must", row.Key, x[0], x[1], next)
		}
		d.Ranges, next = append(d.Ranges, Range{x[0], x[1]}), x[1]+1
	}
	if err := fixed(d.Leaves[:], r.Leaves, "hash of leaves"); err != nil {
		return d, fmt.Errorf("row %x: %w", row.Key, err)
	}
	return d, fixed(d.Purge[:], row.Key[len(metaRow(metaRemoved)):], "id of a purge")
}

// removalsOf returns the removals of one month.
func removalsOf(st store.Reader, month string) (all []Removal, err error) {
	for row, err := range st.Scan(metaRow(metaRemoved), nil) {
		if err != nil {
			return nil, err
		}
		d, err := readRemoval(month, row)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// Removals returns what purges have removed, in the order of months.
func (r *Reader) Removals() ([]Removal, error) {
	months, err := r.shelf.Months()
	if err != nil {
		return nil, err
	}
	var all []Removal
	for _, name := range months {
		err := r.shelf.With(name, func(st store.Store) error {
			removals, err := removalsOf(st, name)
			all = append(all, removals...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Removed says that records of a span of time were removed: nobody can tell what they
// were. nil: none were.
func (r *Reader) Removed(span Span) error {
	removals, err := r.Removals()
	for i := range removals {
		if d := &removals[i]; span.meets(d.Month) {
			return d.gone()
		}
	}
	return err
}

// ErrRemoved is wrapped by errors about records that were removed.
var ErrRemoved = errors.New("their term was over")

func (d *Removal) gone() error {
	return fmt.Errorf("the records of %s are gone since %s: %w", d.Month, d.At.Format(time.DateOnly), ErrRemoved)
}

// gap is a range that a purge has removed.
type gap struct {
	Range
	removal *Removal
}

// gapsOf returns the ranges of all removals, in the order of Seq.
func gapsOf(removals []Removal) []gap {
	gaps := []gap{}
	for i := range removals {
		for _, r := range removals[i].Ranges {
			gaps = append(gaps, gap{r, &removals[i]})
		}
	}
	slices.SortFunc(gaps, func(a, b gap) int { return cmp.Compare(a.From, b.From) })
	return gaps
}

// find returns the first of the gaps that ends at a record or after it; nil: none does.
func find(gaps []gap, seq uint64) *gap {
	i, _ := slices.BinarySearchFunc(gaps, seq, func(g gap, seq uint64) int { return cmp.Compare(g.To, seq) })
	if i == len(gaps) {
		return nil
	}
	return &gaps[i]
}

// removedMonths returns the months of which records were removed.
func removedMonths(removals []Removal) map[string]bool {
	months := map[string]bool{}
	for i := range removals {
		months[removals[i].Month] = true
	}
	return months
}
