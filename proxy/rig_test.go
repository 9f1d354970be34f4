package proxy

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/call"
	"tregua/proxy/wire"
)

// bench is a shard with a PBX trunk (0), a carrier trunk (1) and a PBX trunk
// without a route (2), whose turns are put in words.
type bench struct {
	profile   string // that judges its attempts
	t         *testing.T
	shard     *Shard
	out       Outputs
	now       time.Duration
	asks      []Ask
	recs      []Record
	sent      []*wire.Message // all that was sent, in order
	elsewhere int             // calls of each trunk in other shards
	heard     media.Heard     // the word of every anchor
	then      *media.Heard    // and after it was read once; nil: the same
	ups       []Up
	keeps     []Keep
	began     time.Duration // when the process did, by the wall
}

var (
	pbxAddr     = netip.MustParseAddrPort("192.0.2.1:5060")
	carrierAddr = netip.MustParseAddrPort("198.51.100.1:5060")

	// mediaAddrs is where the legs of a bench's calls send their media.
	mediaAddrs = [2]netip.AddrPort{
		netip.MustParseAddrPort("192.0.2.254:20000"), netip.MustParseAddrPort("198.51.100.254:20002"),
	}
)

func newBench(t *testing.T, change func(*Config)) *bench {
	cfg := &Config{
		Faces: []call.Face{{Host: "192.0.2.254", Port: 5060}, {Host: "198.51.100.254", Port: 5060}},
		Media: []netip.Addr{netip.MustParseAddr("192.0.2.254"), netip.MustParseAddr("198.51.100.254")},
		Trunks: []Trunk{
			{Name: "pbx", PBX: true, Listener: 0, Reach: pbxAddr},
			{Name: "carrier", Listener: 1, Reach: carrierAddr},
			{Name: "lost", PBX: true},
		},
		Routes: []Route{{From: 0, Match: "+39*", To: 1}},
		Times:  call.DefaultTimes(), Secret: []byte("0123456789abcdef0123456789abcdef"),
	}
	if change != nil {
		change(cfg)
	}
	return &bench{t: t, shard: NewShard(cfg, 3, rand.New(rand.NewPCG(1, 2))), now: time.Second}
}

// Attempt reads numbers as a World does: digits are a number, 112 is 112.
func (b *bench) Attempt(d policy.Dialled) policy.Attempt {
	a := policy.Attempt{Dialled: d, Reading: policy.Readable, Profile: b.profile}
	if _, err := fmt.Sscan(strings.TrimPrefix(d.User, "+"), &a.Called); err != nil {
		a.Reading = policy.Unreadable
	}
	if d.User == "112" {
		a.Reading, a.Called, a.Emergency = policy.Emergency, 0, "112"
	}
	return a
}

// Elsewhere: there is no other shard.
func (b *bench) Elsewhere(int) int { return b.elsewhere }

// Heard is the same for every anchor.
func (b *bench) Heard(media.AnchorID) media.Heard {
	h := b.heard
	if b.then != nil {
		b.heard = *b.then
	}
	return h
}

// turn gives the shard inputs and returns what it did in words.
func (b *bench) turn(in ...Input) string {
	b.t.Helper()
	b.now += time.Millisecond
	b.shard.Turn(b.time(), b, in, &b.out)
	return b.words()
}

func (b *bench) time() Now {
	return Now{Mono: b.now, Wall: time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC).Add(b.began + b.now)}
}

// poison is a turn in which the last call panics.
func (b *bench) poison() string {
	s := b.shard
	b.out.reset()
	s.now, s.world, s.out, s.tx.Sends = b.time(), b, &b.out, b.out.Sends
	s.handle(s.calls[b.asks[len(b.asks)-1].Return.Call], call.Request{From: media.A}) // it has no message
	s.drain(nil)
	b.out.Sends = s.tx.Sends
	return b.words()
}

