package call

import (
	"slices"

	"tregua/media"
	"tregua/proxy/wire"
)

// maxTries bounds the challenges to one request that are answered: a server may
// call every nonce stale.
const maxTries = 8

// Credentials answers a challenge (a 401 or 407) to a request that was sent,
// with the complete header lines that take the place of all such in it; ok is
// false when it cannot, or has in vain.
type Credentials func(challenge, sent *wire.Message) (lines []string, ok bool)

// authorized writes a request of ours anew with the credentials that a trunk
// was given for us. It takes the next number in that direction: from then on
// the CSeq of what crosses is shifted, and RAck with it. ok is false when the
// challenge is not ours to answer.
// high is the highest number of that direction as its sender counts, tries how
// often the request was challenged.
func (c *Call) authorized(to media.Leg, high uint32, tries *int, challenge, sent *wire.Message) (raw []byte, ok bool) {
	answer := c.legs[to].Credentials
	if answer == nil || sent == nil || *tries >= maxTries || challenge.Status != 401 && challenge.Status != 407 {
		return nil, false
	}
	lines, ok := answer(challenge, sent)
	if !ok {
		return nil, false
	}
	old := "Authorization"
	if challenge.Status == 407 {
		old = "Proxy-Authorization"
	}
	*tries++
	c.shift[to]++
	c.stale = true
	return sent.Write(wire.Edit{
		Vias: []string{c.via(to)}, CSeq: high + c.shift[to], Drop: []string{old}, Add: lines,
	}), true
}

// authorizeInvite sends an INVITE that was challenged once more.
func (c *Call) authorizeInvite(i *invite, challenge *wire.Message) bool {
	if i.final || i.cancelled {
		return false
	}
	to := i.from.Other()
	high := i.cseq
	if i.dialog != nil {
		high = i.dialog.cseq[i.from]
	}
	raw, ok := c.authorized(to, high, &i.tries, challenge, i.sent)
	if !ok {
		return false
	}
	hop := c.legs[to].Hop
	if i.slot == opening {
		c.dialogs = nil // the forks of the first try are gone
	} else {
		hop = c.hop(to, i.dialog)
	}
	i.rings = false
	return c.openInvite(i, hop, raw)
}

// authorizeRelay sends a request that crosses once more.
func (c *Call) authorizeRelay(i int, challenge *wire.Message) bool {
	r := &c.relays[i]
	to := r.in.From.Other()
	raw, ok := c.authorized(to, r.dialog.cseq[r.in.From], &r.tries, challenge, r.sent)
	if !ok {
		return false
	}
	r.ref, r.sent = c.openTo(c.hop(to, r.dialog), raw)
	return r.ref != 0
}

// authorizeOwn sends a BYE of ours once more.
func (c *Call) authorizeOwn(ref Ref, challenge *wire.Message) bool {
	i := slices.IndexFunc(c.own, func(o own) bool { return o.ref == ref })
	if i < 0 || c.own[i].dialog == nil {
		return false
	}
	o := &c.own[i]
	raw, ok := c.authorized(o.to, o.dialog.cseq[o.to.Other()], &o.tries, challenge, o.sent)
	if !ok {
		return false
	}
	o.ref, o.sent = c.openTo(c.hop(o.to, o.dialog), raw)
	return o.ref != 0
}

// number gives a request that crosses the CSeq that its receiver is at, and a
// PRACK the number of the INVITE as the receiver knows it.
func (c *Call) number(m *wire.Message, from media.Leg, edit *wire.Edit) {
	shift := c.shift[from.Other()]
	if shift == 0 {
		return
	}
	edit.CSeq = m.CSeq.N + shift
	if m.Method != "PRACK" {
		return
	}
	if n, ok := m.RAckCSeq(); ok {
		edit.RAckCSeq = c.numberOf(from, n)
	}
}

// numberOf returns the number under which an INVITE was sent on.
func (c *Call) numberOf(from media.Leg, cseq uint32) uint32 {
	for _, i := range append([]*invite{&c.invite}, c.reinvites...) {
		if i.from == from && i.cseq == cseq {
			return i.number
		}
	}
	return cseq
}

// ownNumber is the Edit.CSeq that gives a response the number that the side
// which asked knows.
func ownNumber(m *wire.Message, cseq uint32) uint32 {
	if m.CSeq.N == cseq {
		return 0 // in an Edit zero keeps
	}
	return cseq
}
