package sim

import (
	"fmt"

	"tregua/media"
	"tregua/proxy/wire"
)

// acknowledged: every 2xx of a callee is followed by an ACK for it, every copy
// of it too (RFC 3261 13.2.2.4).
func (t *trail) acknowledged() (broken []string) {
	for i := range t.list {
		ok := &t.list[i]
		if !ok.is(true, t.to(), "INVITE", 200, 299) {
			continue
		}
		if t.first(i, func(x *crossing) bool {
			return x.asks(false, t.to(), "ACK") && x.msg.To.Tag == ok.msg.To.Tag && x.msg.CSeq.N == ok.msg.CSeq.N
		}) < 0 {
			broken = append(broken, fmt.Sprintf("the 2xx of tag %s at %v was not acknowledged", ok.msg.To.Tag, ok.at))
		}
	}
	return broken
}

// oneAck: every copy of a 2xx gets the same ACK (13.2.2.4), unless the INVITE was
// given up and each is answered from itself alone.
func (t *trail) oneAck() (broken []string) {
	branches := map[string]string{} // by To tag
	for i := range t.list {
		x := &t.list[i]
		if !x.asks(false, t.to(), "ACK") || t.hopByHop(x) || t.givenUp(i) {
			continue
		}
		if b := branches[x.msg.To.Tag]; b != "" && b != x.msg.Via.Branch {
			broken = append(broken, fmt.Sprintf("two ACKs for the 2xx of tag %s", x.msg.To.Tag))
		}
		branches[x.msg.To.Tag] = x.msg.Via.Branch
	}
	return broken
}

// offersAnswered: a 2xx that has the offer gets the answer in its ACK (13.2.1),
// unless the INVITE was given up: then nobody knows what was in it. An offer in a
// reliable provisional was answered in its PRACK (RFC 3262 section 5).
func (t *trail) offersAnswered() (broken []string) {
	has := func(m *wire.Message) bool { _, is := m.SDP(); return is }
	inv := t.first(0, func(x *crossing) bool { return x.asks(false, t.to(), "INVITE") })
	if inv < 0 || has(t.list[inv].msg) {
		return nil
	}
	for i := range t.list {
		ok := &t.list[i]
		if !ok.is(true, t.to(), "INVITE", 200, 299) || !has(ok.msg) || t.givenUp(i) {
			continue
		}
		if j := t.first(i, func(x *crossing) bool {
			return x.asks(false, t.to(), "ACK") && x.msg.To.Tag == ok.msg.To.Tag
		}); j >= 0 && !has(t.list[j].msg) {
			broken = append(broken, fmt.Sprintf("the offer in the 2xx of tag %s at %v got an ACK without an answer", ok.msg.To.Tag, ok.at))
		}
	}
	return broken
}

// answersOffers: an ACK has an answer only where the 2xx has an offer: nobody is
// answered twice.
func (t *trail) answersOffers() (broken []string) {
	for i := range t.list {
		ack := &t.list[i]
		if _, answers := ack.msg.SDP(); !answers || !ack.asks(false, t.to(), "ACK") {
			continue
		}
		if t.first(0, func(x *crossing) bool {
			_, offers := x.msg.SDP()
			return offers && x.is(true, t.to(), "INVITE", 200, 299) && x.msg.To.Tag == ack.msg.To.Tag
		}) < 0 {
			broken = append(broken, fmt.Sprintf("the ACK for tag %s at %v answers an offer that its 2xx does not have", ack.msg.To.Tag, ack.at))
		}
	}
	return broken
}

// failuresAcknowledged: every copy of a failure of a callee is followed at once
// by an ACK with the branch of the INVITE (17.1.1.2), unless the INVITE had
// been given up.
func (t *trail) failuresAcknowledged() (broken []string) {
	for i := range t.list {
		no := &t.list[i]
		if !no.is(true, t.to(), "INVITE", 300, 699) || t.givenUp(i) {
			continue
		}
		if j := t.first(i, func(x *crossing) bool {
			return x.asks(false, t.to(), "ACK") && x.msg.Via.Branch == no.msg.Via.Branch
		}); j < 0 || t.list[j].at != no.at {
			broken = append(broken, fmt.Sprintf("the %d at %v was not acknowledged at once", no.msg.Status, no.at))
		}
	}
	return broken
}

