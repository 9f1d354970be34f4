package txn

import (
	"net/netip"
	"strings"
	"testing"

	"tregua/proxy/wire"
)

// with is the text of a request with one piece replaced.
func with(text, from, to string) *wire.Message {
	if !strings.Contains(text, from) {
		panic("nothing to replace: " + from)
	}
	return read(strings.ReplaceAll(text, from, to))
}

// TestServerMatching receives an INVITE, answers 180, and then receives a
// second message: a repeat is answered with the 180, anything else is told.
func TestServerMatching(t *testing.T) {
	t.Parallel()
	invite := requestText("INVITE", "z9hG4bKa1B2")
	old := requestText("INVITE", "1")
	tests := []struct {
		name          string
		first, second *wire.Message
		want          string
	}{
		{"the same", read(invite), read(invite), "0>180"},
		{"branch in another case", read(invite), with(invite, "z9hG4bKa1B2", "Z9HG4BKA1b2"), "0>180"},
		{"another branch: a merged request is the TU's to see", read(invite), with(invite, "a1B2", "a1B3"), "0!new request"},
		{"another sent-by host", read(invite), with(invite, "UDP 192.0.2.1", "UDP 192.0.2.2"), "0!new request"},
		{"another sent-by port", read(invite), with(invite, ":5060;", ":5062;"), "0!new request"},
		{"sent-by port left out", read(invite), with(invite, ":5060;", ";"), "0!new request"},
		{"sent-by host in another case", with(invite, "UDP 192.0.2.1", "UDP Pbx.example"), with(invite, "UDP 192.0.2.1", "UDP pBX.example"), "0>180"},
		{"another method", read(invite), with(invite, "INVITE", "UPDATE"), "0!new request"},
		{"another Call-ID under the same branch", read(invite), with(invite, "c1@", "c2@"), "0>180"},
		{"a cancel", read(invite), with(invite, "INVITE", "CANCEL"), "0!new request"},
		{"an ack too early", read(invite), with(invite, "INVITE", "ACK"), ""},
		{"an ack of another branch", read(invite), with(change(invite, "INVITE", "ACK"), "a1B2", "z"), "0!ack for 2xx"},
		{"no cookie: the same", read(old), read(old), "0>180"},
		{"no branch at all: the same", with(old, ";branch=1", ""), with(old, ";branch=1", ""), "0>180"},
		{"a cookie and nothing else: the same", with(old, "=1", "=z9hG4bK"), with(old, "=1", "=z9hG4bK"), "0>180"},
		{"a cookie and nothing else: another Call-ID", with(old, "=1", "=z9hG4bK"), with(change(old, "=1", "=z9hG4bK"), "c1@", "c2@"), "0!new request"},
		{"no cookie: another Call-ID", read(old), with(old, "c1@", "c2@"), "0!new request"},
		{"no cookie: another From tag", read(old), with(old, "tag=a", "tag=b"), "0!new request"},
		{"no cookie: another CSeq", read(old), with(old, "CSeq: 7", "CSeq: 8"), "0!new request"},
		{"no cookie: another top Via", read(old), with(old, "branch=1", "branch=2"), "0!new request"},
		{"no cookie: another URI", read(old), with(old, "INVITE sip:39", "INVITE sip:40"), "0!new request"},
		{"no cookie: another method", read(old), with(old, "INVITE", "UPDATE"), "0!new request"},
		{"no cookie: an ack too early", read(old), with(old, "INVITE", "ACK"), ""},
		{"a stranger's response", read(invite), response(200, "INVITE", "z9hG4bKa1B2"), "0!stray response"},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(Config{})
			r.respond(r.open(c.first).ID, 180)
			r.want(t, "first", "0!new request, 0>180")
			r.receive(c.second)
			r.want(t, "second", c.want)
		})
	}
}

// with2 is with, for a text that is changed once more.

func change(text, from, to string) string { return strings.ReplaceAll(text, from, to) }

// TestClientMatching: branch and CSeq method (17.1.3), and no more than these.
func TestClientMatching(t *testing.T) {
	t.Parallel()
	ok := responseText(180, "INVITE", "z9hG4bKa1B2")
	tests := []struct {
		name string
		m    *wire.Message
		want string
	}{
		{"its own", read(ok), "0!response"},
		{"branch in another case", with(ok, "a1B2", "A1b2"), "0!response"},
		{"another branch", with(ok, "a1B2", "a1B3"), "0!stray response"},
		{"another CSeq method", with(ok, "7 INVITE", "7 CANCEL"), "0!stray response"},
		{"sent-by changed on the way", with(ok, "UDP 192.0.2.1", "UDP 192.0.2.7"), "0!response"},
		{"a request with our branch", request("INVITE", "z9hG4bKa1B2"), "0!new request"},
		{"an ack with our branch", request("ACK", "z9hG4bKa1B2"), "0!ack for 2xx"},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(Config{})
			r.request("INVITE", "z9hG4bKa1B2")
			r.want(t, "request", "0>INVITE")
			r.receive(c.m)
			r.want(t, "response", c.want)
		})
	}
}

// TestStray: a response to nothing of ours comes with its message and its hop.
func TestStray(t *testing.T) {
	t.Parallel()
	var out Out
	m := response(200, "INVITE", "z9hG4bK1")
	New(Config{}).Receive(0, m, hop, &out)
	if len(out.Events) != 1 || out.Events[0] != (Event{Kind: StrayResponse, Msg: m, Hop: hop}) {
		t.Errorf("got %v", out.Events)
	}
}

