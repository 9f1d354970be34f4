package sim

import "time"

// plan is what dialer and carrier mean to do in one call.
type plan struct {
	index  int
	story  string
	kind   kind
	dialer int
	start  time.Duration

	// The caller.
	delayed     bool          // no offer in the INVITE: the 2xx makes it
	stubborn    bool          // ignores our Contact
	cancelAfter time.Duration // from the INVITE; -1 never
	dumb        bool          // hears nothing more once it was answered: no ACK, no answers
	talkFor     time.Duration // from the answer to its BYE; -1 never
	infos       int
	hasty       bool // sends without waiting for the answer before
	voice       voice
	redials     []time.Duration
	objectAfter time.Duration // the called person objects

	// The callee.
	steps       []step
	hangupAfter time.Duration // from the ACK to its BYE; -1 never
	calleeInfos int
	cancel      cancelling
	challenges  bool // the first BYE gets 407, and the caller gives up
	deaf        bool // the phone answers nothing after the ACK
	forgets     bool // the dialog is forgotten after the ACK
	recordRoute bool
	wantCaller  []int // finals of the INVITE that a lossless network gives
}

// step is an answer of the callee's side to the INVITE.
type step struct {
	after  time.Duration // from the INVITE
	status int
	fork   int // which phone: each has a To tag of its own
	sdp    bool
}

// cancelling is what the callee's side does upon a CANCEL.
type cancelling uint8

const (
	obeys     cancelling = iota // 487
	tooLate                     // picks up all the same
	ignores                     // never answers the INVITE, but picks up when everybody has given up
	neverMind                   // never answers the INVITE at all
)

const never = -1

// stories are all the calls there are; each is dealt before one comes again.
var stories = []struct {
	name string
	tell func(*plan, *network)
}{
	{"talk", func(p *plan, n *network) { p.answered(n, 200) }},
	{"talk, callee hangs up", func(p *plan, n *network) {
		p.answered(n, 200)
		p.talkFor, p.hangupAfter = never, n.between(time.Second, 9*time.Second)
	}},
	{"talk, both hang up at once", func(p *plan, n *network) {
		p.answered(n, 200)
		p.talkFor = n.between(2*time.Second, 4*time.Second)
		p.hangupAfter = p.talkFor - n.cfg.DelayMin
	}},
	{"talk with infos", func(p *plan, n *network) {
		p.answered(n, 200)
		p.infos, p.calleeInfos, p.talkFor = 3, 2, 9*time.Second
		p.hasty = n.cfg.DelayMax > n.cfg.DelayMin && n.chance(0.5)
	}},
	{"delayed offer", func(p *plan, n *network) { p.answered(n, 200); p.delayed = true }},
	{"answered at once", func(p *plan, n *network) { p.answered(n, 200); p.steps = p.steps[len(p.steps)-1:] }},
	{"busy", func(p *plan, n *network) { p.answered(n, 486) }},
	{"unavailable", func(p *plan, n *network) { p.answered(n, 480) }},
	{"moved", func(p *plan, n *network) { p.answered(n, 302) }},
	{"dead carrier", func(p *plan, _ *network) { p.steps = nil; p.wantCaller = []int{408} }},
	{"dead carrier, caller gives up", func(p *plan, n *network) {
		p.steps, p.wantCaller = nil, []int{487}
		p.cancelAfter = n.between(time.Second, 20*time.Second)
	}},
	{"no answer, caller gives up", func(p *plan, n *network) {
		p.rings(n)
		p.cancelAfter = n.between(5*time.Second, 30*time.Second)
		p.wantCaller = []int{487}
	}},
	{"no answer, nobody gives up", func(p *plan, n *network) { p.rings(n); p.wantCaller = []int{408} }},
	{"cancelled before it rings", func(p *plan, n *network) {
		p.answered(n, 200)
		p.cancelAfter = n.between(0, 50*time.Millisecond)
		p.wantCaller = []int{487}
	}},
	{"cancelled at the answer", func(p *plan, n *network) {
		p.answered(n, 200)
		at := p.steps[len(p.steps)-1].after
		p.cancelAfter = max(0, at+n.between(-n.cfg.DelayMax, 3*n.cfg.DelayMax))
		p.wantCaller = []int{200, 487}
	}},
	{"answered in spite of the cancel", func(p *plan, n *network) {
		p.rings(n)
		p.cancelAfter, p.cancel, p.wantCaller = n.between(2*time.Second, 9*time.Second), tooLate, []int{487}
	}},
	{"answered long after the cancel", func(p *plan, n *network) {
		p.rings(n)
		p.cancelAfter, p.cancel, p.wantCaller = n.between(2*time.Second, 9*time.Second), ignores, []int{487}
	}},
	{"cancel without an end", func(p *plan, n *network) {
		p.rings(n)
		p.cancelAfter, p.cancel, p.wantCaller = n.between(2*time.Second, 9*time.Second), neverMind, []int{487}
	}},
	{"two forks ring, one answers", func(p *plan, n *network) {
		p.answered(n, 200)
		p.steps = append([]step{{after: 80 * time.Millisecond, status: 183, fork: 1, sdp: true}}, p.steps...)
	}},
	{"two forks answer", func(p *plan, n *network) {
		p.answered(n, 200)
		at := p.steps[len(p.steps)-1].after
		p.steps = append(p.steps, step{after: at + n.between(0, 3*time.Second), status: 200, fork: 1, sdp: true})
	}},
	{"two forks answer a delayed offer", func(p *plan, n *network) {
		p.answered(n, 200)
		p.delayed = true
		at := p.steps[len(p.steps)-1].after
		p.steps = append(p.steps, step{after: at + n.between(0, 3*time.Second), status: 200, fork: 1, sdp: true})
	}},
	{"caller goes deaf", func(p *plan, n *network) { p.answered(n, 200); p.dumb, p.talkFor = true, never }},
	{"caller goes deaf on a delayed offer", func(p *plan, n *network) {
		p.answered(n, 200)
		p.dumb, p.delayed, p.talkFor = true, true, never
	}},
	{"a long talk", func(p *plan, n *network) { p.answered(n, 200); p.talkFor = n.between(200*time.Second, 240*time.Second) }},
	{"a patient caller", func(p *plan, n *network) {
		p.rings(n)
		for at := 150 * time.Second; at < 160*time.Second; at += 2 * time.Second { // one of them will arrive
			p.steps = append(p.steps, step{after: at, status: 180})
		}
		p.steps = append(p.steps, step{after: 320 * time.Second, status: 200, sdp: true})
		p.talkFor, p.wantCaller = 3*time.Second, []int{200}
	}},
	{"a challenged BYE", func(p *plan, n *network) { p.answered(n, 200); p.challenges = true }},
	{"callee goes deaf", func(p *plan, n *network) { p.answered(n, 200); p.deaf = true }},
	{"callee forgets the call", func(p *plan, n *network) { p.answered(n, 200); p.forgets, p.calleeInfos = true, 0 }},
	{"many provisionals", func(p *plan, n *network) {
		p.answered(n, 200)
		at := p.steps[len(p.steps)-1].after
		for i := range 12 {
			p.steps = append([]step{{after: at * time.Duration(i+1) / 13, status: 180 + 3*(i%2), fork: i % 2}}, p.steps...)
		}
	}},
	{"behind a proxy of its own", func(p *plan, n *network) { p.answered(n, 200); p.recordRoute = true }},
	{"caller ignores contacts", func(p *plan, n *network) { p.answered(n, 200); p.stubborn, p.infos = true, 1 }},
}

