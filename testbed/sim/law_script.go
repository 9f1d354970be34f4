package sim

import (
	"slices"
	"time"

	"tregua/policy"
)

// scriptLaws: where nothing is lost, every call ends as its story has it.
func (j judge) scriptLaws() {
	for _, c := range j.peers.callers {
		p := c.plan
		if want := p.finals(); !slices.Contains(want, c.final) {
			j.broken(c.id, "%q ended with %d, its story says %v", p.story, c.final, want)
		}
		if y := j.calleeOf(c); y != nil && !c.wish && !slices.Equal(slices.Compact(c.ringing), slices.Compact(y.ringing)) {
			j.broken(c.id, "%q: the caller heard %v, the callee sent %v", p.story, c.ringing, y.ringing)
		}
		j.law = "complete"
		j.complete(c)
		j.law = "script"
		if c.final == 200 {
			j.talked(c)
			j.law = "media"
			j.mediaLaws(c)
			j.law = "script"
		}
	}
}

// finals are the final answers that the caller may hear.
func (p *plan) finals() []int {
	permanent := []int{603, 604}[p.dialer] // by the dialer's profile
	switch {
	case p.kind == objecting:
		return append(slices.Clone(p.wantCaller), permanent, 480) // 480: it was silent before
	case p.kind.refusal().Class() == policy.ClassTemporary:
		return []int{480}
	case p.kind.refusal() != policy.OK:
		return []int{permanent}
	}
	if p.insists {
		return append(slices.Clone(p.wantCaller), 480)
	}
	return p.wantCaller
}

func (j judge) calleeOf(c *caller) *callee {
	for _, x := range slices.Concat(j.peers.dialers, j.peers.carriers) {
		if y := x.callees[c.id]; y != nil {
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
	a, _ := j.answered(j.trails[c.id])
	may := append([]int{200, 202}, p.may...)
	switch {
	case a.cut():
		may = append(may, 481, 407, 401, 487) // what was on its way across
	case p.forgets:
		may = append(may, 481)
	case p.deaf:
		may = append(may, 0, 408)
	}
	for _, status := range slices.Concat(c.heard, y.heard) {
		if !slices.Contains(may, status) {
			j.broken(c.id, "%q: a request in the call got %d", p.story, status)
		}
	}
	if a.cut() {
		j.cutOff(c, y)
		return
	}
	j.hungUp(c, y)
}

// cutOff sees whether both sides of a silent call heard its end.
func (j judge) cutOff(c *caller, y *callee) {
	p := c.plan
	if !p.dumb && !c.byed && p.talkFor < 0 {
		j.broken(c.id, "%q was silent: the caller got no BYE", p.story)
	}
	if !y.byed && !y.left() && !p.deaf && !p.forgets && !slices.Contains(p.guards, "BYE") {
		j.broken(c.id, "%q was silent: the callee got no BYE", p.story)
	}
}

// hungUp sees whether the side that was to hear a BYE heard one, and the caller
// an answer to everything.
func (j judge) hungUp(c *caller, y *callee) {
	p := c.plan
	switch want := p.infosIn(p.talkFor) + 1; {
	case p.hangupAfter >= 0, y.left():
		if !c.byed && (len(c.talks) == 0 || !c.talks[0].left) {
			j.broken(c.id, "%q: the caller got no BYE", p.story)
		}
	case p.talkFor < 0: // one side is deaf: tregua ends the call
	case !p.forgets && !p.deaf && !y.byed && !y.left():
		j.broken(c.id, "%q: the callee got no BYE", p.story)
	case !c.gaveUp && len(c.heard) < want:
		j.broken(c.id, "%q: the caller heard %v in the call, want %d answers at least", p.story, c.heard, want)
	}
}

// infosIn is how many INFOs the caller sends in a talk of that length.
func (p *plan) infosIn(talk time.Duration) (n int) {
	for n < p.infos && talk > time.Duration(n+1)*infoEvery {
		n++
	}
	return n
}