// TestCancelFindsInvite: whatever became of the INVITE, until it is gone.
func TestCancelFindsInvite(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		branch string
		tu     []int
		ack    bool
		after  float64
		found  bool
	}{
		{"ringing", "z9hG4bK1", []int{100, 180}, false, 1, true},
		{"before any answer", "z9hG4bK1", nil, false, 0, true},
		{"refused", "z9hG4bK1", []int{603}, false, 1, true},
		{"refused and acknowledged", "z9hG4bK1", []int{603}, true, 1, true},
		{"answered", "z9hG4bK1", []int{200}, false, 1, true},
		{"refused and gone", "z9hG4bK1", []int{603}, true, 6, false},
		{"answered and gone", "z9hG4bK1", []int{200}, false, 33, false},
		{"no cookie", "1", []int{180}, false, 1, true},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(Config{})
			invite := r.open(request("INVITE", c.branch)).ID
			for _, status := range c.tu {
				r.respond(invite, status)
			}
			if c.ack {
				r.receive(request("ACK", c.branch))
			}
			r.advance(secs(c.after))
			e := r.open(request("CANCEL", c.branch))
			want := ID(0)
			if c.found {
				want = invite
			}
			if e.Kind != NewRequest || e.ID == 0 || e.ID == invite || e.Invite != want {
				t.Errorf("got %v id %d invite %d, want a new request that means %d", e.Kind, e.ID, e.Invite, want)
			}
		})
	}
	t.Run("another sent-by", func(t *testing.T) {
		t.Parallel()
		r := newRig(Config{})
		r.open(request("INVITE", "z9hG4bK1"))
		if e := r.open(with(requestText("CANCEL", "z9hG4bK1"), ":5060;", ":5061;")); e.Invite != 0 {
			t.Errorf("a stranger's CANCEL means INVITE %d", e.Invite)
		}
	})
}

// TestAckAfter2xx: a peer that wrongly re-uses the INVITE's branch for the ACK
// to a 2xx, and one that does it right.
func TestAckAfter2xx(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, branch string
		same         bool
	}{
		{"a branch of its own", "z9hG4bK2", false},
		{"the branch of the INVITE", "z9hG4bK1", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(Config{})
			invite := r.open(request("INVITE", "z9hG4bK1")).ID
			r.respond(invite, 200)
			e := r.open(request("ACK", c.branch))
			want := ID(0)
			if c.same {
				want = invite
			}
			if e.Kind != AckFor2xx || e.ID != want || e.Msg == nil || e.Hop != hop {
				t.Errorf("got %v id %d, want ack for 2xx id %d, with its message and hop", e.Kind, e.ID, want)
			}
			if r.layer.Len() != 1 {
				t.Errorf("%d transactions, want 1: an ACK opens none", r.layer.Len())
			}
		})
	}
}

// TestWay: a response goes where the request says (RFC 3261 18.2.2), also when
// a repeat came another way; an ACK goes where the INVITE went.
func TestWay(t *testing.T) {
	t.Parallel()
	l := New(Config{})
	var out Out
	natted, back := hop, hop
	natted.Remote = netip.MustParseAddrPort("198.51.100.7:40000")
	back.Remote = netip.MustParseAddrPort("198.51.100.7:5060") // received, and the port of sent-by
	m := request("INVITE", "z9hG4bK1")
	l.Receive(0, m, natted, &out)
	id := out.Events[0].ID
	if out.Events[0].Msg != m || out.Events[0].Hop != natted {
		t.Errorf("the event has not the message and the hop that were received")
	}
	l.Respond(0, id, 180, []byte("SIP/2.0 180 x"), &out)
	l.Receive(0, m, hop, &out)
	l.Respond(0, id, 486, []byte("SIP/2.0 486 x"), &out)
	l.Fire(secs(0.5), &out)
	if len(out.Sends) != 4 {
		t.Fatalf("%d sends, want 4", len(out.Sends))
	}
	for i, s := range out.Sends {
		if s.Hop != back || s.ID != id {
			t.Errorf("send %d: id %d by %v, want id %d by %v", i, s.ID, s.Hop, id, back)
		}
	}

	out.Reset()
	text := requestText("INVITE", "z9hG4bK2")
	id = l.Request(0, read(text), []byte(text), natted, &out)
	l.Receive(0, response(486, "INVITE", "z9hG4bK2"), hop, &out)
	if len(out.Sends) != 2 || out.Sends[1].Hop != natted || out.Sends[1].ID != id {
		t.Fatalf("sends %v, want the INVITE and its ACK by %v", out.Sends, natted)
	}
	ack := string(out.Sends[1].Data)
	for _, part := range []string{
		"ACK sip:39021234567@tregua.example SIP/2.0\r\n", "branch=z9hG4bK2\r\n", "CSeq: 7 ACK\r\n",
		"To: <sip:39021234567@tregua.example>;tag=b\r\n",
	} {
		if !strings.Contains(ack, part) {
			t.Errorf("the ACK lacks %q:\n%s", part, ack)
		}
	}
	if e := out.Events[0]; e.Kind != Response || e.Hop != hop {
		t.Errorf("got %v by %v, want the response by the hop it came", e.Kind, e.Hop)
	}
}
