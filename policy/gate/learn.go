package gate

import (
	"math"
	"time"

	"tregua/policy"
)

// centre is what is learnt of a call centre: how long its operators need between
// two calls.
type centre struct {
	id   policy.CallCentreID
	wrap time.Duration
}

// The wrap-up that is presumed grows by an eighth when a call fails for which an
// operator counted as free, and shrinks by an eight-hundredth with each connected
// one: so it settles where about one in a hundred fails.
const (
	startWrap           = 45 * time.Second
	leastWrap, mostWrap = 4 * time.Second, 5 * time.Minute
	wrapUp, wrapDown    = 8, 800
)

func (c *centre) failed() { c.wrap = min(c.wrap+c.wrap/wrapUp, mostWrap) }
func (c *centre) good()   { c.wrap = max(c.wrap-c.wrap/wrapDown, leastWrap) }

// Answers counts how many of the newest calls wanted an operator.
type Answers struct{ Calls, Wanted int }

// most is how many calls are remembered: when there are more, all count half.
const most = 256

func (c *campaign) learn(wanted bool) {
	a := &c.answers
	a.Calls++
	if wanted {
		a.Wanted++
	}
	if a.Calls >= most {
		a.Calls, a.Wanted = a.Calls/2, a.Wanted/2
	}
}

// atMost returns of a thousand calls how many will want an operator, with two
// standard deviations to be safe. It is 1000 while nothing is known.
func (a Answers) atMost() int {
	n := a.Calls + 2
	p := 1000 * (a.Wanted + 2) / n
	return min(1000, p+int(2*math.Sqrt(float64(p*(1000-p)/n))))
}

// wanting returns how many of n calls in flight will want an operator, with
// deviations (in tenths) to be safe; never more than n.
func wanting(n, permille, tenths int) int {
	milli := n*permille + tenths*int(math.Sqrt(float64(n*permille*(1000-permille))))/10
	return min(n, (milli+999)/1000)
}

// shrink narrows the window of what may be in flight, after a silent call, to three
// quarters of what was. So a team that has left is noticed after a few calls
// however many tokens it left behind.
func (t *team) shrink() {
	t.window = max(1, min(t.window, t.flying)*3/4)
	if t.silences >= gone {
		t.window = 1
	}
}

// open widens it by one for each operator who is heard.
func (t *team) open() { t.window = min(t.window+1, wide) }

// wide is a window that narrows nothing.
const wide = 1 << 20
