package call

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"tregua/media"
	"tregua/media/codec"
	"tregua/proxy/sdp"
	"tregua/proxy/wire"
)

// proposal is where a side wants its media when the other accepts.
type proposal struct {
	open    bool
	there   bool // the m-line that is anchored is in it
	stream  int  // its index
	peer    netip.AddrPort
	rtcp    netip.AddrPort
	formats media.Formats
}

// carrySDP anchors the session description of a message that comes from a leg
// and tells the relay where that leg is. It reports whether there was one. An
// offer that would change a session takes effect with its answer (RFC 3264
// section 8): it may be refused. A body that cannot be read crosses as it came,
// and its media is not ours.
func (c *Call) carrySDP(m *wire.Message, from media.Leg, edit *wire.Edit, offer bool) bool {
	body, is := m.SDP()
	if !is || c.anchor.ID == 0 {
		return is
	}
	description, err := sdp.Read(body)
	if err != nil {
		return true
	}
	streams := description.Media()
	p := proposal{open: true, stream: c.streamOf(streams, from, offer)}
	edit.SetBody, edit.Body = true, m.WithSDP(description.Anchor(func(i int, _ sdp.Media) (netip.AddrPort, bool) {
		return c.anchor.Addr[from.Other()], i == p.stream
	}))
	if p.stream >= 0 && p.stream < len(streams) {
		s := streams[p.stream]
		p.there, p.peer, p.rtcp, p.formats = true, s.Addr, s.RTCP, formatsOf(s)
	}
	if offer && c.agreed() {
		c.offers[from] = p
		return true
	}
	if !offer {
		c.accept(from.Other())
	}
	c.apply(from, p)
	return true
}

// agreed reports whether offer and answer were exchanged before.
func (c *Call) agreed() bool {
	return c.flows[media.A].Mode != media.Mute && c.flows[media.B].Mode != media.Mute
}

// streamOf chooses the m-line that is anchored. An answer follows its offer.
func (c *Call) streamOf(streams []sdp.Media, from media.Leg, offer bool) int {
	switch p := &c.offers[from.Other()]; {
	case !offer && p.open:
		return p.stream
	case !offer && c.stream >= 0:
		return c.stream
	}
	return anchored(streams, c.stream)
}

// anchored returns the index of the m-line of an offer whose media is ours: the
// one that it was, else the first audio, else the first that lives (T.38 in the
// place of a refused audio stream); -1 for none.
func anchored(streams []sdp.Media, was int) int {
	lives := func(i int) bool { return streams[i].Addr.Port() != 0 }
	if was >= 0 && was < len(streams) && lives(was) {
		return was
	}
	first := -1
	for i, s := range streams {
		switch {
		case !lives(i):
		case s.Kind == "audio":
			return i
		case first < 0:
			first = i
		}
	}
	if first < 0 {
		return was
	}
	return first
}

// accept brings the offer of a side that waits into force.
func (c *Call) accept(side media.Leg) {
	if p := c.offers[side]; p.open {
		c.offers[side] = proposal{}
		c.apply(side, p)
	}
}

// withdraw drops the offer of a side that was refused.
func (c *Call) withdraw(side media.Leg) { c.offers[side] = proposal{} }

func (c *Call) apply(side media.Leg, p proposal) {
	c.stream = p.stream
	if p.there {
		f := &c.flows[side]
		f.Peer, f.PeerRTCP, f.Formats = p.peer, p.rtcp, p.formats
		c.stale = true
		c.setMode(side, max(f.Mode, media.Pass))
	}
}

// setMode tells the relay what is to be done with the packets of a leg. The media
// of a call that is over is closed; what was hushed stays silent, whatever the
// peers still agree on.
func (c *Call) setMode(l media.Leg, m media.Mode) {
	if c.phase == over {
		return
	}
	if c.watch.hushed {
		m = media.Mute
	}
	c.flows[l].Mode = m
	c.do(SetFlow{c.anchor.ID, l, c.flows[l]})
}

// formatsOf reads the payload types that whoever wrote the m-line takes.
func formatsOf(s sdp.Media) (f media.Formats) {
	switch {
	case !strings.Contains(s.Proto, "RTP/"): // UDPTL (T.38), or what nobody here knows
		return media.Formats{Opaque: true}
	case s.Crypto || s.Proto != "RTP/AVP" && s.Proto != "RTP/AVPF":
		return media.Formats{Sealed: true}
	}
	for i, text := range s.Formats {
		n, err := strconv.ParseUint(text, 10, 7)
		if err != nil {
			continue
		}
		name := ""
		if i < len(s.Encodings) {
			name = s.Encodings[i]
		}
		takes(&f, uint8(n), name)
	}
	return f
}

// takes notes a payload type.
func takes(f *media.Formats, pt uint8, name string) {
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

// Unreadable returns nil when the media of a request's session description can
// be made ours, else why not: past what we cannot read, media would go round us.
func Unreadable(m *wire.Message) error {
	body, is := m.SDP()
	if !is {
		return m.CheckBody()
	}
	_, err := sdp.Read(body)
	return err
}

// UnreadableWarning is the Warning line of a 488 for what Unreadable returns.
func UnreadableWarning(err error) string {
	return "Warning: 399 tregua " + strconv.Quote("the session description cannot be read: "+err.Error())
}

// longestSession is the longest session in seconds whose end is awaited: no call
// lasts longer than a day.
const longestSession = 24 * 60 * 60

// refreshSession starts the clock of a session anew when a 2xx says that it
// expires (RFC 4028 section 10).
func (c *Call) refreshSession(m *wire.Message) {
	if c.phase != answered {
		return
	}
	for v := range m.Named("Session-Expires") {
		digits, _, _ := strings.Cut(v, ";")
		if n, err := strconv.ParseUint(strings.TrimSpace(digits), 10, 31); err == nil && n > 0 && n <= longestSession {
			c.expireSession(c.now + time.Duration(n)*time.Second)
			return
		}
	}
	c.stale = c.stale || c.expires != 0
	c.expires = 0
	c.stop(TimerSession)
}

// expireSession lets the session end at a time, unless it is refreshed before.
func (c *Call) expireSession(at time.Duration) {
	c.expires, c.stale = at, true
	c.set(TimerSession, max(0, at-c.now))
}
