package line

import "time"

// stale is how long the source before the present one is not listened to
// while the present one speaks: its late packets would tear the line.
const stale = minWait

// follow takes note of a packet of the peer and says whether it has a place
// on the line: it is no repetition, none that came too late for its place, and
// no straggler of a source that another has followed.
func (l *Line) follow(now time.Duration, h *header) bool {
	s := &l.source
	if !s.known || s.ssrc != h.ssrc {
		if s.hasLeft && h.ssrc == s.left && now-s.heard < stale {
			return false
		}
		l.settle()
		*s = source{known: true, hasLeft: s.known, ssrc: h.ssrc, left: s.ssrc, odd: noOdd, hold: s.hold}
		s.high = uint32(h.sequence) - 1
	}
	step := int(int16(h.sequence - uint16(s.high)))
	switch {
	case step > maxDropout, step < -maxMisorder, step <= 0 && !s.mayBeLate(h):
		if uint32(h.sequence) != s.odd && !l.mayBegin(now) {
			s.odd = uint32(h.sequence + 1)
			return false
		}
		l.settle()
		s.anchored, s.high, step = false, uint32(h.sequence), 0
	case step <= 0:
		return s.late(uint(-step))
	}
	s.odd, s.turned = noOdd, false
	s.heard = now
	if h.kind != event {
		s.ts = h.ts
	}
	s.high += uint32(step)
	s.span += uint32(step)
	s.seen = s.seen<<uint(step) | 1
	return true
}

// settle sets the line's clock by what was sent last, if the source before did
// not keep it: half a second ahead after a stall, or slow by a long call. The
// next one would lose packets for that, or begin with a pause.
func (l *Line) settle() {
	if !l.source.placed || l.source.span == 0 {
		return // a first packet is no measure: of many sources at once they would add up
	}
	if lead := l.newest - l.at(l.last); lead > maxAhead-frame || l.action == Pass && lead < -maxAhead {
		l.origin = l.last - time.Duration(l.newest)*sample
	}
}

// mayBegin says whether numbers that lie elsewhere are a new beginning at once:
// nothing of the source is heard on the line, or was until now. Otherwise a
// second packet confirms it (RFC 3550 appendix A.1).
func (l *Line) mayBegin(now time.Duration) bool {
	s := &l.source
	return !s.anchored || s.turned || l.action == Replace || now-s.heard > stale
}

// mayBeLate says whether a packet whose number is not new may be one that comes
// late or again: its time is not new either.
func (s *source) mayBeLate(h *header) bool {
	behind := int32(s.ts - h.ts)
	return h.kind == event || behind >= 0 && behind <= lateTime
}

// late says whether the packet that is so far behind the highest has a free
// number on the line.
func (s *source) late(behind uint) bool {
	if !s.anchored || behind > uint(s.span) || behind >= 64 || s.seen>>behind&1 == 1 {
		return false
	}
	s.seen |= 1 << behind
	return true
}

// place gives a packet its timestamp and sees to the offsets. gap says that
// there was a pause before it.
func (l *Line) place(now time.Duration, h *header) (ts uint32, gap, ok bool) {
	s := &l.source
	if s.anchored && !l.strays(now, h) {
		ts = h.ts + s.dTS
	} else if ts, gap, ok = l.anchor(now, h); !ok {
		return 0, false, false
	}
	at := l.placeOf(ts)
	switch {
	case h.kind == event:
		s.event, s.eventTS, s.eventAt = true, h.ts, at
	case h.sequence == uint16(s.high):
		l.newest, l.end, l.last = at, max(l.end, at+h.samples()), now
	}
	l.sequence = uint16(s.high) + s.dSeq
	return ts, gap, true
}

// placeOf is where a timestamp lies on the line.
func (l *Line) placeOf(ts uint32) int64 {
	return l.newest + int64(int32(ts-l.timestamp(l.newest)))
}

// strays says whether the offsets would put the packet where it cannot be: a
// new one before older ones, or far from its time. After the watch the peer's
// clock is believed instead.
func (l *Line) strays(now time.Duration, h *header) bool {
	s := &l.source
	if h.sequence != uint16(s.high) {
		return false
	}
	at := l.placeOf(h.ts + s.dTS)
	away := at - l.at(now)
	far := away < -maxAway || away > l.lead()
	switch {
	case h.kind == event: // may begin before the speech that goes on under it
		return far && l.action != Pass
	case at < l.newest:
		return true
	case far && l.action == Pass:
		l.origin -= time.Duration(away) * sample
		return false
	}
	return far
}

// lead is how far packets of the source that speaks may put the line ahead of
// time: a backlog that comes at once is sent, but for one that is replaced, of
// which nothing would be missed.
func (l *Line) lead() int64 {
	if l.action == Replace {
		return maxAhead
	}
	return maxAway
}

// anchor sets the offsets so that the packet follows what was sent last, after
// as many whole frames as have gone by.
func (l *Line) anchor(now time.Duration, h *header) (ts uint32, gap, ok bool) {
	s := &l.source
	s.anchored = false
	ahead, most := l.end-l.at(now), int64(maxAhead)
	if s.placed {
		most = l.lead()
	}
	switch {
	case h.kind == event:
	case ahead > maxLost:
		l.origin -= time.Duration(ahead) * sample
	case ahead > most:
		return 0, false, false
	}
	pause := l.pause(now)
	at := l.end + pause
	if h.kind == event && s.event && s.eventTS == h.ts {
		at = s.eventAt // all packets of an event have its beginning (RFC 4733 section 2.2.1)
	}
	ts = l.timestamp(at)
	s.dSeq, s.dTS = l.sequence+1-h.sequence, ts-h.ts
	s.placed, s.anchored, s.span, s.seen = true, true, 0, 1
	if l.action == Pass {
		l.fade = max(0, l.fade-int(min(pause, fadeTime)))
	}
	return ts, pause > 0 || l.packets == 0, true
}
