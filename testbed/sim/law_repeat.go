package sim

import (
	"fmt"
	"time"
)

// requestsRepeat: a request of tregua that nobody answers is repeated, T1
// doubling, a request that is no INVITE at most T2 apart, for 64*T1 (Timers A,
// B, E, F).
func (t *trail) requestsRepeat() (broken []string) {
	seen := map[string]bool{}
	for i := range t.list {
		req := &t.list[i]
		if req.in || !req.msg.IsRequest() || req.msg.Method == "ACK" || t.stray(req) {
			continue
		}
		branch, method := req.msg.Via.Branch, req.msg.Method
		if seen[branch+method] {
			continue
		}
		seen[branch+method] = true
		top := t2
		if method == "INVITE" {
			top = 0
		}
		missing := t.expect(i, t1, top,
			func(x *crossing) bool { return x.is(true, req.side, method, 100, 699) && x.msg.Via.Branch == branch },
			func(x *crossing) bool { return x.asks(false, req.side, method) && x.msg.Via.Branch == branch })
		if len(missing) > 0 {
			broken = append(broken, fmt.Sprintf("%s %d to leg %c of %v was not repeated at %v", method, req.msg.CSeq.N, 'a'+req.side, req.at, missing))
		}
	}
	return broken
}

// stray reports whether a BYE answers a late 2xx of a call that is no more: it
// is not repeated by itself but with each copy of the 2xx.
func (t *trail) stray(req *crossing) bool {
	if req.msg.Method != "BYE" {
		return false
	}
	for _, p := range t.split() {
		i := p.first(0, func(x *crossing) bool {
			return x.is(true, req.side, "INVITE", 200, 299) && x.at == req.at && x.msg.To.Tag == req.msg.To.Tag
		})
		if i >= 0 && p.givenUp(i) {
			return true
		}
	}
	return false
}

// finalsRepeat: a failure is repeated to the caller until its ACK comes, T1
// doubling to T2, for 64*T1 (Timers G, H).
func (t *trail) finalsRepeat() (broken []string) {
	i := t.first(0, func(x *crossing) bool { return x.is(false, t.from, "INVITE", 300, 699) })
	if i < 0 {
		return nil
	}
	no := &t.list[i]
	missing := t.expect(i, t1, t2,
		func(x *crossing) bool { return x.asks(true, t.from, "ACK") && x.msg.Via.Branch == no.msg.Via.Branch },
		func(x *crossing) bool { return x.is(false, t.from, "INVITE", no.msg.Status, no.msg.Status) })
	if len(missing) > 0 {
		broken = append(broken, fmt.Sprintf("the %d of %v was not repeated at %v", no.msg.Status, no.at, missing))
	}
	return broken
}

// successRepeats: a 2xx is repeated to the caller until its ACK comes, T1
// doubling to T2, for 64*T1 (13.3.1.4), or until the caller or tregua hangs up.
func (t *trail) successRepeats() (broken []string) {
	i := t.first(0, func(x *crossing) bool { return x.is(false, t.from, "INVITE", 200, 299) })
	if i < 0 {
		return nil
	}
	ok := &t.list[i]
	missing := t.expect(i, t1, t2,
		func(x *crossing) bool { return t.delivered(x, ok.msg.To.Tag) },
		func(x *crossing) bool { return x.is(false, t.from, "INVITE", 200, 299) })
	if len(missing) > 0 {
		broken = append(broken, fmt.Sprintf("the 2xx of %v was not repeated at %v", ok.at, missing))
	}
	due := map[time.Duration]bool{ok.at: true}
	for at, wait := ok.at+t1, t1; at <= ok.at+64*t1; at += wait {
		due[at] = true
		wait = min(2*wait, t2)
	}
	if j := t.first(i, func(x *crossing) bool { return x.is(false, t.from, "INVITE", 200, 299) && !due[x.at] }); j >= 0 {
		broken = append(broken, fmt.Sprintf("the 2xx of %v was repeated at %v, out of time", ok.at, t.list[j].at))
	}
	return broken
}

// delivered: behind that the caller needs no repeat of the 2xx of a dialog.
func (t *trail) delivered(x *crossing, tag string) bool {
	switch {
	case x.asks(true, t.from, "ACK"), x.asks(true, t.from, "BYE"):
		return x.msg.To.Tag == tag
	case x.asks(false, t.from, "BYE"):
		return !t.relayed(x)
	}
	return !t.opens && t.ended != 0 && x.at >= t.ended
}

// stopsRepeating: when the caller's ACK has come, no 2xx is sent any more.
func (t *trail) stopsRepeating() (broken []string) {
	i := t.first(0, func(x *crossing) bool {
		return x.asks(true, t.from, "ACK") && t.answer() != nil && t.answer().Status < 300 && x.msg.To.Tag == t.answer().To.Tag
	})
	if i < 0 {
		return nil
	}
	if j := t.first(i, func(x *crossing) bool {
		return x.at > t.list[i].at && x.is(false, t.from, "INVITE", 200, 299)
	}); j >= 0 {
		broken = append(broken, fmt.Sprintf("the 2xx was sent at %v, behind the ACK of %v", t.list[j].at, t.list[i].at))
	}
	return broken
}

// trying: the INVITE of a new call is answered in the turn in which it comes, so
// that the caller does not repeat it (8.2.6.1, 16.2).
func (t *trail) trying() (broken []string) {
	i := t.first(0, func(x *crossing) bool { return x.asks(true, t.from, "INVITE") })
	if i >= 0 && t.first(i, func(x *crossing) bool { return x.at == t.list[i].at && x.is(false, t.from, "INVITE", 100, 699) }) < 0 {
		broken = append(broken, "the INVITE was not answered at once")
	}
	return broken
}

// relayed reports whether a request that left is one that came on the other
// side, and not tregua's own.
func (t *trail) relayed(out *crossing) bool {
	for range out.msg.Named("Reason") {
		return false // why tregua hangs up; the peers send none
	}
	sent := t.first(0, func(x *crossing) bool { return !x.in && x.msg.IsRequest() && x.msg.Via.Branch == out.msg.Via.Branch })
	return t.first(0, func(x *crossing) bool {
		return x.at <= t.list[sent].at && x.asks(true, out.side.Other(), out.msg.Method) && x.msg.CSeq.N == out.msg.CSeq.N &&
			x.msg.From.Tag == out.msg.From.Tag && x.msg.To.Tag == out.msg.To.Tag
	}) >= 0
}

// expect says that from crossing i on a copy of it leaves at each of the times,
// until something else happens. stop finds that; the times grow by wait.
func (t *trail) expect(i int, wait, top time.Duration, stop func(*crossing) bool, same func(*crossing) bool) (missing []time.Duration) {
	start := t.list[i].at
	end := start + 64*t1
	if j := t.first(i, stop); j >= 0 {
		end = min(end, t.list[j].at)
	}
	for at := start + wait; at < end; at += wait {
		if t.first(i+1, func(x *crossing) bool { return x.at == at && same(x) }) < 0 {
			missing = append(missing, at)
		}
		if wait *= 2; top > 0 {
			wait = min(wait, top)
		}
	}
	return missing
}
