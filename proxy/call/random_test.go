package call

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tregua/media"
	"tregua/policy"
)

// TestRandomOrders posts random things in random order to calls, then lets
// everything that is under way end, and holds the obligations of a call.
func TestRandomOrders(t *testing.T) {
	t.Parallel()
	const calls = 20000
	seen := map[policy.Outcome]int{}
	cuts := 0
	for seed := range uint64(calls) {
		p := newPlayer(t, seed)
		for range p.rnd.IntN(30) {
			if p.rig.released {
				break
			}
			p.play()
		}
		p.windUp()
		p.check()
		cuts += p.cuts
		for _, r := range p.rig.records {
			seen[r.Ending.Outcome]++
		}
		if t.Failed() {
			t.Fatalf("seed %d: %v", seed, p.log)
		}
	}
	if cuts < calls/100 {
		t.Errorf("only %d of %d calls were cut: the test does not reach it", cuts, calls)
	}
	for _, o := range []policy.Outcome{
		policy.OutcomeRefused, policy.OutcomeCancelled, policy.OutcomeFailed,
		policy.OutcomeUnreachable, policy.OutcomeConnected,
	} {
		if seen[o] < calls/100 {
			t.Errorf("only %d of %d calls ended %s: the test does not reach it", seen[o], calls, outcomeNames[o])
		}
	}
}

// player plays both peers, the policy and the clock.
type player struct {
	rig      *rig
	rnd      *rand.Rand
	log      []string
	judged   bool
	allowed  bool
	answered []string
	cseqA    int
	cseqB    int
	operator bool // one was heard
	cuts     int
}

func newPlayer(t *testing.T, seed uint64) *player {
	p := &player{rnd: rand.New(rand.NewPCG(seed, 1)), cseqA: 1}
	body := offer
	if seed%5 == 0 {
		body = "" // delayed offer
	}
	w := enforce
	w.Mode = policy.Watch(p.rnd.IntN(3))
	if p.rnd.IntN(2) == 0 {
		w.Grace = 50 * time.Millisecond
	}
	p.rig = watchedRig(t, body, w)
	return p
}

func (p *player) do(what string, f func()) {
	p.log = append(p.log, what)
	f()
}

// play does one thing that may happen now.
func (p *player) play() {
	r := p.rig
	tag := []string{"x", "y", "z"}[p.rnd.IntN(3)]
	switch n := p.rnd.IntN(15); {
	case !p.judged && n < 5:
		p.judge()
	case r.open[1] != nil && n < 3:
		p.do("1xx "+tag, func() { r.answer(1, []int{100, 180, 183, 199}[p.rnd.IntN(4)], tag, reply) })
	case r.open[1] != nil && n == 3:
		p.do("200 "+tag, func() { p.ok(tag) })
	case r.open[1] != nil && n == 4 && len(p.answered) == 0:
		p.do("failure", func() { r.answer(1, []int{302, 407, 486, 603}[p.rnd.IntN(4)], tag, "") })
	case r.open[1] != nil && n == 5 && len(p.answered) == 0 && !p.rings():
		p.do("no answer", func() { delete(r.open, 1); r.in(Failed{1, p.rnd.IntN(2) == 0}) })
	case n == 6:
		p.do("CANCEL", r.cancel)
	case n == 7 && r.answered(200):
		p.do("ACK", func() { r.fromA("ACK", 1, tag, "") })
	case n == 8:
		p.cseqA++
		method := []string{"BYE", "INFO", "UPDATE", "REFER", "INVITE", "INVITE", "PRACK"}[p.rnd.IntN(7)]
		p.do("caller's "+method, func() { r.fromA(method, p.cseqA, tag, p.body()) })
	case n == 9 && len(p.answered) > 0:
		p.cseqB++
		method := []string{"BYE", "INFO", "UPDATE", "INVITE"}[p.rnd.IntN(4)]
		p.do("callee's "+method, func() { r.fromB(method, p.cseqB, p.answered[0], p.body()) })
	case n == 10 || n == 11:
		p.respond()
	case n == 12 && p.judged:
		p.timer()
	case n == 14 && len(p.answered) > 0:
		s := media.State(p.rnd.IntN(6))
		p.do("heard "+s.String(), func() { r.in(Heard{State: s, Deaf: p.rnd.IntN(4) == 0}) })
		p.operator = p.operator || s == media.Operator
	case n == 13 && p.rnd.IntN(2) == 0:
		p.do("ACK or CANCEL within", p.within)
	case n == 13 && p.rnd.IntN(6) == 0:
		p.do("kick", func() { r.in(Kick{Reason: policy.Draining}) })
	}
}

// body is a session description, or none.
func (p *player) body() string { return []string{"", offer, reply}[p.rnd.IntN(3)] }

// within acknowledges the last re-INVITE, or cancels it.
func (p *player) within() {
	r := p.rig
	switch tx := r.txs; {
	case p.rnd.IntN(3) == 0:
		r.in(Cancel{Tx: r.tx("CANCEL"), Invite: tx, Hop: hopA, Msg: r.read(request("CANCEL", p.cseqA, "x", ""))})
	case p.rnd.IntN(2) == 0 && len(p.answered) > 0:
		r.fromB("ACK", p.cseqB, p.answered[0], p.body())
	case len(p.answered) > 0:
		r.fromA("ACK", p.cseqA, p.answered[0], p.body())
	}
}

