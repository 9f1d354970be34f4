package reconcile

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"tregua/policy"
)

// Reach is how far the clocks may differ: a carrier may write its times in any
// zone, and without it.
const Reach = 15 * time.Hour

// matching pairs rows and calls. Its lists of places are in the order of time.
type matching struct {
	Config
	rows     []Row
	calls    []Call
	groups   []group
	tells    bool // the file says which calls were answered
	clocks   time.Duration
	byCaller bool
	pairs    []pair
}

// group are the rows and calls of one number.
type group struct{ rows, calls []int }

// group puts rows and calls of one number together.
func (m *matching) group() {
	of := map[policy.Number]int{}
	for i := range m.rows {
		at, known := of[m.rows[i].Called]
		if !known {
			at = len(m.groups)
			of[m.rows[i].Called] = at
			m.groups = append(m.groups, group{})
		}
		m.groups[at].rows = append(m.groups[at].rows, i)
	}
	for i := range m.calls {
		if at, known := of[m.calls[i].Called]; known {
			m.groups[at].calls = append(m.groups[at].calls, i)
		}
	}
	for _, g := range m.groups {
		slices.SortStableFunc(g.rows, func(a, b int) int { return beginOf(&m.rows[a]).Compare(beginOf(&m.rows[b])) })
		slices.SortStableFunc(g.calls, func(a, b int) int { return begin(&m.calls[a]).Compare(begin(&m.calls[b])) })
	}
}

// ours is a time of the carrier by our clock.
func (m *matching) ours(t time.Time) time.Time { return t.Add(-m.clocks) }

// away is by how much the times of a row and a call differ, by our clock: of the
// answer when both have it. A call that was answered for the carrier alone began
// before, and had not ended.
func (m *matching) away(r *Row, c *Call) time.Duration {
	switch {
	case !r.Answered.IsZero() && !c.Answered.IsZero():
		return m.ours(r.Answered).Sub(c.Answered)
	case !r.Started.IsZero():
		return m.ours(r.Started).Sub(c.Forwarded)
	}
	at := m.ours(r.Answered)
	if at.Before(c.Forwarded) {
		return at.Sub(c.Forwarded)
	}
	return max(0, at.Sub(c.Ended))
}

// near is how far two differences of time may lie apart that rest on the same
// clocks, and enough how many of them an offset needs: it must be that of half of
// the rows, so that no leak can be explained away by it.
const (
	near   = 5 * time.Second
	enough = 10
)

// offset returns how far the carrier's clock goes before ours: the difference of
// time that most rows have to a call of their number.
func (m *matching) offset() (time.Duration, bool) {
	var all []time.Duration
	for _, g := range m.groups {
		for _, r := range g.rows {
			for _, c := range g.calls {
				if d := m.away(&m.rows[r], &m.calls[c]); d.Abs() <= Reach {
					all = append(all, d)
				}
			}
		}
	}
	slices.Sort(all)
	best, from := 0, 0
	var offset time.Duration
	for to := range all {
		for all[to]-all[from] > near {
			from++
		}
		n, middle := to-from+1, all[(from+to)/2]
		if n > best || n == best && middle.Abs() < offset.Abs() {
			best, offset = n, middle
		}
	}
	if best < enough || best*2 < len(m.rows) {
		return 0, false
	}
	return offset, true
}

// pairAll pairs the rows and calls of every number.
func (m *matching) pairAll() {
	m.pairs = m.pairs[:0]
	for _, g := range m.groups {
		for len(g.rows) > 0 && len(g.calls) > 0 {
			rows, calls := m.cluster(&g)
			m.pairs = append(m.pairs, m.align(rows, calls)...)
		}
	}
}

