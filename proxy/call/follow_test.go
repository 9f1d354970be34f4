package call

import (
	"net/netip"
	"strings"
	"testing"

	"tregua/policy"
	"tregua/proxy/wire"
)

// TestFollows: a carrier's redirect goes on within the call, each target as an
// attempt of its own.
func TestFollows(t *testing.T) {
	t.Parallel()
	reach := func(s *Setup) {
		s.Reach = func(uri string) (wire.Hop, bool) {
			hop := hopB
			hop.Remote = netip.MustParseAddrPort("198.51.100.1:5099")
			return hop, strings.HasSuffix(uri, "@198.51.100.1:5099")
		}
	}
	redirect := func(ref Ref, contacts ...string) func(*rig) {
		return func(r *rig) {
			text := strings.Replace(response(r.open[ref], 302, "p", ""), "Contact: <sip:callee@198.51.100.9:5060>\r\n",
				"Contact: "+strings.Join(contacts, ", ")+"\r\n", 1)
			delete(r.open, ref)
			r.in(Response{Ref: ref, At: r.now, Msg: r.read(text)})
		}
	}
	refuse := func(r *rig) { r.in(Judged{Refusal: &Refusal{Status: 603, Phrase: "Decline"}}) }
	const one, two, far = "<sip:1@198.51.100.1:5099>", "<sip:2@198.51.100.1:5099>;q=0.5", "<sip:3@203.0.113.3>;q=0.9"
	allow := step{(*rig).allow, "flow A, >B INVITE, +c"}
	pick := step{func(r *rig) { r.answer(2, 200, "x", reply) }, "flow B, up, INVITE:200, -c, +repeat, +noack"}
	for name, steps := range map[string][]step{
		"to one": {allow, {redirect(1, one), "-c, redirected sip:1@198.51.100.1:5099"}, allow, pick},
		"the best first, and the next when that is refused": {
			allow,
			{redirect(1, two, far, one), "-c, redirected sip:1@198.51.100.1:5099"},
			{refuse, "redirected sip:2@198.51.100.1:5099"},
			allow, pick,
		},
		"all are refused": {
			allow,
			{redirect(1, one), "-c, redirected sip:1@198.51.100.1:5099"},
			{refuse, "INVITE:603, drop 7, release"},
		},
		"cancelled while asked": {
			allow,
			{redirect(1, one), "-c, redirected sip:1@198.51.100.1:5099"},
			{(*rig).cancel, "CANCEL:200, INVITE:487, withdraw"},
			{(*rig).allow, "record cancelled, release"},
		},
		"cancelled while asked, and refused": {
			allow,
			{redirect(1, one, two), "-c, redirected sip:1@198.51.100.1:5099"},
			{(*rig).cancel, "CANCEL:200, INVITE:487, withdraw"},
			{refuse, "drop 7, release"},
		},
		"to where we cannot go: the caller hears of it": {allow, {redirect(1, far), "INVITE:302, -c, +retry"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newRigOf(t, request("INVITE", 1, "", offer), Watch{}, reach).walk(steps)
		})
	}
	t.Run("in circles", func(t *testing.T) {
		t.Parallel()
		r := newRigOf(t, request("INVITE", 1, "", offer), Watch{}, reach)
		r.allow()
		for n := range maxFollowed {
			redirect(Ref(n+1), one)(r)
			r.allow()
		}
		r.walk([]step{{redirect(maxFollowed+1, one), "INVITE:302, -c, +retry"}})
		if m := r.read(string(r.lastRespond)); m.Contact.URI != "sip:1@192.0.2.254:5060" {
			t.Errorf("the caller is sent to %s", m.Contact.URI)
		}
		if r.open[1] = nil; r.call.uri != "sip:1@198.51.100.1:5099" {
			t.Errorf("the INVITE went to %s", r.call.uri)
		}
	})
}

// TestRedirectedEnding: the attempt so far was handed on, and its times are not
// those of the next.
func TestRedirectedEnding(t *testing.T) {
	t.Parallel()
	r := newRigOf(t, request("INVITE", 1, "", offer), Watch{}, func(s *Setup) {
		s.Reach = func(string) (wire.Hop, bool) { return hopB, true }
	})
	r.allow()
	first := r.call.Ending().Forwarded
	r.answer(1, 180, "x", "")
	r.answer(1, 302, "x", "")
	if e := r.redirected[0].Ending; e.Outcome != policy.OutcomeHandedOn || e.Forwarded != first || e.Ringing == 0 || e.EndedAt != r.now {
		t.Errorf("the first attempt ended as %+v", e)
	}
	if e := r.call.Ending(); e != (Ending{}) {
		t.Errorf("the second begins as %+v", e)
	}
}

// TestFollowedIsNew: what was learnt of the first target is not true of the next.
func TestFollowedIsNew(t *testing.T) {
	t.Parallel()
	begin := []step{
		{(*rig).allow, "flow A, >B INVITE, +c"},
		{func(r *rig) { r.answer(1, 180, "x", "") }, "+c, INVITE:180"},
		{func(r *rig) { r.answer(1, 302, "x", "") }, "-c, redirected sip:callee@198.51.100.9:5060"},
		{(*rig).allow, "flow A, >B INVITE, +c"},
	}
	for name, steps := range map[string][]step{
		"a CANCEL waits for its provisional": {
			{(*rig).cancel, "CANCEL:200, -c"},
			{func(r *rig) { r.answer(2, 100, "", "") }, ">B CANCEL, +cancel"},
		},
		"a challenge is not for the caller": {{func(r *rig) { r.answer(2, 407, "p", "") }, "INVITE:480, -c, record failed, release"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			newRigOf(t, request("INVITE", 1, "", offer), Watch{}, func(s *Setup) {
				s.Reach = func(string) (wire.Hop, bool) { return hopB, true }
			}).walk(begin, steps)
		})
	}
}
