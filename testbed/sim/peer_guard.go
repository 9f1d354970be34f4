package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tregua/proxy/wire"
)

// guard challenges a request that lacks what it asks for: the proof of the last
// round (RFC 3261 section 22).
func (p *plan) guard(method string, rounds int, m *wire.Message) (status int, line string) {
	want := 0
	for _, g := range p.guards {
		if g == method {
			want++
		}
	}
	nonce := fmt.Sprintf(`nonce="%s-%d"`, method, rounds)
	if rounds >= want {
		return 0, ""
	}
	if stale := fmt.Sprintf(`nonce="%s-%d"`, method, rounds-1); rounds > 0 && slices.ContainsFunc(m.Lines, func(l wire.Line) bool {
		return hasText(l, stale)
	}) {
		nonce += ", stale=true"
	}
	if (rounds+p.index)%2 == 0 {
		return 407, `Proxy-Authenticate: Digest realm="carrier", ` + nonce
	}
	return 401, `WWW-Authenticate: Digest realm="carrier", ` + nonce
}

// ringsInVain challenges an INVITE when a phone rings already, as a proxy does
// that forks to one who asks for credentials. That phone's dialog is over then
// (RFC 3261 12.3), and it does not know.
func (y *callee) ringsInVain(status int, line string) {
	f, x := y.forks[0], y.invite
	y.forks[0] = &fork{callee: y, tag: y.agent.fresh("c")}
	f.ring(step{status: 183, sdp: true})
	t := f.meet()
	q := y.peers.net.queue
	q.after(y.peers.net.between(50*time.Millisecond, 400*time.Millisecond), func() {
		if y.final != 0 || y.cancelled {
			return
		}
		x.respond(status, "Unauthorized", f.tag, "", line)
		q.after(y.peers.net.between(100*time.Millisecond, 2*time.Second), func() {
			y.peers.seen("wrong: a phone speaks behind the end of its dialog")
			t.info()
		})
	})
}

// proof answers a challenge. Who is asked looks at the nonce alone.
func proof(m *wire.Message) string {
	for _, l := range m.Lines {
		if v, is := strings.CutPrefix(l.Text, "Proxy-Authenticate:"); is {
			return "Proxy-Authorization:" + v
		}
		if v, is := strings.CutPrefix(l.Text, "WWW-Authenticate:"); is {
			return "Authorization:" + v
		}
	}
	return "X-None: 1"
}

// proofless is lines without the answer to an earlier challenge.
func proofless(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return strings.Contains(l, "uthorization:") })
}

func hasText(l wire.Line, s string) bool { return strings.Contains(l.Text, s) }

// sessionless is lines without the time of the session.
func sessionless(lines []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return strings.HasPrefix(l, "Session-Expires:") })
}
