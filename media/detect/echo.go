package detect

import "time"

// The callee's loudness is kept in slots of a time.
const (
	slot  = 20 * time.Millisecond
	slots = 32
)

// echo keeps how loud the callee has been, and the signs of both sides.
type echo struct {
	heard bool
	at    time.Duration // begin of the newest slot
	power [slots]float32
	head  int // index of the newest slot

	callee, line signs
	certain      int     // frames that were certainly echo
	loss         float32 // the least loss of these in dB
	run          int     // frames in a row that could be heard
	loud         int     // frames in a row with the callee loud
	known        int     // frames whose loss was learnt
	least        float32 // the least of these in dB
}

// hear takes a packet: its loudest 20 ms fall into the slot of its arrival.
func (e *echo) hear(now time.Duration, payload []byte, table *[256]int16) {
	e.turn(now)
	e.callee.push(payload, table)
	for len(payload) > 0 {
		n := min(len(payload), 160)
		var sum float32
		for _, b := range payload[:n] {
			s := float32(table[b])
			sum += s * s
		}
		e.power[e.head] = max(e.power[e.head], sum/float32(n)/(32768*32768))
		payload = payload[n:]
	}
}

// turn makes the slot of that time the newest.
func (e *echo) turn(now time.Duration) {
	if !e.heard {
		e.heard, e.at = true, now
	}
	for n := 0; now-e.at >= slot; n++ {
		if n == slots {
			e.at = now
			return
		}
		e.head = (e.head + 1) % slots
		e.power[e.head] = 0
		e.at += slot
	}
}

// loudest returns the greatest power of the last span.
func (e *echo) loudest(now, span time.Duration) (most float32) {
	if !e.heard {
		return 0
	}
	e.turn(now)
	for i := range min(int(span/slot)+1, slots) {
		most = max(most, e.power[(e.head-i+slots)%slots])
	}
	return most
}
