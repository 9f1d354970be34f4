package sim

import "time"

// featureStories are the calls in which more happens than an answer and an end:
// rightly, and wrongly.
var featureStories = []story{
	{"a reliable provisional", 2, func(p *plan, n *network) { p.rung(n); p.steps = p.steps[len(p.steps)-2:] }},
	{"an offer in a PRACK", 0, func(p *plan, n *network) { p.rung(n); p.prackOffers = true }},
	{"an answer in a PRACK", 0, func(p *plan, n *network) { p.rung(n); p.delayed = true }},
	{"an answer in a PRACK, then caller goes deaf", 0, func(p *plan, n *network) {
		p.rung(n)
		p.delayed, p.dumb, p.talkFor = true, true, never
	}},
	{"an early UPDATE", 0, func(p *plan, n *network) { p.rung(n); p.earlyUpdate = true }},
	{"two phones ring reliably", 0, func(p *plan, n *network) {
		p.rung(n)
		p.steps = append([]step{{after: 70 * time.Millisecond, status: 183, fork: 1, sdp: true, reliable: true}}, p.steps...)
	}},
	{"183, then 180 of another, 199", 0, func(p *plan, n *network) {
		p.answered(n, 200)
		p.steps = append([]step{{after: 60 * time.Millisecond, status: 183, fork: 1, sdp: true}}, p.steps...)
		p.steps = append(p.steps, step{after: p.steps[len(p.steps)-2].after + time.Millisecond, status: 199, fork: 1})
	}},
	{"hold and resume", 2, func(p *plan, n *network) {
		p.lively(n, act{n.between(0, 3*time.Second), holds}, act{n.between(4*time.Second, 8*time.Second), resumes})
	}},
	{"callee holds and resumes", 0, func(p *plan, n *network) {
		p.lively(n)
		p.calleeActs = []act{{n.between(0, 3*time.Second), holds}, {n.between(4*time.Second, 8*time.Second), resumes}}
	}},
	{"media moves", 0, func(p *plan, n *network) {
		p.lively(n, act{n.between(0, 5*time.Second), moves})
		p.calleeActs = []act{{n.between(5*time.Second, 8*time.Second), moves}}
	}},
	{"targets change", 0, func(p *plan, n *network) {
		p.lively(n, act{n.between(0, 3*time.Second), retargets}, act{n.between(3*time.Second, 8*time.Second), relocates})
		p.calleeActs = []act{{n.between(0, 4*time.Second), relocates}, {n.between(4*time.Second, 6*time.Second), retargets}}
		p.infos, p.calleeInfos, p.wanders = 2, 3, n.chance(0.5)
	}},
	{"a re-INVITE without an offer", 0, func(p *plan, n *network) {
		p.lively(n, act{n.between(0, 4*time.Second), asksOffer})
		p.calleeActs = []act{{n.between(4*time.Second, 8*time.Second), asksOffer}}
	}},
	{"a re-INVITE with an early offer", 0, func(p *plan, n *network) {
		p.lively(n, act{n.between(0, 4*time.Second), asksOffer})
		p.offersEarly = true
	}},
	{"a refused re-INVITE", 0, func(p *plan, n *network) {
		p.lively(n, act{n.between(0, 4*time.Second), moves}, act{n.between(4*time.Second, 8*time.Second), retargets})
		p.calleeActs = []act{{n.between(4*time.Second, 8*time.Second), moves}}
		p.refuses, p.may = true, []int{488}
	}},
	{"re-INVITEs that cross", 0, func(p *plan, n *network) {
		at := n.between(time.Second, 5*time.Second)
		p.lively(n, act{at, crosses})
		p.talkFor = at + 20*time.Second
		p.calleeActs = []act{{at - n.cfg.DelayMin, crosses}}
		p.ponders = 300 * time.Millisecond
		p.may = []int{491, 500}
	}},
	{"a cancelled re-INVITE", 0, func(p *plan, n *network) {
		p.lively(n, act{n.between(0, 4*time.Second), cancels})
		p.calleeActs = []act{{n.between(5*time.Second, 6*time.Second), cancels}}
		p.ponders = n.between(300*time.Millisecond, 3*time.Second)
		p.may = []int{487}
	}},
	{"a re-INVITE at the end", 0, func(p *plan, n *network) {
		p.lively(n)
		p.acts = []act{{p.talkFor - n.between(0, 400*time.Millisecond), moves}}
		p.ponders = n.between(0, 500*time.Millisecond)
		p.may = []int{487, 481, 408}
	}},
	{"UPDATEs", 0, func(p *plan, n *network) {
		p.lively(n, act{n.between(0, 4*time.Second), updates}, act{n.between(4*time.Second, 8*time.Second), pings})
		p.calleeActs = []act{{n.between(2*time.Second, 6*time.Second), updates}}
		p.may = []int{491}
	}},
	{"a session is refreshed", 0, func(p *plan, n *network) {
		p.lively(n)
		p.session, p.talkFor = 90*time.Second, n.between(100*time.Second, 300*time.Second)
	}},
	{"a session expires", 0, func(p *plan, n *network) {
		p.lively(n)
		p.session, p.talkFor, p.lazy = 60*time.Second, never, true
	}},
	{"a session that is too short", 0, func(p *plan, n *network) {
		p.lively(n)
		p.session, p.minSE = 30*time.Second, 90*time.Second
	}},
	{"a challenged INVITE", 3, func(p *plan, n *network) { p.answered(n, 200); p.guards = []string{"INVITE"} }},
	{"an INVITE challenged when it rings", 0, func(p *plan, n *network) {
		p.answered(n, 200)
		p.guards, p.ringsFirst, p.may = []string{"INVITE"}, true, []int{481}
	}},
	{"an INVITE challenged thrice", 0, func(p *plan, n *network) {
		p.lively(n)
		p.guards = []string{"INVITE", "INVITE", "INVITE"}
	}},
	{"a challenged INVITE, caller gives up", 0, func(p *plan, n *network) {
		p.answered(n, 200)
		p.guards, p.sulks, p.wantCaller = []string{"INVITE"}, true, []int{401, 407}
	}},
	{"everything is challenged", 0, func(p *plan, n *network) {
		p.lively(n, act{n.between(0, 2*time.Second), moves}, act{n.between(2*time.Second, 5*time.Second), updates})
		p.infos = 1
		p.guards = []string{"INVITE", "INVITE", "UPDATE", "BYE", "INFO", "INFO"}
	}},
	{"a BYE challenged twice", 0, func(p *plan, n *network) { p.answered(n, 200); p.guards = []string{"BYE", "BYE"} }},
	{"a BYE challenged, and tried again late", 0, func(p *plan, n *network) {
		p.answered(n, 200)
		p.guards, p.hesitates = []string{"BYE"}, n.between(31*time.Second, 64*t1-10*time.Millisecond)
	}},
	{"a transfer", 2, func(p *plan, n *network) {
		at := n.between(0, 3*time.Second)
		p.lively(n, act{at, refers}, act{at, pings}) // what comes behind it at once must not overtake it
		p.transfer = []kind{free, outweighed}[n.rnd.IntN(2)]
	}},
	{"a transfer to somebody who is opposed", 2, func(p *plan, n *network) {
		p.lively(n, act{n.between(0, 3*time.Second), refers})
		p.transfer = []kind{opposed, blacklist, unconsented, unchecked}[n.rnd.IntN(4)]
		p.may = []int{603, 604, 480}
	}},
	{"a transfer, caller leaves", 0, func(p *plan, n *network) {
		p.lively(n, act{n.between(0, 3*time.Second), refers})
		p.leaves, p.transfer = true, free
	}},
	{"callee transfers", 0, func(p *plan, n *network) {
		p.lively(n)
		p.calleeActs = []act{{n.between(0, 3*time.Second), refers}}
		p.leaves = n.chance(0.5)
	}},
	{"moved to somebody who is opposed", 0, func(p *plan, n *network) {
		p.answered(n, 302)
		p.smuggles = []kind{opposed, blacklist, unchecked}[n.rnd.IntN(3)]
	}},
	{"another number after a challenge", 2, func(p *plan, n *network) {
		p.answered(n, 200)
		p.guards, p.sulks, p.wantCaller = []string{"INVITE"}, true, []int{401, 407}
		p.smuggles = []kind{opposed, blacklist, unchecked}[n.rnd.IntN(3)]
	}},
	{"an INVITE that expires", 0, func(p *plan, n *network) {
		p.rings(n)
		p.expires, p.wantCaller = 5*time.Second, []int{487}
		p.steps = append(p.steps, step{after: p.expires, status: 487})
	}},
	{"cancelled at any moment", 2, func(p *plan, n *network) {
		p.answered(n, 200)
		p.reliable = n.chance(0.5)
		p.cancelAfter = n.between(0, p.steps[len(p.steps)-1].after+time.Second)
		p.wantCaller = []int{200, 487}
	}},
	{"callee hangs up before the ACK", 0, func(p *plan, n *network) { p.answered(n, 200); p.impatient = true; p.may = []int{481} }},
	{"no ACK ever", 0, func(p *plan, n *network) {
		p.answered(n, 200)
		p.skipsAck = true
		p.talkFor = n.between(0, 8*time.Second)
	}},
	{"behind strict routers", 0, func(p *plan, n *network) {
		p.lively(n)
		p.recordRoute, p.strict, p.infos = true, true, 1
	}},
	{"inbound", 4, func(p *plan, n *network) { p.inward(n); p.answered(n, 200) }},
	{"inbound, callee hangs up", 0, func(p *plan, n *network) {
		p.inward(n)
		p.answered(n, 200)
		p.talkFor, p.hangupAfter = never, n.between(time.Second, 9*time.Second)
	}},
	{"inbound, busy", 0, func(p *plan, n *network) { p.inward(n); p.answered(n, 486) }},
	{"inbound, caller gives up", 0, func(p *plan, n *network) {
		p.inward(n)
		p.rings(n)
		p.cancelAfter, p.wantCaller = n.between(5*time.Second, 30*time.Second), []int{487}
	}},
	{"inbound, with changes", 0, func(p *plan, n *network) {
		p.lively(n, act{n.between(0, 3*time.Second), holds}, act{n.between(3*time.Second, 7*time.Second), updates})
		p.inward(n)
		p.calleeActs = []act{{n.between(3*time.Second, 7*time.Second), moves}}
		p.may = []int{491}
	}},
	{"inbound, transferred", 0, func(p *plan, n *network) {
		p.lively(n)
		p.inward(n)
		p.calleeActs = []act{{n.between(0, 3*time.Second), refers}}
		p.transfer = []kind{free, opposed, blacklist}[n.rnd.IntN(3)]
		p.may = []int{603, 604, 480}
	}},
	{"inbound, redirected", 2, func(p *plan, n *network) {
		p.inward(n)
		p.answered(n, 302)
		to := []kind{free, opposed, unchecked}[n.rnd.IntN(3)]
		p.moved = to.aside(p.index)
		if to != free {
			p.wantCaller = []int{603, 604, 480}
		}
	}},
	{"wrong: a second re-INVITE too early", 0, func(p *plan, n *network) {
		p.lively(n, act{n.between(0, 3*time.Second), twice})
		p.ponders, p.may = 300*time.Millisecond, []int{500}
	}},
	{"wrong: a number that went by", 0, func(p *plan, n *network) {
		p.lively(n, act{n.between(3*time.Second, 5*time.Second), goesBack})
		p.infos, p.may = 1, []int{500}
	}},
	{"wrong: a strange tag", 0, func(p *plan, n *network) {
		p.lively(n, act{n.between(0, 5*time.Second), strays})
		p.calleeActs = []act{{n.between(0, 5*time.Second), strays}}
		p.may = []int{481}
	}},
}

// lively is a call that an operator takes in time, with acts of the caller.
func (p *plan) lively(n *network, acts ...act) {
	p.answered(n, 200)
	p.talkFor = n.between(9*time.Second, 15*time.Second)
	p.acts = acts
	if n.chance(0.9) {
		p.voice = soon(n)
	}
}

// rung is a call that rings reliably.
func (p *plan) rung(n *network) {
	p.answered(n, 200)
	p.reliable = true
	for i := range p.steps {
		if s := &p.steps[i]; s.status > 100 && s.status < 200 {
			s.status, s.sdp, s.reliable = 183, true, true
		}
	}
	last := p.steps[len(p.steps)-1].after
	p.steps = append([]step{{after: last - 50*time.Millisecond, status: 180, reliable: true}}, p.steps...)
}

// inward turns a call round: a carrier calls.
func (p *plan) inward(*network) { p.inbound, p.kind = true, free }
