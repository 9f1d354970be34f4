package proxy

import (
	"net/netip"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/call"
	"tregua/proxy/txn"
)

// Shard owns the calls whose Call-ID hashes to it: their transactions, timers
// and legs. It is a value without goroutine or lock; [Shard.Turn] is all that
// happens to it.
type Shard struct {
	cfg      *Config
	index    uint32
	entropy  Entropy
	tokens   tokens
	layer    *txn.Layer
	calls    map[uint64]*entry
	dialogs  map[dialogKey][]uint64    // calls by the ids that both sides know
	clients  map[txn.ID]client         // client transactions of calls
	passing  map[txn.ID]passing        // requests of no dialog on their way across
	asides   map[uint64]*aside         // attempts beside those of the calls, by an id like a call's
	orphans  map[uint64]policy.Attempt // by call, of those that were given up before the decision came
	alarms   alarms
	lastCall uint64
	load     []int         // open calls by trunk
	stopping policy.Reason // OK: it is not
	leaving  bool          // calls that can go on are left to the next process
	late     []Judged      // of attempts that came while stopping: they are not asked for

	now     Now
	world   World
	out     *Outputs
	tx      txn.Out
	effects []call.Effect
}

type dialogKey struct{ callID, fromTag string }

type client struct {
	call uint64
	ref  call.Ref
}

// NewShard makes the shard with an index. cfg must not be nil.
func NewShard(cfg *Config, index uint32, e Entropy) *Shard {
	return &Shard{
		cfg: cfg, index: index, entropy: e, tokens: tokens{cfg.Secret},
		layer:   txn.New(cfg.Txn),
		calls:   map[uint64]*entry{},
		dialogs: map[dialogKey][]uint64{},
		// A token of the last process may name a call that was adopted here: no
		// new one may have its id.
		lastCall: cfg.Generation % generations << generationBits,
		clients:  map[txn.ID]client{},
		passing:  map[txn.ID]passing{},
		asides:   map[uint64]*aside{},
		orphans:  map[uint64]policy.Attempt{},
		load:     make([]int, len(cfg.Trunks)),
	}
}

// Turn handles the inputs in order, then the timers that are due, and writes
// what is to be done to out. It returns when the next timer is due; ok is
// false when there is none.
func (s *Shard) Turn(now Now, world World, in []Input, out *Outputs) (next time.Duration, ok bool) {
	out.reset()
	s.now, s.world, s.out = now, world, out
	s.tx.Sends = out.Sends
	for _, i := range in {
		switch i := i.(type) {
		case Message:
			s.ringUntil(i.At) // a shard that was held up takes things in their order
			s.message(i)
		case Judged:
			s.judged(i)
		case Told:
			s.listen(s.calls[i.Call])
		case SendFailed:
			s.layer.TransportFailed(s.now.Mono, i.ID, &s.tx)
		case Adopt:
			s.adopt(i)
		case Drain:
			s.stopping = policy.Draining
		case Kick:
			s.kick(i)
		}
		s.drain(i)
	}
	s.fire()
	out.Sends = s.tx.Sends
	s.out, s.world = nil, nil
	return s.next()
}

// Open returns how many calls are under way. While the shard is being stopped
// that includes calls whose BYE has no answer yet, and not those that are left
// to the next process.
func (s *Shard) Open() (n int) {
	if s.stopping != policy.OK {
		for _, e := range s.calls { // order: a count
			if !e.call.Settled() && !(s.leaving && e.call.Stays()) {
				n++
			}
		}
		return n
	}
	for _, l := range s.load {
		n += l
	}
	return n
}

// MediaAddrs returns the local addresses that the two legs of a call send
// their media to.
func (s *Shard) MediaAddrs(id uint64) (a, b netip.Addr, ok bool) {
	e := s.calls[id]
	if e == nil || e.trunks[media.B] < 0 || e.anchor != 0 {
		return a, b, false
	}
	of := func(l media.Leg) netip.Addr { return s.cfg.Media[s.cfg.Trunks[e.trunks[l]].Listener] }
	return of(media.A), of(media.B), true
}

// Idle reports whether nothing is left: no call, transaction or timer.
func (s *Shard) Idle() bool {
	return len(s.calls) == 0 && s.layer.Len() == 0 && len(s.passing) == 0 && len(s.clients) == 0 && len(s.dialogs) == 0 && len(s.asides) == 0
}

func (s *Shard) message(m Message) {
	m.Hop.Trunk = m.Trunk
	switch {
	case m.Err != nil:
		s.malformed(m)
	case m.Shed && !s.layer.Knows(m.Msg):
		s.refuseStateless(m, policy.Overload)
	default:
		s.layer.Receive(s.now.Mono, m.Msg, m.Hop, &s.tx)
	}
}

// drain handles what the transactions have to say, and what comes of it.
func (s *Shard) drain(in Input) {
	m, _ := in.(Message)
	for i := 0; i < len(s.tx.Events) || len(s.late) > 0; {
		if i < len(s.tx.Events) { // what an event leads to can append events
			i++
			s.event(s.tx.Events[i-1], m)
			continue
		}
		j := s.late[0]
		s.late = s.late[1:]
		s.judged(j)
	}
	s.tx.Events = s.tx.Events[:0]
}

func (s *Shard) fire() {
	s.layer.Fire(s.now.Mono, &s.tx)
	s.drain(nil)
	s.ringUntil(s.now.Mono)
}

// ringUntil rings the alarms that were due up to a time.
func (s *Shard) ringUntil(at time.Duration) {
	for {
		a, ok := s.alarms.due(min(at, s.now.Mono))
		if !ok {
			return
		}
		s.ring(a)
		s.drain(nil)
	}
}

// ring tells a call of a timer. Before the end of its watch it hears the word
// of the media: what it decides rests on this moment.
func (s *Shard) ring(a alarm) {
	e := s.calls[a.call]
	if !s.counts(a) {
		return
	}
	if a.timer == call.TimerCut {
		s.listen(e)
	}
	if s.calls[a.call] == e && e.gens[a.timer] == a.gen {
		s.handle(e, call.Expired{Timer: a.timer})
	}
}

// listen gives a call the word of its media.
func (s *Shard) listen(e *entry) {
	if e != nil && e.anchor != 0 {
		s.handle(e, call.Heard(s.world.Heard(e.anchor)))
	}
}

func (s *Shard) next() (time.Duration, bool) {
	at, ok := s.layer.Next()
	if len(s.alarms.list) > 0 && (!ok || s.alarms.list[0].at < at) {
		return s.alarms.list[0].at, true
	}
	return at, ok
}

func (s *Shard) event(ev txn.Event, m Message) {
	if ev.Msg != nil {
		ev.Msg = s.cfg.Trunks[ev.Hop.Trunk].inward(ev.Msg)
	}
	switch ev.Kind {
	case txn.NewRequest:
		s.request(ev, m)
	case txn.AckFor2xx:
		s.inDialog(ev, m)
	case txn.Response:
		s.response(ev, m.At)
	case txn.StrayResponse:
		s.stray(ev)
	case txn.Timeout, txn.TransportError:
		s.failed(ev)
	case txn.Gone:
		s.gone(ev.ID)
	case txn.Overload:
		s.crowded(ev, m)
	case txn.NoAck: // the caller never acknowledged a failure: nothing depends on it
	}
}

// handle gives an input to a call and does what it wants.
func (s *Shard) handle(e *entry, in call.Input) {
	defer s.mishap(e)
	effects := s.effects[:0]
	e.call.Handle(s.now.Mono, in, &effects)
	s.do(e, effects)
	s.effects = effects[:0]
	s.keepCall(e)
}