// answered is the middle of most stories: it rings, then comes a final answer.
func (p *plan) answered(n *network, status int) {
	p.rings(n)
	at := p.steps[len(p.steps)-1].after + n.between(100*time.Millisecond, 6*time.Second)
	p.steps = append(p.steps, step{after: at, status: status, sdp: status == 200})
	p.talkFor = n.between(0, 8*time.Second)
	p.wantCaller = []int{status}
}

func (p *plan) rings(n *network) {
	at := n.between(0, 300*time.Millisecond)
	if n.chance(0.7) {
		p.steps = append(p.steps, step{after: at, status: 100})
	}
	p.steps = append(p.steps, step{after: at + n.between(60*time.Millisecond, 700*time.Millisecond), status: 180, sdp: n.chance(0.3)})
}

// newPlans deals the calls of a run. A quarter of them may not be made.
func newPlans(n *network, c Config) []*plan {
	var deck []int
	forbidden := []kind{opposed, blacklist, unconsented, unchecked, unreadable}
	lawful := []kind{free, free, outweighed, free, objecting}
	plans := make([]*plan, 0, c.Calls)
	for i := range c.Calls {
		if len(deck) == 0 {
			deck = n.rnd.Perm(len(stories))
		}
		p := &plan{index: i, start: 1 + n.between(0, c.Span), dialer: n.rnd.IntN(pbxTrunks), cancelAfter: never, hangupAfter: never, voice: anyVoice(n)}
		switch {
		case i%25 == 7:
			p.kind = emergency
		case i%4 == 3:
			p.kind = forbidden[n.rnd.IntN(len(forbidden))]
		default:
			p.kind = lawful[i%len(lawful)]
		}
		if p.kind.refusal() == 0 {
			p.story = stories[deck[0]].name
			stories[deck[0]].tell(p, n)
			deck = deck[1:]
		} else {
			p.story = "forbidden"
		}
		p.again(n)
		plans = append(plans, p)
	}
	return plans
}

// again lets some numbers be dialled anew: those refused, and those that
// objected meanwhile.
func (p *plan) again(n *network) {
	switch {
	case p.kind == objecting:
		p.objectAfter = n.between(0, 20*time.Second)
		p.redials = []time.Duration{n.between(10*time.Second, 40*time.Second), n.between(10*time.Second, 40*time.Second)}
	case p.kind.refusal() != 0:
		for range n.rnd.IntN(4) {
			p.redials = append(p.redials, n.between(100*time.Millisecond, 45*time.Second))
		}
	}
}
