package call

import (
	"strings"
	"testing"

	"tregua/media"
)

// TestDelayedOffer: the ambience begins before the caller has said where it is,
// and the ACK that we send in its place refuses every stream.
func TestDelayedOffer(t *testing.T) {
	t.Parallel()
	r := watchedRig(t, "", enforce)
	r.allow()
	r.answer(1, 200, "x", reply)
	if f := r.call.flows; f[media.A].Mode != media.Cover || f[media.A].Peer.IsValid() || !f[media.B].Formats.Spoken {
		t.Errorf("after the 200: %+v", f)
	}
	r.expireCut()
	if r.lastAck == nil || !strings.Contains(r.lastAck.Body, "m=audio 0 ") {
		t.Errorf("our ACK: %+v", r.lastAck)
	}
}

// TestLateSDP: the answer in the ACK does not end the watch.
func TestLateSDP(t *testing.T) {
	t.Parallel()
	r := watchedRig(t, "", enforce)
	r.allow()
	r.answer(1, 200, "x", reply)
	r.fromA("ACK", 1, "x", offer)
	if f := r.call.flows[media.A]; f.Mode != media.Cover || f.Peer.Port() != 4000 {
		t.Errorf("after the ACK: %+v", f)
	}
}

// TestFirst200IsTheAnswer: early media is not touched, whatever it carries.
func TestFirst200IsTheAnswer(t *testing.T) {
	t.Parallel()
	r := watchedRig(t, offer, enforce)
	r.allow()
	r.answer(1, 183, "x", reply)
	for l, f := range r.call.flows {
		if f.Mode != media.Pass {
			t.Errorf("leg %d before the 200: %+v", l, f)
		}
	}
	if _, armed := r.timers[TimerCut]; armed {
		t.Error("a timer runs before the 200")
	}
}

// TestForks: the answer of a fork that sent its SDP before is where that said.
func TestForks(t *testing.T) {
	t.Parallel()
	r := watchedRig(t, offer, enforce)
	r.allow()
	other := strings.Replace(reply, "6000", "7000", 1)
	r.answer(1, 183, "x", reply)
	r.answer(1, 183, "y", other)
	r.answer(1, 200, "x", "")
	if f := r.call.flows[media.B]; f.Peer.Port() != 6000 || !f.Formats.Spoken {
		t.Errorf("the callee is at %+v", f)
	}
}

// TestFormats: what a leg can be spoken to in.
func TestFormats(t *testing.T) {
	t.Parallel()
	head, _, _ := strings.Cut(reply, "m=")
	for name, c := range map[string]struct {
		sdp  string
		want media.Formats
	}{
		"A-law":                         {"m=audio 6000 RTP/AVP 8\r\n", media.Formats{Spoken: true, Audio: 8}},
		"the first":                     {"m=audio 6000 RTP/AVP 18 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n", media.Formats{Spoken: true, Codec: 1, Event: 101}},
		"dynamic":                       {"m=audio 6000 RTP/AVP 96 98 13\r\na=rtpmap:96 opus/48000/2\r\na=rtpmap:98 pcma/8000/1\r\n", media.Formats{Spoken: true, Audio: 98, Noise: 13}},
		"another's type":                {"m=audio 6000 RTP/AVP 8\r\na=rtpmap:8 G7221/16000\r\n", media.Formats{}},
		"SRTP, not said by the profile": {"m=audio 6000 RTP/AVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n", media.Formats{Sealed: true}},
		"fax":                           {"m=image 6000 udptl t38\r\n", media.Formats{Opaque: true}},
		"SRTP":                          {"m=audio 6000 RTP/SAVP 8\r\n", media.Formats{Sealed: true}},
		"none":                          {"m=audio 6000 RTP/AVP 18\r\n", media.Formats{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, offer)
			r.allow()
			r.answer(1, 200, "x", head+c.sdp)
			if got := r.call.flows[media.B].Formats; got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
