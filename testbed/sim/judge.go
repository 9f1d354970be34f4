package sim

import (
	"fmt"
	"slices"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/wire"
)

// judge holds the laws against what the witness saw, when all is quiet.
type judge struct {
	*witness
	house *house
	peers *peers
	cfg   Config
}

func (j judge) run() {
	for i, s := range j.house.shards {
		if !s.shard.Idle() {
			j.broken("", "shard %d is not idle: %d calls are open", i, s.shard.Open())
		}
	}
	if n := len(j.house.open); n > 0 {
		j.broken("", "the media of %d calls was never closed", n)
	}
	for _, t := range j.order {
		j.trailLaws(t)
	}
	j.policyLaws()
	j.recordLaws()
	j.result.Broken = append(j.result.Broken, j.peers.complaints...)
	if j.cfg.Stop == 0 && j.cfg.StoreFail+j.cfg.PortsFail == 0 && j.cfg.Loss == 0 && j.cfg.Duplicate == 0 && j.cfg.DelayMin == j.cfg.DelayMax {
		j.scriptLaws()
	}
}

// trailLaws holds all that concerns one call at the edge.
func (j judge) trailLaws(t *trail) {
	for _, law := range []func(*trail) []string{
		(*trail).acknowledged, (*trail).failuresAcknowledged, (*trail).bothEnd, (*trail).oneFinal,
		(*trail).cancelsInTime, (*trail).cancelsCross, (*trail).requestsRepeat, (*trail).finalsRepeat, (*trail).successRepeats,
		(*trail).inOrder, (*trail).anchored, (*trail).unchanged, (*trail).emergencyPasses,
		(*trail).repeatsAnswered, (*trail).oneBye, (*trail).provisionalsCross,
		(*trail).numbered, (*trail).acksFirst, (*trail).shut,
	} {
		for _, what := range law(t) {
			j.broken(t.id, "%s", what)
		}
	}
}

// is reports whether x is a response to a method with a status in a range.
func (x *crossing) is(in bool, side media.Leg, method string, lo, hi int) bool {
	return x.in == in && x.side == side && !x.msg.IsRequest() && x.msg.CSeq.Method == method &&
		x.msg.Status >= lo && x.msg.Status <= hi
}

// asks reports whether x is a request of that method.
func (x *crossing) asks(in bool, side media.Leg, method string) bool {
	return x.in == in && x.side == side && x.msg.Method == method
}

// first returns the first crossing from index i that fits, -1 for none.
func (t *trail) first(i int, fits func(*crossing) bool) int {
	for ; i < len(t.list); i++ {
		if fits(&t.list[i]) {
			return i
		}
	}
	return -1
}

// forwarded reports whether an INVITE left towards a carrier.
func (t *trail) forwarded() bool {
	return t.first(0, func(x *crossing) bool { return x.asks(false, media.B, "INVITE") }) >= 0
}

// answer returns the final response that tregua gave the caller, nil for none.
func (t *trail) answer() *wire.Message {
	if i := t.first(0, func(x *crossing) bool { return x.is(false, media.A, "INVITE", 200, 699) }); i >= 0 {
		return t.list[i].msg
	}
	return nil
}

// reason is the reason that a refusal carries, "" when it is none of ours.
func reason(m *wire.Message) string {
	for v := range m.Named("X-Tregua-Reason") {
		return v
	}
	return ""
}

// emergencyPasses: an emergency call goes out, always.
func (t *trail) emergencyPasses() []string {
	if t.attempt.Reading == policy.Emergency && !t.forwarded() {
		return []string{"an emergency call did not go out"}
	}
	return nil
}

// policyLaws holds what concerns the numbers.
func (j judge) policyLaws() {
	said := map[string]string{}
	for _, t := range j.order {
		p := j.peers.plans[t.id]
		if p == nil {
			j.broken(t.id, "a call that nobody placed")
			continue
		}
		j.forbidden(t, p)
		m := t.answer()
		if m == nil || reason(m) == "" || j.troubled(t) {
			continue
		}
		j.result.Refused++
		user := fmt.Sprint(p.kind, p.index)
		is := fmt.Sprint(m.Status, " ", reason(m))
		if was, ok := said[user]; ok && was != is {
			j.broken(t.id, "refused with %s, before with %s", is, was)
		}
		said[user] = is
	}
}

