package peers

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// TestHeard: what an ear notes of packets.
func TestHeard(t *testing.T) {
	t.Parallel()
	type came struct {
		ms        int // when
		seq       uint16
		timestamp uint32
		marker    bool
		pt        uint8
		ssrc      uint32
	}
	audio := func(n int) came { return came{20 * n, uint16(n), uint32(n * samples), n == 0, 8, 1} }
	cases := map[string]struct {
		came                   []came
		gaps, jumps, strangers uint64
	}{
		"in order":               {[]came{audio(0), audio(1), audio(2)}, 0, 0, 0},
		"sequence wraps":         {[]came{{0, 65535, 0, true, 8, 1}, {20, 0, 160, false, 8, 1}}, 0, 0, 0},
		"timestamp wraps":        {[]came{{0, 1, 1<<32 - 160, true, 8, 1}, {20, 2, 0, false, 8, 1}}, 0, 0, 0},
		"one lost":               {[]came{audio(0), audio(2), audio(3)}, 1, 0, 0},
		"swapped":                {[]came{audio(0), audio(2), audio(1), audio(3)}, 3, 0, 0},
		"late":                   {[]came{audio(0), {900, 1, samples, false, 8, 1}}, 0, 0, 0},
		"a jump":                 {[]came{audio(0), {20, 1, 320, false, 8, 1}}, 0, 1, 0},
		"a pause":                {[]came{audio(0), {1000, 1, 8000, true, 8, 1}}, 0, 0, 0},
		"a pause, not said":      {[]came{audio(0), {1000, 1, 8000, false, 8, 1}}, 0, 1, 0},
		"a pause, not in time":   {[]came{audio(0), {1000, 1, 800, true, 8, 1}}, 0, 1, 0},
		"comfort noise":          {[]came{audio(0), {20, 1, 160, false, 13, 1}, {220, 2, 1760, false, 13, 1}, {300, 3, 2400, true, 8, 1}}, 0, 0, 0},
		"comfort noise, no time": {[]came{audio(0), {20, 1, 160, false, 13, 1}, {220, 2, 160, false, 13, 1}, {900, 3, 320, true, 8, 1}}, 0, 1, 0},
		"another source":         {[]came{audio(0), {20, 900, 7, true, 8, 2}, audio(1)}, 0, 0, 1},
	}
	for name, c := range cases {
		e := newEar()
		start := time.Now()
		for _, p := range c.came {
			packet := rtp.Packet{Header: rtp.Header{
				SequenceNumber: p.seq, Timestamp: p.timestamp, Marker: p.marker, PayloadType: p.pt, SSRC: p.ssrc,
			}, Payload: make([]byte, samples)}
			if p.pt == 13 {
				packet.Payload = packet.Payload[:1]
			}
			e.hear(&packet, start.Add(time.Duration(p.ms)*time.Millisecond))
		}
		h := e.all()
		if h.Gaps != c.gaps || h.Jumps != c.jumps || h.Strangers != c.strangers || h.Packets != uint64(len(c.came)) || h.First != start {
			t.Errorf("%s: %d gaps, %d jumps, %d strangers, %d packets, first %v", name, h.Gaps, h.Jumps, h.Strangers, h.Packets, h.First)
		}
	}
}

// TestBins: levels by time since the answer.
func TestBins(t *testing.T) {
	t.Parallel()
	answered := time.Now()
	e := newEar()
	e.answered = answered
	none := float32(math.Inf(-1))
	if h := e.all(); h.Bins[0] != none || h.Loudest != none || h.Onset(-90) >= 0 {
		t.Errorf("nothing sounds like %v", h)
	}
	hear := func(ms int, pt uint8, b byte, n int) {
		e.hear(&rtp.Packet{Header: rtp.Header{PayloadType: pt}, Payload: bytes.Repeat([]byte{b}, n)}, answered.Add(time.Duration(ms)*time.Millisecond))
	}
	hear(-1, 8, 0xAA, 160) // early media
	e.answered = time.Time{}
	hear(0, 8, 0xAA, 160)
	e.answered = answered
	if h := e.all(); h.Onset(-90) >= 0 || h.Loudest < -1 {
		t.Errorf("early media sounds like %v", h)
	}
	hear(0, 8, 0xD5, 160)
	hear(99, 8, 0xD5, 160)
	hear(100, 13, 0xAA, 1)
	hear(250, 0, 0x80, 160)
	hear(299, 0, 0xFF, 160)
	hear(4999, 8, 0xFA, 160)
	hear(5000, 8, 0xAA, 160)
	h := e.all()
	want := map[int]float32{0: decibel(64.0 / (1 << 30)), 2: decibel(32124.0 * 32124 / 2 / (1 << 30)), 49: decibel(1008.0 * 1008 / (1 << 30))}
	for i, l := range h.Bins {
		w, some := want[i]
		if !some {
			w = none
		}
		if l != w {
			t.Errorf("after %d ms %v dBFS, want %v", 100*i, l, w)
		}
	}
	for level, at := range map[float32]time.Duration{-80: 0, -50: 200 * time.Millisecond, -1: -time.Second} {
		if got := h.Onset(level); got != at {
			t.Errorf("%v dBFS from %v, want %v", level, got, at)
		}
	}
}
