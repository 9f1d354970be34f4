package proof

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"

	"tregua/policy"
	"tregua/policy/ledger"
)

// Anchor is a checkpoint that has left the house and comes back for an audit.
type Anchor struct {
	Name string // the file it came in
	Head Head
}

// Finding is one difference.
type Finding struct {
	None  bool   // it is of no record: Seq and Last say nothing
	Seq   uint64 // the record that it touches, or the first of some of which one is
	Last  uint64 // the last of these
	Month string // "2026-11", "2026-11 to 2026-12": theirs; "" where it is not known
	What  string
}

// String names the records and the months, and what is amiss.
func (f Finding) String() string {
	if f.None {
		return f.What
	}
	where := fmt.Sprintf("record %d", f.Seq)
	if f.Last > f.Seq {
		where = fmt.Sprintf("records %d to %d", f.Seq, f.Last)
	}
	if f.Month != "" {
		where += " of " + f.Month
	}
	return where + ": " + f.What
}

// vague orders findings: those of one record come before those of many, and of none.
func (f *Finding) vague() int {
	switch {
	case f.None:
		return 2
	case f.Last > f.Seq:
		return 1
	}
	return 0
}

// Report is what an audit found.
type Report struct {
	Records  uint64    // in the ledger
	Removed  uint64    // records whose term was over, and of which the leaves are left
	Leaves   uint64    // under the checkpoint
	Head     Head      // the checkpoint at the start
	Anchored uint64    // the first records that an anchor holds for
	Findings []Finding // the first record first; no more than [MaxFindings]
}

// MaxFindings bounds a report: who altered one record often altered all after it.
const MaxFindings = 20

// Audit reads the whole ledger and the whole log and holds them against each other,
// against the checkpoint at its start and against the anchors. It keeps 16 bytes a
// record in memory. Records may be written meanwhile; a counter that they touch is
// not compared. An error says that it could not be done, and not that something is
// amiss.
func (l *Log) Audit(ctx context.Context, r *ledger.Reader, anchors []Anchor) (Report, error) {
	a := &audit{l: l, ctx: ctx, tree: (&compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}).NewEmptyRange(0)}
	head, err := l.Head(ctx)
	switch {
	case errors.Is(err, ErrEmpty):
	case err != nil:
		a.found(Finding{None: true, What: err.Error()})
		return a.report, nil //nolint:nilerr // a log that cannot be read is what the audit found
	}
	a.report.Head, a.report.Leaves = head, head.Size
	a.anchors = slices.SortedFunc(slices.Values(anchors), func(x, y Anchor) int { return cmp.Compare(x.Head.Size, y.Head.Size) })
	before, err := r.Next()
	if err != nil {
		return a.report, err
	}
	kept, err := r.Counters()
	if err != nil {
		return a.report, err
	}
	after, err := r.Next()
	if err != nil {
		return a.report, err
	}
	if err := a.records(r, before, after); err != nil {
		return a.report, err
	}
	a.end()
	removals, err := r.Removals()
	if err != nil {
		a.found(Finding{None: true, What: err.Error()})
		return a.report, nil //nolint:nilerr // as above
	}
	a.removals(removals)
	for _, err := range a.tallies.Differences(kept, removals) {
		a.found(Finding{None: true, What: err.Error()})
	}
	if err := a.persons(r); err != nil {
		return a.report, err
	}
	slices.SortStableFunc(a.report.Findings, func(x, y Finding) int {
		return cmp.Or(cmp.Compare(x.vague(), y.vague()), cmp.Compare(x.Seq, y.Seq))
	})
	return a.report, nil
}

// audit is one run.
type audit struct {
	l       *Log
	ctx     context.Context // of the one call that it is made for
	report  Report
	anchors []Anchor // those not reached yet
	tree    *compact.Range
	ids     []policy.AttemptID // by Seq; zero: missing
	tallies ledger.Tallies

	months   [2]string // the first and the last one since the last anchor that holds
	leaves   [][32]byte
	leavesAt uint64 // the bundle in leaves, plus 1
	tiles    []tile // by level
	split    bool   // an anchor was contradicted: those after it are too
}

func (a *audit) found(f Finding) {
	if len(a.report.Findings) < MaxFindings {
		a.report.Findings = append(a.report.Findings, f)
	}
}

func (a *audit) at(seq uint64, month, format string, args ...any) {
	a.found(Finding{Seq: seq, Last: seq, Month: month, What: fmt.Sprintf(format, args...)})
}

// records reads the ledger in the order of Seq, and the log beside it. Records
// before the first bound are in the counters, those from the second on are not.
func (a *audit) records(r *ledger.Reader, before, after uint64) error {
	end := max(after, a.report.Leaves)
	for s, err := range r.Records(0) {
		if a.ctx.Err() != nil {
			return context.Cause(a.ctx)
		}
		if missing, ok := errors.AsType[*ledger.MissingError](err); ok {
			a.missing(missing)
			continue
		}
		if err != nil {
			a.at(uint64(len(a.ids)), "", "the ledger cannot be read from here on: %v", err)
			return nil
		}
		if s.Seq >= end {
			break
		}
		a.record(&s)
		if s.Seq < after {
			if err := a.tallies.Add(s.Public, s.Seq >= before); err != nil {
				a.at(s.Seq, s.Month, "%v", err)
			}
		}
	}
	return nil
}

