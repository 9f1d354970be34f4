package relay

import (
	"testing"

	"tregua/media"
)

// TestOptOut: the key of leg B is seen when B presses it, and only then; its
// packets pass as any other.
func TestOptOut(t *testing.T) {
	t.Parallel()
	nine, ok := media.ParseKey("9")
	if !ok {
		t.Fatal("9 is no key")
	}
	event := func(kind byte, payload string) []byte {
		packet := rtp(2, payload)
		packet[1] = kind
		return packet
	}
	const pressed = "\x09\x0a\x01\x90" // RFC 4733 section 2.3
	for name, c := range map[string]struct {
		key    media.Key
		from   media.Leg
		packet []byte
		want   bool
	}{
		"pressed":                {nine, media.B, event(101, pressed), true},
		"pressed, marked":        {nine, media.B, event(101|0x80, pressed), true},
		"another key":            {nine, media.B, event(101, "\x08\x0a\x01\x90"), false},
		"by the operator":        {nine, media.A, event(101, pressed), false},
		"no event":               {nine, media.B, event(8, pressed), false},
		"half an event":          {nine, media.B, event(101, pressed[:3]), false},
		"nobody asks for it":     {0, media.B, event(101, pressed), false},
		"event 255, nobody asks": {0, media.B, event(101, "\xff\x0a\x01\x90"), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			call := newCall(t, start(t, Config{}))
			for leg := range call.phone {
				f := pass(call.phone[leg].addr)
				f.Formats = spoken
				if media.Leg(leg) == media.B {
					f.OptOut = c.key
				}
				set(t, call.r, call.anchor.ID, media.Leg(leg), f)
			}
			call.talks(c.from, c.packet)
			if got := call.r.Close(call.anchor.ID); got.OptedOut != c.want {
				t.Errorf("opted out %t, want %t", got.OptedOut, c.want)
			}
		})
	}
}
