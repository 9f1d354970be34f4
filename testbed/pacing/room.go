package main

import (
	"container/heap"
	"math"
	"math/rand/v2"
	"time"
)

// The distributions of compliance.md 3.5. A call that nobody answers fails soon or
// rings until the dialer gives up.
const (
	ringLeast, ringMost = 4 * time.Second, 18 * time.Second
	giveUp              = 20 * time.Second
	failShare           = 0.2 // of the calls without an answer: busy, no such number
	shortTalk, longTalk = 25 * time.Second, 180 * time.Second
	shortShare          = 0.6
	wrapSpread          = 0.5 // of the logarithm
	cut                 = 2900 * time.Millisecond
	hello               = 700 * time.Millisecond // from the operator's turn to the first word
	screening           = 1500 * time.Millisecond
	machineShare        = 0.2
	mistaken            = 0.01
	tick                = time.Second // of the dialer
	// mostLines is how many lines the dialer has for each operator.
	mostLines = 6
	// perSecond is for how many operators the dialer begins a call each second.
	perSecond = 10
)

// operator is what one does. Nothing about people leaves the room: the gate hears
// calls only.
type operator struct {
	state operatorState
	until time.Duration
}

type operatorState uint8

const (
	absent operatorState = iota
	idle
	busy // talks
	wrapping
)

// event is something that happens in the room.
type event struct {
	at   time.Duration
	no   uint64 // equal times: first made, first served
	what func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].no < e[j].no
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

// Room is a call centre in fake time: operators, a dialer, a keeper, and people
// who answer or do not.
type Room struct {
	set    Setting
	dice   *rand.Rand
	now    time.Duration
	queue  events
	made   uint64
	staff  []operator
	wait   []*call // answered, nobody free yet, in order
	dialer dialer
	keeper keeper
	calls  uint32
	held   int // asked for, not granted yet
	flying int // granted, not answered or over
	counts [4]int
	present,
	talked time.Duration // of all operators
	result Result
}

// call is one that was let through.
type call struct {
	id       uint32
	answered time.Duration
	waiting  bool
	blind    bool // nobody was there when it was let through
}

// NewRoom makes the room of a setting.
func NewRoom(s Setting) *Room {
	r := &Room{set: s, dice: rand.New(rand.NewPCG(s.Seed, uint64(s.Operators)*1000+uint64(s.Story)))}
	r.staff = make([]operator, s.Operators)
	r.counts[absent] = s.Operators
	r.dialer = newDialer(s)
	r.keeper = newKeeper(r)
	return r
}

// Run lives the day and says how it was.
func (r *Room) Run() *Result {
	r.result.Set = r.set
	for i := range r.staff {
		r.plan(i)
	}
	r.at(0, r.tick)
	for len(r.queue) > 0 && r.queue[0].at < day {
		e := heap.Pop(&r.queue).(event)
		r.pass(e.at)
		e.what()
	}
	r.pass(day)
	r.result.close(r)
	return &r.result
}

// pass lets time go by.
func (r *Room) pass(to time.Duration) {
	d := to - r.now
	r.talked += d * time.Duration(r.counts[busy])
	r.present += d * time.Duration(len(r.staff)-r.counts[absent])
	r.now = to
}

func (r *Room) at(t time.Duration, what func()) {
	r.made++
	heap.Push(&r.queue, event{max(t, r.now), r.made, what})
}

func (r *Room) after(d time.Duration, what func()) { r.at(r.now+d, what) }

// plan enters when operator i comes and goes.
func (r *Room) plan(i int) {
	comes, leaves := time.Duration(0), day
	share := i * 3 / len(r.staff)
	if r.set.Story == Shifts {
		if share == 1 {
			comes = 2 * time.Hour
		}
		if share == 2 {
			leaves = 6 * time.Hour
		}
		begin := comes + time.Hour + r.uniform(0, leaves-comes-2*time.Hour)
		r.at(begin, func() { r.leave(i, begin+15*time.Minute) })
		r.at(leaves, func() { r.leave(i, 2*day) })
	}
	away := r.set.Story == AwayPause || r.set.Story == AwayRings || r.set.Story == HalfAway && i%2 == 0
	if away {
		r.at(awayFrom, func() { r.leave(i, awayTo) })
	}
	r.at(comes+r.uniform(0, 2*time.Minute), func() { r.turnTo(i, idle); r.free() })
}

// leave sends an operator away until a time, at the end of what is being done.
func (r *Room) leave(i int, until time.Duration) {
	o := &r.staff[i]
	o.until = max(o.until, until)
	if o.state == idle {
		r.away(i)
	}
}

