package call

import (
	"strings"
	"testing"

	"tregua/media"
	"tregua/policy"
)

// Where a side says that it has moved to.
var (
	offer2 = strings.ReplaceAll(offer, "m=audio 4000", "m=audio 4444")
	reply2 = strings.ReplaceAll(reply, "m=audio 6000", "m=audio 6666")
)

// TestSessions: what changes a session crosses, and takes effect when it was
// accepted.
func TestSessions(t *testing.T) {
	t.Parallel()
	up := []step{
		{(*rig).allow, "flow A, >B INVITE, +c"},
		{func(r *rig) { r.answer(1, 200, "x", reply) }, "flow B, up, INVITE:200, -c, +repeat, +noack"},
		{func(r *rig) { r.fromA("ACK", 1, "x", "") }, "-repeat, -noack, >B ACK"},
	}
	hangUp := []step{
		{func(r *rig) { r.fromA("BYE", 9, "x", "") }, ">B BYE"},
		{func(r *rig) { r.answer(r.lastOpen, 200, "", "") }, "BYE:200, record connected"},
	}
	over := step{func(r *rig) { r.gone(1) }, "release"}
	cases := map[string][]step{
		"a re-INVITE of the caller": {
			{func(r *rig) { r.fromA("INVITE", 2, "x", offer2) }, "INVITE:100, >B INVITE, +a.c"},
			{func(r *rig) { r.answer(2, 180, "", "") }, "+a.c, INVITE:180"},
			{func(r *rig) { r.answer(2, 200, "", reply2) }, "flow A, flow B, INVITE:200, -a.c, +a.repeat, +a.noack"},
			{func(r *rig) { r.expire() }, "INVITE:200, +a.repeat"},
			{func(r *rig) { r.fromA("ACK", 2, "x", "") }, "-a.repeat, -a.noack, >B ACK"},
			{func(r *rig) { r.answer(2, 200, "", reply2) }, ">B ACK"},
			{func(r *rig) { r.gone(2) }, ""},
		},
		"a re-INVITE of the callee, its offer delayed": {
			{func(r *rig) { r.fromB("INVITE", 5, "x", "") }, "INVITE':100, >A INVITE, +b.c"},
			{func(r *rig) { r.answer(2, 200, "", offer2) }, "INVITE':200, -b.c, +b.repeat, +b.noack"},
			{func(r *rig) { r.fromB("ACK", 5, "x", reply2) }, "-b.repeat, -b.noack, flow A, flow B, >A ACK"},
			{func(r *rig) { r.gone(2) }, ""},
		},
		"a refused re-INVITE leaves the session as it was": {
			{func(r *rig) { r.fromA("INVITE", 2, "x", offer2) }, "INVITE:100, >B INVITE, +a.c"},
			{func(r *rig) { r.answer(2, 488, "", "") }, "INVITE:488, -a.c"},
			{func(r *rig) { r.fromB("UPDATE", 5, "x", reply2) }, ">A UPDATE"},
			{func(r *rig) { r.answer(3, 200, "", offer) }, "flow B, flow A, UPDATE':200"},
		},
		"two re-INVITEs cross, and both sides say 491": {
			{func(r *rig) { r.fromA("INVITE", 2, "x", offer2) }, "INVITE:100, >B INVITE, +a.c"},
			{func(r *rig) { r.fromB("INVITE", 5, "x", reply2) }, "INVITE':100, >A INVITE, +b.c"},
			{func(r *rig) { r.answer(2, 491, "", "") }, "INVITE:491, -a.c"},
			{func(r *rig) { r.answer(3, 491, "", "") }, "INVITE':491, -b.c"},
		},
		"a second re-INVITE before the first is answered": {
			{func(r *rig) { r.fromA("INVITE", 2, "x", offer2) }, "INVITE:100, >B INVITE, +a.c"},
			{func(r *rig) { r.fromA("INVITE", 3, "x", offer) }, "INVITE:500"},
			{func(r *rig) { r.answer(2, 486, "", "") }, "INVITE:486, -a.c"},
		},
		"a cancelled re-INVITE": {
			{func(r *rig) { r.fromA("INVITE", 2, "x", offer2) }, "INVITE:100, >B INVITE, +a.c"},
			{func(r *rig) { r.answer(2, 100, "", "") }, ""},
			{func(r *rig) {
				r.in(Cancel{Tx: r.tx("CANCEL"), Invite: r.txs - 1, Hop: hopA, Msg: r.read(request("CANCEL", 2, "x", ""))})
			}, "CANCEL:200, -a.c, >B CANCEL, +a.cancel"},
			{func(r *rig) { r.answer(3, 200, "", "") }, ""},
			{func(r *rig) { r.answer(2, 487, "", "") }, "INVITE:487, -a.cancel"},
		},
		"a re-INVITE that nobody answers": {
			{func(r *rig) { r.fromA("INVITE", 2, "x", offer2) }, "INVITE:100, >B INVITE, +a.c"},
			{func(r *rig) { delete(r.open, 2); r.in(Failed{2, true}) }, "INVITE:408, -a.c"},
		},
		"an UPDATE of the caller": {
			{func(r *rig) { r.fromA("UPDATE", 2, "x", offer2) }, ">B UPDATE"},
			{func(r *rig) { r.answer(2, 200, "", reply2) }, "flow A, flow B, UPDATE:200"},
		},
		"a refused UPDATE leaves the session as it was": {
			{func(r *rig) { r.fromA("UPDATE", 2, "x", offer2) }, ">B UPDATE"},
			{func(r *rig) { r.answer(2, 491, "", "") }, "UPDATE:491"},
		},
	}
	for name, steps := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, offer)
			r.walk(up, steps, hangUp, []step{over})
		})
	}
}

