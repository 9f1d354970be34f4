package sim

import (
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/proxy"
)

// keep notes what a call needs to go on, as the daemon does. Only a run that is
// to crash asks for it.
func (h *house) keep(k proxy.Keep) {
	switch {
	case h.net.cfg.Crash == 0:
	case k.Leaving:
		h.ledger.submit(ledger.Entry{Kind: ledger.Leave, ID: k.Attempt.ID})
	case k.Kept == nil:
		h.ledger.submit(ledger.Entry{Kind: ledger.Drop, ID: k.Attempt.ID})
	default:
		h.ledger.submit(ledger.Entry{Kind: ledger.Keep, Record: policy.Record{Attempt: k.Attempt}, Call: k.Kept.Encode()})
	}
}

// leap is how far a BYE of the next process may leave behind what was kept.
const leap = 1000

// keptLaws: of every call that was up at the crash there is what the next
// process needs to go on with it, or to end it on both sides.
func (j judge) keptLaws(left map[policy.AttemptID]ledger.Left) {
	j.law = "kept"
	for _, t := range j.order {
		a, ok := j.answered(t)
		if ok && !t.inbound && t.ended == 0 && len(t.ups) > 0 && t.ups[0].at+settled < j.queue.now {
			j.kept(t, &a, left[t.attempt.ID])
		}
	}
}

// kept holds what there is of one call.
func (j judge) kept(t *trail, a *answered, l ledger.Left) {
	if l.Err != nil || !l.Open || l.Attempt.Called != t.attempt.Called {
		j.broken(t.id, "it was up at the crash, and the next process is told %+v", l)
		return
	}
	k, err := proxy.ReadKept(l.Call)
	switch {
	case err != nil:
		j.broken(t.id, "%v", err)
		return
	case k.State.CallID != t.id || k.State.ToTag != a.tag || k.Call != t.call:
		j.broken(t.id, "kept as call %x, %s, tag %s", k.Call, k.State.CallID, k.State.ToTag)
	case !k.State.Acked && j.ackSettled(t, a):
		j.broken(t.id, "the callee has its ACK, and that is not kept")
	case !l.Leaving && t.hungUpLongAgo(a.tag, j.queue.now):
		j.broken(t.id, "a side had hung up, and the next process is not told")
	}
	j.numbersKept(t, k)
}

// hungUpLongAgo reports whether a BYE of the dialog has crossed, unchallenged, so long ago that
// it must be kept.
func (t *trail) hungUpLongAgo(tag string, now time.Duration) bool {
	i := t.first(0, func(x *crossing) bool {
		return !x.in && x.msg.Method == "BYE" && (x.msg.To.Tag == tag || x.msg.From.Tag == tag)
	})
	challenged := t.first(0, func(x *crossing) bool {
		return x.in && x.msg.CSeq.Method == "BYE" && (x.msg.Status == 401 || x.msg.Status == 407)
	})
	return i >= 0 && challenged < 0 && t.list[i].at+settled < now
}

// ackSettled reports whether the callee was acknowledged, and its call spared by
// the watch, so long ago that it must be kept. Where a side has hung up it may be
// tregua that acknowledged: such a call is to end.
func (j judge) ackSettled(t *trail, a *answered) bool {
	last := t.ups[len(t.ups)-1]
	if t.first(0, func(x *crossing) bool { return x.in && x.msg.Method == "BYE" }) >= 0 {
		return false
	}
	ok := t.first(0, func(x *crossing) bool { return x.is(true, media.B, "INVITE", 200, 299) && x.msg.To.Tag == a.tag })
	i := t.first(ok, func(x *crossing) bool {
		return x.asks(false, media.B, "ACK") && x.msg.To.Tag == a.tag && x.msg.CSeq.N == t.list[ok].msg.CSeq.N
	})
	return i >= 0 && t.list[i].at+settled < j.queue.now &&
		(!last.Watching || last.Watch != policy.WatchEnforce) && last.at+settled < j.queue.now
}

// numbersKept: a BYE of the next process has a higher number than whatever
// crossed in its direction.
func (j judge) numbersKept(t *trail, k *proxy.Kept) {
	for i := range t.list {
		x := &t.list[i]
		if x.in || !x.msg.IsRequest() || x.msg.To.Tag == "" {
			continue
		}
		from, to := &k.State.Sides[x.side.Other()], &k.State.Sides[x.side]
		if x.msg.CSeq.N >= from.CSeq+to.Shift+1+leap {
			j.broken(t.id, "%s %d left for leg %c, kept were %d and %d", x.msg.Method, x.msg.CSeq.N, 'a'+x.side, from.CSeq, to.Shift)
		}
	}
}
