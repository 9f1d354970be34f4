package call

import (
	"strings"
	"testing"
	"time"

	"tregua/media"
	"tregua/policy"
)

const (
	cutAfter = 2900 * time.Millisecond
	limit    = 3 * time.Second
)

var enforce = Watch{Mode: policy.WatchEnforce, CutAfter: cutAfter, Limit: limit}

// hears gives the call a word of the media.
func hears(s media.State) step {
	return step{func(r *rig) { r.in(Heard{State: s}) }, ""}
}

// spoken is the word of an operator who began to speak that long after the
// answer.
func spoken(r *rig, after time.Duration) Heard {
	return Heard{State: media.Operator, Onset: r.call.ending.Answered + after}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	shadow, quiet := enforce, enforce
	shadow.Mode, quiet.Grace = policy.WatchShadow, 50*time.Millisecond
	allow := step{(*rig).allow, "flow A, >B INVITE, +c"}
	pick := step{func(r *rig) { r.answer(1, 200, "x", reply) }, "flow B, up, watched, cover A, +cut, INVITE:200, -c, +repeat, +noack"}
	pickShadow := step{pick.do, "flow B, up, watched, tap A, +cut, INVITE:200, -c, +repeat, +noack"}
	ack := step{func(r *rig) { r.fromA("ACK", 1, "x", "") }, "-repeat, -noack, >B ACK"}
	found := step{func(r *rig) { r.in(Heard{State: media.Operator, Onset: 5}) }, "-cut, up"}
	over := func(want string) step { return step{(*rig).expireCut, want} }
	const cut = "mute A, mute B, >B BYE, >A BYE, record connected"
	ring := step{func(r *rig) { r.answer(1, 180, "x", "") }, "+c, INVITE:180"}
	byCallee := func(t *testing.T, e Ending) {
		if e.EndedBy != policy.Callee {
			t.Errorf("ended by %s", e.EndedBy)
		}
	}

	cases := map[string]struct {
		watch  Watch
		steps  []step
		ending func(*testing.T, Ending)
	}{
		"nobody is heard": {enforce, []step{
			allow, pick, ack, hears(media.Dead), over(cut),
			{func(r *rig) { r.answer(2, 200, "", "") }, ""},
			{func(r *rig) { r.answer(3, 200, "", "") }, ""},
			{func(r *rig) { r.gone(1) }, "release"},
		}, func(t *testing.T, e Ending) {
			if !e.Due || e.Cut != e.Answered+cutAfter || e.Reason != policy.SilentCut || e.Heard.State != media.Dead || e.EndedBy != policy.Tregua {
				t.Errorf("%+v", e)
			}
		}},
		"a BYE of the callee overtakes its 200": {Watch{}, []step{
			allow, ring,
			{func(r *rig) { r.fromB("BYE", 5, "x", "") }, ">A BYE"},
			{func(r *rig) { r.answer(2, 200, "", "") }, "BYE':200"},
			{pick.do, "flow B, up, INVITE:200, -c, +repeat, +noack, >B ACK, record connected"},
			{func(r *rig) { r.fromA("ACK", 1, "x", "") }, "-repeat, -noack"},
			{func(r *rig) { r.gone(1) }, "release"},
		}, byCallee},
		"a BYE of the callee is on its way when its 200 comes": {Watch{}, []step{
			allow, ring,
			{func(r *rig) { r.fromB("BYE", 5, "x", "") }, ">A BYE"},
			{pick.do, "flow B, up, INVITE:200, -c, +repeat, +noack"},
			ack,
			{func(r *rig) { r.answer(2, 200, "", "") }, "BYE':200, record connected"},
			{func(r *rig) { r.gone(1) }, "release"},
		}, byCallee},
		"an UPDATE that is answered behind the cut": {enforce, []step{
			allow, pick, ack, hears(media.Dead),
			{func(r *rig) { r.fromA("UPDATE", 2, "x", offer2) }, ">B UPDATE"},
			over(cut),
			{func(r *rig) { r.answer(2, 200, "", reply2) }, "UPDATE:200"},
		}, nil},
		"an UPDATE that is answered when all sound was ended": {enforce, []step{
			allow, pick, ack, hears(media.Dead),
			{func(r *rig) { r.fromA("UPDATE", 2, "x", offer2) }, ">B UPDATE"},
			{func(r *rig) { r.fromA("BYE", 3, "x", "") }, ">B BYE"},
			over("mute A, mute B"),
			{func(r *rig) { r.answer(2, 200, "", reply2) }, "mute A, mute B, UPDATE:200"},
		}, nil},
		"an operator": {enforce, []step{
			allow, pick, ack, found, hears(media.Operator),
			{func(r *rig) { r.fromA("BYE", 2, "x", "") }, ">B BYE"},
			{func(r *rig) { r.answer(2, 200, "", "") }, "BYE:200, record connected"},
		}, func(t *testing.T, e Ending) {
			if e.Due || e.Cut != 0 || e.Reason != policy.OK {
				t.Errorf("%+v", e)
			}
		}},
		"an operator whose word was not told is heard at the end": {enforce, []step{
			allow, pick, ack,
			{func(r *rig) { r.in(Heard{State: media.Operator}) }, "-cut, up"},
			{func(r *rig) { r.in(Expired{TimerCut}) }, ""}, // it was under way
		}, nil},
		"the ACK has not come": {enforce, []step{
			allow, pick, over("mute A, mute B, -repeat, -noack, >B ACK, >B BYE, >A BYE, record connected"),
			{func(r *rig) { r.fromA("ACK", 1, "x", "") }, ""},
			{func(r *rig) { r.answer(1, 200, "x", reply) }, ">B ACK"},
		}, nil},
		"the word is late": {enforce, []step{
			allow, pick, ack,
			{func(r *rig) { r.now += limit; r.expireCut() }, cut},
		}, func(t *testing.T, e Ending) {
			if e.Reason != policy.LawLate || !e.Due {
				t.Errorf("%+v", e)
			}
		}},
		"a quiet line without grace": {enforce, []step{allow, pick, ack, hears(media.Quiet), over(cut)}, nil},
		"a quiet line with grace": {quiet, []step{allow, pick, ack, hears(media.Quiet), over("+cut"), over(cut)}, func(t *testing.T, e Ending) {
			if e.Cut != e.Answered+cutAfter+50*time.Millisecond || e.Reason != policy.SilentCut {
				t.Errorf("%+v", e)
			}
		}},
		"grace is for quiet lines": {quiet, []step{allow, pick, ack, hears(media.Dead), over(cut)}, nil},
		"a codec that cannot be heard": {enforce, []step{
			allow, pick, ack,
			{func(r *rig) { r.in(Heard{State: media.Quiet, Deaf: true}) }, ""},
			over("up, unheard, flow A"), hears(media.None),
			{func(r *rig) { r.fromA("BYE", 2, "x", "") }, ">B BYE"},
			{func(r *rig) { r.answer(2, 200, "", "") }, "BYE:200, record connected"},
		}, func(t *testing.T, e Ending) {
			if e.Due || e.Reason != policy.MediaDeaf {
				t.Errorf("%+v", e)
			}
		}},
		"such a codec, in a pause": {enforce, []step{allow, pick, ack, {func(r *rig) { r.in(Heard{Deaf: true}) }, ""}, over("up, unheard, flow A")}, nil},
		"the callee hangs up first": {enforce, []step{
			allow, pick, ack,
			{func(r *rig) { r.fromB("BYE", 9, "x", "") }, ">A BYE"},
			over("mute A, mute B"),
			{func(r *rig) { r.answer(2, 200, "", "") }, "BYE':200, record connected"},
		}, func(t *testing.T, e Ending) {
			if e.Due || e.Cut != 0 || e.EndedBy != policy.Callee {
				t.Errorf("%+v", e)
			}
		}},
		"the dialer hangs up first": {enforce, []step{
			allow, pick, ack,
			{func(r *rig) { r.fromA("BYE", 2, "x", "") }, ">B BYE"},
			{func(r *rig) { r.answer(2, 200, "", "") }, "BYE:200, -cut, record connected"},
		}, nil},
		"its BYE is challenged, and the time goes on": {enforce, []step{
			allow, pick, ack,
			{func(r *rig) { r.fromA("BYE", 2, "x", "") }, ">B BYE"},
			over("mute A, mute B"),
			{func(r *rig) { r.answer(2, 407, "", "") }, "BYE:407, +bye, +cut"},
			over("mute A, mute B, >B BYE, >A BYE, -bye, record connected"),
		}, nil},
		"shadow changes nothing on the wire": {shadow, []step{
			allow, pickShadow, ack, hears(media.None), over("+cut"), over("flow A"),
			{func(r *rig) { r.fromB("BYE", 9, "x", "") }, ">A BYE"},
			{func(r *rig) { r.answer(2, 200, "", "") }, "BYE':200, record connected"},
		}, func(t *testing.T, e Ending) {
			if !e.Due || e.Cut != 0 || e.Reason != policy.OK {
				t.Errorf("%+v", e)
			}
		}},
		"shadow hears who comes late": {shadow, []step{
			allow, pickShadow, ack, over("+cut"),
			{func(r *rig) { r.in(spoken(r, limit)) }, "-cut, up, flow A"},
		}, nil},
		"shadow hears who comes too late": {shadow, []step{
			allow, pickShadow, ack, over("+cut"),
			{func(r *rig) { r.in(spoken(r, limit+1)) }, "-cut, flow A"},
		}, nil},
		"shadow hears who came, nobody knows when": {shadow, []step{
			allow, pickShadow, ack, over("+cut"), {hears(media.Operator).do, "-cut, flow A"},
		}, nil},
		"the answer crosses the CANCEL": {enforce, []step{
			allow,
			{func(r *rig) { r.answer(1, 180, "x", "") }, "+c, INVITE:180"},
			{(*rig).cancel, "CANCEL:200, -c, >B CANCEL, +cancel"},
			{func(r *rig) { r.answer(1, 200, "x", reply) }, ">B ACK, >B BYE, INVITE:487, -cancel, record cancelled"},
		}, func(t *testing.T, e Ending) {
			if e.Answered == 0 || e.Watch != policy.WatchEnforce || e.EndedBy != policy.Caller {
				t.Errorf("%+v", e)
			}
		}},
		"a call without media of ours": {enforce, []step{
			{func(r *rig) { r.in(Judged{}) }, ">B INVITE, +c"},
			{func(r *rig) { r.answer(1, 200, "x", reply) }, "up, INVITE:200, -c, +repeat, +noack"},
		}, nil},
		"the dialer hangs up first, its BYE is lost": {enforce, []step{
			allow, pick, ack,
			{func(r *rig) { r.fromA("BYE", 2, "x", "") }, ">B BYE"},
			over("mute A, mute B"),
			{func(r *rig) { r.fromB("BYE", 9, "x", "") }, ">A BYE"},
			{func(r *rig) { r.answer(3, 481, "", "") }, "BYE':481, record connected"},
		}, func(t *testing.T, e Ending) {
			if e.EndedBy != policy.Caller {
				t.Errorf("ended by %s", e.EndedBy)
			}
		}},
		"its BYE is challenged while the callee's crosses": {enforce, []step{
			allow, pick, ack,
			{func(r *rig) { r.fromA("BYE", 2, "x", "") }, ">B BYE"},
			{func(r *rig) { r.fromB("BYE", 9, "x", "") }, ">A BYE"},
			{func(r *rig) { r.answer(2, 407, "", "") }, "BYE:407, +bye"},
			over("mute A, mute B"),
			{func(r *rig) { r.answer(3, 200, "", "") }, "BYE':200, -bye, record connected"},
		}, byCallee},
		"stopped while the callee's BYE crosses": {enforce, []step{
			allow, pick, ack,
			{func(r *rig) { r.fromB("BYE", 9, "x", "") }, ">A BYE"},
			{func(r *rig) { r.in(Kick{Reason: policy.Draining}) }, ">B BYE, >A BYE, -cut, record connected"},
		}, byCallee},
		"given up by a mistake of ours": {enforce, []step{
			allow, pick, ack,
			{func(r *rig) { r.in(Kick{Reason: policy.Interrupted}) }, ">B BYE, >A BYE, -cut, record interrupted"},
		}, nil},
		"a BYE of ours is challenged, the other not answered": {enforce, []step{
			allow, pick, ack, over(cut),
			{func(r *rig) { r.answer(2, 407, "", "") }, "unended B 407"},
			{func(r *rig) { delete(r.open, 3); r.in(Failed{3, true}) }, "unended A 0"},
		}, nil},
		"nobody knows the call any more": {enforce, []step{
			allow, pick, ack, over(cut), {func(r *rig) { r.answer(2, 481, "", "") }, ""},
		}, nil},
		"an answer that cannot be read": {enforce, []step{
			allow,
			{func(r *rig) { r.answer(1, 200, "x", "v=0 \r\n") }, "up, unheard, INVITE:200, -c, +repeat, +noack"},
			ack,
			{func(r *rig) { r.fromB("BYE", 9, "x", "") }, ">A BYE"},
			{func(r *rig) { r.answer(2, 200, "", "") }, "BYE':200, record connected"},
		}, func(t *testing.T, e Ending) {
			if e.Reason != policy.MediaDeaf || e.Heard == nil || !e.Heard.Deaf {
				t.Errorf("%+v", e)
			}
		}},
		"stopped within the watch": {enforce, []step{
			allow, pick, ack,
			{func(r *rig) { r.in(Kick{Reason: policy.Draining}) }, ">B BYE, >A BYE, -cut, record connected"},
		}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := watchedRig(t, offer, c.watch)
			for i, s := range c.steps {
				r.words = r.words[:0]
				s.do(r)
				if got := strings.Join(r.words, ", "); got != s.want {
					t.Fatalf("step %d:\n got %s\nwant %s", i+1, got, s.want)
				}
			}
			if c.ending != nil {
				c.ending(t, r.records[0].Ending)
			}
		})
	}
}

// expireCut lets the watch run out, at its time or as late as it is.
func (r *rig) expireCut() {
	at, ok := r.timers[TimerCut]
	if !ok {
		r.t.Fatal("nothing ends the watch")
	}
	delete(r.timers, TimerCut)
	r.now = max(r.now, at-time.Millisecond) // in adds one
	r.in(Expired{TimerCut})
}