// walk takes steps and compares what the call does.
func (r *rig) walk(parts ...[]step) {
	r.t.Helper()
	for n, steps := range parts {
		for i, s := range steps {
			r.words = r.words[:0]
			s.do(r)
			if got := strings.Join(r.words, ", "); got != s.want {
				r.t.Fatalf("part %d, step %d:\n got %s\nwant %s", n+1, i+1, got, s.want)
			}
		}
	}
}

// TestEndsDuringReinvite: when the call ends, nobody waits for an answer.
func TestEndsDuringReinvite(t *testing.T) {
	t.Parallel()
	begin := []step{
		{(*rig).allow, "flow A, >B INVITE, +c"},
		{func(r *rig) { r.answer(1, 200, "x", reply) }, "flow B, up, INVITE:200, -c, +repeat, +noack"},
		{func(r *rig) { r.fromA("ACK", 1, "x", "") }, "-repeat, -noack, >B ACK"},
		{func(r *rig) { r.fromA("INVITE", 2, "x", offer2) }, "INVITE:100, >B INVITE, +a.c"},
	}
	kick := func(r *rig) { r.in(Kick{Reason: policy.Draining}) }
	cases := map[string][]step{
		"unanswered": {
			{kick, ">B BYE, >A BYE, INVITE:487, -a.c, record connected"},
			{func(r *rig) { r.answer(2, 180, "", "") }, ">B CANCEL, +a.cancel"},
			{func(r *rig) { r.answer(2, 487, "", "") }, "-a.cancel"},
		},
		"ringing, and the CANCEL is never answered": {
			{func(r *rig) { r.answer(2, 180, "", "") }, "+a.c, INVITE:180"},
			{kick, ">B BYE, >A BYE, INVITE:487, -a.c, >B CANCEL, +a.cancel, record connected"},
			{func(r *rig) { r.expire() }, "forget"},
		},
		"answered behind the end": {
			{kick, ">B BYE, >A BYE, INVITE:487, -a.c, record connected"},
			{func(r *rig) { r.answer(2, 200, "", reply) }, ">B ACK"},
		},
		"answered, not acknowledged": {
			{func(r *rig) { r.answer(2, 200, "", reply2) }, "flow A, flow B, INVITE:200, -a.c, +a.repeat, +a.noack"},
			{kick, ">B BYE, >A BYE, -a.repeat, -a.noack, >B ACK, record connected"},
		},
	}
	for name, steps := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, offer)
			r.walk(begin, steps)
			for ref := Ref(3); ref <= r.lastOpen; ref++ {
				if r.open[ref] != nil {
					r.answer(ref, 200, "", "")
				}
			}
			if r.open[2] != nil {
				r.gone(2)
			}
			if r.gone(1); !r.released {
				t.Errorf("not released: %v", r.timers)
			}
		})
	}
}

// TestOfferBehindTheEnd: an answer to a re-INVITE that comes when the call is over
// gets its ACK, the same each time, and an offer in it gets its answer (13.2.2.4).
func TestOfferBehindTheEnd(t *testing.T) {
	t.Parallel()
	r := newRig(t, offer)
	r.allow()
	r.answer(1, 200, "x", reply)
	r.fromA("ACK", 1, "x", "")
	r.fromA("INVITE", 2, "x", "")
	r.in(Kick{Reason: policy.Draining})
	r.answer(2, 200, "", offer2)
	if !strings.Contains(r.lastAck.Body, "m=audio 0 ") {
		t.Errorf("the ACK has no answer: %q", r.lastAck.Body)
	}
	first := r.lastAck.Via.Branch
	r.answer(2, 200, "", offer2)
	if r.lastAck.Via.Branch != first {
		t.Error("a repeated 2xx got another ACK")
	}
}