func (r *Room) away(i int) {
	until := r.staff[i].until + r.uniform(0, 2*time.Minute)
	r.turnTo(i, absent)
	r.at(until, func() { r.turnTo(i, idle); r.free() })
}

func (r *Room) turnTo(i int, s operatorState) {
	r.counts[r.staff[i].state]--
	r.counts[s]++
	r.staff[i].state = s
}

// tick lets the dialer look at the room once a second.
func (r *Room) tick() {
	r.dialer.look(r)
	want := min(r.dialer.want(r), mostLines*r.set.Operators)
	for range min(want-r.held-r.flying, 1+r.set.Operators/perSecond) {
		r.calls++
		r.held++
		r.keeper.ask(r.calls)
	}
	r.result.sample(r)
	r.after(tick, r.tick)
}

// place rings the phone of a call that was let through.
func (r *Room) place(id uint32) {
	r.held--
	r.flying++
	if r.dice.Float64() >= r.answerRate() {
		d := giveUp
		if r.dice.Float64() < failShare {
			d = r.uniform(time.Second, 4*time.Second)
		}
		r.after(d, func() { r.flying--; r.keeper.none(id, false) })
		return
	}
	c := &call{id: id, blind: r.counts[absent] == len(r.staff)}
	r.after(r.uniform(ringLeast, ringMost), func() { r.answer(c) })
}

// turned says that a call was not let through.
func (r *Room) turned() {
	r.held--
	r.result.Turned++
}

func (r *Room) answerRate() float64 {
	switch {
	case r.set.Story != AnswerMoves || r.now < awayFrom:
		return r.set.Answer
	case r.now < awayTo+time.Hour:
		return r.set.Answer / 2
	}
	return min(0.9, r.set.Answer*2)
}

// answer is a person, or a machine, at the phone.
func (r *Room) answer(c *call) {
	r.flying--
	c.answered = r.now
	if r.set.Story == AMD {
		switch d := r.dice.Float64(); {
		case d < machineShare:
			r.after(r.uniform(3*time.Second, 5*time.Second), func() { r.keeper.none(c.id, false) })
		case d < machineShare+mistaken:
			r.after(cut, func() { r.silent(c) })
		default:
			r.after(screening, func() { r.wanted(c) })
		}
		return
	}
	r.wanted(c)
}

// wanted is a person who waits for an operator.
func (r *Room) wanted(c *call) {
	c.waiting = true
	r.wait = append(r.wait, c)
	r.at(c.answered+cut-hello, func() {
		if c.waiting {
			c.waiting = false
			r.after(hello, func() { r.silent(c) })
		}
	})
	r.free()
}

// free gives who waits an operator, if one is idle.
func (r *Room) free() {
	for len(r.wait) > 0 {
		if c := r.wait[0]; c.waiting {
			i := r.idle()
			if i < 0 {
				return
			}
			c.waiting = false
			r.talk(c, i)
		}
		r.wait = r.wait[1:]
	}
}

func (r *Room) idle() int {
	if r.counts[idle] == 0 {
		return -1
	}
	from := r.dice.IntN(len(r.staff))
	for k := range r.staff {
		if i := (from + k) % len(r.staff); r.staff[i].state == idle {
			return i
		}
	}
	return -1
}

func (r *Room) talk(c *call, i int) {
	r.turnTo(i, busy)
	r.after(hello, func() { r.keeper.joined(c.id) })
	mean := longTalk
	if r.dice.Float64() < shortShare {
		mean = shortTalk
	}
	long := hello + time.Second + time.Duration(r.dice.ExpFloat64()*float64(mean-time.Second))
	r.after(long, func() {
		r.turnTo(i, wrapping)
		r.keeper.ended(c.id)
		r.result.good(r)
		r.after(r.wrapUp(), func() { r.rest(i) })
	})
}

// rest is the end of a wrap-up: the operator is idle, or leaves.
func (r *Room) rest(i int) {
	if r.staff[i].until > r.now {
		r.away(i)
		return
	}
	r.turnTo(i, idle)
	r.free()
}

func (r *Room) silent(c *call) {
	r.keeper.silent(c.id)
	r.result.silent(r, c)
}

// wrapUp draws a lognormal time with the mean of the setting.
func (r *Room) wrapUp() time.Duration {
	mu := math.Log(r.set.Wrap.Seconds()) - wrapSpread*wrapSpread/2
	return time.Duration(math.Exp(mu+wrapSpread*r.dice.NormFloat64()) * float64(time.Second))
}

func (r *Room) uniform(from, to time.Duration) time.Duration {
	return from + time.Duration(r.dice.Float64()*float64(to-from))
}
