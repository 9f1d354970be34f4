package call

import (
	"strings"
	"testing"

	"tregua/policy"
)

// TestTransfers: what the PBX wants the carrier to dial is judged first.
func TestTransfers(t *testing.T) {
	t.Parallel()
	up := []step{
		{(*rig).allow, "flow A, >B INVITE, +c"},
		{func(r *rig) { r.answer(1, 200, "x", reply) }, "flow B, up, INVITE:200, -c, +repeat, +noack"},
		{func(r *rig) { r.fromA("ACK", 1, "x", "") }, "-repeat, -noack, >B ACK"},
	}
	refer := func(cseq int, lines string) func(*rig) {
		return func(r *rig) { r.fromAWith("REFER", cseq, lines) }
	}
	const to = "Refer-To: <sip:+393330000001@carrier>\r\n"
	no := func(n uint32) func(*rig) {
		return func(r *rig) { r.in(JudgedAside{n, &Refusal{Status: 603, Phrase: "Decline"}}) }
	}
	yes := func(n uint32) func(*rig) { return func(r *rig) { r.in(JudgedAside{N: n}) } }
	cases := map[string][]step{
		"refused": {{refer(2, to), "ask sip:+393330000001@carrier"}, {no(1), "REFER:603"}},
		"allowed": {
			{refer(2, to), "ask sip:+393330000001@carrier"},
			{yes(1), ">B REFER"},
			{func(r *rig) { r.answer(2, 202, "", "") }, "REFER:202, aside 1 handed_on 202"},
		},
		"allowed, and the carrier does not do it": {
			{refer(2, "r: <sip:+393330000001@carrier>\r\n"), "ask sip:+393330000001@carrier"},
			{yes(1), ">B REFER"},
			{func(r *rig) { r.answer(2, 405, "", "") }, "REFER:405, aside 1 failed 405"},
		},
		"allowed, and the carrier says nothing": {
			{refer(2, to), "ask sip:+393330000001@carrier"},
			{yes(1), ">B REFER"},
			{func(r *rig) { delete(r.open, 2); r.in(Failed{2, true}) }, "REFER:408, aside 1 unreachable 0"},
		},
		"an attended transfer names a number too": {
			{refer(2, "Refer-To: <sip:+393330000001@carrier?Replaces=c2%3Bto-tag%3Da%3Bfrom-tag%3Db>\r\n"), "ask sip:+393330000001@carrier?Replaces=c2%3Bto-tag%3Da%3Bfrom-tag%3Db"},
			{no(1), "REFER:603"},
		},
		"what comes behind it waits": {
			{refer(2, to), "ask sip:+393330000001@carrier"},
			{func(r *rig) { r.fromA("INFO", 3, "x", "") }, ""},
			{func(r *rig) { r.fromA("INVITE", 4, "x", offer2) }, ""},
			{func(r *rig) { r.fromB("INFO", 5, "x", "") }, ">A INFO"},
			{yes(1), ">B REFER, >B INFO, INVITE:100, >B INVITE, +a.c"},
		},
		"what comes behind it is cancelled": {
			{refer(2, to), "ask sip:+393330000001@carrier"},
			{func(r *rig) { r.fromA("INVITE", 3, "x", offer2) }, ""},
			{func(r *rig) {
				r.in(Cancel{Tx: r.tx("CANCEL"), Invite: r.txs - 1, Hop: hopA, Msg: r.read(request("CANCEL", 3, "x", ""))})
			}, "CANCEL:200, INVITE:487"},
			{no(1), "REFER:603"},
		},
		"a BYE waits for nothing": {
			{refer(2, to), "ask sip:+393330000001@carrier"},
			{func(r *rig) { r.fromA("INFO", 3, "x", "") }, ""},
			{func(r *rig) { r.fromA("BYE", 4, "x", "") }, ">B BYE"},
			{yes(1), "aside 1 cancelled 0, REFER:487, INFO:500"},
		},
		"the call ends meanwhile": {
			{refer(2, to), "ask sip:+393330000001@carrier"},
			{func(r *rig) { r.fromA("INFO", 3, "x", "") }, ""},
			{func(r *rig) { r.in(Kick{Reason: policy.Draining}) }, ">B BYE, >A BYE, record connected, INFO:481"},
			{yes(1), "aside 1 cancelled 0, REFER:481"},
		},
		"two targets":       {{refer(2, to+to), "REFER:400"}},
		"a list of targets": {{refer(2, "Refer-To: <sip:1@x>, <sip:2@x>\r\n"), "REFER:400"}},
		"no target":         {{refer(2, ""), "REFER:400"}},
		"a bad target":      {{refer(2, "Refer-To: <sip:1@x\r\n"), "REFER:400"}},
		"of the callee: the PBX dials, and is judged then": {
			{func(r *rig) { r.fromB("REFER", 5, "x", "") }, ">A REFER"},
			{func(r *rig) { r.answer(2, 202, "", "") }, "REFER':202"},
		},
	}
	for name, steps := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newRig(t, offer).walk(up, steps)
		})
	}
}

