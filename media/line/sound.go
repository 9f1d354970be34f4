package line

import (
	"time"

	"tregua/media/ambience"
	"tregua/media/codec"
)

// sound does to a payload what the action says.
func (l *Line) sound(payload []byte, law codec.Codec, amb *ambience.Cursor) {
	switch l.action {
	case Replace:
		l.fill(payload, law, amb)
	case Mix:
		mix(payload, law, amb)
	case Pass:
		l.fade = fadeOut(payload, law, amb, l.fade)
	case Fill, Mute:
	}
}

// fill writes ambience, and silence where there is none.
func (l *Line) fill(payload []byte, law codec.Codec, amb *ambience.Cursor) {
	for len(payload) > 0 {
		n := copy(payload, amb.Next(law, len(payload)))
		if n == 0 {
			break
		}
		payload = payload[n:]
	}
	silence := law.Silence()
	for i := range payload {
		payload[i] = silence
	}
}

// mix adds ambience to a payload.
func mix(payload []byte, law codec.Codec, amb *ambience.Cursor) {
	table := law.Table()
	for len(payload) > 0 {
		under := amb.NextLinear(len(payload))
		if len(under) == 0 {
			return
		}
		for i, u := range under {
			payload[i] = law.Encode(add(table[payload[i]], int32(u)))
		}
		payload = payload[len(under):]
	}
}

// faint is the peak, -42 dBFS, under which a packet of a mixed line is not
// missed: the ambience is louder (-34 dBFS unless it is set otherwise).
const faint = 256

// spare says whether a packet can be left out to bring the line back to its
// time, when a stall's backlog has put it ahead: a delay that stays would be
// heard in every answer. Whoever speaks loses nothing, his pauses are shorter.
// In Pass, where the peer's clock is believed, no more is taken than was owed
// when it began.
func (l *Line) spare(now time.Duration, h *header, packet []byte) bool {
	ahead := l.end - l.at(now) - maxAhead
	if l.action == Pass {
		ahead = l.owed
	}
	if ahead <= 0 || l.action != Pass && l.action != Mix || h.kind != speech || h.sequence != uint16(l.source.high) {
		return false
	}
	table := h.law.Table()
	for _, b := range packet[h.from:h.to] {
		if s := table[b]; s > faint || s < -faint {
			return false
		}
	}
	l.owed = max(0, l.owed-h.samples())
	return true
}

// fadeOut adds ambience that grows weaker; left is how many samples of
// fadeTime are still to go, and what is left of them is returned.
func fadeOut(payload []byte, law codec.Codec, amb *ambience.Cursor, left int) int {
	if left <= 0 {
		return 0
	}
	table := law.Table()
	under := amb.NextLinear(min(left, len(payload)))
	for i, u := range under {
		payload[i] = law.Encode(add(table[payload[i]], int32(u)*int32(left)/fadeTime))
		left--
	}
	return left
}

func add(a int16, b int32) int16 { return int16(min(max(int32(a)+b, -32768), 32767)) }
