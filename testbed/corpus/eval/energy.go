package main

import "time"

// energy is the plain detector that the real one is held against: 6 of 10
// frames of 20 ms over -45 dBFS.
type energy struct {
	frame   []int16
	votes   uint16
	decided time.Duration
}

const (
	energyLevel = 32768 * 32768 / 31623.0 // -45 dB
	energyVotes = 6
	energyOf    = 10
	energyFrame = 160
)

func (e *energy) packet(now time.Duration, payload []byte, table *[256]int16) {
	for _, b := range payload {
		if e.frame = append(e.frame, table[b]); len(e.frame) < energyFrame {
			continue
		}
		var sum float64
		for _, s := range e.frame {
			sum += float64(s) * float64(s)
		}
		e.frame = e.frame[:0]
		e.votes = e.votes << 1 & (1<<energyOf - 1)
		if sum/energyFrame >= energyLevel {
			e.votes |= 1
		}
		n := 0
		for v := e.votes; v != 0; v &= v - 1 {
			n++
		}
		if n >= energyVotes && e.decided < 0 {
			e.decided = now
		}
	}
}