// TestTransferIsReported: the NOTIFY that tells how a transfer ended passes
// after the BYE too (RFC 5589 section 6), but not without end.
func TestTransferIsReported(t *testing.T) {
	t.Parallel()
	begin := []step{
		{(*rig).allow, "flow A, >B INVITE, +c"},
		{func(r *rig) { r.answer(1, 200, "x", reply) }, "flow B, up, INVITE:200, -c, +repeat, +noack"},
		{func(r *rig) { r.fromA("ACK", 1, "x", "") }, "-repeat, -noack, >B ACK"},
		{func(r *rig) { r.fromB("REFER", 5, "x", "") }, ">A REFER"},
		{func(r *rig) { r.answer(2, 202, "", "") }, "REFER':202"},
		{func(r *rig) { r.fromAWith("NOTIFY", 2, "Subscription-State: active;expires=60\r\n") }, ">B NOTIFY"},
		{func(r *rig) { r.answer(3, 200, "", "") }, "NOTIFY:200"},
		{func(r *rig) { r.fromB("BYE", 6, "x", "") }, ">A BYE"},
		{func(r *rig) { r.answer(4, 200, "", "") }, "BYE':200, record connected, +linger"},
		{func(r *rig) { r.gone(1) }, ""},
		{func(r *rig) { r.fromA("INFO", 3, "x", "") }, "INFO:481"},
	}
	for name, steps := range map[string][]step{
		"reported": {
			{func(r *rig) { r.fromAWith("NOTIFY", 4, "Subscription-State: Terminated ;reason=noresource\r\n") }, ">B NOTIFY"},
			{func(r *rig) { r.answer(5, 200, "", "") }, "NOTIFY:200, -linger, release"},
		},
		"never reported": {{func(r *rig) { r.expire() }, "release"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newRig(t, offer).walk(begin, steps)
		})
	}
}

// TestRedirectOfPBX: a PBX that redirects a carrier's call makes the carrier
// dial.
func TestRedirectOfPBX(t *testing.T) {
	t.Parallel()
	inbound := func(s *Setup) { s.Inbound, s.Legs[0].PBX, s.Legs[1].PBX = true, false, true }
	redirect := func(contacts string) func(*rig) {
		return func(r *rig) {
			text := response(r.open[1], 302, "x", "")
			text = strings.Replace(text, "Contact: <sip:callee@198.51.100.9:5060>\r\n", contacts, 1)
			delete(r.open, 1)
			r.in(Response{Ref: 1, At: r.now, Msg: r.read(text)})
		}
	}
	const one, two = "Contact: <sip:1@x>;q=0.9\r\n", "Contact: <sip:1@x>\r\nm: <sip:2@x>\r\n"
	no := func(n uint32) func(*rig) {
		return func(r *rig) { r.in(JudgedAside{n, &Refusal{Status: 603, Phrase: "Decline"}}) }
	}
	yes := func(n uint32) func(*rig) { return func(r *rig) { r.in(JudgedAside{N: n}) } }
	many := strings.Repeat("Contact: <sip:1@x>\r\n", maxTargets+1)
	for name, steps := range map[string][]step{
		"allowed": {{redirect(one), "ask sip:1@x"}, {yes(1), "INVITE:302, -c, aside 1 handed_on 0, record failed, release"}},
		"refused": {{redirect(one), "ask sip:1@x"}, {no(1), "INVITE:603, -c, record failed, release"}},
		"one of two is refused": {
			{redirect(two), "ask sip:1@x, ask sip:2@x"},
			{yes(1), ""},
			{no(2), "INVITE:603, -c, aside 1 cancelled 0, record failed, release"},
		},
		"cancelled meanwhile": {
			{redirect(one), "ask sip:1@x"},
			{(*rig).cancel, "CANCEL:200, -c"},
			{yes(1), "INVITE:487, aside 1 cancelled 0, record cancelled, release"},
		},
		"too many":  {{redirect(many), "INVITE:480, -c, record failed, release"}},
		"no target": {{redirect(""), "INVITE:302, -c, +retry"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRigOf(t, request("INVITE", 1, "", offer), Watch{}, inbound)
			r.walk([]step{{(*rig).allow, "flow A, >B INVITE, +c"}}, steps)
		})
	}
}

