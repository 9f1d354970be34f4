package sim

import "time"

// story is a kind of call, and how often it is dealt before the deck is shuffled
// anew; zero is once.
type story struct {
	name  string
	cards int
	tell  func(*plan, *network)
}

// stories are the plain calls and what can become of them.
var stories = []story{
	{"talk", 30, func(p *plan, n *network) { p.answered(n, 200) }},
	{"talk, callee hangs up", 15, func(p *plan, n *network) {
		p.answered(n, 200)
		p.talkFor, p.hangupAfter = never, n.between(time.Second, 9*time.Second)
	}},
	{"talk, both hang up at once", 0, func(p *plan, n *network) {
		p.answered(n, 200)
		p.talkFor = n.between(2*time.Second, 4*time.Second)
		p.hangupAfter = p.talkFor - n.cfg.DelayMin
	}},
	{"talk with infos", 0, func(p *plan, n *network) {
		p.answered(n, 200)
		p.infos, p.calleeInfos, p.talkFor = 3, 2, 9*time.Second
		p.hasty = n.cfg.DelayMax > n.cfg.DelayMin && n.chance(0.5)
	}},
	{"delayed offer", 0, func(p *plan, n *network) { p.answered(n, 200); p.delayed = true }},
	{"answered at once", 8, func(p *plan, n *network) { p.answered(n, 200); p.steps = p.steps[len(p.steps)-1:] }},
	{"busy", 12, func(p *plan, n *network) { p.answered(n, 486) }},
	{"unavailable", 8, func(p *plan, n *network) { p.answered(n, 480) }},
	{"moved", 0, func(p *plan, n *network) { p.answered(n, 302) }},
	{"dead carrier", 0, func(p *plan, _ *network) { p.steps = nil; p.wantCaller = []int{408} }},
	{"dead carrier, caller gives up", 0, func(p *plan, n *network) {
		p.steps, p.wantCaller = nil, []int{487}
		p.cancelAfter = n.between(time.Second, 20*time.Second)
	}},
	{"no answer, caller gives up", 10, func(p *plan, n *network) {
		p.rings(n)
		p.cancelAfter = n.between(5*time.Second, 30*time.Second)
		p.wantCaller = []int{487}
	}},
	{"no answer, nobody gives up", 0, func(p *plan, n *network) { p.rings(n); p.wantCaller = []int{408} }},
	{"cancelled before it rings", 0, func(p *plan, n *network) {
		p.answered(n, 200)
		p.cancelAfter = n.between(0, 50*time.Millisecond)
		p.wantCaller = []int{487}
	}},
	{"cancelled at the answer", 0, func(p *plan, n *network) {
		p.answered(n, 200)
		at := p.steps[len(p.steps)-1].after
		p.cancelAfter = max(0, at+n.between(-n.cfg.DelayMax, 3*n.cfg.DelayMax))
		p.wantCaller = []int{200, 487}
	}},
	{"answered in spite of the cancel", 0, func(p *plan, n *network) {
		p.rings(n)
		p.cancelAfter, p.cancel, p.wantCaller = n.between(2*time.Second, 9*time.Second), tooLate, []int{487}
	}},
	{"answered long after the cancel", 0, func(p *plan, n *network) {
		p.rings(n)
		p.cancelAfter, p.cancel, p.wantCaller = n.between(2*time.Second, 9*time.Second), ignores, []int{487}
	}},
	{"cancel without an end", 0, func(p *plan, n *network) {
		p.rings(n)
		p.cancelAfter, p.cancel, p.wantCaller = n.between(2*time.Second, 9*time.Second), neverMind, []int{487}
	}},
	{"two forks ring, one answers", 0, func(p *plan, n *network) {
		p.answered(n, 200)
		p.steps = append([]step{{after: 80 * time.Millisecond, status: 183, fork: 1, sdp: true}}, p.steps...)
	}},
	{"two forks answer", 0, func(p *plan, n *network) {
		p.answered(n, 200)
		at := p.steps[len(p.steps)-1].after
		p.steps = append(p.steps, step{after: at + n.between(0, 3*time.Second), status: 200, fork: 1, sdp: true})
	}},
	{"two forks answer a delayed offer", 0, func(p *plan, n *network) {
		p.answered(n, 200)
		p.delayed = true
		at := p.steps[len(p.steps)-1].after
		p.steps = append(p.steps, step{after: at + n.between(0, 3*time.Second), status: 200, fork: 1, sdp: true})
	}},
	{"caller goes deaf", 0, func(p *plan, n *network) { p.answered(n, 200); p.dumb, p.talkFor = true, never }},
	{"caller goes deaf on a delayed offer", 0, func(p *plan, n *network) {
		p.answered(n, 200)
		p.dumb, p.delayed, p.talkFor = true, true, never
	}},
	{"a long talk", 0, func(p *plan, n *network) { p.answered(n, 200); p.talkFor = n.between(200*time.Second, 240*time.Second) }},
	{"a patient caller", 0, func(p *plan, n *network) {
		p.rings(n)
		for at := 150 * time.Second; at < 160*time.Second; at += 2 * time.Second { // one of them will arrive
			p.steps = append(p.steps, step{after: at, status: 180})
		}
		p.steps = append(p.steps, step{after: 320 * time.Second, status: 200, sdp: true})
		p.talkFor, p.wantCaller = 3*time.Second, []int{200}
	}},
	{"a challenged BYE", 0, func(p *plan, n *network) { p.answered(n, 200); p.byeChallenged() }},
	{"callee goes deaf", 0, func(p *plan, n *network) { p.answered(n, 200); p.deaf = true }},
	{"callee forgets the call", 0, func(p *plan, n *network) { p.answered(n, 200); p.forgets, p.calleeInfos = true, 0 }},
	{"many provisionals", 0, func(p *plan, n *network) {
		p.answered(n, 200)
		at := p.steps[len(p.steps)-1].after
		for i := range 12 {
			p.steps = append([]step{{after: at * time.Duration(i+1) / 13, status: 180 + 3*(i%2), fork: i % 2}}, p.steps...)
		}
	}},
	{"behind a proxy of its own", 0, func(p *plan, n *network) { p.answered(n, 200); p.recordRoute = true }},
	{"caller ignores contacts", 0, func(p *plan, n *network) { p.answered(n, 200); p.stubborn, p.infos = true, 1 }},
	{"nobody speaks", 0, func(p *plan, n *network) { p.silent(n) }},
	{"nobody speaks, and it is dialled again", 0, func(p *plan, n *network) {
		p.silent(n)
		p.insists = true
		p.redials = []time.Duration{n.between(5*time.Second, 30*time.Second), n.between(5*time.Second, 70*time.Second)}
	}},
	{"nobody speaks on a delayed offer", 0, func(p *plan, n *network) { p.silent(n); p.delayed = true }},
	{"nobody speaks, caller deaf", 0, func(p *plan, n *network) { p.silent(n); p.dumb, p.talkFor = true, never }},
	{"nobody speaks, caller deaf on a delayed offer", 0, func(p *plan, n *network) {
		p.silent(n)
		p.dumb, p.delayed, p.talkFor = true, true, never
	}},
	{"nobody speaks, callee hangs up", 0, func(p *plan, n *network) {
		p.silent(n)
		p.talkFor, p.hangupAfter = never, n.between(200*time.Millisecond, 5*time.Second)
	}},
	{"nobody speaks, a challenged BYE", 0, func(p *plan, n *network) {
		p.silent(n)
		p.byeChallenged()
		p.talkFor = n.between(200*time.Millisecond, 3*time.Second)
	}},
	{"caller gives up when the time is over", 0, func(p *plan, n *network) {
		p.silent(n)
		p.talkFor = n.between(2600*time.Millisecond, 3*time.Second)
	}},
	{"an operator comes late", 0, func(p *plan, n *network) { p.silent(n); p.voice = late(n) }},
	{"an operator nobody is told of", 0, func(p *plan, n *network) { p.silent(n); p.voice = soon(n); p.voice.lost = true }},
	{"a machine, as the dialer says", 0, func(p *plan, n *network) {
		p.silent(n)
		p.machine, p.talkFor = true, n.between(time.Second, 4*time.Second)
	}},
	{"a machine, as the carrier says", 0, func(p *plan, n *network) { p.silent(n); p.automaton = true }},
	{"a line that cannot be heard", 0, func(p *plan, n *network) { p.silent(n); p.voice = unheard(n) }},
}

// silent is a call that nobody ends before its time is over, and nobody speaks.
func (p *plan) silent(n *network) {
	p.answered(n, 200)
	p.talkFor, p.voice = n.between(5*time.Second, 9*time.Second), nobody(n)
}

// byeChallenged lets the callee challenge the caller's BYE, and the caller give up.
func (p *plan) byeChallenged() {
	p.guards, p.sulks, p.may = []string{"BYE"}, true, []int{401, 407}
}
