package proxy

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/diff"
	"github.com/rogpeppe/go-internal/txtar"

	"tregua/media"
	"tregua/proxy/wire"
)

var update = flag.Bool("update", false, "write the golden parts of testdata anew")

// TestTransparent sends messages as the products in use write them through a
// shard, each within a call that fits it. A file of testdata/transparency holds
// a message under the side that sends it, "carrier, ringing" when it belongs
// to an early dialog and "pbx, talking" to an answered call, and below it what
// is different when it leaves.
//
// A sender cannot know some things before: {us} is our Contact, {branch} that
// of the request that a response answers, {len} the length of the body.
func TestTransparent(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/transparency/*.txtar")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d messages, want 30: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(file)
			if err != nil || len(a.Files) != 2 {
				t.Fatalf("%d parts, want 2: %v", len(a.Files), err)
			}
			c := newCrossing(t, a.Files[0])
			in, out := c.cross()
			c.lawful(in, out)
			got := c.changes(in, out)
			if *update {
				a.Files[1].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if d := cmp.Diff(string(a.Files[1].Data), got); d != "" {
				t.Errorf("what changed (-want +got):\n%s", d)
			}
		})
	}
}

// changes are the lines that went and came, with what is random left out.
func (c *crossing) changes(in, out string) string {
	var b strings.Builder
	for line := range strings.Lines(string(diff.Diff("in", c.readable(in), "out", c.readable(out)))) {
		if strings.HasPrefix(line, "-") && !strings.HasPrefix(line, "---") || strings.HasPrefix(line, "+") && !strings.HasPrefix(line, "+++") {
			b.WriteString(line)
		}
	}
	return b.String()
}

var (
	ourToken  = regexp.MustCompile(`;tregua=[ab][0-9a-f]{32}`)
	ourBranch = regexp.MustCompile(`(254:5060;rport;branch=)z9hG4bK[^;\r\n]+`)
)

func (c *crossing) readable(text string) []byte {
	if c.onward != "" {
		text = strings.ReplaceAll(text, c.onward, "{branch}")
	}
	text = ourToken.ReplaceAllString(text, ";tregua={token}")
	text = ourBranch.ReplaceAllString(text, "${1}{ours}")
	return []byte(strings.ReplaceAll(text, "\r\n", "\n"))
}

// crossing is one message on its way through a shard.
type crossing struct {
	*bench
	text   string // as the file has it
	msg    *wire.Message
	sender media.Leg
	phase  string // "", "ringing", "talking"
	tags   [2]string
	asked  *wire.Message // the request that the message answers, as it came to us
	onward string        // its branch when it left
}

// The route sets of the two sides in every call.
var sideRoutes = [2]string{"<sip:192.0.2.9;lr>", "<sip:198.51.100.9;lr>"}

var sideAddrs = [2]string{"192.0.2.1:5060", "198.51.100.1:5060"}

func newCrossing(t *testing.T, f txtar.File) *crossing {
	t.Helper()
	side, phase, _ := strings.Cut(f.Name, ", ")
	c := &crossing{text: strings.ReplaceAll(string(f.Data), "\n", "\r\n"), phase: phase}
	switch side {
	case "pbx":
	case "carrier":
		c.sender = media.B
	default:
		t.Fatalf("the message is of %q, want pbx or carrier", side)
	}
	head, body, _ := strings.Cut(c.text, "\r\n\r\n")
	c.text = strings.ReplaceAll(head, "{len}", strconv.Itoa(len(body))) + "\r\n\r\n" + body
	msg, err := wire.Read([]byte(strings.ReplaceAll(c.text, "{us}", "sip:x@x")))
	if err != nil {
		t.Fatal(err)
	}
	c.msg, c.tags = msg, [2]string{msg.From.Tag, msg.To.Tag}
	if msg.IsRequest() == (c.sender == media.B) { // the callee's side began this transaction
		slices.Reverse(c.tags[:])
	}
	c.bench = newBench(t, func(cfg *Config) {
		cfg.Routes[0].Match = "" // numbers are written in many ways here
		cfg.Trunks[0].OperatorHeader, cfg.Trunks[0].MachineHeader = "X-Tregua-Operator", "X-Tregua-Machine"
	})
	return c
}

// cross brings the call to where the message belongs and hands it in.
func (c *crossing) cross() (in, out string) {
	c.t.Helper()
	if c.phase != "" {
		c.request(media.A, "INVITE", c.msg.CSeq.N-1)
		if c.phase == "ringing" {
			c.responseOf("183 Session Progress", "Require: 100rel\r\n", "RSeq: 1\r\n")
		} else {
			c.responseOf("200 OK")
			c.request(media.A, "ACK", c.msg.CSeq.N-1)
		}
	}
	if !c.msg.IsRequest() {
		c.request(c.sender.Other(), c.msg.CSeq.Method, c.msg.CSeq.N)
		c.text = strings.ReplaceAll(c.text, "{branch}", c.onward)
	}
	c.text = strings.ReplaceAll(c.text, "{us}", c.us(c.sender))
	return c.text, c.hand(c.sender, c.text)
}

// us is our Contact as a side was told it.
func (c *crossing) us(side media.Leg) string {
	for _, m := range slices.Backward(c.sent) {
		if m.HasContact && strings.Contains(m.Contact.URI, c.host(side)) && m.From.Tag != "" {
			return m.Contact.URI
		}
	}
	return ""
}

// host is ours as a side sees it.
func (c *crossing) host(side media.Leg) string {
	f := c.shard.cfg.Faces[side]
	return fmt.Sprintf("%s:%d", f.Host, f.Port)
}

// request sends a request of a side, behind a proxy of that side.
func (c *crossing) request(side media.Leg, method string, cseq uint32) {
	c.t.Helper()
	uri, to := c.us(side), ""
	if c.phase == "" || method == "INVITE" && len(c.sent) == 0 {
		uri = "sip:+393331234567@198.51.100.254"
	} else {
		to = ";tag=" + c.tags[side.Other()]
	}
	host, route := sideAddrs[side], sideRoutes[side]
	text := fmt.Sprintf("%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKp-%s\r\nVia: SIP/2.0/UDP 203.0.113.7;branch=z9hG4bKq\r\nRecord-Route: %s\r\nMax-Forwards: 70\r\n"+
		"From: <sip:x@x>;tag=%s\r\nTo: <sip:y@y>%s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nContact: <sip:side%d@%s>\r\nContent-Length: 0\r\n\r\n",
		method, uri, host, method, route, c.tags[side], to, c.msg.CallID, cseq, method, side, host)
	out := c.hand(side, text)
	c.asked, c.onward = c.from(int(side), text).Msg, branchOf(out)
}

// responseOf answers the INVITE of the call.
func (c *crossing) responseOf(status string, extra ...string) {
	c.t.Helper()
	text := fmt.Sprintf("SIP/2.0 %s\r\nVia: SIP/2.0/UDP %s;branch=%s\r\nRecord-Route: %s\r\n%sFrom: <sip:x@x>;tag=%s\r\nTo: <sip:y@y>;tag=%s\r\n"+
		"Call-ID: %s\r\nCSeq: %d INVITE\r\nContact: <sip:side1@%s>\r\nContent-Length: 0\r\n\r\n",
		status, c.host(media.B), c.onward, sideRoutes[media.B], strings.Join(extra, ""), c.tags[media.A], c.tags[media.B],
		c.msg.CallID, c.asked.CSeq.N, sideAddrs[media.B])
	c.hand(media.B, text)
}

// hand gives the shard a message of a side and returns it as it leaves.
func (c *crossing) hand(side media.Leg, text string) string {
	c.t.Helper()
	in := c.from(int(side), text)
	if in.Err != nil {
		c.t.Fatalf("%v:\n%s", in.Err, text)
	}
	asks := len(c.asks)
	did := c.turn(in)
	if len(c.asks) > asks {
		did = c.turn(c.allow())
	}
	for _, s := range c.out.Sends {
		m, err := wire.Read(s.Data)
		if err == nil && s.Hop.Listener == int(side.Other()) && m.Method == in.Msg.Method && m.Status == in.Msg.Status && m.CSeq == in.Msg.CSeq {
			return string(s.Data)
		}
	}
	c.t.Fatalf("%s %d did not cross: %s", in.Msg.CSeq.Method, in.Msg.Status, did)
	return ""
}

func branchOf(text string) string {
	m, err := wire.Read([]byte(text))
	if err != nil {
		return ""
	}
	return m.Via.Branch
}
