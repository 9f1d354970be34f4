package call

import (
	"net/netip"

	"tregua/media"
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
		c.do(SetFlow{c.anchor.ID, from, media.Flow{Mode: media.Pass, Peer: s.Addr, PeerRTCP: s.RTCP}})
	}
	return true
}

func firstAudio(streams []sdp.Media) int {
	for i, s := range streams {
		if s.Kind == "audio" && s.Addr.Port() != 0 {
			return i
		}
	}
	return -1
}
