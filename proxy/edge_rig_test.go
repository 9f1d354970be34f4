package proxy

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tregua/proxy/ids"
	"tregua/proxy/wire"
)

// twins are two benches to which the same happens. In one some trunks hide; in
// the other they do not, and their messages are given to it as the calls of
// the first should have them. Then both must do the same.
type twins struct {
	*bench // the one with trunks that hide
	plain  *bench
	keys   map[int]*ids.Key // by trunk that hides
}

func newTwins(t *testing.T, hidden ...int) *twins {
	w := &twins{plain: newBench(t, nil), keys: map[int]*ids.Key{}}
	w.bench = newBench(t, func(c *Config) {
		for _, trunk := range hidden {
			k, err := ids.NewKey(c.Secret, c.Trunks[trunk].Name)
			if err != nil {
				t.Fatal(err)
			}
			c.Trunks[trunk].IDs, w.keys[trunk] = k, k
		}
	})
	return w
}

// across is a message with its identifiers as on the other side of the edge.
func (w *twins) across(trunk int, data []byte) []byte {
	k := w.keys[trunk]
	if k == nil {
		return data
	}
	m, err := wire.Read(data)
	if err != nil {
		w.t.Fatalf("%v\n%s", err, data)
	}
	return m.Write(hide(k, m))
}

// get gives both a message of a trunk and holds that they do as wanted, and
// the same; wait is how long before.
func (w *twins) get(wait time.Duration, trunk int, text, want string) {
	w.t.Helper()
	w.step(wait, want, w.from(trunk, text), w.plain.from(trunk, string(w.across(trunk, []byte(text)))))
}

// both gives both the same input; without one it is time that passes.
func (w *twins) both(wait time.Duration, want string, in ...Input) {
	w.t.Helper()
	w.step(wait, want, append(slices.Clone(in), in...)...)
}

func (w *twins) step(wait time.Duration, want string, in ...Input) {
	w.t.Helper()
	w.now += wait
	w.plain.now += wait
	half := len(in) / 2
	w.want(w.turn(in[:half]...), want)
	w.plain.want(w.plain.turn(in[half:]...), want)
	if len(w.out.Sends) != len(w.plain.out.Sends) {
		w.t.Fatalf("%d messages, where nobody hides %d", len(w.out.Sends), len(w.plain.out.Sends))
	}
	for i, s := range w.out.Sends {
		p := w.plain.out.Sends[i]
		if got := w.across(s.Hop.Trunk, s.Data); s.Hop != p.Hop || s.ID != p.ID || !bytes.Equal(got, p.Data) {
			w.t.Errorf("sent to %v\n%s\nwhere nobody hides to %v\n%s", s.Hop, got, p.Hop, p.Data)
		}
		w.secret(s.Hop.Trunk, s.Data)
	}
}

// secret holds that a trunk that hides, or that talks to one that does, has
// none of the other side's identifiers before it.
func (w *twins) secret(trunk int, data []byte) {
	w.t.Helper()
	theirs := []string{"call1", "f1-caller"}
	switch {
	case len(w.keys) == 0:
		return
	case trunk == 0:
		theirs = []string{"carrier-tag", "carrier-call"}
	}
	for _, id := range theirs {
		if bytes.Contains(data, []byte(id)) {
			w.t.Errorf("%s stands in what trunk %d gets:\n%s", id, trunk, data)
		}
	}
}

// called is a request of the PBX in its call, or the INVITE; lines stand
// behind its headers.
func (w *twins) called(method, uri string, cseq int, lines ...string) string {
	text := ask(method, uri, 1, "", cseq)
	for _, m := range slices.Backward(w.sent) {
		if method != "INVITE" && method != "CANCEL" && m.To.Tag != "" && strings.Contains(m.Via.Text, "192.0.2.1") {
			text = ask(method, uri, 1, m.To.Tag, cseq)
			break
		}
	}
	text = strings.Replace(text, "tag=f1", "tag=f1-caller", 1)
	if method == "CANCEL" { // it has the branch of its INVITE
		text = strings.Replace(text, "z9hG4bKCANCEL", "z9hG4bKINVITE", 1)
	}
	return strings.Replace(text, "Content-Length", strings.Join(append(lines, "Content-Length"), "\r\n"), 1)
}

// answers is a response of the carrier to the last request of a method.
func (w *twins) answers(method string, status int, tag string) string {
	kept := w.sent
	defer func() { w.sent = kept }()
	w.sent = slices.DeleteFunc(slices.Clone(w.sent), func(m *wire.Message) bool { return m.Method != method })
	return w.reply(status, tag)
}

// calls is a request of the carrier in the dialog of the last INVITE it got.
func (w *twins) calls(method, uri string, cseq int, tag string) string {
	var inv *wire.Message
	for _, m := range w.sent {
		if m.Method == "INVITE" {
			inv = m
		}
	}
	if uri == "" {
		uri = inv.Contact.URI
	}
	return fmt.Sprintf("%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKb%d\r\nMax-Forwards: 70\r\nFrom: %s;tag=%s\r\n"+
		"To: %s\r\nCall-ID: %s\r\nCSeq: %d %s\r\nContact: <sip:b@198.51.100.1>\r\nContent-Length: 0\r\n\r\n",
		method, uri, cseq, inv.To.Text, tag, inv.From.Text, inv.CallID, cseq, method)
}

// target is the Contact that the PBX was given last.
func (w *twins) target() string {
	for _, m := range slices.Backward(w.sent) {
		if m.HasContact && strings.Contains(m.Contact.URI, "tregua=a") {
			return m.Contact.URI
		}
	}
	w.t.Fatal("the PBX has no target")
	return ""
}

func (w *twins) begin() {
	w.t.Helper()
	w.get(0, 0, w.called("INVITE", "sip:+393331234567@carrier", 1), "A 100, ask")
	w.both(0, "B INVITE", w.allow())
}

func (w *twins) answered() {
	w.t.Helper()
	w.begin()
	w.get(0, 1, w.answers("INVITE", 200, "carrier-tag"), "A 200, up")
	w.get(0, 0, w.called("ACK", w.target(), 1), "B ACK")
}

// fromA is an answer of the PBX to the last request it got.
func (w *twins) fromA(method string, status int) string {
	for _, m := range slices.Backward(w.sent) {
		if m.Method == method {
			return string(wire.Reply(m, m.RawLines(wire.HVia), status, "X", ""))
		}
	}
	w.t.Fatalf("the PBX got no %s", method)
	return ""
}

// lastTag is the tag by which the PBX knows the carrier.
func (w *twins) lastTag() string {
	for _, m := range slices.Backward(w.sent) {
		if m.Status == 200 && m.CSeq.Method == "INVITE" {
			return m.To.Tag
		}
	}
	return ""
}
