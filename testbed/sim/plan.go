package sim

import (
	"fmt"
	"time"

	"tregua/policy"
)

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
	inbound     bool  // a carrier calls a PBX
	reliable    bool  // takes reliable provisionals
	prackOffers bool  // its first PRACK has an offer
	earlyUpdate bool  // an UPDATE with an offer before the answer
	expires     time.Duration
	session     time.Duration // it expires without a refresh; 0: never
	lazy        bool          // refreshes it twice and no more
	sulks       bool          // gives up when it is challenged
	hesitates   time.Duration // waits so long with the proof
	smuggles    kind          // tries that number then, or after a redirect; free: no
	skipsAck    bool          // sends no ACK, but all else
	acts        []act
	transfer    kind // whom a REFER of either side is for
	leaves      bool // hangs up soon after the REFER
	redials     []time.Duration
	insists     bool          // dials again whatever became of the call before
	objectAfter time.Duration // the called person objects

	// The callee.
	steps       []step
	hangupAfter time.Duration // from the ACK to its BYE; -1 never
	calleeInfos int
	automaton   bool // the phone says that it is one
	cancel      cancelling
	deaf        bool // the phone answers nothing after the ACK
	forgets     bool // the dialog is forgotten after the ACK
	recordRoute bool
	strict      bool          // its routers are of RFC 2543
	guards      []string      // methods that it challenges, each as often as it stands here
	minSE       time.Duration // shorter sessions get 422
	refuses     bool          // re-INVITEs of either side get 488
	ponders     time.Duration // how long either side waits with the answer to one
	wanders     bool          // either side has another Contact each time it accepts a re-INVITE or UPDATE
	offersEarly bool          // where a re-INVITE asks for an offer, it comes in a reliable provisional
	ringsFirst  bool          // a phone rings before the INVITE is challenged, and speaks up behind that
	impatient   bool          // hangs up before the ACK
	moved       policy.Number // where a 302 sends the caller; 0: elsewhere
	calleeActs  []act
	may         []int // finals that requests in the call may have on a network that loses nothing, beside 200
	wantCaller  []int // finals of the INVITE that a lossless network gives
}

// step is an answer of the callee's side to the INVITE.
type step struct {
	after  time.Duration // from the INVITE
	status int
	fork   int // which phone: each has a To tag of its own
	sdp    bool

	reliable bool
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

// sessionLine is what either side says of the time of the session (RFC 4028).
func (p *plan) sessionLine() string {
	return fmt.Sprintf("Session-Expires: %d;refresher=uac", int(p.session/time.Second))
}

// transferee is whom a REFER is for.
func (p *plan) transferee() kind { return p.transfer }

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
	cards := cards()
	forbidden := []kind{opposed, blacklist, unconsented, unchecked, unreadable}
	lawful := []kind{free, free, outweighed, free, objecting}
	plans := make([]*plan, 0, c.Calls)
	for i := range c.Calls {
		if len(deck) == 0 {
			deck = n.rnd.Perm(len(cards))
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
			s := cards[deck[0]]
			p.story = s.name
			s.tell(p, n)
			deck = deck[1:]
		} else {
			p.story = "forbidden"
		}
		p.again(n)
		plans = append(plans, p)
	}
	return plans
}

// cards are all the stories, each as often as it is dealt before the deck is
// shuffled anew.
func cards() (cards []story) {
	for _, deck := range [][]story{stories, featureStories} {
		for _, s := range deck {
			for range max(1, s.cards) {
				cards = append(cards, s)
			}
		}
	}
	return cards
}

// again lets some numbers be dialled anew: those refused, and those that
// objected meanwhile.
func (p *plan) again(n *network) {
	switch {
	case p.inbound:
		p.kind = free
	case p.kind == objecting:
		p.objectAfter = n.between(0, 20*time.Second)
		p.redials = []time.Duration{n.between(10*time.Second, 40*time.Second), n.between(10*time.Second, 40*time.Second)}
	case p.kind.refusal() != 0:
		for range n.rnd.IntN(4) {
			p.redials = append(p.redials, n.between(100*time.Millisecond, 45*time.Second))
		}
	}
}
