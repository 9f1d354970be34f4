package call

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tregua/media"
	"tregua/policy"
)

// step is one thing that happens, and what the call does upon it.
type step struct {
	do   func(*rig)
	want string
}

func TestLadders(t *testing.T) {
	t.Parallel()
	// The requests of a call get their refs in the order they are sent; the
	// INVITE is the first.
	allow := step{(*rig).allow, "flow A, >B INVITE, +c"}
	ring := step{func(r *rig) { r.answer(1, 180, "x", "") }, "+c, INVITE:180"}
	pick := step{func(r *rig) { r.answer(1, 200, "x", reply) }, "flow B, up, INVITE:200, -c, +repeat, +noack"}
	ack := step{func(r *rig) { r.fromA("ACK", 1, "x", "") }, "-repeat, -noack, >B ACK"}
	cancel := step{(*rig).cancel, "CANCEL:200, -c, >B CANCEL, +cancel"}
	gone := step{func(r *rig) { r.gone(1) }, "release"}

	cases := map[string][]step{
		"connected, the caller hangs up": {
			allow, ring, pick, ack,
			{func(r *rig) { r.fromA("BYE", 2, "x", "") }, ">B BYE"},
			{func(r *rig) { r.answer(2, 200, "", "") }, "BYE:200, record connected"},
			gone,
		},
		"connected, the callee hangs up": {
			allow, pick, ack,
			{func(r *rig) { r.fromB("BYE", 9, "x", "") }, ">A BYE"},
			{func(r *rig) { r.answer(2, 200, "", "") }, "BYE':200, record connected"},
			gone,
		},
		"refused": {
			{func(r *rig) { r.in(Judged{Refusal: &Refusal{Status: 603, Phrase: "Decline"}}) }, "INVITE:603, release"},
		},
		"refused by a fault behind an allowed decision": {
			{func(r *rig) {
				r.in(Judged{Refusal: &Refusal{Status: 480, Phrase: "x", Open: true, Reason: policy.MediaExhausted}})
			}, "INVITE:480, record refused, release"},
		},
		"busy": {allow, ring, {func(r *rig) { r.answer(1, 486, "x", "") }, "INVITE:486, -c, record failed, release"}},
		"nobody answers the INVITE": {
			allow,
			{func(r *rig) { delete(r.open, 1); r.in(Failed{1, true}) }, "INVITE:408, -c, record unreachable, release"},
		},
		"cancelled while asked": {{(*rig).cancel, "CANCEL:200, INVITE:487, withdraw"}, {(*rig).allow, "record cancelled, release"}},
		"cancelled while asked, then refused": {
			{(*rig).cancel, "CANCEL:200, INVITE:487, withdraw"},
			{func(r *rig) { r.in(Judged{Refusal: &Refusal{Status: 603}}) }, "release"},
		},
		"cancelled before the first 1xx": {
			allow,
			{(*rig).cancel, "CANCEL:200, -c"},
			{func(r *rig) { r.answer(1, 100, "", "") }, ">B CANCEL, +cancel"},
			{func(r *rig) { r.answer(2, 200, "", "") }, ""},
			{func(r *rig) { r.answer(1, 487, "x", "") }, "-cancel, INVITE:487, record cancelled, release"},
		},
		"a CANCEL crosses the 200": {
			allow, ring, cancel,
			{func(r *rig) { r.answer(1, 200, "x", reply) }, ">B ACK, >B BYE, INVITE:487, -cancel, record cancelled"},
			{func(r *rig) { r.answer(2, 481, "", "") }, ""},
			{func(r *rig) { r.answer(3, 200, "", "") }, ""},
			gone,
		},
		"a CANCEL after the 200 changes nothing": {allow, pick, {(*rig).cancel, "CANCEL:200"}, ack},
		"the callee never answers the CANCEL": {
			allow, ring, cancel,
			{func(r *rig) { delete(r.open, 2); r.in(Failed{2, true}) }, ""},
			{func(r *rig) { r.expire() }, "INVITE:487, record cancelled, forget, release"},
		},
		"two forks answer": {
			allow, ring,
			{func(r *rig) { r.answer(1, 183, "y", reply) }, "+c, flow B, INVITE:183"},
			pick,
			{func(r *rig) { r.answer(1, 200, "y", reply) }, ">B ACK, >B BYE"},
			{func(r *rig) { r.answer(1, 200, "y", reply) }, ">B ACK"},
			ack,
		},
		"a repeated 200 gets the kept ACK": {
			allow, pick, ack,
			{func(r *rig) { r.answer(1, 200, "x", reply) }, ">B ACK"},
		},
		"the 200 is repeated until the ACK": {
			allow, pick,
			{func(r *rig) { r.expire() }, "INVITE:200, +repeat"},
			{func(r *rig) { r.answer(1, 200, "x", reply) }, ""},
			ack,
			{func(r *rig) { r.fromA("ACK", 1, "x", "") }, ""},
		},
		"BYE overtakes the ACK": {
			allow, pick,
			{func(r *rig) { r.fromA("BYE", 2, "x", "") }, ">B ACK, -repeat, -noack, >B BYE"},
			{func(r *rig) { r.fromA("ACK", 1, "x", "") }, ""},
			{func(r *rig) { r.answer(2, 200, "", "") }, "BYE:200, record connected"},
			gone,
		},
		"Timer C": {
			allow, ring,
			{func(r *rig) { r.expire() }, "INVITE:408, >B CANCEL, +cancel"},
			{func(r *rig) { r.answer(2, 200, "", "") }, ""},
			{func(r *rig) { r.answer(1, 487, "x", "") }, "-cancel, record unreachable, release"},
		},
		"a challenged BYE is tried again": {
			allow, pick, ack,
			{func(r *rig) { r.fromA("BYE", 2, "x", "") }, ">B BYE"},
			{func(r *rig) { r.answer(2, 407, "", "") }, "BYE:407, +bye"},
			{func(r *rig) { r.fromA("BYE", 3, "x", "") }, "-bye, >B BYE"},
			{func(r *rig) { r.answer(3, 200, "", "") }, "BYE:200, record connected"},
			gone,
		},
		"a challenged BYE is not tried again": {
			allow, pick, ack,
			{func(r *rig) { r.fromA("BYE", 2, "x", "") }, ">B BYE"},
			{func(r *rig) { r.answer(2, 401, "", "") }, "BYE:401, +bye"},
			{func(r *rig) { r.expire() }, ">B BYE, >A BYE, record connected"},
		},
		"a BYE is challenged behind ours": {
			allow, pick, ack,
			{func(r *rig) { r.fromA("BYE", 2, "x", "") }, ">B BYE"},
			{func(r *rig) { r.in(Kick{Reason: policy.Draining}) }, ">B BYE, >A BYE, record connected"},
			{func(r *rig) { r.answer(2, 407, "", "") }, "BYE:407"},
		},
		"after our BYE a direction is shut": {
			allow, pick, ack,
			{func(r *rig) { r.in(Kick{Reason: policy.Draining}) }, ">B BYE, >A BYE, record connected"},
			{func(r *rig) { r.fromA("BYE", 2, "x", "") }, "BYE:200"},
			{func(r *rig) { r.fromB("INFO", 9, "x", "") }, "INFO':481"},
		},
		"a challenged BYE on an early dialog changes nothing": {
			allow, ring,
			{func(r *rig) { r.fromA("BYE", 2, "x", "") }, ">B BYE"},
			{func(r *rig) { r.answer(2, 401, "", "") }, "BYE:401"},
			{func(r *rig) { r.answer(1, 200, "y", reply) }, "flow B, up, INVITE:200, -c, +repeat, +noack"},
		},
		"the process stops, and the callee does not answer our CANCEL": {
			allow, ring,
			{func(r *rig) { r.in(Kick{Reason: policy.Draining}) }, "INVITE:480, -c, >B CANCEL, +cancel"},
			{func(r *rig) { r.in(Kick{Reason: policy.Draining, Last: true}) }, "record cancelled"},
		},
		"in a dialog": {
			allow, pick, ack,
			{func(r *rig) { r.fromA("REFER", 3, "x", "") }, "REFER:400"},
			{func(r *rig) { r.fromA("UPDATE", 4, "x", "v=1\r\n") }, "UPDATE:488"},
			{func(r *rig) { r.fromA("INFO", 5, "x", "") }, ">B INFO"},
			{func(r *rig) { r.answer(2, 200, "", "") }, "INFO:200"},
			{func(r *rig) { r.fromA("INFO", 1, "x", "") }, "INFO:500"},
			{func(r *rig) { r.fromA("INFO", 6, "z", "") }, "INFO:481"},
			{func(r *rig) { r.fromB("INFO", 3, "x", "") }, ">A INFO"},
			{func(r *rig) { delete(r.open, 3); r.in(Failed{3, true}) }, "INFO':408"},
		},
		"PRACK on an early dialog": {
			allow,
			{func(r *rig) { r.answer(1, 183, "x", reply) }, "+c, flow B, INVITE:183"},
			{func(r *rig) { r.fromA("PRACK", 2, "x", "") }, ">B PRACK"},
			{func(r *rig) { r.answer(2, 200, "", "") }, "PRACK:200"},
		},
		"the process stops": {
			allow, ring,
			{func(r *rig) { r.in(Kick{Reason: policy.Draining}) }, "INVITE:480, -c, >B CANCEL, +cancel"},
			{func(r *rig) { r.answer(1, 487, "x", "") }, "-cancel, record cancelled"},
			{func(r *rig) { r.answer(2, 200, "", "") }, "release"},
		},
	}
	for name, steps := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, offer)
			if got := strings.Join(r.words, ", "); got != "INVITE:100, ask" {
				t.Fatalf("at the INVITE: %s", got)
			}
			for i, s := range steps {
				r.words = r.words[:0]
				s.do(r)
				if got := strings.Join(r.words, ", "); got != s.want {
					t.Fatalf("step %d:\n got %s\nwant %s", i+1, got, s.want)
				}
			}
		})
	}
}

