package call

import (
	"net/netip"
	"strconv"
	"strings"

	"tregua/media"
	"tregua/media/codec"
	"tregua/proxy/sdp"
	"tregua/proxy/wire"
)

// carrySDP anchors the session description of a message that comes from a leg
// and tells the relay where that leg is. It reports whether there was one. A
// body that cannot be read crosses as it came, and its media is not ours.
func (c *Call) carrySDP(m *wire.Message, from media.Leg, edit *wire.Edit) bool {
	body, is := m.SDP()
	if !is || c.anchor.ID == 0 {
		return is
	}
	streams, err := sdp.Streams(body)
	if err != nil {
		return true
	}
	if c.stream < 0 {
		c.stream = firstAudio(streams)
	}
	out, err := sdp.Anchor(body, func(i int, _ sdp.Media) (netip.AddrPort, bool) {
		return c.anchor.Addr[from.Other()], i == c.stream
	})
	if err != nil {
		return true
	}
	edit.SetBody, edit.Body = true, out
	if c.stream >= 0 && c.stream < len(streams) {
		s := streams[c.stream]
		f := &c.flows[from]
		f.Peer, f.PeerRTCP, f.Formats = s.Addr, s.RTCP, formatsOf(s)
		c.setMode(from, max(f.Mode, media.Pass))
	}
	return true
}

// setMode tells the relay what is to be done with the packets of a leg.
func (c *Call) setMode(l media.Leg, m media.Mode) {
	c.flows[l].Mode = m
	c.do(SetFlow{c.anchor.ID, l, c.flows[l]})
}

// formatsOf reads the payload types that whoever wrote the m-line takes.
func formatsOf(s sdp.Media) (f media.Formats) {
	if s.Crypto || s.Proto != "RTP/AVP" && s.Proto != "RTP/AVPF" {
		return media.Formats{Sealed: true}
	}
	for i, text := range s.Formats {
		n, err := strconv.ParseUint(text, 10, 7)
		if err != nil {
			continue
		}
		pt, name := uint8(n), ""
		if i < len(s.Encodings) {
			name = s.Encodings[i]
		}
		law, spoken := lawOf(pt, name)
		switch {
		case spoken && !f.Spoken:
			f.Spoken, f.Codec, f.Audio = true, law, pt
		case strings.EqualFold(name, "telephone-event/8000"):
			f.Event = pt
		case pt == 13 || strings.EqualFold(name, "CN/8000"):
			f.Noise = pt
		}
	}
	return f
}

// lawOf returns the law of G.711 that a payload type stands for: by its rtpmap,
// or by itself (RFC 3551 section 6).
func lawOf(pt uint8, encoding string) (law codec.Codec, ok bool) {
	name, _, _ := strings.Cut(encoding, "/")
	for _, law := range []codec.Codec{codec.PCMA, codec.PCMU} {
		if strings.EqualFold(name, law.String()) || name == "" && pt == law.PayloadType() {
			return law, true
		}
	}
	return 0, false
}

func firstAudio(streams []sdp.Media) int {
	for i, s := range streams {
		if s.Kind == "audio" && s.Addr.Port() != 0 {
			return i
		}
	}
	return -1
}
