package sim

import (
	"tregua/media"
)

// exchange makes a trail that of one INVITE: what belongs to another INVITE of
// the call (a round after a challenge, a re-INVITE) is left out.
type exchange struct {
	from  media.Leg // where the INVITE comes from
	cseq  uint32
	opens bool // it opens the call
	parts []*trail
}

// inviteKey says which INVITE a crossing belongs to; ok is false for what
// belongs to none.
func (x *crossing) inviteKey() (k exchangeKey, ok bool) {
	switch x.msg.CSeq.Method {
	case "INVITE", "ACK", "CANCEL":
	default:
		return k, false
	}
	from := x.side
	if x.in != x.msg.IsRequest() { // requests come from there, responses go there
		from = from.Other()
	}
	return exchangeKey{from, x.msg.CSeq.N}, true
}

type exchangeKey struct {
	from media.Leg
	cseq uint32
}

// split returns the trail of each INVITE of the call, in order: the whole trail
// when there is one.
func (t *trail) split() []*trail {
	if t.parts != nil {
		return t.parts
	}
	byKey := map[exchangeKey]*trail{}
	for i := range t.list {
		x := &t.list[i]
		k, ok := x.inviteKey()
		if !ok || byKey[k] != nil || x.msg.Method != "INVITE" {
			continue
		}
		p := *t
		p.exchange = exchange{from: k.from, cseq: k.cseq, opens: x.msg.To.Tag == ""}
		byKey[k] = &p
		t.parts = append(t.parts, &p)
	}
	if len(t.parts) == 0 {
		p := *t
		p.exchange = exchange{from: t.side}
		t.parts = []*trail{&p}
	}
	if len(t.parts) > 1 {
		for _, p := range t.parts {
			p.list = t.only(p)
		}
	}
	for _, p := range t.parts {
		p.parts = []*trail{p}
	}
	return t.parts
}

func (t *trail) only(p *trail) []crossing {
	list := make([]crossing, 0, len(t.list))
	for _, x := range t.list {
		if k, ok := x.inviteKey(); !ok || k == (exchangeKey{p.from, p.cseq}) {
			list = append(list, x)
		}
	}
	return list
}

// opening is the trail of the last INVITE that would open the call.
func (t *trail) opening() *trail {
	parts := t.split()
	last := parts[0]
	for _, p := range parts {
		if p.opens {
			last = p
		}
	}
	return last
}

// to is the side that an INVITE goes to.
func (e *exchange) to() media.Leg { return e.from.Other() }

// leg is the leg of the call that a side of the network is.
func (t *trail) leg(side media.Leg) media.Leg {
	if t.inbound {
		return side.Other()
	}
	return side
}
