package sim

import (
	"fmt"
	"time"
)

// numbered: the requests that leave towards one side of a dialog have rising
// numbers, tregua's own BYE among them (12.2.2).
func (t *trail) numbered() (broken []string) {
	last := map[string]uint32{}
	for i := range t.list {
		x := &t.list[i]
		m := x.msg
		if x.in || !m.IsRequest() || m.Method == "ACK" || m.Method == "CANCEL" || t.stray(x) || t.again(i) {
			continue
		}
		dialog := fmt.Sprint(x.side, m.From.Tag, " ", m.To.Tag)
		behind, known := last[dialog]
		if !known && x.side == t.side.Other() && m.Method != "INVITE" {
			behind = t.inviteNumber()
		}
		if m.CSeq.N <= behind {
			broken = append(broken, fmt.Sprintf("%s %d to leg %c behind %d", m.Method, m.CSeq.N, 'a'+x.side, behind))
		}
		last[dialog] = m.CSeq.N
	}
	return broken
}

// inviteNumber is the number of the INVITE that left.
func (t *trail) inviteNumber() uint32 {
	if i := t.first(0, func(x *crossing) bool { return x.asks(false, t.side.Other(), "INVITE") }); i >= 0 {
		return t.list[i].msg.CSeq.N
	}
	return 0
}

// again reports whether crossing i is a repeat of one that left before.
func (t *trail) again(i int) bool {
	return t.first(0, func(x *crossing) bool { return !x.in && x.msg.Via.Branch == t.list[i].msg.Via.Branch }) < i
}

// acksFirst: no BYE goes to a callee that has answered and got no ACK (15).
func (t *trail) acksFirst() (broken []string) {
	for i := range t.list {
		x := &t.list[i]
		if !x.asks(false, t.to(), "BYE") || t.again(i) {
			continue
		}
		tag := x.msg.To.Tag
		answered := t.first(0, func(y *crossing) bool { return y.is(true, t.to(), "INVITE", 200, 299) && y.msg.To.Tag == tag })
		acked := t.first(0, func(y *crossing) bool { return y.asks(false, t.to(), "ACK") && y.msg.To.Tag == tag })
		if answered >= 0 && answered < i && (acked < 0 || acked > i) {
			broken = append(broken, "a callee got a BYE before its ACK")
		}
	}
	return broken
}

// shut: when tregua has sent a side its own BYE, nothing that this side asks
// crosses any more, and the caller is sent no 2xx.
func (t *trail) shut() (broken []string) {
	for i := range t.list {
		bye := &t.list[i]
		if !t.ownBye(i) {
			continue
		}
		for j := i + 1; j < len(t.list); j++ {
			x := &t.list[j]
			switch {
			case x.in || x.at == bye.at:
			case x.is(false, bye.side, "INVITE", 200, 299):
				broken = append(broken, "a 2xx behind our BYE")
			case x.side != bye.side && x.msg.From.Tag == bye.msg.To.Tag && t.crosses(j):
				broken = append(broken, fmt.Sprintf("%s %d crossed from leg %c, which is shut", x.msg.Method, x.msg.CSeq.N, 'a'+bye.side))
			}
		}
	}
	return broken
}

// failedEnds: when an INVITE has failed on both sides, the early dialogs that it
// made are over (12.3): nothing in them crosses any more.
func (t *trail) failedEnds() (broken []string) {
	for _, p := range t.split() {
		in := p.first(0, func(x *crossing) bool { return x.is(true, p.to(), "INVITE", 300, 699) })
		out := p.first(0, func(x *crossing) bool { return x.is(false, p.from, "INVITE", 300, 699) })
		if !p.opens || in < 0 || out < 0 {
			continue
		}
		end := max(p.list[in].at, p.list[out].at)
		for i := range t.list {
			x := &t.list[i]
			early := func(y *crossing) bool {
				return y.is(true, p.to(), "INVITE", 101, 199) && y.msg.To.Tag == t.calleeTag(x)
			}
			if x.at > end && !x.in && t.crosses(i) && p.first(0, early) >= 0 {
				broken = append(broken, fmt.Sprintf("%s %d crossed at %v in a dialog that failed at %v", x.msg.Method, x.msg.CSeq.N, x.at, end))
			}
		}
	}
	return broken
}

// patient: where a BYE was challenged and came again tregua does not give it up
// before its time (17.1.2.2).
func (t *trail) patient() (broken []string) {
	challenged := t.first(0, func(x *crossing) bool { return x.challenges() && x.msg.CSeq.Method == "BYE" })
	acked := t.first(0, func(x *crossing) bool { return x.asks(true, t.side, "ACK") && !t.hopByHop(x) })
	if challenged < 0 || acked < 0 {
		return nil
	}
	for i := range t.list {
		if bye := &t.list[i]; t.ownBye(i) && said(bye.msg, "Reason", `SIP;cause=480;text="peer.timeout"`) && t.waitsFor("BYE", bye.at) {
			broken = append(broken, fmt.Sprintf("tregua hung up leg %c while a BYE was on its way", 'a'+bye.side))
		}
	}
	return broken
}

// waitsFor reports whether a peer's request has left, and its answer may still
// come at a time.
func (t *trail) waitsFor(method string, at time.Duration) bool {
	for i := range t.list {
		x := &t.list[i]
		if x.in || x.msg.Method != method || x.at >= at || x.at <= at-64*t1 || !t.crosses(i) {
			continue
		}
		if t.first(i, func(y *crossing) bool {
			return y.is(true, x.side, method, 200, 699) && y.at <= at && y.msg.Via.Branch == x.msg.Via.Branch
		}) < 0 {
			return true
		}
	}
	return false
}

// ownBye reports whether crossing i is a BYE of tregua itself, for the first time.
func (t *trail) ownBye(i int) bool {
	x := &t.list[i]
	return x.asks(false, x.side, "BYE") && !t.relayed(x) && !t.again(i)
}

// crosses reports whether crossing i is a peer's request that leaves for the
// first time.
func (t *trail) crosses(i int) bool {
	x := &t.list[i]
	return x.msg.IsRequest() && x.msg.Method != "ACK" && t.relayed(x) && !t.again(i)
}
