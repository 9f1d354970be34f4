package relay

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"tregua/media"
)

// A call has an anchor for each of its m-lines. They share nothing but their
// owner, who is told of the audio alone: the others have no watch.
func TestStreamsOfACall(t *testing.T) {
	t.Parallel()
	told := make(chan uint64, 9)
	r := start(t, Config{Told: func(owner uint64) { told <- owner }})
	var streams [3]*call // audio, video, and what nobody knows
	for i := range streams {
		a, err := r.Lease(loopback, loopback, owner)
		if err != nil {
			t.Fatal(err)
		}
		streams[i] = &call{r, a, [2]*phone{newPhone(t, loopback), newPhone(t, loopback)}}
		for leg, p := range streams[i].phone {
			f := pass(p.addr)
			f.Formats.Opaque = i == 2
			set(t, r, a.ID, media.Leg(leg), f)
		}
	}
	audio, video, other := streams[0], streams[1], streams[2]
	f := pass(audio.phone[media.A].addr)
	f.Mode = media.Tap
	set(t, r, audio.anchor.ID, media.A, f)
	v := &voice{ssrc: 77, kind: 8}
	for i, sound := 0, speech(60); len(sound) > 0; i, sound = i+1, sound[160:] {
		audio.talks(media.A, v.next(sound[:160]))
		video.talks(media.B, rtp(byte(i), "a picture"))
		other.talks(media.Leg(i%2), []byte("a secret"))
	}
	if got := r.Heard(audio.anchor.ID).State; got != media.Operator {
		t.Errorf("the audio: heard %v", got)
	}
	for _, c := range []*call{video, other} {
		if got := r.Heard(c.anchor.ID); got != (media.Heard{}) {
			t.Errorf("heard %+v", got)
		}
	}
	if len(told) != 1 || <-told != owner {
		t.Errorf("told %d times more", len(told))
	}
	// An m-line that goes does not take the others with it.
	if got := r.Close(video.anchor.ID); got.Received[media.B].Packets != 60 {
		t.Errorf("video: %+v", got)
	}
	audio.talks(media.B, rtp(9, "still there"))
	other.talks(media.A, []byte("too"))
	if got := r.Stats(); got.Leased != 2 || got.Operators != 1 {
		t.Errorf("got %+v", got)
	}
}

// RTCP that both legs multiplex with RTP (RFC 5761) stays on the port of RTP,
// whatever a=rtcp said; the RTCP port of the anchor is not needed.
func TestMultiplexed(t *testing.T) {
	t.Parallel()
	for name, control := range map[string]func(*phone) netip.AddrPort{
		"next port": func(*phone) netip.AddrPort { return netip.AddrPort{} },
		"same port": func(p *phone) netip.AddrPort { return p.addr },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCall(t, start(t, Config{}))
			for leg, p := range c.phone {
				set(t, c.r, c.anchor.ID, media.Leg(leg), media.Flow{Mode: media.Pass, Peer: p.addr, PeerRTCP: control(p)})
			}
			c.phone[media.A] = newPhone(t, loopback) // behind a NAT: one hole for both
			for i := range byte(3) {
				c.talks(media.A, rtcp(i))
				c.talks(media.B, rtcp(10+i))
				c.talks(media.B, rtp(i, "speech"))
				c.talks(media.A, rtp(i, "speech"))
			}
			want := media.Stats{Received: [2]media.Count{{Packets: 3, Bytes: 18}, {Packets: 3, Bytes: 18}}}
			if got := c.r.Close(c.anchor.ID); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if got := c.r.Stats(); got.RTCP != 6 || got.Strange != 0 || got.Malformed != 0 {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// The reports on the port of RTP speak of the line as those on their own do.
func TestMultiplexedWhileCovered(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.mode(media.Cover)
	s.wait(100 * ms)
	s.play(&voice{ssrc: 77, kind: 8}, speech(5))
	ours, was := s.last(media.B).ssrc(), [2]int{len(s.got[media.A]), len(s.got[media.B])}
	sender := []byte{0x80, 200, 0, 6, 0, 0, 0, 77, 27: 0}
	s.send(media.A, sender)
	if got := s.last(media.B).data; len(s.got[media.B]) != was[media.B]+1 || binary.BigEndian.Uint32(got[4:]) != ours {
		t.Errorf("leg B got % x", got)
	}
	receiver := []byte{0x81, 201, 0, 7, 0, 0, 0, 9, 31: 0}
	binary.BigEndian.PutUint32(receiver[8:], ours)
	s.send(media.B, receiver)
	if got := s.last(media.A).data; len(s.got[media.A]) != was[media.A]+1 || binary.BigEndian.Uint32(got[8:]) != 77 {
		t.Errorf("leg A got % x", got)
	}
}
