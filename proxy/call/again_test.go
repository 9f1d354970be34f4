package call

import (
	"testing"

	"tregua/media"
	"tregua/policy"
)

// TestComesAgain: an INVITE that was challenged is the same attempt when it
// comes again, with one decision and one record.
func TestComesAgain(t *testing.T) {
	t.Parallel()
	allow := step{(*rig).allow, "flow A, >B INVITE, +c"}
	challenge := func(ref Ref, status int) step {
		return step{func(r *rig) { r.answer(ref, status, "p", "") }, map[int]string{
			401: "INVITE:401, -c, +retry", 407: "INVITE:407, -c, +retry", 422: "INVITE:422, -c, +retry",
			491: "INVITE:491, -c, +retry", 302: "INVITE:302, -c, +retry",
		}[status]}
	}
	again := func(cseq int) step {
		return step{func(r *rig) {
			r.in(Again{Tx: r.tx("INVITE"), Hop: hopA, Msg: r.read(request("INVITE", cseq, "", offer2))})
		}, "-retry, INVITE:100, flow A, >B INVITE, +c"}
	}
	cases := map[string][]step{
		"two proxies, a stale nonce, then an answer": {
			allow, challenge(1, 407), again(2), challenge(2, 401), again(3), challenge(3, 407), again(4),
			{func(r *rig) { r.answer(4, 180, "x", "") }, "+c, INVITE:180"},
			{func(r *rig) { r.answer(4, 200, "x", reply) }, "flow B, up, INVITE:200, -c, +repeat, +noack"},
			{func(r *rig) { r.fromA("ACK", 4, "x", "") }, "-repeat, -noack, >B ACK"},
			{func(r *rig) { r.fromA("BYE", 5, "x", "") }, ">B BYE"},
			{func(r *rig) { r.answer(5, 200, "", "") }, "BYE:200, record connected"},
			{func(r *rig) { r.gone(4) }, "release"},
		},
		"then busy":            {allow, challenge(1, 422), again(2), {func(r *rig) { r.answer(2, 486, "x", "") }, "INVITE:486, -c, record failed, release"}},
		"it does not come":     {allow, challenge(1, 302), {func(r *rig) { r.expire() }, "record failed, release"}},
		"the process stops":    {allow, challenge(1, 491), {func(r *rig) { r.in(Kick{Reason: policy.Draining}) }, "-retry, record failed, release"}},
		"a CANCEL is too late": {allow, challenge(1, 407), {(*rig).cancel, "CANCEL:200"}, again(2)},
		"a challenge behind the caller's CANCEL": {
			allow,
			{func(r *rig) { r.answer(1, 100, "", "") }, ""},
			{(*rig).cancel, "CANCEL:200, -c, >B CANCEL, +cancel"},
			{func(r *rig) { r.answer(1, 407, "p", "") }, "-cancel, INVITE:407, record cancelled"},
		},
	}
	for name, steps := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, offer)
			r.walk(steps)
			if n := len(r.records); r.asked != 1 || r.released && n != 1 {
				t.Errorf("asked %d times, %d records", r.asked, n)
			}
		})
	}
}

// TestComesAgainAndAgain: not without end, and the record says when it ended.
func TestComesAgainAndAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t, offer)
	r.allow()
	for n := range maxRounds {
		r.answer(Ref(n+1), 407, "p", "")
		r.in(Again{Tx: r.tx("INVITE"), Hop: hopA, Msg: r.read(request("INVITE", n+2, "", offer))})
	}
	if r.flows[media.A].Peer.Port() != 4000 {
		t.Errorf("the caller's media is at %s", r.flows[media.A].Peer)
	}
	r.answer(maxRounds+1, 407, "p", "")
	if !r.released || len(r.records) != 1 || r.records[0].Ending.Status != 407 || r.records[0].Ending.EndedAt != r.now {
		t.Errorf("after %d rounds: %v, %+v", maxRounds, r.words, r.records)
	}
}
