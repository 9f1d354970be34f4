package detect_test

import (
	"bytes"
	"testing"

	"tregua/media"
	"tregua/media/codec"
	"tregua/media/detect"
)

// TestFirstPacket holds that one packet tells what must not pass from what
// must pass at once.
func TestFirstPacket(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pt      uint8
		payload []byte
		want    media.State
	}{
		"silence":           {8, encode(codec.PCMA, silence(0.02)), media.Dead},
		"silence of 10 ms":  {8, encode(codec.PCMA, silence(0.01)), media.Dead},
		"mu-law silence":    {0, encode(codec.PCMU, silence(0.02)), media.Dead},
		"floor -85, 10 ms":  {8, encode(codec.PCMA, noise(0.01, -85)), media.Quiet},
		"voice":             {8, encode(codec.PCMA, speech(0.02, -20, 1)), media.Quiet},
		"comfort noise":     {13, []byte{60}, media.CN},
		"its dynamic type":  {98, []byte{60}, media.CN},
		"telephone-event":   {101, []byte{5, 10, 0, 160}, media.Quiet},
		"a type unheard of": {96, []byte{1, 2, 3}, media.Quiet},
		"no payload":        {8, nil, media.None},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			call := newCall(codec.PCMA)
			if got := call.d.State(0); got != media.None {
				t.Errorf("state %v before any packet", got)
			}
			if got := call.packet(c.pt, c.payload, 160); got != c.want {
				t.Errorf("state %v, want %v", got, c.want)
			}
		})
	}
}

// TestEventsAreNoSpeech: dialled digits are activity.
func TestEventsAreNoSpeech(t *testing.T) {
	t.Parallel()
	call := newCall(codec.PCMA)
	for range 100 {
		if got := call.packet(101, []byte{5, 10, 0, 160}, 160); got != media.Quiet {
			t.Fatalf("telephone-event: %v", got)
		}
	}
}

// TestDynamicAudio: an audio type of one's own is heard, unless it is the
// events'.
func TestDynamicAudio(t *testing.T) {
	t.Parallel()
	for event, want := range map[uint8]bool{101: true, 118: false} {
		call := newCall(codec.PCMU)
		call.d.Reset(&call.cfg, detect.Formats{Codec: codec.PCMU, Audio: 118, Event: event}, 0)
		payload := encode(codec.PCMU, mix(speech(1, -22, 1), noise(1, -65)))
		for ; len(payload) >= 160; payload = payload[160:] {
			call.packet(118, payload[:160], 160)
		}
		if ev := call.d.Evidence(); ev.Operator != want {
			t.Errorf("type 118 with events in %d: %+v", event, ev)
		}
	}
}

// TestDeaf: a leg is deaf that sends what nobody here can decode, and nothing
// else but comfort noise and digits.
func TestDeaf(t *testing.T) {
	t.Parallel()
	voice := encode(codec.PCMA, speech(0.02, -20, 1))
	for name, c := range map[string]struct {
		types   []uint8
		unheard uint32
		deaf    bool
	}{
		"nothing":                  {nil, 0, false},
		"audio":                    {[]uint8{8, 8}, 0, false},
		"digits and comfort noise": {[]uint8{101, 13, 98}, 0, false},
		"a type unheard of":        {append([]uint8{96, 101, 13}, bytes.Repeat([]byte{96}, 9)...), 10, true},
		"its audio too":            {append([]uint8{0}, bytes.Repeat([]byte{96}, 10)...), 10, false},
		"a static type not ours":   {bytes.Repeat([]byte{18}, 10), 10, true},
	} {
		call := newCall(codec.PCMA)
		for _, pt := range c.types {
			call.packet(pt, voice, 160)
		}
		if got := call.d.Evidence().Unheard; got != c.unheard || call.d.Deaf() != c.deaf {
			t.Errorf("%s: %d unheard, deaf %v; want %d, %v", name, got, call.d.Deaf(), c.unheard, c.deaf)
		}
	}
}

// TestCalleeByType: each packet of the callee is decoded as what it says it
// is, and one that is no audio is none.
func TestCalleeByType(t *testing.T) {
	t.Parallel()
	sound := tones(0.02, -20, 1000)
	for name, c := range map[string]struct {
		pt   uint8
		law  codec.Codec
		want bool
	}{
		"PCMU": {0, codec.PCMU, true}, "PCMA": {8, codec.PCMA, true}, "dynamic": {118, codec.PCMU, true},
		"events": {101, codec.PCMU, false}, "comfort noise": {13, codec.PCMU, false}, "unheard of": {96, codec.PCMU, false},
	} {
		call := newCall(codec.PCMU)
		call.d.Reset(&call.cfg, detect.Formats{Codec: codec.PCMU, Audio: 118, Event: 101}, 0)
		call.d.Callee(0, c.pt, encode(c.law, sound))
		call.line(noise(0.04, -60), 160)
		level := call.d.Evidence().Callee
		if heard := level > -23.5 && level < -22.5; heard != c.want || !c.want && level != -120 {
			t.Errorf("%s: the callee is at %.1f dBFS", name, level)
		}
	}
}