// missing goes on with the leaves of records that are not there.
func (a *audit) missing(m *ledger.MissingError) {
	if m.Removed == nil {
		a.at(m.From, "", "%v", m)
	} else {
		a.report.Removed += m.To - m.From + 1
		a.month(m.Removed.Month)
	}
	for seq := m.From; seq <= m.To; seq++ {
		a.ids = append(a.ids, policy.AttemptID{})
		if leaf, ok := a.leaf(seq); ok {
			a.grow(seq, leaf)
		}
	}
}

// record holds one record against its leaf, its month and the log.
func (a *audit) record(s *ledger.Sealed) {
	a.report.Records++
	a.ids = append(a.ids, s.ID)
	if ledger.LeafOf(s.Public, s.Commitment) != s.Leaf {
		a.at(s.Seq, s.Month, "the record of attempt %s is not the one that its leaf is of", s.ID)
	}
	if r, _, err := ledger.ReadPublic(s.Public); err != nil {
		a.at(s.Seq, s.Month, "%v", err)
	} else if month := ledger.MonthOf(r.Attempt.At); month != s.Month {
		a.at(s.Seq, s.Month, "attempt %s is of %s", s.ID, month)
	}
	a.month(s.Month)
	if s.Seq >= a.report.Leaves {
		return
	}
	if leaf, ok := a.leaf(s.Seq); ok && leaf != s.Leaf {
		a.at(s.Seq, s.Month, "the log has another leaf than the record of attempt %s", s.ID)
	}
	a.grow(s.Seq, s.Leaf)
}

// month is that of a record since the last anchor that holds.
func (a *audit) month(name string) {
	if a.months[0] == "" || name < a.months[0] {
		a.months[0] = name
	}
	a.months[1] = max(a.months[1], name)
}

// grow adds a leaf to the tree, compares the tiles that it completes, and the
// anchors that end here.
func (a *audit) grow(seq uint64, leaf [32]byte) {
	if seq >= a.report.Leaves {
		return
	}
	hash := rfc6962.DefaultHasher.HashLeaf(leaf[:])
	if err := a.tree.Append(hash, func(id compact.NodeID, hash []byte) { a.node(seq, id, hash) }); err != nil {
		a.at(seq, "", "%v", err)
	}
	for len(a.anchors) > 0 && a.anchors[0].Head.Size == seq+1 {
		a.anchor(a.anchors[0])
		a.anchors = a.anchors[1:]
	}
}

// anchor compares the root of the first records with one that was saved.
func (a *audit) anchor(anchor Anchor) {
	if root, err := a.tree.GetRootHash(nil); err == nil && string(root) == string(anchor.Head.Root[:]) {
		a.report.Anchored = anchor.Head.Size
		a.months = [2]string{}
		return
	}
	if a.split {
		return
	}
	a.split = true
	month := a.months[0]
	if a.months[1] != month {
		month += " to " + a.months[1]
	}
	a.found(Finding{
		Seq: a.report.Anchored, Last: anchor.Head.Size - 1, Month: month,
		What: fmt.Sprintf("one of them is not what it was when anchor %s was taken", anchor.Name),
	})
}

// end compares what is left when all records were read.
func (a *audit) end() {
	read := uint64(len(a.ids))
	if read < a.report.Leaves {
		a.at(read, "", "the log has %d leaves, and the ledger ends before record %d", a.report.Leaves, read)
		return
	}
	if root, err := a.tree.GetRootHash(nil); a.report.Leaves > 0 && (err != nil || string(root) != string(a.report.Head.Root[:])) {
		a.found(Finding{None: true, What: "the checkpoint is not that of the leaves"})
	}
	for _, anchor := range a.anchors {
		if anchor.Head.Size > a.report.Leaves {
			a.at(a.report.Leaves, "", "the log ends with %d leaves, and had %d when anchor %s was taken",
				a.report.Leaves, anchor.Head.Size, anchor.Name)
			return
		}
	}
}

// persons reads all records by month, with what is sealed: those that nobody
// numbered, and personal parts that are not those of their records.
func (a *audit) persons(r *ledger.Reader) error {
	for v, err := range r.Each() {
		if a.ctx.Err() != nil {
			return context.Cause(a.ctx)
		}
		if err != nil {
			a.found(Finding{None: true, What: err.Error()})
			return nil
		}
		if id := v.Record.Attempt.ID; v.Seq < uint64(len(a.ids)) && a.ids[v.Seq] != id {
			a.at(v.Seq, ledger.MonthOf(v.Record.Attempt.At), "attempt %s stands beside the order of records", id)
		}
	}
	faults, err := r.VerifyPurges(time.Now())
	for _, fault := range faults {
		a.found(Finding{None: true, What: fault.Error()})
	}
	return err
}