// cluster cuts off the first rows and calls of a number that can be pairs of each
// other: behind them nothing happens for longer than any pair lies apart.
func (m *matching) cluster(g *group) (rows, calls []int) {
	var r, c int
	end := time.Time{}
	for r < len(g.rows) || c < len(g.calls) {
		row, call := time.Time{}, time.Time{}
		if r < len(g.rows) {
			row = m.ours(beginOf(&m.rows[g.rows[r]]))
		}
		if c < len(g.calls) {
			call = begin(&m.calls[g.calls[c]])
		}
		isRow := c == len(g.calls) || r < len(g.rows) && row.Before(call)
		at := call
		if isRow {
			at = row
		}
		if !end.IsZero() && at.After(end) {
			break
		}
		if isRow {
			r++
			at = at.Add(m.Window)
		} else {
			at = latest(at, m.calls[g.calls[c]].Ended).Add(m.Window)
			c++
		}
		end = latest(end, at)
	}
	rows, calls = g.rows[:r], g.calls[:c]
	g.rows, g.calls = g.rows[r:], g.calls[c:]
	return rows, calls
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// fits returns what it costs to take a row and a call for one, by how much their
// times differ; false when they cannot be.
func (m *matching) fits(row, call int) (time.Duration, bool) {
	r, c := &m.rows[row], &m.calls[call]
	d := m.away(r, c).Abs()
	ok := d <= m.Window && !(m.byCaller && sameCaller(r.CallerID, c.CallerID) == differ)
	if r.Answered.IsZero() != c.Answered.IsZero() {
		d += m.Window / 2 // rather one that both tell alike
	}
	return d, ok
}

// largest bounds the table of [matching.align], in cells.
const largest = 1 << 24

// align pairs rows and calls in the order of time so that as many as possible are
// pairs and these lie as near to each other as can be: the edit distance, in which
// who is left alone costs as much as half of a pair that just fits. A number that is dialled
// without pause would need a table too large: its rows take the first call that
// fits.
func (m *matching) align(rows, calls []int) (pairs []pair) {
	if len(rows)*len(calls) > largest {
		return m.first(rows, calls)
	}
	alone := m.Window
	width := len(calls) + 1
	cost := make([]time.Duration, (len(rows)+1)*width)
	for i := range len(rows) + 1 {
		for j := range width {
			if i == 0 || j == 0 {
				cost[i*width+j] = time.Duration(i+j) * alone
				continue
			}
			best := min(cost[(i-1)*width+j], cost[i*width+j-1]) + alone
			if d, ok := m.fits(rows[i-1], calls[j-1]); ok {
				best = min(best, cost[(i-1)*width+j-1]+d)
			}
			cost[i*width+j] = best
		}
	}
	for i, j := len(rows), len(calls); i > 0 && j > 0; {
		d, ok := m.fits(rows[i-1], calls[j-1])
		switch at := cost[i*width+j]; {
		case ok && at == cost[(i-1)*width+j-1]+d:
			i, j = i-1, j-1
			pairs = append(pairs, pair{rows[i], calls[j]})
		case at == cost[(i-1)*width+j]+alone:
			i--
		default:
			j--
		}
	}
	return pairs
}

// first pairs each row with the first call that fits and is free.
func (m *matching) first(rows, calls []int) (pairs []pair) {
	for _, row := range rows {
		for j, call := range calls {
			if _, ok := m.fits(row, call); ok {
				pairs = append(pairs, pair{row, call})
				calls = calls[j+1:]
				break
			}
			if begin(&m.calls[call]).After(m.ours(beginOf(&m.rows[row])).Add(m.Window)) {
				break
			}
		}
	}
	return pairs
}

// agree reports whether the caller ids of the carrier are ours: they agree in more
// than half of the pairs that have both. A carrier that shows numbers of its own
// would make a leak of every call.
func (m *matching) agree() bool {
	same, known := 0, 0
	for _, p := range m.pairs {
		switch sameCaller(m.rows[p.row].CallerID, m.calls[p.call].CallerID) {
		case agreed:
			same, known = same+1, known+1
		case differ:
			known++
		case unsaid:
		}
	}
	return same*2 > known
}

// likeness is whether two caller ids are one.
type likeness uint8

const (
	unsaid likeness = iota // one of them is no number
	agreed
	differ
)

// sameCaller compares two caller ids by their last eight digits: prefixes of the
// country are written in many ways.
func sameCaller(a, b string) likeness {
	a, b = tail(a), tail(b)
	switch {
	case a == "" || b == "":
		return unsaid
	case a == b:
		return agreed
	}
	return differ
}

// tail returns the last eight digits, "" of what has fewer than five.
func tail(text string) string {
	digits := strings.Map(func(c rune) rune {
		if c < '0' || c > '9' {
			return -1
		}
		return c
	}, text)
	if len(digits) < 5 {
		return ""
	}
	return digits[max(0, len(digits)-8):]
}

// Callers counts calls by the caller id that they show, the most first.
func Callers(rows []Row) []CallerCount {
	of := map[string]int{}
	for i := range rows {
		of[rows[i].CallerID]++
	}
	list := make([]CallerCount, 0, len(of))
	for id, n := range of { // order: sorted below
		list = append(list, CallerCount{id, n})
	}
	slices.SortFunc(list, func(a, b CallerCount) int { return cmp.Or(b.Calls-a.Calls, strings.Compare(a.CallerID, b.CallerID)) })
	return list
}

// CallerCount is how many calls showed a caller id.
type CallerCount struct {
	CallerID string
	Calls    int
}