// TestOfferInProvisional: an offer in a reliable 18x has its answer in the PRACK
// (RFC 3262 section 5), and the ACK has none.
func TestOfferInProvisional(t *testing.T) {
	t.Parallel()
	r := newRig(t, "")
	r.walk([]step{
		{(*rig).allow, ">B INVITE, +c"},
		{func(r *rig) { r.answer(1, 183, "x", offer2) }, "+c, flow B, INVITE:183"},
		{func(r *rig) { r.fromA("PRACK", 2, "x", reply2) }, "flow A, >B PRACK"},
		{func(r *rig) { r.answer(2, 200, "", "") }, "PRACK:200"},
		{func(r *rig) { r.fromA("UPDATE", 3, "x", offer) }, ">B UPDATE"},
		{func(r *rig) { r.answer(3, 200, "", reply) }, "flow A, flow B, UPDATE:200"},
		{func(r *rig) { r.answer(1, 200, "x", "") }, "up, INVITE:200, -c, +repeat, +noack"},
		{func(r *rig) { r.in(Kick{Reason: policy.Draining}) }, "-repeat, -noack, >B ACK, >B BYE, >A BYE, record connected"},
	})
	if r.lastAck.Body != "" {
		t.Errorf("the ACK answers an offer that was answered: %s", r.lastAck.Body)
	}
}

// TestTargetRefresh: requests go where the last accepted refresh says.
func TestTargetRefresh(t *testing.T) {
	t.Parallel()
	r := newRig(t, offer)
	r.allow()
	r.answer(1, 200, "x", reply)
	r.fromA("ACK", 1, "x", "")
	moved := func(method string, cseq int) string {
		return strings.Replace(request(method, cseq, "x", offer), "<sip:peer@192.0.2.1:5060>", "<sip:moved@192.0.2.1:5071>", 1)
	}
	refer := func(want string) {
		t.Helper()
		r.fromB("INFO", 20+len(r.words), "x", "")
		if got := r.open[r.lastOpen].URI; got != want {
			t.Errorf("a request goes to %s, want %s", got, want)
		}
	}
	r.in(Request{From: media.A, Tx: r.tx("UPDATE"), Hop: hopA, Msg: r.read(moved("UPDATE", 2))})
	r.answer(r.lastOpen, 491, "", "")
	refer("sip:peer@192.0.2.1:5060")
	r.in(Request{From: media.A, Tx: r.tx("UPDATE"), Hop: hopA, Msg: r.read(moved("UPDATE", 3))})
	r.answer(r.lastOpen, 200, "", reply)
	refer("sip:moved@192.0.2.1:5071")
}

// TestSessionTimer: who promised to refresh and does not is gone (RFC 4028
// section 10).
func TestSessionTimer(t *testing.T) {
	t.Parallel()
	expires := func(r *rig, ref Ref, tag, line string) {
		text := response(r.open[ref], 200, tag, reply)
		r.in(Response{Ref: ref, At: r.now, Msg: r.read(strings.Replace(text, "Call-ID", line+"Call-ID", 1))})
	}
	r := newRig(t, offer)
	r.walk([]step{
		{(*rig).allow, "flow A, >B INVITE, +c"},
		{func(r *rig) { expires(r, 1, "x", "Session-Expires: 1800;refresher=uac\r\n") }, "flow B, up, INVITE:200, -c, +repeat, +noack, +session"},
		{func(r *rig) { r.fromA("ACK", 1, "x", "") }, "-repeat, -noack, >B ACK"},
		{func(r *rig) { r.fromA("UPDATE", 2, "x", "") }, ">B UPDATE"},
		{func(r *rig) { expires(r, 2, "", "x: 90\r\n") }, "+session, UPDATE:200"},
		{func(r *rig) { r.fromA("UPDATE", 3, "x", "") }, ">B UPDATE"},
		{func(r *rig) { r.answer(3, 200, "", "") }, "-session, UPDATE:200"},
		{func(r *rig) { r.fromA("UPDATE", 4, "x", "") }, ">B UPDATE"},
		{func(r *rig) { expires(r, 4, "", "Session-Expires: 90\r\n") }, "+session, UPDATE:200"},
	})
	before := r.now
	r.walk([]step{{func(r *rig) { r.expire() }, ">B BYE, >A BYE, record connected"}})
	if after := (r.now - before).Seconds(); after < 89 || after > 91 || r.records[0].Ending.Reason != policy.SessionExpired {
		t.Errorf("ended after %v s: %+v", after, r.records[0].Ending)
	}
}

