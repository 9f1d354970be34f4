package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/wire"
)

// inOrder: requests of one side leave towards the other in the order in which
// their first copies came.
func (t *trail) inOrder() (broken []string) {
	for _, side := range []media.Leg{media.A, media.B} {
		came, left := t.requests(true, side), t.requests(false, side.Other())
		for i, id := range left {
			n := slices.Index(came, id)
			for j, first := range left[:i] {
				if n >= 0 && slices.Index(came, first) > n && !passes(first, left[j:], came[:n+1]) {
					broken = append(broken, fmt.Sprintf("%s of leg %c was overtaken by %s", id, 'a'+side, first))
				}
			}
		}
	}
	return broken
}

// passes: an ACK waits for no decision on a REFER, and for nothing that has to wait behind
// one.
func passes(first string, after, before []string) bool {
	waits := func(id string) bool { return strings.Contains(id, " REFER") && slices.Contains(after, id) }
	return strings.Contains(first, " ACK") && slices.ContainsFunc(before, waits)
}

// requests names the requests that came from a side, or left to it, in the
// order of their first copies.
func (t *trail) requests(in bool, side media.Leg) (ids []string) {
	for i := range t.list {
		x := &t.list[i]
		if x.in != in || x.side != side || !x.msg.IsRequest() || x.msg.Method == "CANCEL" || t.hopByHop(x) || !in && !t.came(i) {
			continue
		}
		id := fmt.Sprint(x.msg.CSeq, " ", x.msg.From.Tag, " ", x.msg.To.Tag)
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// anchored: a session description leaves with our address for that leg, and no
// line of it but o= tells where the peer's media is.
func (t *trail) anchored() (broken []string) {
	for i := range t.list {
		x := &t.list[i]
		body, is := x.msg.SDP()
		if x.in || !is {
			continue
		}
		if t.anchor.ID == 0 && t.attempt.Reading == policy.Emergency {
			continue // no ports: the call passes all the same, its media past us
		}
		if t.anchor.ID == 0 {
			broken = append(broken, "a session description left without an anchor")
			continue
		}
		if what := foreign(body, t.anchor.Addr[t.leg(x.side)]); what != "" {
			broken = append(broken, fmt.Sprintf("in the description to leg %c: %s", 'a'+x.side, what))
		}
	}
	return broken
}

// foreign returns the first line of a description that is not as it must be
// when its media is at ours.
func foreign(body string, ours netip.AddrPort) string {
	if strings.Contains(body, "m=audio 0 ") { // tregua's own ACK refuses every stream
		ours = netip.AddrPortFrom(netip.IPv4Unspecified(), 0)
	}
	for line := range strings.SplitSeq(body, "\r\n") {
		switch {
		case strings.HasPrefix(line, "o="):
		case strings.Contains(line, "198.51.100."), strings.Contains(line, "203.0.113."):
			return line
		case strings.HasPrefix(line, "c=") && line != "c=IN IP4 "+ours.Addr().String():
			return line
		case strings.HasPrefix(line, "m=audio ") && !strings.HasPrefix(line, fmt.Sprintf("m=audio %d ", ours.Port())):
			return line
		}
	}
	return ""
}

// unchanged: what crosses has the lines that it came with, in their order, but
// for those that a hop writes; an INVITE its Request-URI too.
func (t *trail) unchanged() (broken []string) {
	for i := range t.list {
		out, came := &t.list[i], []*wire.Message(nil)
		if t.carried(i) {
			came = t.origins(i)
		}
		if len(came) == 0 {
			continue // tregua's own
		}
		same := func(in *wire.Message) bool { return in.URI == out.msg.URI || in.Method != "INVITE" || in.To.Tag != "" }
		if !slices.ContainsFunc(came, same) {
			broken = append(broken, fmt.Sprintf("the Request-URI was changed to %q", out.msg.URI))
		}
		if !slices.ContainsFunc(came, func(in *wire.Message) bool { return essence(in) == essence(out.msg) }) {
			broken = append(broken, fmt.Sprintf("%s%s was changed from %q to %q", status(out.msg), out.msg.CSeq.Method,
				essence(came[0]), essence(out.msg)))
		}
	}
	return broken
}

// carried reports whether crossing i leaves, and can be nothing of tregua's own
// that has the ids of what came: an ACK in a peer's place, or a last BYE.
func (t *trail) carried(i int) bool {
	switch out := &t.list[i]; {
	case out.in, out.msg.Status == 100, out.msg.Method == "ACK" && t.turned(i):
		return false
	case out.msg.CSeq.Method == "BYE":
		return !t.hungUp()
	}
	return true
}

// hopByHop reports whether an ACK is for a failure: it belongs to the INVITE's
// transaction (17.1.1.3), and no end sees it.
func (t *trail) hopByHop(x *crossing) bool {
	return x.msg.Method == "ACK" && t.first(0, func(y *crossing) bool {
		return y.msg.Method == "INVITE" && y.msg.Via.Branch == x.msg.Via.Branch
	}) >= 0
}

// came reports whether crossing i, an ACK that leaves, is one that had come:
// tregua may have sent one in the place of a peer whose own came later.
func (t *trail) came(i int) bool {
	return t.list[i].msg.Method != "ACK" || len(t.origins(i)) > 0 && !t.turned(i)
}

// hungUp reports whether tregua sent a BYE of its own: it may then share its
// CSeq with one of a peer.
func (t *trail) hungUp() bool {
	return t.first(0, func(x *crossing) bool { return x.asks(false, x.side, "BYE") && !t.relayed(x) }) >= 0
}

// origins returns what came on the other side, before, and has the ids of
// crossing i. A repeat has those of the first copy.
func (t *trail) origins(i int) (came []*wire.Message) {
	out := &t.list[i]
	if out.msg.IsRequest() {
		i = t.first(0, func(x *crossing) bool {
			return !x.in && x.msg.Method == out.msg.Method && x.msg.Via.Branch == out.msg.Via.Branch
		})
	}
	for j := range i {
		if x := &t.list[j]; x.in && x.side == out.side.Other() && sameIDs(x.msg, out.msg) && !t.hopByHop(x) {
			came = append(came, x.msg)
		}
	}
	return came
}

func sameIDs(a, b *wire.Message) bool {
	return a.Method == b.Method && a.Status == b.Status && a.CSeq == b.CSeq && a.From.Tag == b.From.Tag && a.To.Tag == b.To.Tag
}

// private: what a dialer says to tregua alone goes no further.
func (t *trail) private() (broken []string) {
	for i := range t.list {
		if x := &t.list[i]; !x.in {
			for range x.msg.Named(machineHeader) {
				broken = append(broken, fmt.Sprintf("%s to leg %c carries %s", x.msg.Method, 'a'+x.side, machineHeader))
			}
		}
	}
	return broken
}

// essence is the lines of a message that are none of a hop's business.
func essence(m *wire.Message) string {
	var b strings.Builder
	for _, l := range m.Lines {
		if strings.HasPrefix(l.Text, machineHeader) {
			continue // for tregua alone
		}
		switch l.Header {
		case wire.HVia, wire.HContact, wire.HMaxForwards, wire.HRoute, wire.HRecordRoute, wire.HContentLength:
		default:
			b.WriteString(l.Text)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

func status(m *wire.Message) string {
	if m.IsRequest() {
		return ""
	}
	return strconv.Itoa(m.Status)
}
