package main

import (
	"bytes"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"tregua/media"
	"tregua/media/codec"
	"tregua/media/replay"
	"tregua/proxy/sdp"
	"tregua/proxy/wire"
)

// dialogs finds answered calls in the SIP of a capture.
type dialogs struct {
	byID     map[string]*dialog
	order    []*dialog // by their first message
	bad      int       // messages that cannot be read
	firstBad error
}

// dialog is what is known of one Call-ID. Through tregua it is one on both
// legs; the first INVITE is that of the PBX.
type dialog struct {
	id       string
	pbx      netip.AddrPort // whose INVITE came first
	answered bool
	at       time.Duration // of the first 200
	ended    time.Duration // of the first BYE; 0: none
	media    [2][]netip.AddrPort
	names    map[uint8]string
	order    []uint8 // payload types, those of the callee's side last
	secret   bool    // SRTP
}

func newDialogs() *dialogs { return &dialogs{byID: map[string]*dialog{}} }

var sipVersion = []byte("SIP/2.0")

// take reads a datagram that may be SIP, on whatever port.
func (s *dialogs) take(d *replay.Datagram) {
	line, _, _ := bytes.Cut(bytes.TrimLeft(d.Payload, "\r\n"), []byte("\r\n"))
	if !bytes.Contains(line, sipVersion) {
		return
	}
	m, err := wire.Read(d.Payload)
	if err != nil {
		if s.bad++; s.bad == 1 {
			s.firstBad = err
		}
		return
	}
	talk := s.byID[m.CallID]
	if talk == nil {
		if m.CSeq.Method != "INVITE" {
			return
		}
		talk = &dialog{id: m.CallID, pbx: d.From, names: map[uint8]string{}}
		if !m.IsRequest() {
			talk.pbx = d.To // the capture began after the INVITE
		}
		s.byID[m.CallID] = talk
		s.order = append(s.order, talk)
	}
	talk.take(d, m)
}

func (t *dialog) take(d *replay.Datagram, m *wire.Message) {
	switch {
	case m.CSeq.Method == "INVITE" && m.Status >= 200 && m.Status < 300 && !t.answered:
		t.answered, t.at = true, d.At
	case m.Method == "BYE" && t.answered && t.ended == 0:
		t.ended = d.At
	}
	body, ok := m.SDP()
	if !ok {
		return
	}
	switch t.pbx {
	case d.From:
		t.described(media.A, body)
	case d.To:
		t.described(media.B, body)
	}
}

// described takes what one side's SDP says. An SDP that cannot be read says
// nothing.
func (t *dialog) described(leg media.Leg, body string) {
	description, err := sdp.Read(body)
	if err != nil {
		return
	}
	streams := description.Media()
	i := slices.IndexFunc(streams, func(m sdp.Media) bool { return m.Kind == "audio" && m.Addr.Port() != 0 })
	if i < 0 {
		return
	}
	audio := &streams[i]
	addr := netip.AddrPortFrom(audio.Addr.Addr().Unmap(), audio.Addr.Port())
	if addr.IsValid() && !addr.Addr().IsUnspecified() && !slices.Contains(t.media[leg], addr) {
		t.media[leg] = append(t.media[leg], addr)
	}
	t.secret = t.secret || strings.Contains(audio.Proto, "SAVP")
	for _, f := range audio.Formats {
		if pt, err := strconv.ParseUint(f, 10, 7); err == nil {
			t.order = append(t.order, uint8(pt))
		}
	}
	t.rtpmaps(body, i)
}

// rtpmaps reads the names of the payload types of one m-line (RFC 8866 section
// 6.6): a=rtpmap:101 telephone-event/8000.
func (t *dialog) rtpmaps(body string, mline int) {
	at := -1
	for line := range strings.Lines(body) {
		line = strings.TrimRight(line, "\r\n")
		if strings.HasPrefix(line, "m=") {
			at++
		}
		value, ok := strings.CutPrefix(line, "a=rtpmap:")
		if !ok || at != mline {
			continue
		}
		number, encoding, _ := strings.Cut(value, " ")
		name, _, _ := strings.Cut(strings.TrimSpace(encoding), "/")
		if pt, err := strconv.ParseUint(number, 10, 7); err == nil && name != "" {
			t.names[uint8(pt)] = name
		}
	}
}

// calls returns the answered calls, in the order of their first messages.
func (s *dialogs) calls() []replay.Call {
	var out []replay.Call
	for _, t := range s.order {
		if t.answered {
			out = append(out, t.call())
		}
	}
	return out
}

func (t *dialog) call() replay.Call {
	c := replay.Call{
		Name: t.id, Answered: t.at, Ended: t.ended,
		Names: t.names, Encrypted: t.secret, Media: t.media,
	}
	for _, pt := range t.order {
		name := t.names[pt]
		switch law := codec.PCMA; {
		case strings.EqualFold(name, "telephone-event"):
			c.Formats.Event = pt
		case strings.EqualFold(name, "CN") && pt != 13:
			c.Formats.CN = pt
		case strings.EqualFold(name, "PCMU"):
			law = codec.PCMU
			fallthrough
		case strings.EqualFold(name, "PCMA"):
			if pt != law.PayloadType() {
				c.Formats.Audio, c.Formats.Codec = pt, law
			}
		}
	}
	return c
}