// words tells what a turn did.
func (b *bench) words() string {
	var words []string
	for range b.out.Flows {
		words = append(words, "flow")
	}
	for _, s := range b.out.Sends {
		m, err := wire.Read(s.Data)
		if err != nil {
			b.t.Fatalf("sent what cannot be read: %v\n%s", err, s.Data)
		}
		b.sent = append(b.sent, m)
		to := "AB"[s.Hop.Listener : s.Hop.Listener+1]
		if m.IsRequest() {
			words = append(words, to+" "+m.Method)
		} else {
			words = append(words, fmt.Sprintf("%s %d", to, m.Status))
		}
	}
	for range b.out.Asks {
		words = append(words, "ask")
	}
	for range b.out.Leases {
		words = append(words, "lease")
	}
	for _, id := range b.out.Ended {
		words = append(words, fmt.Sprint("ended ", id))
	}
	for _, u := range b.out.Ups {
		words = append(words, map[bool]string{true: "up, watched", false: "up"}[u.Up.Watching])
	}
	b.ups = append(b.ups, b.out.Ups...)
	b.keeps = append(b.keeps, b.out.Keeps...)
	for range b.out.Records {
		words = append(words, "record")
	}
	b.asks = append(b.asks, b.out.Asks...)
	b.recs = append(b.recs, b.out.Records...)
	return strings.Join(words, ", ")
}

func (b *bench) from(trunk int, text string) Message {
	hop := wire.Hop{Listener: 0, Remote: pbxAddr}
	if trunk == 1 {
		hop = wire.Hop{Listener: 1, Remote: carrierAddr}
	}
	m := Message{Hop: hop, At: b.now, Trunk: trunk}
	msg, err := wire.Read([]byte(text))
	if err != nil {
		m.Err = err.(*wire.Malformed) //nolint:errorlint // Read documents its one error type
		return m
	}
	m.Msg = msg
	return m
}

// invite is an INVITE of the PBX; a difference makes its ids its own.
func invite(uri string, n int) string {
	return ask("INVITE", uri, n, "", 1)
}

func ask(method, uri string, n int, toTag string, cseq int) string {
	if toTag != "" {
		toTag = ";tag=" + toTag
	}
	return fmt.Sprintf("%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK%s%d-%d\r\nMax-Forwards: 70\r\n"+
		"From: <sip:cc@pbx>;tag=f%d\r\nTo: <%s>%s\r\nCall-ID: call%d\r\nCSeq: %d %s\r\nContact: <sip:cc@192.0.2.1:5060>\r\nContent-Length: 0\r\n\r\n",
		method, uri, method, n, cseq, n, uri, toTag, n, cseq, method)
}

// reply answers the last request that was sent to B.
func (b *bench) reply(status int, tag string) string {
	var req *wire.Message
	for _, m := range slices.Backward(b.sent) {
		if m.IsRequest() && m.Method != "ACK" {
			req = m
			break
		}
	}
	to := strings.TrimPrefix(req.RawLines(wire.HTo)[0], "To: ")
	if tag != "" {
		to += ";tag=" + tag
	}
	return fmt.Sprintf("SIP/2.0 %d X\r\n%s\r\n%s\r\nTo: %s\r\nCall-ID: %s\r\n%s\r\nContact: <sip:b@198.51.100.1:5060>\r\nContent-Length: 0\r\n\r\n",
		status, strings.Join(req.RawLines(wire.HVia), "\r\n"), req.RawLines(wire.HFrom)[0], to, req.CallID, req.RawLines(wire.HCSeq)[0])
}

func (b *bench) want(what, want string) {
	b.t.Helper()
	if what != want {
		b.t.Errorf("got  %s\nwant %s", what, want)
	}
}

// allow answers the last Ask.
func (b *bench) allow() Judged {
	return Judged{
		Call: b.asks[len(b.asks)-1].Return.Call, Decision: policy.Decision{Verdict: policy.Allow},
		Open: true, Anchor: media.Anchor{ID: 1, Addr: mediaAddrs},
	}
}
