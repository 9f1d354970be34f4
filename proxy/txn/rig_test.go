package txn

import (
	"bytes"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"tregua/proxy/wire"
)

var (
	peer = netip.MustParseAddrPort("192.0.2.1:5060")
	us   = netip.MustParseAddrPort("192.0.2.9:5060")
	hop  = wire.Hop{Listener: 1, Local: us, Remote: peer}
)

// secs is a time in seconds; the tests use halves, which are exact.
func secs(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// requestText is a request of the peer's (or of ours, when branch is ours).
func requestText(method, branch string) string {
	return method + " sip:39021234567@tregua.example SIP/2.0\r\n" +
		"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=" + branch + "\r\n" +
		"Max-Forwards: 70\r\n" +
		"From: <sip:agent@pbx.example>;tag=a\r\n" +
		"To: <sip:39021234567@tregua.example>\r\n" +
		"Call-ID: c1@pbx.example\r\n" +
		"CSeq: 7 " + method + "\r\n" +
		"Content-Length: 0\r\n\r\n"
}

// responseText is a response to that request.
func responseText(status int, method, branch string) string {
	return "SIP/2.0 " + strconv.Itoa(status) + " Text\r\n" +
		"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=" + branch + "\r\n" +
		"From: <sip:agent@pbx.example>;tag=a\r\n" +
		"To: <sip:39021234567@tregua.example>;tag=b\r\n" +
		"Call-ID: c1@pbx.example\r\n" +
		"CSeq: 7 " + method + "\r\n" +
		"Content-Length: 0\r\n\r\n"
}

// read is the message of a text that is known to be good.
func read(text string) *wire.Message {
	m, err := wire.Read([]byte(text))
	if err != nil {
		panic(err)
	}
	return m
}

func request(method, branch string) *wire.Message { return read(requestText(method, branch)) }

func response(status int, method, branch string) *wire.Message {
	return read(responseText(status, method, branch))
}

// word is the method or the status that a message begins with.
func word(data []byte) string {
	first, rest, _ := bytes.Cut(data, []byte(" "))
	if string(first) == "SIP/2.0" {
		first, _, _ = bytes.Cut(rest, []byte(" "))
	}
	return string(first)
}

// rig is a layer with a clock and a log of all that it sends (>) and tells (!).
type rig struct {
	layer *Layer
	now   time.Duration
	out   Out
	log   []string
}

func newRig(c Config) *rig { return &rig{layer: New(c)} }

// advance fires every timer up to at, each at its own deadline.
func (r *rig) advance(at time.Duration) {
	for {
		next, ok := r.layer.Next()
		if !ok || next > at {
			break
		}
		r.now = next
		r.layer.Fire(next, &r.out)
		r.note()
	}
	r.now = at
}

// note moves what came out into the log.
func (r *rig) note() {
	at := strconv.FormatFloat(r.now.Seconds(), 'f', -1, 64)
	for _, s := range r.out.Sends {
		r.log = append(r.log, at+">"+word(s.Data))
	}
	for _, e := range r.out.Events {
		r.log = append(r.log, at+"!"+e.Kind.String())
	}
	r.out.Reset()
}

// take is the log since the last take.
func (r *rig) take() string {
	s := strings.Join(r.log, ", ")
	r.log = nil
	return s
}

func (r *rig) receive(m *wire.Message) {
	r.layer.Receive(r.now, m, hop, &r.out)
	r.note()
}

func (r *rig) respond(id ID, status int) {
	r.layer.Respond(r.now, id, status, []byte(responseText(status, "INVITE", "z9hG4bK1")), &r.out)
	r.note()
}

func (r *rig) request(method, branch string) ID {
	text := requestText(method, branch)
	id := r.layer.Request(r.now, read(text), []byte(text), hop, &r.out)
	r.note()
	return id
}

// open receives a new request and is its transaction.
func (r *rig) open(m *wire.Message) Event {
	r.layer.Receive(r.now, m, hop, &r.out)
	if len(r.out.Events) != 1 {
		panic(fmt.Sprintf("%d events for a new request", len(r.out.Events)))
	}
	e := r.out.Events[0]
	r.note()
	return e
}

// stateOf is where a transaction stands; terminated when there is none.
func (r *rig) stateOf(id ID) state {
	if t := r.layer.all[id]; t != nil {
		return t.state
	}
	return terminated
}

// want fails the test unless the log since the last take is that.
func (r *rig) want(t *testing.T, what, log string) {
	t.Helper()
	if got := r.take(); got != log {
		t.Errorf("%s:\n got %s\nwant %s", what, got, log)
	}
}
