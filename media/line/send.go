package line

import (
	"time"

	"tregua/media/ambience"
)

// Note takes a packet that has passed untouched, before Start: the stream that
// whoever answers has heard already is the one that goes on.
func (l *Line) Note(now time.Duration, packet []byte) {
	h, ok := l.read(packet)
	if l.started || !ok {
		return
	}
	s := &l.source
	l.packets++
	l.octets += uint32(h.to - h.from)
	if step := int16(h.sequence - l.sequence); s.known && s.ssrc == h.ssrc && step <= 0 && step >= -maxMisorder {
		return // reordered
	}
	l.ssrc, l.sequence = h.ssrc, h.sequence
	l.config.Timestamp = h.ts
	l.origin, l.newest, l.end, l.last = now, 0, h.samples(), now
	*s = source{known: true, placed: true, anchored: true, ssrc: h.ssrc, ts: h.ts, high: uint32(h.sequence), seen: 1, odd: noOdd, heard: now, hold: now + h.wait()}
}

// Start says that the call has been answered: from now on the line is kept
// whole. The first own packet is due at once unless packets flow already.
func (l *Line) Start(now time.Duration, action Action) {
	if !l.started {
		l.started = true
		if !l.source.known {
			l.origin, l.source.hold = now, now
		}
	}
	l.Set(action)
}

// Set changes what is done, between packets.
func (l *Line) Set(action Action) {
	switch {
	case action != Pass:
		l.owed = 0
	case l.action != Pass && l.packets > 0:
		l.owed = max(0, l.newest-l.at(l.last)-maxAhead+frame)
	}
	l.source.turned = l.source.turned || l.action == Replace && action != Replace
	l.action = action
	switch action {
	case Fill, Replace, Mix:
		l.fade = fadeTime
	case Mute:
		l.fade = 0
	case Pass:
	}
}

// Packet does with a packet of the peer what action says, in place; its size
// stays. It returns whether the packet is to be sent: not what is no RTP, kept
// back, a repetition, or too late. The first call starts the line.
func (l *Line) Packet(now time.Duration, packet []byte, action Action, amb *ambience.Cursor) bool {
	if !l.started {
		l.Start(now, action)
	} else if l.action != action {
		l.Set(action)
	}
	h, ok := l.read(packet)
	if !ok || !l.follow(now, &h) {
		return false
	}
	if !l.wanted(h.kind) || l.spare(now, &h, packet) {
		l.source.anchored = false // its number is not missed
		return false
	}
	ts, gap, ok := l.place(now, &h)
	if !ok {
		return false
	}
	l.source.hold = now + h.wait()
	if gap && h.kind == speech {
		mark(packet)
	}
	write(packet, h.sequence+l.source.dSeq, ts, l.ssrc)
	if h.kind == speech {
		l.sound(packet[h.from:h.to], h.law, amb)
	}
	l.packets++
	l.octets += uint32(h.to - h.from)
	return true
}

// wanted says whether the peer's packets of that kind are sent at all.
func (l *Line) wanted(k kind) bool {
	switch l.action {
	case Pass:
		return true
	case Mix:
		return k != noise
	case Replace:
		return k == speech || k == event
	case Fill:
		return k == event
	case Mute:
	}
	return false
}

// Tick sends what is due on the line's own clock: it writes a packet to out,
// which has room for PacketSize, and returns its size, 0 if none is due. next
// is when to call again, Never if no packet is due unless one comes or Set is
// called. A call that comes late sends one packet; the next ones follow faster
// until the line is at its time, and no more than two are owed.
func (l *Line) Tick(now time.Duration, amb *ambience.Cursor, out []byte) (n int, next time.Duration) {
	if !l.started || l.action == Pass || l.action == Mute || len(out) < PacketSize {
		return 0, Never
	}
	if due := l.due(); now < due {
		return 0, due
	}
	pause := l.missed(now)
	at := l.end + pause
	out[0], out[1] = 0x80, l.config.Type&0x7f
	if pause > 0 || l.packets == 0 {
		mark(out)
	}
	l.sequence++
	write(out, l.sequence, l.timestamp(at), l.ssrc)
	l.fill(out[headerSize:PacketSize], l.config.Codec, amb)
	l.newest, l.end, l.last = at, at+frame, now
	l.own, l.owned = now, true
	l.source.anchored = false
	l.packets++
	l.octets += frame
	return PacketSize, l.due()
}

// due is when the next own packet is: at the end of what was sent, but not
// while the peer's clock drives.
func (l *Line) due() time.Duration {
	due := max(l.source.hold, l.origin+time.Duration(l.end)*sample)
	if l.owned {
		due = max(due, l.own+minSpacing)
	}
	return due
}

// pause is how long nothing was sent, in whole frames.
func (l *Line) pause(now time.Duration) int64 {
	return max(0, l.at(now)-l.end+frame/2) / frame * frame
}

// missed is the pause before an own packet: that after one of the peer's, or
// what the clock was too late for.
func (l *Line) missed(now time.Duration) int64 {
	if l.owned && l.own == l.last && l.at(now)-l.end < lateMost {
		return 0
	}
	return l.pause(now)
}

// at is where the line is at a time.
func (l *Line) at(now time.Duration) int64 { return int64((now - l.origin) / sample) }

// timestamp is that of a place on the line.
func (l *Line) timestamp(at int64) uint32 { return l.config.Timestamp + uint32(at) }
