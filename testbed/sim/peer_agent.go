package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"tregua/proxy/wire"
)

// The times of RFC 3261 table 4, as the peers count them.
const (
	t1 = 500 * time.Millisecond
	t2 = 4 * time.Second
)

// agent is a user agent at one address: its client and server transactions in
// the plainest form (RFC 3261 section 17), written for this simulation. The
// calls above it belong to a dialer or a carrier.
type agent struct {
	net     *network
	label   string
	addr    netip.AddrPort
	clients map[string]*asking
	servers map[string]*answering
	user    user
	last    int // number of the last branch and tag
}

// user is the core above an agent.
type user interface {
	request(x *answering, m *wire.Message, to netip.AddrPort)
	ack(m *wire.Message, to netip.AddrPort)
}

func newAgent(n *network, label string, a netip.AddrPort) *agent {
	x := &agent{net: n, label: label, addr: a, clients: map[string]*asking{}, servers: map[string]*answering{}}
	n.hosts[a.Addr()] = x
	return x
}

func (a *agent) name() string { return a.label }

func (a *agent) fresh(prefix string) string {
	a.last++
	return prefix + strconv.FormatUint(a.net.rnd.Uint64N(1<<32), 36) + "." + strconv.Itoa(a.last)
}

func (a *agent) send(to netip.AddrPort, raw []byte) { a.net.send(a.addr, to, raw) }

func (a *agent) receive(from, to netip.AddrPort, datagram []byte) {
	m, err := wire.Read(datagram)
	switch {
	case err != nil:
		return // the witness at tregua's edge has said so
	case !m.IsRequest():
		if x := a.clients[m.Via.Branch+" "+m.CSeq.Method]; x != nil {
			x.response(m)
		}
		return
	case m.Method == "ACK":
		if x := a.servers[m.Via.Branch+" INVITE"]; x != nil && x.status >= 300 {
			x.acked = true
			return
		}
		a.user.ack(m, to)
		return
	}
	key := m.Via.Branch + " " + m.Method
	if x := a.servers[key]; x != nil {
		if x.last != nil {
			a.send(x.to, x.last)
		}
		return
	}
	x := &answering{agent: a, key: key, to: from, req: m}
	a.servers[key] = x
	a.user.request(x, m, to)
}

// asking is a client transaction.
type asking struct {
	agent  *agent
	key    string
	to     netip.AddrPort
	raw    []byte
	req    *wire.Message
	invite bool
	rings  bool // a provisional has come
	final  bool
	ack    []byte
	on     func(*wire.Message) // each response for the user; nil: there was none
}

// ask sends a request in a client transaction.
func (a *agent) ask(to netip.AddrPort, raw []byte, on func(*wire.Message)) *asking {
	req, err := wire.Read(raw)
	if err != nil {
		panic(fmt.Sprintf("a peer of the simulation writes what cannot be read: %v\n%s", err, raw))
	}
	x := &asking{agent: a, key: req.Via.Branch + " " + req.Method, to: to, raw: raw, req: req, invite: req.Method == "INVITE", on: on}
	a.clients[x.key] = x
	a.send(to, raw)
	x.repeat(t1)
	a.net.queue.after(64*t1, func() {
		if !x.final && !(x.invite && x.rings) {
			delete(a.clients, x.key)
			x.final = true
			on(nil)
		}
	})
	return x
}

// repeat is Timer A and Timer E.
func (x *asking) repeat(wait time.Duration) {
	x.agent.net.queue.after(wait, func() {
		if x.final || x.invite && x.rings {
			return
		}
		x.agent.send(x.to, x.raw)
		if wait *= 2; !x.invite {
			wait = min(wait, t2)
		}
		x.repeat(wait)
	})
}

func (x *asking) response(m *wire.Message) {
	switch {
	case m.Status < 200:
		if !x.final {
			x.rings = true
			x.on(m)
		}
		return
	case x.invite && m.Status < 300: // every 2xx is the user's (13.2.2.4)
		x.end()
		x.on(m)
		return
	case x.final && !x.invite:
		return
	}
	if x.invite {
		if x.ack == nil {
			x.ack = x.failureAck(m)
		}
		x.agent.send(x.to, x.ack)
	}
	if !x.final {
		x.end()
		x.on(m)
	}
}

func (x *asking) end() {
	if !x.final {
		x.final = true
		x.agent.net.queue.after(64*t1, func() { delete(x.agent.clients, x.key) })
	}
}

// failureAck is the ACK to a failure, of the INVITE's own transaction (17.1.1.3).
func (x *asking) failureAck(m *wire.Message) []byte {
	return x.sibling("ACK", m.RawLines(wire.HTo)[0])
}

// sibling writes an ACK or CANCEL that shares the branch of x (9.1, 17.1.1.3).
func (x *asking) sibling(method, to string) []byte {
	lines := []string{
		method + " " + x.req.URI + " SIP/2.0", x.req.RawLines(wire.HVia)[0], "Max-Forwards: 70",
		x.req.RawLines(wire.HFrom)[0], to, "Call-ID: " + x.req.CallID, fmt.Sprintf("CSeq: %d %s", x.req.CSeq.N, method),
	}
	return text(slices.Concat(lines, x.req.RawLines(wire.HRoute)), "")
}

// answering is a server transaction.
type answering struct {
	agent  *agent
	key    string
	to     netip.AddrPort
	req    *wire.Message
	status int // of the final
	last   []byte
	acked  bool
}

// respond answers: lines stand behind those that are copied (8.2.6.2).
func (x *answering) respond(status int, phrase, tag, body string, lines ...string) []byte {
	out := slices.Concat([]string{fmt.Sprintf("SIP/2.0 %d %s", status, phrase)}, x.req.RawLines(wire.HVia))
	to := x.req.RawLines(wire.HTo)[0]
	if x.req.To.Tag == "" && tag != "" {
		to += ";tag=" + tag
	}
	out = append(out, x.req.RawLines(wire.HFrom)[0], to, "Call-ID: "+x.req.CallID, x.req.RawLines(wire.HCSeq)[0])
	raw := text(append(out, lines...), body)
	x.last = raw
	x.agent.send(x.to, raw)
	if status < 200 {
		return raw
	}
	x.status = status
	x.agent.net.queue.after(64*t1, func() { delete(x.agent.servers, x.key) })
	switch {
	case x.req.Method != "INVITE":
	case status >= 300:
		x.repeat(t1, x.agent.net.queue.now+64*t1)
	default: // repeats of the INVITE are absorbed, the user repeats the 2xx (RFC 6026)
		x.last = nil
	}
	return raw
}

// repeat is Timer G, until the ACK or Timer H.
func (x *answering) repeat(wait, end time.Duration) {
	x.agent.net.queue.after(wait, func() {
		if x.acked || x.agent.net.queue.now >= end {
			return
		}
		x.agent.send(x.to, x.last)
		x.repeat(min(2*wait, t2), end)
	})
}

// text writes a message.
func text(lines []string, body string) []byte {
	if body != "" {
		lines = append(slices.Clip(lines), "Content-Type: application/sdp")
	}
	return []byte(strings.Join(lines, "\r\n") + fmt.Sprintf("\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
}