// fromAWith puts a request of the caller with more lines to the call.
func (r *rig) fromAWith(method string, cseq int, lines string) {
	text := strings.Replace(request(method, cseq, "x", ""), "Call-ID", lines+"Call-ID", 1)
	r.in(Request{Tx: r.tx(method), Hop: hopA, Msg: r.read(text)})
}

// TestChallengedTransfer: a REFER that comes again with credentials is the same
// attempt; one to another target is not.
func TestChallengedTransfer(t *testing.T) {
	t.Parallel()
	const to, other = "Refer-To: <sip:+391@carrier>\r\n", "Refer-To: <sip:+392@carrier>\r\n"
	begin := []step{
		{(*rig).allow, "flow A, >B INVITE, +c"},
		{func(r *rig) { r.answer(1, 200, "x", reply) }, "flow B, up, INVITE:200, -c, +repeat, +noack"},
		{func(r *rig) { r.fromA("ACK", 1, "x", "") }, "-repeat, -noack, >B ACK"},
		{func(r *rig) { r.fromAWith("REFER", 2, to) }, "ask sip:+391@carrier"},
		{func(r *rig) { r.in(JudgedAside{N: 1}) }, ">B REFER"},
		{func(r *rig) { r.answer(2, 407, "", "") }, "REFER:407, +grant"},
	}
	for name, steps := range map[string][]step{
		"again": {
			{func(r *rig) { r.fromAWith("REFER", 3, to) }, "-grant, >B REFER"},
			{func(r *rig) { r.answer(3, 401, "", "") }, "REFER:401, +grant"},
			{func(r *rig) { r.fromAWith("REFER", 4, to) }, "-grant, >B REFER"},
			{func(r *rig) { r.answer(4, 202, "", "") }, "REFER:202, aside 1 handed_on 202"},
		},
		"another target":   {{func(r *rig) { r.fromAWith("REFER", 3, other) }, "ask sip:+392@carrier"}},
		"not again":        {{func(r *rig) { r.expire() }, "aside 1 failed 407"}},
		"the call is over": {{func(r *rig) { r.in(Kick{Reason: policy.Draining}) }, ">B BYE, >A BYE, -grant, aside 1 failed 407, record connected"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newRig(t, offer).walk(begin, steps)
		})
	}
}

// TestNoMoreDigits: what is dialled is what was judged; no digits come behind it.
func TestNoMoreDigits(t *testing.T) {
	t.Parallel()
	info := func(kind, body string) func(*rig) {
		return func(r *rig) {
			text := strings.Replace(request("INFO", 2, "x", body), "application/sdp", kind, 1)
			r.in(Request{Tx: r.tx("INFO"), Hop: hopA, Msg: r.read(text)})
		}
	}
	const isup = "application/ISUP;version=itu-t92+"
	for name, c := range map[string]struct {
		before []step
		step
	}{
		"digits":              {nil, step{info(isup, "\x02\x01\x02\x01\x00"), "INFO:403"}},
		"a suspension":        {nil, step{info(isup, "\x0d\x01\x00"), ">B INFO"}},
		"a tone":              {nil, step{info("application/dtmf-relay", "Signal=7"), ">B INFO"}},
		"digits to an answer": {[]step{{func(r *rig) { r.answer(1, 200, "x", reply) }, "flow B, up, INVITE:200, -c, +repeat, +noack"}}, step{info(isup, "\x02\x01\x02\x01\x00"), ">B INFO"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newRig(t, offer).walk([]step{
				{(*rig).allow, "flow A, >B INVITE, +c"},
				{func(r *rig) { r.answer(1, 183, "x", "") }, "+c, INVITE:183"},
			}, c.before, []step{c.step})
		})
	}
}