// TestManyForks: whoever answers gets an ACK and a BYE, however many ring.
func TestManyForks(t *testing.T) {
	t.Parallel()
	r := newRig(t, offer)
	r.allow()
	r.answer(1, 200, "winner", reply)
	for i := range 3 * maxDialogs {
		r.answer(1, 180, fmt.Sprint("early", i), "")
	}
	for i := range 3 * maxDialogs {
		tag := fmt.Sprint("late", i)
		r.answer(1, 200, tag, reply)
		if r.acks[tag] != 1 || r.byes[tag] != 1 {
			t.Fatalf("the answer of %s got %d ACKs and %d BYEs", tag, r.acks[tag], r.byes[tag])
		}
	}
	if len(r.call.dialogs) > maxDialogs || r.call.winner != r.call.dialog("winner") {
		t.Errorf("%d dialogs are kept", len(r.call.dialogs))
	}
}

// TestWay: what stands in the first line and in the Routes of a request.
func TestWay(t *testing.T) {
	t.Parallel()
	const target = "sip:b@198.51.100.77:5070;x=1"
	loose, strict := "Route: <sip:198.51.100.5;lr>", "Route: <sip:198.51.100.6>"
	for _, c := range []struct {
		name   string
		routes []string
		uri    string
		lines  []string
	}{
		{"no route", nil, target, nil},
		{"a loose one", []string{loose, strict}, target, []string{loose, strict}},
		{"with a value", []string{"Route: <sip:198.51.100.5;LR=on>"}, target, []string{"Route: <sip:198.51.100.5;LR=on>"}},
		{"a strict one", []string{strict}, "sip:198.51.100.6", []string{"Route: <" + target + ">"}},
		{"a strict one, then a loose", []string{strict, loose}, "sip:198.51.100.6", []string{loose, "Route: <" + target + ">"}},
	} {
		if uri, lines := Way(target, c.routes); uri != c.uri || !slices.Equal(lines, c.lines) {
			t.Errorf("%s: %s %q, want %s %q", c.name, uri, lines, c.uri, c.lines)
		}
	}
}

