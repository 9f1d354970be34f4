package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gopacket/gopacket/layers"
	"github.com/rogpeppe/go-internal/testscript"

	"tregua/media/codec"
	"tregua/media/replay/replaytest"
)

// capture FILE KIND writes a capture; the kinds are below.
func capture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || captures[args[1]] == nil {
		ts.Fatalf("usage: capture FILE KIND")
	}
	var c tape
	captures[args[1]](&c)
	raw := c.PCAP()
	switch args[1] {
	case "broken":
		raw = raw[:len(raw)-100]
	case "misdated":
		raw = misdate(raw)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), raw, 0o600))
}

// misdate puts the last frame of a capture before the second half.
func misdate(raw []byte) []byte {
	var ends []int
	for at := 24; at < len(raw); ends = append(ends, at) {
		at += 16 + int(binary.LittleEndian.Uint32(raw[at+8:]))
	}
	half, last := ends[len(ends)/2], ends[len(ends)-2]
	return slices.Concat(raw[:half], raw[last:], raw[half:last])
}

var captures = map[string]func(*tape){
	// An operator after a second of nothing but zeros, the callee speaks first.
	"late":   late,
	"silent": func(c *tape) { c.call(0, "silent", "RTP/AVP", line(replaytest.Silence(4))) },
	// Four calls, 10 s apart; the third is through tregua and shows both legs.
	"several": func(c *tape) {
		late(c)
		c.call(10*time.Second, "silent", "RTP/AVP", line(replaytest.Noise(4, -60)))
		c.through(20*time.Second, "tone", line(replaytest.Tone(4, -20, 425)))
		c.call(30*time.Second, "too-late", "RTP/AVP", line(replaytest.Noise(3.1, -60), replaytest.Speech(2, -20, 3)))
	},
	"secret": func(c *tape) { c.call(0, "secret", "RTP/SAVP", line(replaytest.Noise(4, -20))) },
	"deaf": func(c *tape) {
		c.pt = 18
		c.call(0, "g729", "RTP/AVP", line(replaytest.Noise(4, -20)))
	},
	"broken":     func(c *tape) { c.call(0, "broken", "RTP/AVP", line(replaytest.Speech(4, -20, 5))) },
	"snapped":    func(c *tape) { c.Snap = 96; c.call(0, "snapped", "RTP/AVP", line(replaytest.Speech(4, -20, 5))) },
	"nothing":    func(c *tape) { c.TCP(0, pbxSIP, farSIP); c.UDP(1, pbxSIP, farSIP, []byte("x")) },
	"unanswered": func(c *tape) { c.invite(0, "unheard", "RTP/AVP", pbxSIP, farSIP, pbxRTP) },
	"rtp":        func(c *tape) { c.media(0, pbxRTP, farRTP, line(replaytest.Speech(4, -20, 5))) },
	// One side's RTP is elsewhere, or nothing but SIP was captured.
	"beside": func(c *tape) {
		c.invite(0, "beside", "RTP/AVP", pbxSIP, farSIP, pbxRTP)
		c.ok(ringing, "beside", "RTP/AVP", pbxSIP, farSIP, farRTP)
		c.RTP(ringing, farRTP, pbxRTP, 8, line(replaytest.Noise(4, -60)), nil)
		c.bye(10*time.Second, "beside")
		c.invite(20*time.Second, "sip", "RTP/AVP", pbxSIP, farSIP, pbxRTP)
		c.ok(20*time.Second+ringing, "sip", "RTP/AVP", pbxSIP, farSIP, farRTP)
		c.bye(30*time.Second, "sip")
	},
	// A call with SIP, and one without.
	"mixed": func(c *tape) {
		late(c)
		c.media(10*time.Second, pbxRTP2, farRTP2, line(replaytest.Speech(4, -20, 5)))
	},
	"misdated": func(c *tape) { late(c); c.UDP(time.Minute, pbxSIP, farSIP, []byte("x")) },
	"any":      func(c *tape) { c.Link = layers.LinkTypeLinuxSLL; late(c) },
}

func late(c *tape) {
	c.call(0, "late", "RTP/AVP", line(replaytest.Silence(1), replaytest.Noise(0.24, -65), replaytest.Speech(3, -20, 3)))
}

// tape is a capture of calls.
type tape struct {
	replaytest.Capture
	pt uint8 // of the RTP; 0: PCMA
}

