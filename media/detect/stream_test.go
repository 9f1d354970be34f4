package detect_test

import (
	"slices"
	"testing"

	"tregua/media"
	"tregua/media/codec"
)

// TestPacketSizes holds that the sizes of the packets change nothing but when
// a state is told: at every 120 ms, where all sizes meet, it is the same.
func TestPacketSizes(t *testing.T) {
	t.Parallel()
	line := join(silence(0.36), tones(0.72, -20, 425), noise(0.36, -65), speech(1.44, -22, 9))
	at := func(size int) (out []media.State) {
		states := newCall(codec.PCMA).line(line, size)
		for i := 960/size - 1; i < len(states); i += 960 / size {
			out = append(out, states[i])
		}
		return out
	}
	want := at(160)
	for _, s := range []media.State{media.Dead, media.Tone, media.Quiet, media.Operator} {
		if !slices.Contains(want, s) {
			t.Errorf("the line shows %v, not %v", want, s)
		}
	}
	for _, size := range []int{80, 240, 320, 480} {
		if got := at(size); !slices.Equal(got, want) {
			t.Errorf("packets of %d ms: %v, want %v", size/8, got, want)
		}
	}
}

func TestLoss(t *testing.T) {
	t.Parallel()
	voice := encode(codec.PCMA, mix(speech(2, -22, 1), noise(2, -65)))
	call := newCall(codec.PCMA)
	lost := 0
	for i := 0; len(voice) >= 160; i, voice = i+1, voice[160:] {
		if i%10 == 3 { // a tenth, regularly
			call.now, call.seq, call.ts = call.now+ms(20), call.seq+1, call.ts+160
			if call.d.State(call.now) != media.Operator {
				lost++
			}
			continue
		}
		call.packet(8, voice[:160], 160)
	}
	ev := call.d.Evidence()
	if !ev.Operator || int(ev.Missing) != 160*lost {
		t.Errorf("with a tenth lost: %+v; want an operator and %d samples missing", ev, 160*lost)
	}
}

// TestLate: what comes twice or too late is not looked at.
func TestLate(t *testing.T) {
	t.Parallel()
	once, twice := newCall(codec.PCMA), newCall(codec.PCMA)
	payload := encode(codec.PCMA, mix(noise(2, -50), tones(2, -40, 425)))
	for ; len(payload) >= 160; payload = payload[160:] {
		once.packet(8, payload[:160], 160)
		twice.packet(8, payload[:160], 160)
		twice.d.PBX(twice.now, 8, twice.seq-1, twice.ts-160, payload[:160])
		twice.d.PBX(twice.now, 8, twice.seq-2, twice.ts-320, payload[:160])
	}
	a, b := once.d.Evidence(), twice.d.Evidence()
	if b.Late != 200 {
		t.Errorf("%d late, want 200", b.Late)
	}
	a.Packets, b.Packets, b.Late = 0, 0, 0
	if a != b {
		t.Errorf("late packets change the evidence:\n%+v\n%+v", a, b)
	}
}

// TestDTX: a sender that is silent in pauses is found, one that sends a
// crackle now and then is not.
func TestDTX(t *testing.T) {
	t.Parallel()
	call := newCall(codec.PCMA)
	voice := encode(codec.PCMA, mix(speech(2, -22, 1), noise(2, -65)))
	for i := 0; len(voice) >= 160; i, voice = i+1, voice[160:] {
		switch {
		case i%30 == 20:
			call.packet(13, []byte{60}, 160)
		case i%30 > 20:
			call.now, call.ts = call.now+ms(20), call.ts+160
		default:
			call.packet(8, voice[:160], 160)
		}
	}
	if !call.d.Evidence().Operator {
		t.Errorf("speech in spurts: %+v", call.d.Evidence())
	}
	call = newCall(codec.PCMA)
	for i := range 10 {
		call.line(speech(0.04, -25, uint64(i)), 160)
		call.now, call.ts = call.now+ms(400), call.ts+3200
	}
	if call.d.Evidence().Operator {
		t.Errorf("40 ms of sound every 0.4 s: %+v", call.d.Evidence())
	}
}

// TestRestart: a new sequence and timestamp base is a stream like any other.
func TestRestart(t *testing.T) {
	t.Parallel()
	call := newCall(codec.PCMA)
	call.line(noise(0.5, -60), 160)
	call.seq, call.ts = call.seq+20000, call.ts-1<<30
	call.line(mix(speech(1, -22, 1), noise(1, -65)), 160)
	if ev := call.d.Evidence(); !ev.Operator || ev.Missing != 0 {
		t.Errorf("after a new base: %+v", ev)
	}
}