// TestHop: where requests within a dialog go.
func TestHop(t *testing.T) {
	t.Parallel()
	r := newRig(t, offer)
	named := peer{target: "sip:b@host.example"}
	for _, c := range []struct {
		name   string
		to     media.Leg
		target peer
		want   string
	}{
		{"the callee's Contact", media.B, peer{target: "sip:b@198.51.100.77:5070"}, "198.51.100.77:5070"},
		{"its port is 5060 when it says none", media.B, peer{target: "sip:b@198.51.100.77"}, "198.51.100.77:5060"},
		{"an IPv6 Contact", media.B, peer{target: "sip:b@[2001:db8::7]:5070"}, "[2001:db8::7]:5070"},
		{"a name", media.B, named, "198.51.100.1:5060"},
		{"no Contact: where the INVITE went", media.B, peer{target: "sip:b@192.0.2.254", implied: true}, "198.51.100.1:5060"},
		{"the first route", media.B, peer{target: "sip:b@1.2.3.4", routes: []string{"Route: <sip:198.51.100.5;lr>", "Route: <sip:9.9.9.9;lr>"}}, "198.51.100.5:5060"},
		{"the caller's Contact, at another port of its address", media.A, peer{target: "sip:a@192.0.2.1:5099"}, "192.0.2.1:5099"},
		{"the caller behind a NAT", media.A, peer{target: "sip:a@10.0.0.5:5060"}, "192.0.2.1:5060"},
	} {
		d := &dialog{peer: c.target}
		r.call.caller = c.target
		if got := r.call.hop(c.to, d).Remote.String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestCancelReason: why the caller gives up goes along (RFC 3326).
func TestCancelReason(t *testing.T) {
	t.Parallel()
	r := newRig(t, offer)
	r.allow()
	r.answer(1, 180, "x", "")
	text := strings.Replace(request("CANCEL", 1, "", ""), "Call-ID", "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\nCall-ID", 1)
	r.in(Cancel{Tx: r.tx("CANCEL"), Invite: 1, Hop: hopA, Msg: r.read(text)})
	if got := headerText(r.open[2], "Reason"); !strings.Contains(got, "completed elsewhere") {
		t.Errorf("the CANCEL that goes on has Reason %q", got)
	}
}