var (
	pbxSIP     = netip.MustParseAddrPort("10.0.0.20:5060")
	farSIP     = netip.MustParseAddrPort("10.0.0.1:5060") // tregua, or a carrier
	carrierSIP = netip.MustParseAddrPort("192.0.2.9:5060")
	pbxRTP2    = netip.MustParseAddrPort("10.0.0.20:4002")
	pbxRTP     = netip.MustParseAddrPort("10.0.0.20:4000")
	farRTP     = netip.MustParseAddrPort("10.0.0.1:20000")
	farRTP2    = netip.MustParseAddrPort("203.0.113.1:20002")
	carrierRTP = netip.MustParseAddrPort("192.0.2.9:30000")
)

func line(parts ...replaytest.Sound) []byte { return replaytest.Join(parts...).Encode(codec.PCMA) }

// ringing is how long every phone rings.
const ringing = 300 * time.Millisecond

// call is a call as a PBX sees it.
func (c *tape) call(at time.Duration, id, proto string, pbx []byte) {
	c.invite(at, id, proto, pbxSIP, farSIP, pbxRTP)
	c.ok(at+ringing, id, proto, pbxSIP, farSIP, farRTP)
	c.media(at+ringing, pbxRTP, farRTP, pbx)
	c.bye(at+ringing+time.Duration(len(pbx))*time.Second/8000, id)
}

// through is a call as the host of tregua sees it.
func (c *tape) through(at time.Duration, id string, pbx []byte) {
	const hop = time.Millisecond
	c.invite(at, id, "RTP/AVP", pbxSIP, farSIP, pbxRTP)
	c.invite(at+hop, id, "RTP/AVP", farSIP, carrierSIP, farRTP2)
	c.ok(at+ringing, id, "RTP/AVP", farSIP, carrierSIP, carrierRTP)
	c.ok(at+ringing+hop, id, "RTP/AVP", pbxSIP, farSIP, farRTP)
	c.media(at+ringing+2*hop, pbxRTP, farRTP, pbx)
	c.media(at+ringing+3*hop, farRTP2, carrierRTP, pbx)
	c.bye(at+ringing+time.Duration(len(pbx))*time.Second/8000, id)
}

// media is RTP both ways; the callee says something short.
func (c *tape) media(at time.Duration, pbx, far netip.AddrPort, said []byte) {
	pt := c.pt
	if pt == 0 {
		pt = 8
	}
	c.RTP(at+10*time.Millisecond, pbx, far, pt, said, func(i int) bool { return i == 20 })
	c.RTP(at+15*time.Millisecond, far, pbx, pt, line(replaytest.Noise(0.4, -60), replaytest.Speech(0.5, -18, 9), replaytest.Noise(3, -60)), nil)
}

func (c *tape) invite(at time.Duration, id, proto string, from, to, rtp netip.AddrPort) {
	c.message(at, from, to, "INVITE sip:391@x SIP/2.0", id, "INVITE", "", c.sdp(proto, rtp))
}

func (c *tape) ok(at time.Duration, id, proto string, to, from, rtp netip.AddrPort) {
	c.message(at, from, to, "SIP/2.0 200 OK", id, "INVITE", ";tag=2", c.sdp(proto, rtp))
}

func (c *tape) bye(at time.Duration, id string) {
	c.message(at, farSIP, pbxSIP, "BYE sip:391@x SIP/2.0", id, "BYE", ";tag=2", "")
}

func (c *tape) sdp(proto string, at netip.AddrPort) string {
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 %v\r\ns=-\r\nc=IN IP4 %v\r\nt=0 0\r\nm=audio %d %s 8 0 18 101\r\n"+
		"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n", at.Addr(), at.Addr(), at.Port(), proto)
}

func (c *tape) message(at time.Duration, from, to netip.AddrPort, start, id, method, tag, body string) {
	var b bytes.Buffer
	writeSIP(&b, start, id, method, tag, body)
	c.UDP(at, from, to, b.Bytes())
}

// writeSIP writes a message with what every message has.
func writeSIP(b *bytes.Buffer, start, id, method, tag, body string) {
	typ := ""
	if body != "" {
		typ = "Content-Type: application/sdp\r\n"
	}
	fmt.Fprintf(b, "%s\r\nVia: SIP/2.0/UDP 10.0.0.20;branch=z9hG4bK%s\r\nFrom: <sip:1@x>;tag=1\r\nTo: <sip:391@x>%s\r\nCall-ID: %s\r\nCSeq: 1 %s\r\n"+
		"Max-Forwards: 70\r\n%sContent-Length: %d\r\n\r\n%s", start, strings.ToLower(method), tag, id, method, typ, len(body), body)
}
