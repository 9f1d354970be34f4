package main

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/media/codec"
	"tregua/media/detect"
	"tregua/media/replay"
)

// TestDialogs reads ladders: each line is a message, "at from>to start, media
// line, attributes", and what is found is one line for each answered call.
func TestDialogs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ladder []string
		want   []string
	}{
		"a call": {
			[]string{"0 p>f INVITE 4000 RTP/AVP 8", "1 f>p 100", "2 f>p 200 5000 RTP/AVP 8", "3 p>f ACK", "9 f>p BYE"},
			[]string{"answered 2s ended 9s PBX [10.0.0.20:4000] callee [10.0.0.1:5000]"},
		},
		"not answered":   {[]string{"0 p>f INVITE 4000 RTP/AVP 8", "2 f>p 486", "3 p>f ACK"}, nil},
		"an OPTIONS":     {[]string{"0 p>f OPTIONS", "1 f>p 200/OPTIONS"}, nil},
		"a BYE, no more": {[]string{"0 p>f BYE", "1 f>p 200/BYE"}, nil},
		"the 200 repeated": {
			[]string{"0 p>f INVITE 4000 RTP/AVP 8", "2 f>p 200 5000 RTP/AVP 8", "3 f>p 200 5000 RTP/AVP 8"},
			[]string{"answered 2s PBX [10.0.0.20:4000] callee [10.0.0.1:5000]"},
		},
		"delayed offer": {
			[]string{"0 p>f INVITE", "2 f>p 200 5000 RTP/AVP 8", "3 p>f ACK 4000 RTP/AVP 8"},
			[]string{"answered 2s PBX [10.0.0.20:4000] callee [10.0.0.1:5000]"},
		},
		"the answer early": {
			[]string{"0 p>f INVITE 4000 RTP/AVP 8", "1 f>p 183 5000 RTP/AVP 8", "2 f>p 200"},
			[]string{"answered 2s PBX [10.0.0.20:4000] callee [10.0.0.1:5000]"},
		},
		"moved by a re-INVITE": {
			[]string{"0 p>f INVITE 4000 RTP/AVP 8", "2 f>p 200 5000 RTP/AVP 8", "3 f>p INVITE 5002 RTP/AVP 8", "4 p>f 200 4002 RTP/AVP 8"},
			[]string{"answered 2s PBX [10.0.0.20:4000 10.0.0.20:4002] callee [10.0.0.1:5000 10.0.0.1:5002]"},
		},
		"captured from the 200 on": {
			[]string{"2 f>p 200 5000 RTP/AVP 8", "9 p>f BYE"},
			[]string{"answered 2s ended 9s PBX [] callee [10.0.0.1:5000]"},
		},
		"both legs of tregua: the answer is the carrier's": {
			[]string{"0 p>f INVITE 4000 RTP/AVP 8", "0 f>c INVITE 6000 RTP/AVP 8", "2 c>f 200 7000 RTP/AVP 8", "3 f>p 200 5000 RTP/AVP 8"},
			[]string{"answered 2s PBX [10.0.0.20:4000] callee [10.0.0.1:5000]"},
		},
		"encrypted": {
			[]string{"0 p>f INVITE 4000 RTP/SAVP 8", "2 f>p 200 5000 RTP/SAVP 8"},
			[]string{"answered 2s encrypted PBX [10.0.0.20:4000] callee [10.0.0.1:5000]"},
		},
		"types of its own": {
			[]string{"0 p>f INVITE 4000 RTP/AVP 96 97 98 99,96 PCMU/8000,97 telephone-event/8000,98 cn/8000,99 opus/48000/2", "2 f>p 200 5000 RTP/AVP 96"},
			[]string{"answered 2s {PCMU 96 97 98} map[96:PCMU 97:telephone-event 98:cn 99:opus] PBX [10.0.0.20:4000] callee [10.0.0.1:5000]"},
		},
		"no audio": {
			[]string{"0 p>f INVITE 0 RTP/AVP 8", "2 f>p 200 0 RTP/AVP 8"},
			[]string{"answered 2s PBX [] callee []"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newDialogs()
			for _, m := range c.ladder {
				s.take(ladderMessage(t, m))
			}
			if s.bad > 0 {
				t.Fatalf("%d messages cannot be read: %v", s.bad, s.firstBad)
			}
			var got []string
			for _, call := range s.calls() {
				got = append(got, callText(&call))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// TestDialogsUnread counts SIP that is broken, and nothing else.
func TestDialogsUnread(t *testing.T) {
	t.Parallel()
	s := newDialogs()
	for _, text := range []string{
		"INVITE sip:391@x SIP/2.0\r\nCall-ID: 1\r\n\r\n", "\x80\x08", "", "\r\n\r\n", "GET / HTTP/1.1\r\n\r\n",
	} {
		s.take(&replay.Datagram{Payload: []byte(text)})
	}
	if s.bad != 1 || s.firstBad == nil || len(s.order) != 0 {
		t.Errorf("%d cannot be read (%v), %d dialogs; want 1 and 0", s.bad, s.firstBad, len(s.order))
	}
}

func callText(c *replay.Call) string {
	text := fmt.Sprintf("answered %v ", c.Answered)
	if c.Ended > 0 {
		text += fmt.Sprintf("ended %v ", c.Ended)
	}
	if c.Encrypted {
		text += "encrypted "
	}
	if c.Formats != (detect.Formats{Codec: codec.PCMA}) {
		text += fmt.Sprintf("%v %v ", c.Formats, c.Names)
	}
	return text + fmt.Sprintf("PBX %v callee %v", c.Media[0], c.Media[1])
}

// ladderMessage makes a datagram of a line of a ladder.
func ladderMessage(t *testing.T, text string) *replay.Datagram {
	t.Helper()
	addrs := map[string]netip.AddrPort{"p": pbxSIP, "f": farSIP, "c": carrierSIP}
	head, maps, _ := strings.Cut(text, ",")
	words := strings.SplitN(head, " ", 4)
	at, err := time.ParseDuration(words[0] + "s")
	if err != nil {
		t.Fatal(err)
	}
	from, to, _ := strings.Cut(words[1], ">")
	start, method, _ := strings.Cut(words[2], "/")
	if method == "" {
		method = "INVITE"
	}
	if start[0] > '9' {
		method = start
		start += " sip:391@x SIP/2.0"
	} else {
		start = "SIP/2.0 " + start + " X"
	}
	body := ""
	if len(words) > 3 {
		body = fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 %v\r\nt=0 0\r\nm=audio %s\r\n", addrs[from].Addr(), words[3])
		if maps != "" {
			body += "a=rtpmap:" + strings.ReplaceAll(maps, ",", "\r\na=rtpmap:") + "\r\n"
		}
	}
	var b bytes.Buffer
	writeSIP(&b, start, "one", method, ";tag=2", body)
	return &replay.Datagram{At: at, From: addrs[from], To: addrs[to], Payload: b.Bytes()}
}