// timer lets the next timer run out: Timer B of an INVITE without any answer
// comes before all of the call's.
func (p *player) timer() bool {
	if p.rig.open[1] != nil && len(p.answered) == 0 && !p.rings() {
		p.do("timer B", func() { delete(p.rig.open, 1); p.rig.in(Failed{1, true}) })
		return true
	}
	p.log = append(p.log, "timer")
	return p.rig.expire()
}

// rings reports whether a provisional was sent: then Timer B is off.
func (p *player) rings() bool {
	return slices.ContainsFunc(p.log, func(s string) bool { return s[:3] == "1xx" })
}

func (p *player) judge() {
	p.judged = true
	switch p.rnd.IntN(8) {
	case 0:
		p.do("refused", func() { p.rig.in(Judged{Refusal: &Refusal{Status: 603, Phrase: "Decline"}}) })
	case 1:
		p.allowed = true
		p.do("fault", func() { p.rig.in(Judged{Refusal: &Refusal{Status: 480, Phrase: "x", Open: true}}) })
	default:
		p.allowed = true
		p.do("allowed", p.rig.allow)
	}
}

func (p *player) ok(tag string) {
	p.rig.answer(1, 200, tag, reply)
	if !slices.Contains(p.answered, tag) {
		p.answered = append(p.answered, tag)
	}
}

// respond answers, or lets time out, one open request that is not the INVITE.
func (p *player) respond() {
	for ref := Ref(2); ref <= p.rig.lastOpen; ref++ {
		m := p.rig.open[ref]
		if m == nil || p.rnd.IntN(3) == 0 {
			continue
		}
		if p.rig.oks[ref] { // nothing but repeats can follow
			p.do("200 again", func() { p.rig.answer(ref, 200, "", p.body()) })
			return
		}
		if p.rnd.IntN(4) == 0 {
			p.do("timeout of "+m.Method, func() { delete(p.rig.open, ref); p.rig.in(Failed{ref, true}) })
		} else {
			p.do("answer to "+m.Method, func() { p.rig.answer(ref, []int{100, 200, 481, 407}[p.rnd.IntN(4)], "", p.body()) })
		}
		return
	}
}

// windUp lets all that is under way end as a network lets it end.
func (p *player) windUp() {
	r := p.rig
	if !p.judged {
		p.judge()
	}
	for range 400 {
		switch {
		case r.released:
			return
		case r.open[1] != nil && len(p.answered) > 0 && len(r.timers) == 0 && len(r.open) == 1:
			p.do("gone", func() { r.gone(1) }) // Timer M of the INVITE
		case p.endOne():
		case p.timer():
		case r.call.phase == answered:
			p.cseqA += 5
			p.do("caller's BYE", func() { r.fromA("BYE", p.cseqA, r.call.winner.tag, "") })
		default:
			r.t.Errorf("nothing can end the call")
			return
		}
	}
}

func (p *player) endOne() bool {
	for ref := Ref(2); ref <= p.rig.lastOpen; ref++ {
		if m := p.rig.open[ref]; p.rig.oks[ref] && m != nil {
			p.do("gone within", func() { p.rig.gone(ref) })
			return true
		} else if m != nil {
			p.do("481 to "+m.Method, func() { p.rig.answer(ref, 481, "", "") })
			return true
		}
	}
	return false
}

func (r *rig) answered(status int) bool { return slices.Contains(r.answers[1], status) }

// checkWatch holds the law of three seconds, whatever happened in what order.
func (p *player) checkWatch(fail func(string, ...any)) {
	for _, rec := range p.rig.records {
		e, mode := rec.Ending, p.rig.call.watch.Mode
		switch {
		case e.Cut != 0 && (mode != policy.WatchEnforce || p.operator && e.Heard.State == media.Operator):
			fail("cut in mode %s, operator %t: %+v", mode, p.operator, e)
		case e.Cut != 0 && (e.Cut < e.Answered+cutAfter || !e.Due):
			fail("cut before its time: %+v", e)
		case mode == policy.WatchEnforce && e.Due && e.Cut == 0:
			fail("due and not cut: %+v", e)
		case mode == policy.WatchOff && e.Due:
			fail("due without a watch: %+v", e)
		}
		if e.Cut != 0 {
			p.cuts++
		}
	}
}

func (p *player) check() {
	r := p.rig
	fail := func(format string, args ...any) { r.t.Errorf(format, args...) }
	p.checkWatch(fail)
	if !r.released {
		fail("not released; timers %v, open %v", r.timers, r.open)
	}
	if len(r.timers) > 0 {
		fail("timers left: %v", r.timers)
	}
	if want := map[bool]int{true: 1}[p.allowed]; len(r.records) != want {
		fail("%d records, want %d", len(r.records), want)
	}
	for tx, statuses := range r.answers {
		n, last := 0, 0
		for _, s := range statuses {
			repeated := strings.HasPrefix(r.txName[tx], "INVITE") && s < 300 && s == last // until its ACK
			if s >= 200 && !repeated {
				n++
			}
			last = s
		}
		if n != 1 {
			fail("%s got %d final answers: %v", r.txName[tx], n, statuses)
		}
	}
	for _, tag := range p.answered {
		if r.acks[tag] == 0 {
			fail("the 2xx of %s got no ACK", tag)
		}
		if r.byes[tag] == 0 && r.byesToA == 0 {
			fail("the answered leg %s was not ended", tag)
		}
	}
	for tx, name := range r.txName {
		if len(r.answers[tx]) == 0 {
			fail("%s was never answered", name)
		}
	}
}