// givenUp reports whether tregua may have given up its INVITE before crossing
// i: 64*T1 after a CANCEL (9.1), after the INVITE without any response, or after
// the first 2xx (RFC 6026 Timer M).
func (t *trail) givenUp(i int) bool {
	at := t.list[i].at
	if c := t.first(0, func(x *crossing) bool { return x.asks(false, t.to(), "CANCEL") }); c >= 0 && at >= t.list[c].at+64*t1 {
		return true
	}
	if ok := t.first(0, func(x *crossing) bool { return x.is(true, t.to(), "INVITE", 200, 299) }); ok >= 0 && at >= t.list[ok].at+64*t1 {
		return true
	}
	inv := t.first(0, func(x *crossing) bool { return x.asks(false, t.to(), "INVITE") })
	heard := t.first(0, func(x *crossing) bool { return x.is(true, t.to(), "INVITE", 100, 699) })
	return inv >= 0 && at >= t.list[inv].at+64*t1 && (heard < 0 || t.list[heard].at >= t.list[inv].at+64*t1)
}

// bothEnd: an answered callee has sent a BYE or got one, and so has the caller
// when it was told of an answer.
func (t *trail) bothEnd() (broken []string) {
	ended := func(side media.Leg, tag string) bool {
		return t.first(0, func(x *crossing) bool {
			if x.side != side || x.msg.Method != "BYE" {
				return false
			}
			// The callee's tag is in From when the BYE moves towards the caller.
			if x.in == (side == t.side) {
				return x.msg.To.Tag == tag
			}
			return x.msg.From.Tag == tag
		}) >= 0
	}
	seen := map[string]bool{}
	for i := range t.list {
		x := &t.list[i]
		for _, leg := range []media.Leg{t.from, t.to()} {
			in := leg == t.to()
			if !x.is(in, leg, "INVITE", 200, 299) || seen[fmt.Sprint(leg, x.msg.To.Tag)] {
				continue
			}
			seen[fmt.Sprint(leg, x.msg.To.Tag)] = true
			if !ended(leg, x.msg.To.Tag) {
				broken = append(broken, fmt.Sprintf("leg %c was answered with tag %s and never ended", 'a'+leg, x.msg.To.Tag))
			}
		}
	}
	return broken
}

// abandoned: nobody waits for the answer to a re-INVITE of a call that is over.
func (t *trail) abandoned() (broken []string) {
	if t.opens || t.ended == 0 {
		return nil
	}
	i := t.first(0, func(x *crossing) bool { return x.asks(true, t.from, "INVITE") })
	answer := t.first(0, func(x *crossing) bool { return x.is(false, t.from, "INVITE", 200, 699) })
	if i >= 0 && t.list[i].at < t.ended && (answer < 0 || t.list[answer].at > t.ended) {
		broken = append(broken, fmt.Sprintf("INVITE %d of leg %c waited for its answer behind the end", t.cseq, 'a'+t.from))
	}
	return broken
}

// oneFinal: every request that reached tregua got a final answer, and never two
// that differ.
func (t *trail) oneFinal() (broken []string) {
	seen := map[string]bool{}
	for i := range t.list {
		req := &t.list[i]
		if !req.in || !req.msg.IsRequest() || req.msg.Method == "ACK" {
			continue
		}
		key := fmt.Sprint(req.side, req.msg.Via.Branch, req.msg.Method)
		if seen[key] {
			continue
		}
		seen[key] = true
		finals := map[string]bool{}
		for j := i; j < len(t.list); j++ {
			x := &t.list[j]
			if x.is(false, req.side, req.msg.Method, 200, 699) && x.msg.Via.Branch == req.msg.Via.Branch {
				finals[fmt.Sprint(x.msg.Status, " ", x.msg.To.Tag)] = true
			}
		}
		if len(finals) != 1 {
			broken = append(broken, fmt.Sprintf("%s %d of leg %c got the finals %v", req.msg.Method, req.msg.CSeq.N, 'a'+req.side, finals))
		}
	}
	return broken
}

