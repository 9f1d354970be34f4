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
	machine     bool // its BYE says that a machine answered
	hasty       bool // sends without waiting for the answer before
	voice       voice
	voiceThen   voice // of further dials
	redials     []time.Duration
	insists     bool          // dials again whatever became of the call before
	objectAfter time.Duration // the called person objects

	// The callee.
	steps       []step
	hangupAfter time.Duration // from the ACK to its BYE; -1 never
	calleeInfos int
	automaton   bool // the phone says that it is one
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
		p := &plan{index: i, start: 1 + n.between(0, c.Span), dialer: n.rnd.IntN(pbxTrunks), cancelAfter: never, hangupAfter: never, voice: anyVoice(n), voiceThen: anyVoice(n)}
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
