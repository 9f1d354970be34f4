package detect_test

import (
	"testing"
	"time"

	"tregua/media"
	"tregua/media/codec"
	"tregua/media/detect"
)

// FuzzDetector plays any packets and holds the laws of the states: what PBX
// returns is State; the packet alone tells none, cn and dead; an operator is
// final and has evidence; the same packets give the same.
func FuzzDetector(f *testing.F) {
	f.Add([]byte("\x08\x01\x14\x20abcdefgh\x0d\x01\x14\x01\x3c\x65\x02\x14\x04\x05\x0a\x00\xa0"))
	f.Add([]byte{8, 1, 20, 255, 8, 1, 20, 255, 0, 200, 3, 9})
	voice := encode(codec.PCMA, speech(1, -20, 1))
	loud := []byte{}
	for ; len(voice) >= 240; voice = voice[240:] {
		loud = append(append(loud, 8, 1, 30, 240), voice[:240]...)
	}
	f.Add(loud)
	cfg := detect.DefaultConfig()
	f.Fuzz(func(t *testing.T, data []byte) {
		var a, b detect.Detector
		formats := detect.Formats{Codec: codec.Codec(len(data) & 1), Event: 101, CN: 98}
		a.Reset(&cfg, formats, 0)
		b.Reset(&cfg, formats, 0)
		var now time.Duration
		var seq uint16
		var ts uint32
		was := false
		for len(data) >= 4 {
			pt, step, wait, size := data[0]&0x7f, int8(data[1]), data[2], int(data[3])
			data = data[4:]
			payload := data[:min(size, len(data))]
			data = data[len(payload):]
			now += ms(int(wait))
			seq += uint16(step)
			ts += uint32(int32(step)) * uint32(len(payload))
			if wait&1 == 1 {
				a.Callee(now, pt, payload)
				b.Callee(now, pt, payload)
				continue
			}
			before := a.Evidence()
			state := a.PBX(now, pt, seq, ts, payload)
			ev := a.Evidence()
			if other := b.PBX(now, pt, seq, ts, payload); other != state || b.Evidence() != ev {
				t.Fatalf("the same packets give %v and %v", state, other)
			}
			if state != a.State(now) {
				t.Fatalf("PBX says %v, State %v", state, a.State(now))
			}
			if was && (state != media.Operator || ev != before) {
				t.Fatalf("an operator became %v", state)
			}
			if was = state == media.Operator; was != ev.Operator {
				t.Fatalf("%v with %+v", state, ev)
			}
			if was && (ev.Score < cfg.Decide || ev.Decided < ev.Onset || ev.Speech == 0) {
				t.Fatalf("an operator without evidence: %+v", ev)
			}
			if (pt == 13 || pt == 98) && ev.Late == before.Late && (state == media.Dead || before.Packets == 0 && state != media.CN) {
				t.Fatalf("comfort noise is %v", state)
			}
			if a.Deaf() && (ev.Unheard == 0 || was || ev.Frames > 0) {
				t.Fatalf("deaf, with %+v", ev)
			}
			if state > media.Operator {
				t.Fatalf("no such state: %v", state)
			}
		}
	})
}