// repeatsAnswered: a request that comes again is answered at once with what was
// answered before (17.2.1, 17.2.2), an INVITE until the failure was
// acknowledged or the call was answered.
func (t *trail) repeatsAnswered() (broken []string) {
	for i := range t.list {
		req := &t.list[i]
		m := req.msg
		if !req.in || !m.IsRequest() || m.Method == "ACK" || t.turned(i) {
			continue
		}
		said := t.saidBefore(i)
		if said == 0 {
			continue
		}
		if t.first(i, func(x *crossing) bool {
			return x.at == req.at && x.is(false, req.side, m.Method, said, said) && x.msg.Via.Branch == m.Via.Branch
		}) < 0 {
			broken = append(broken, fmt.Sprintf("%s %d came again at %v and was not answered with %d", m.Method, m.CSeq.N, req.at, said))
		}
	}
	return broken
}

// saidBefore is the status of the last answer to the request i before that copy
// of it came, 0 for none, and when that was acknowledged.
func (t *trail) saidBefore(i int) (status int) {
	req := &t.list[i]
	for _, x := range t.list[:i] {
		switch {
		case x.msg.Via.Branch != req.msg.Via.Branch:
		case x.is(false, req.side, req.msg.Method, 100, 699):
			if status = x.msg.Status; req.msg.Method == "INVITE" && status/100 == 2 {
				return 0 // RFC 6026: repeats of an accepted INVITE are absorbed
			}
		case x.asks(true, req.side, "ACK"):
			return 0 // and absorbed from now on
		}
	}
	return status
}

// turned reports whether more than one datagram of the call came in the turn of
// crossing i, or of the first copy of it: what was to be said before may then
// have changed.
func (t *trail) turned(i int) bool {
	n := 0
	first := &t.list[i]
	for j := range t.list {
		if x := &t.list[j]; !first.in && !x.in && x.msg.Via.Branch == first.msg.Via.Branch && x.msg.Method == first.msg.Method {
			first = x
			break
		}
	}
	for _, x := range t.list {
		if x.in && x.at == first.at {
			n++
		}
	}
	return n > 1
}

// provisionalsCross: what rings at the callee is told to the caller at once,
// until the caller has a final answer or has cancelled.
func (t *trail) provisionalsCross() (broken []string) {
	for i := range t.list {
		x := &t.list[i]
		if x.asks(true, t.from, "CANCEL") || x.is(false, t.from, "INVITE", 200, 699) || x.is(true, t.to(), "INVITE", 300, 699) {
			return broken
		}
		if !x.is(true, t.to(), "INVITE", 101, 199) {
			continue
		}
		if t.first(i, func(y *crossing) bool {
			return y.at == x.at && y.is(false, t.from, "INVITE", x.msg.Status, x.msg.Status) && y.msg.To.Tag == x.msg.To.Tag
		}) < 0 && !t.turned(i) {
			broken = append(broken, fmt.Sprintf("the %d of tag %s at %v was kept from the caller", x.msg.Status, x.msg.To.Tag, x.at))
		}
	}
	return broken
}

// oneBye: tregua sends at most one BYE of its own to a side of a dialog, but
// for a late 2xx of a call that is no more.
func (t *trail) oneBye() (broken []string) {
	branches := map[string]string{}
	for i := range t.list {
		x := &t.list[i]
		if !x.asks(false, x.side, "BYE") || t.relayed(x) || t.stray(x) {
			continue
		}
		key := fmt.Sprint(x.side, x.msg.From.Tag, x.msg.To.Tag)
		if b, ok := branches[key]; ok && b != x.msg.Via.Branch {
			broken = append(broken, fmt.Sprintf("two BYEs of ours to leg %c", 'a'+x.side))
		}
		branches[key] = x.msg.Via.Branch
	}
	return broken
}
