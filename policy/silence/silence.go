// Package silence counts what became of answered calls, trunk by trunk: where
// they stand in the ratio of silent calls, how soon an operator was heard, how
// exactly silent calls were ended, and what enforcement would do to a trunk in
// shadow. A Report is given records one by one and keeps none of them.
package silence

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"tregua/policy"
)

// bounds are the ends of the bins of the first sound of an operator, counted
// from the answer. Two bins follow: later, and never.
var bounds = [...]time.Duration{
	250 * time.Millisecond, 500 * time.Millisecond, time.Second, 1500 * time.Millisecond,
	2 * time.Second, 2500 * time.Millisecond, 3 * time.Second,
}

// Bins is how many bins there are; the last two are Later and Never.
const (
	Bins  = len(bounds) + 2
	Later = Bins - 2
	Never = Bins - 1
)

// BinName returns the bounds of a bin in seconds, as 0.25-0.5, or later or
// never. The lower one is not in it, the upper one is.
func BinName(i int) string {
	switch i {
	case Later:
		return "later"
	case Never:
		return "never"
	case 0:
		return "0-" + seconds(bounds[0])
	}
	return seconds(bounds[i-1]) + "-" + seconds(bounds[i])
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'g', -1, 64) }

// Lines is how many states a line has.
const Lines = int(policy.LineOperator) + 1

// Trunk counts the answered calls of one trunk. They are those of class A,
// Connected, Machine, HungUp, Unwatched, Deaf and Other together.
type Trunk struct {
	Name      string
	Answered  uint64
	Silent    [policy.WatchEnforce + 1][Lines]uint64 // class A, by watch and by the last state of the line
	Connected uint64                                 // class B
	Machine   uint64                                 // as carrier or dialer says, never by guess
	HungUp    uint64                                 // the callee was first, no operator yet; where the profile says A, they are Silent

	// In neither class.
	Unwatched uint64 // the trunk's silent calls are off, or an emergency call
	Deaf      uint64 // in no codec that can be heard
	Other     uint64

	Operator [Bins]uint64 // of the calls that were watched: first sound of an operator
	Cut      Spread       // our BYE of a silent call, from the answer
	Ambience Spread       // its first packet, from the answer
	Late     uint64       // of the cut ones, those past the limit (law.late)

	// In shadow.
	Lawful   uint64 // an operator spoke within the limit
	WouldCut uint64 // of these, those whom enforcement would have cut: recognised after the time was over
}

// Report counts records. Its zero value is of no use; see New.
type Report struct {
	Limit  time.Duration // how long after the answer an operator may begin to speak
	Total  Trunk         // of all trunks; it has no name
	trunks map[string]*Trunk
}

// New returns an empty report. limit is the profile's silent.limit.
func New(limit time.Duration) *Report {
	return &Report{Limit: limit, trunks: map[string]*Trunk{}}
}

// Add counts one record that has ended. What was not answered is passed over.
func (r *Report) Add(rec *policy.Record) {
	e := &rec.Ending
	if e.AnsweredAt.IsZero() || e.Outcome == policy.OutcomeOpen || e.Outcome == policy.OutcomeRepeated {
		return
	}
	t, ok := r.trunks[rec.Attempt.Trunk]
	if !ok {
		t = &Trunk{Name: rec.Attempt.Trunk}
		r.trunks[t.Name] = t
	}
	t.add(e, r.Limit)
	r.Total.add(e, r.Limit)
}

// Trunks returns the trunks that had answered calls, by name.
func (r *Report) Trunks() []*Trunk {
	list := make([]*Trunk, 0, len(r.trunks))
	for _, t := range r.trunks { // order: sorted below
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b *Trunk) int { return cmp.Compare(a.Name, b.Name) })
	return list
}

func (t *Trunk) add(e *policy.Ending, limit time.Duration) {
	t.Answered++
	t.class(e)
	if !e.CutAt.IsZero() {
		t.Cut.add(e.CutAt.Sub(e.AnsweredAt))
	}
	if e.Late(limit) {
		t.Late++
	}
	if !e.AmbienceAt.IsZero() {
		t.Ambience.add(e.AmbienceAt.Sub(e.AnsweredAt))
	}
	if e.Watch == policy.WatchOff || e.Outcome == policy.OutcomeExcluded {
		return
	}
	bin, onset := Never, e.OperatorAt.Sub(e.AnsweredAt)
	if !e.OperatorAt.IsZero() {
		bin, _ = slices.BinarySearch(bounds[:], onset)
	}
	t.Operator[bin]++
	if e.Watch == policy.WatchShadow && bin != Never && onset <= limit {
		t.Lawful++
		if e.Due {
			t.WouldCut++
		}
	}
}

// class counts the call where it belongs; it rests on what the record says and
// classifies nothing anew.
func (t *Trunk) class(e *policy.Ending) {
	switch {
	case e.Ratio == policy.RatioA:
		t.Silent[min(e.Watch, policy.WatchEnforce)][min(int(e.Line), Lines-1)]++
	case e.Ratio == policy.RatioB:
		t.Connected++
	case e.Outcome == policy.OutcomeMachine:
		t.Machine++
	case e.Outcome == policy.OutcomeHungUp:
		t.HungUp++
	case e.Watch == policy.WatchOff:
		t.Unwatched++
	case e.Deaf:
		t.Deaf++
	default:
		t.Other++
	}
}

// A returns how many calls are of class A in that mode.
func (t *Trunk) A(w policy.Watch) (n uint64) {
	for _, calls := range t.Silent[w] {
		n += calls
	}
	return n
}

// ClassA returns how many calls are of class A.
func (t *Trunk) ClassA() uint64 {
	return t.A(policy.WatchOff) + t.A(policy.WatchShadow) + t.A(policy.WatchEnforce)
}

// Excluded returns how many calls are in neither class for want of a watch.
func (t *Trunk) Excluded() uint64 { return t.Unwatched + t.Deaf + t.Other }

// OfB returns A/B, by which tregua enforces (regulation.md R17); ok is false
// while there is no call of class B.
func (t *Trunk) OfB() (ratio float64, ok bool) { return share(t.ClassA(), t.Connected) }

// OfBoth returns A/(A+B), the other reading of the law; ok is false while
// there is no call of either class.
func (t *Trunk) OfBoth() (ratio float64, ok bool) {
	return share(t.ClassA(), t.ClassA()+t.Connected)
}

func share(part, whole uint64) (float64, bool) {
	if whole == 0 {
		return 0, false
	}
	return float64(part) / float64(whole), true
}