// TestOldAnswerRefreshesNothing: a repeat of the 2xx that opened the dialog says
// where the callee was before it moved.
func TestOldAnswerRefreshesNothing(t *testing.T) {
	t.Parallel()
	r := newRig(t, offer)
	r.allow()
	r.answer(1, 200, "x", reply)
	r.fromA("INVITE", 2, "x", offer2) // its ACK to the 200 is lost
	moved := strings.Replace(response(r.open[2], 200, "", reply2), "<sip:callee@198.51.100.9:5060>", "<sip:moved@198.51.100.9:5071>", 1)
	r.in(Response{Ref: 2, At: r.now, Msg: r.read(moved)})
	r.answer(1, 200, "x", reply)
	if r.fromA("INFO", 3, "x", ""); r.open[r.lastOpen].URI != "sip:moved@198.51.100.9:5071" {
		t.Errorf("a request goes to %s", r.open[r.lastOpen].URI)
	}
}

// TestReinvitesAreKeptApart: who is answered gives way, and an old timer is not
// that of the next.
func TestReinvitesAreKeptApart(t *testing.T) {
	t.Parallel()
	up := []step{
		{(*rig).allow, "flow A, >B INVITE, +c"},
		{func(r *rig) { r.answer(1, 200, "x", reply) }, "flow B, up, INVITE:200, -c, +repeat, +noack"},
		{func(r *rig) { r.fromA("ACK", 1, "x", "") }, "-repeat, -noack, >B ACK"},
	}
	t.Run("many", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, offer)
		r.walk(up)
		r.fromB("INVITE", 5, "x", "") // it waits
		waiting := r.txs
		for n := range 2 * maxReinvites {
			r.fromA("INVITE", 2+n, "x", offer2)
			r.answer(r.lastOpen, 200, "", reply2)
			r.fromA("ACK", 2+n, "x", "")
		}
		if len(r.call.reinvites) > maxReinvites || r.call.under(ofCallee) == nil {
			t.Errorf("%d are kept, the one that waits: %v", len(r.call.reinvites), r.call.under(ofCallee))
		}
		r.in(Kick{Reason: policy.Draining})
		if got := r.answers[waiting]; got[len(got)-1] != 487 {
			t.Errorf("it was answered %v", got)
		}
	})
	t.Run("an answer crosses our CANCEL", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, offer)
		r.walk(up, []step{
			{func(r *rig) { r.fromA("INVITE", 2, "x", offer2) }, "INVITE:100, >B INVITE, +a.c"},
			{func(r *rig) { r.answer(2, 180, "", "") }, "+a.c, INVITE:180"},
			{func(r *rig) { r.expire() }, "INVITE:408, >B CANCEL, +a.cancel"},
			{func(r *rig) { r.answer(2, 200, "", reply2) }, "-a.cancel, >B ACK"},
		})
	})
	t.Run("an early offer is answered in the PRACK", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, offer)
		r.walk(up, []step{
			{func(r *rig) { r.fromA("INVITE", 2, "x", "") }, "INVITE:100, >B INVITE, +a.c"},
			{func(r *rig) { r.answer(2, 183, "", reply2) }, "+a.c, INVITE:183"},
			{func(r *rig) { r.fromA("PRACK", 3, "x", offer2) }, "flow B, flow A, >B PRACK"},
			{func(r *rig) { r.answer(3, 200, "", "") }, "PRACK:200"},
			{func(r *rig) { r.answer(2, 200, "", "") }, "INVITE:200, -a.c, +a.repeat, +a.noack"},
			{func(r *rig) { r.fromA("ACK", 2, "x", "") }, "-a.repeat, -a.noack, >B ACK"},
		})
		if a, b := r.flows[0].Peer.Port(), r.flows[1].Peer.Port(); a != 4444 || b != 6666 || r.call.offers[1].open {
			t.Errorf("media goes to %d and %d", a, b)
		}
	})
}

// TestRefusedEarlyBye: a callee that refuses the caller's early BYE and answers
// is hung up by us: nobody else will.
func TestRefusedEarlyBye(t *testing.T) {
	t.Parallel()
	newRig(t, offer).walk([]step{
		{(*rig).allow, "flow A, >B INVITE, +c"},
		{func(r *rig) { r.answer(1, 180, "x", "") }, "+c, INVITE:180"},
		{func(r *rig) { r.fromA("BYE", 2, "x", "") }, ">B BYE"},
		{func(r *rig) { r.answer(2, 481, "", "") }, "BYE:481"},
		{func(r *rig) { r.answer(1, 200, "x", reply) }, "flow B, up, INVITE:200, -c, +repeat, +noack, >B ACK, >B BYE, record connected"},
	})
}
