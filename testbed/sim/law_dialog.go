package sim

import (
	"fmt"

	"tregua/media"
)

// numbered: the requests that leave towards one side of a dialog have rising
// numbers, tregua's own BYE among them (12.2.2).
func (t *trail) numbered() (broken []string) {
	type numbers struct {
		last   uint32
		branch string
	}
	seen := map[string]numbers{}
	for i := range t.list {
		x := &t.list[i]
		m := x.msg
		if x.in || !m.IsRequest() || m.Method == "ACK" || m.Method == "CANCEL" || t.stray(x) {
			continue
		}
		key := fmt.Sprint(x.side, m.From.Tag, " ", m.To.Tag)
		was, known := seen[key]
		if !known && x.side == media.B {
			was.last = t.first1(m.From.Tag)
		}
		if m.Method != "INVITE" && m.CSeq.N <= was.last && m.Via.Branch != was.branch && !t.again(i) {
			broken = append(broken, fmt.Sprintf("%s %d to leg %c behind %d", m.Method, m.CSeq.N, 'a'+x.side, was.last))
		}
		if m.CSeq.N >= was.last {
			seen[key] = numbers{m.CSeq.N, m.Via.Branch}
		}
	}
	return broken
}

// first1 is the number of the INVITE that left with a From tag.
func (t *trail) first1(tag string) uint32 {
	if i := t.first(0, func(x *crossing) bool { return x.asks(false, media.B, "INVITE") && x.msg.From.Tag == tag }); i >= 0 {
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
		if !x.asks(false, media.B, "BYE") || t.again(i) {
			continue
		}
		tag := x.msg.To.Tag
		answered := t.first(0, func(y *crossing) bool { return y.is(true, media.B, "INVITE", 200, 299) && y.msg.To.Tag == tag })
		acked := t.first(0, func(y *crossing) bool { return y.asks(false, media.B, "ACK") && y.msg.To.Tag == tag })
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
		if !bye.asks(false, bye.side, "BYE") || t.relayed(bye) || t.again(i) {
			continue
		}
		tag := bye.msg.To.Tag // of the side that is shut
		for j := i + 1; j < len(t.list); j++ {
			x := &t.list[j]
			switch {
			case x.in || x.at == bye.at || t.again(j) && x.msg.IsRequest():
			case x.msg.IsRequest() && x.side != bye.side && x.msg.From.Tag == tag && x.msg.Method != "ACK" && t.relayed(x):
				broken = append(broken, fmt.Sprintf("%s %d crossed from leg %c, which is shut", x.msg.Method, x.msg.CSeq.N, 'a'+bye.side))
			case bye.side == media.A && x.is(false, media.A, "INVITE", 200, 299):
				broken = append(broken, "a 2xx behind our BYE")
			}
		}
	}
	return broken
}
