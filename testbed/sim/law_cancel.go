package sim

import (
	"fmt"
	"time"
)

// cancelsInTime: a CANCEL leaves only after a provisional response to its
// INVITE and before a final one (9.1).
func (t *trail) cancelsInTime() (broken []string) {
	i := t.first(0, func(x *crossing) bool { return x.asks(false, t.to(), "CANCEL") })
	if i < 0 {
		return nil
	}
	branch := t.list[i].msg.Via.Branch
	heard := func(lo, hi int) bool {
		j := t.first(0, func(x *crossing) bool {
			return x.is(true, t.to(), "INVITE", lo, hi) && x.msg.Via.Branch == branch
		})
		return j >= 0 && j < i && t.list[j].at <= t.list[i].at
	}
	if !heard(100, 199) {
		broken = append(broken, "a CANCEL left before a provisional")
	}
	return broken
}

// cancelsCross: a CANCEL of the caller that comes before a final answer goes on
// to the callee as soon as the callee has sent a provisional; an INVITE that was
// not sent yet is never sent.
func (t *trail) cancelsCross() (broken []string) {
	i := t.first(0, func(x *crossing) bool { return x.asks(true, t.from, "CANCEL") })
	if i < 0 {
		return nil
	}
	at := t.list[i].at
	find := func(fits func(*crossing) bool) (time.Duration, bool) {
		if j := t.first(0, fits); j >= 0 && !t.givenUp(j) {
			return t.list[j].at, true
		}
		return 0, false
	}
	sent, out := find(func(x *crossing) bool { return x.asks(false, t.to(), "INVITE") })
	answered, _ := find(func(x *crossing) bool { return x.is(false, t.from, "INVITE", 200, 699) })
	over, ended := find(func(x *crossing) bool { return x.is(true, t.to(), "INVITE", 200, 699) })
	rang, rings := find(func(x *crossing) bool { return x.is(true, t.to(), "INVITE", 100, 199) })
	cancelled, cancels := find(func(x *crossing) bool { return x.asks(false, t.to(), "CANCEL") })
	due := max(at, rang)
	switch {
	case out && sent > at:
		broken = append(broken, "an INVITE left after the caller had cancelled")
	case !out || answered < at, !rings, ended && over <= due:
	case !cancels || cancelled > due:
		broken = append(broken, fmt.Sprintf("the CANCEL of %v was due at the callee at %v", at, due))
	}
	return broken
}