// patience is how long an attempt may be on its way through desk and ledger.
const patience = 20_000_000

func (j judge) forbidden(t *trail, p *plan) {
	i := t.first(0, func(x *crossing) bool { return x.asks(false, media.B, "INVITE") })
	if why := p.kind.refusal(); why != policy.OK {
		if i >= 0 {
			j.broken(t.id, "a carrier got a number that is forbidden: %s", why)
		}
		if m := t.answer(); m == nil || reason(m) != why.String() {
			if !t.cancelledEarly() && !j.troubled(t) {
				j.broken(t.id, "not refused with %s", why)
			}
		}
	}
	if at, ok := j.objectAt[p.kind.number(p.index)]; ok && p.kind == objecting && i >= 0 && t.list[i].at > at+patience {
		j.broken(t.id, "a carrier got a number whose holder had objected %v before", t.list[i].at-at)
	}
	if m := t.answer(); m != nil && reason(m) != "" && p.kind.refusal() == policy.OK && p.kind != objecting && !j.troubled(t) {
		j.broken(t.id, "a lawful call was refused: %s", reason(m))
	}
}

// troubled reports whether a call was turned away for a trouble that the run
// was told to make: the store failed, there were no media ports, or tregua was
// being stopped.
func (j judge) troubled(t *trail) bool {
	m := t.answer()
	if m == nil {
		return false
	}
	switch reason(m) {
	case policy.StoreDown.String():
		return j.cfg.StoreFail > 0
	case policy.MediaExhausted.String():
		return j.cfg.PortsFail > 0
	case policy.Draining.String(), "":
		return j.cfg.Stop > 0 && m.Status == 480
	}
	return false
}

// cancelledEarly reports whether the caller cancelled before it was refused.
func (t *trail) cancelledEarly() bool {
	m := t.answer()
	return m != nil && m.Status == 487
}

// scriptLaws: where nothing is lost, every call ends as its story has it.
func (j judge) scriptLaws() {
	for _, c := range j.peers.callers {
		p := c.plan
		want := p.wantCaller
		if p.kind.refusal() != policy.OK {
			want = []int{[]int{603, 604}[p.dialer]}
			if p.kind == unchecked || p.kind == unconsented {
				want = append(want, 480)
			}
		}
		if p.kind == objecting {
			want = append(slices.Clone(want), 603, 604)
		}
		if !slices.Contains(want, c.final) {
			j.broken(c.id, "%q ended with %d, its story says %v", p.story, c.final, want)
		}
		if y := j.calleeOf(c); y != nil && !c.wish && !slices.Equal(slices.Compact(c.ringing), slices.Compact(y.ringing)) {
			j.broken(c.id, "%q: the caller heard %v, the callee sent %v", p.story, c.ringing, y.ringing)
		}
		if c.final == 200 {
			j.talked(c)
		}
	}
}

func (j judge) calleeOf(c *caller) *callee {
	for _, x := range j.peers.carriers {
		if y := x.calls[c.id]; y != nil {
			return y
		}
	}
	return nil
}

// talked holds an answered call against its story.
func (j judge) talked(c *caller) {
	p := c.plan
	y := j.calleeOf(c)
	if y == nil {
		j.broken(c.id, "answered by nobody")
		return
	}
	for _, status := range append(slices.Clone(c.heard), y.heard...) {
		if status != 200 && !(p.forgets && status == 481) && !(p.deaf && (status == 0 || status == 408)) {
			j.broken(c.id, "%q: a request in the call got %d", p.story, status)
		}
	}
	if p.talkFor >= 0 && p.hangupAfter < 0 && !p.forgets && !p.deaf && !y.byed {
		j.broken(c.id, "%q: the callee got no BYE", p.story)
	}
	if p.hangupAfter >= 0 && p.talkFor < 0 && !c.byed {
		j.broken(c.id, "%q: the caller got no BYE", p.story)
	}
	if p.hangupAfter < 0 && !c.gaveUp && p.talkFor >= 0 && !p.hasty {
		infos := 0
		for i := range p.infos {
			if int64(p.talkFor) > int64(i+1)*2_500_000_000 {
				infos++
			}
		}
		if len(c.heard) != infos+1 {
			j.broken(c.id, "%q: the caller heard %v in the call, want %d answers", p.story, c.heard, infos+1)
		}
	}
}
