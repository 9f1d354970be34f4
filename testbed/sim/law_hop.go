package sim

import (
	"fmt"
	"slices"
	"strings"

	"tregua/proxy/wire"
)

// ownLines: of a request that crosses the lines of a hop are tregua's: one Via,
// no Record-Route, a Contact that leads here, one hop fewer (design law 3). A
// response has the Vias and Record-Routes of its request.
func (t *trail) ownLines() (broken []string) {
	for i := range t.list {
		x := &t.list[i]
		if x.in {
			continue
		}
		what := t.answerLines(i)
		if x.msg.IsRequest() {
			what = t.requestLines(i)
		}
		if what != "" {
			broken = append(broken, fmt.Sprintf("%s%s %d to leg %c %s", status(x.msg), x.msg.CSeq.Method, x.msg.CSeq.N, 'a'+x.side, what))
		}
	}
	return broken
}

func (t *trail) requestLines(i int) string {
	x, ours := &t.list[i], listeners[t.list[i].side].String()
	m := x.msg
	vias := m.RawLines(wire.HVia)
	switch came := t.origins(i); {
	case len(vias) != 1 || !strings.Contains(vias[0], ours):
		return fmt.Sprintf("has the Vias %q", vias)
	case len(m.RawLines(wire.HRecordRoute)) > 0:
		return "has a Record-Route"
	case m.HasContact && !strings.Contains(m.Contact.URI, ours+";"):
		return "has the Contact " + m.Contact.URI
	case t.endToEnd(x) && m.Method != "BYE" && len(came) > 0 && !t.turned(i) && m.MaxForwards != came[0].MaxForwards-1:
		return fmt.Sprintf("has %d hops left, it came with %d", m.MaxForwards, came[0].MaxForwards)
	}
	return ""
}

func (t *trail) answerLines(i int) string {
	m := t.list[i].msg
	j := t.first(0, func(x *crossing) bool {
		return x.asks(true, t.list[i].side, m.CSeq.Method) && x.msg.Via.Branch == m.Via.Branch
	})
	switch {
	case j < 0:
		return "answers nothing that came"
	case m.Status == 100:
	case m.CSeq.Method == "INVITE" && m.Status < 300 && len(t.origins(i)) > 0 &&
		!slices.Equal(t.list[j].msg.RawLines(wire.HRecordRoute), m.RawLines(wire.HRecordRoute)):
		return fmt.Sprintf("has the Record-Routes %q", m.RawLines(wire.HRecordRoute))
	case m.HasContact && m.Status < 300 && !strings.Contains(m.Contact.URI, listeners[t.list[i].side].String()+";"):
		return "has the Contact " + m.Contact.URI
	}
	return ""
}
