package proxy

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/transport"
	"tregua/proxy/wire"
)

// ServerConfig is what the goroutines round the shards depend on.
type ServerConfig struct {
	Config    *Config
	Shards    int
	Queue     int // inputs that may wait at a shard
	Admission *Admission
	Listeners []*transport.UDP // by listener index
	Book      func() Book
	// Ask puts an attempt to the policy. It never blocks; now is true when the
	// answer is there at once, otherwise it comes through Server.Judged.
	Ask func(policy.Attempt, policy.Return) (j Judged, now bool)
	// Withdrawn says of an attempt that was asked for that its call is over: the
	// answer need not be waited for. It never blocks. nil: nobody wants to know.
	Withdrawn func(*policy.Attempt)
	// Up notes that an attempt was answered, Record closes its record. They
	// never block; false means: try again later.
	Up     func(policy.AttemptID, policy.Up) bool
	Record func(*policy.Attempt, policy.Ending) bool
	// Inbound is told of every call of a carrier, once for each INVITE that begins
	// one. It must not block. nil: nobody listens.
	Inbound func(*policy.Attempt)
	// Keep notes what a call needs to go on in another process, likewise; nil:
	// none does.
	Keep func(*Keep) bool
	// Leave is asked when Run is to end: true leaves the calls that were kept to
	// the next process. nil: all are ended.
	Leave   func() bool
	Media   Media
	Clock   *Clock
	Entropy func() Entropy // a new source for each shard
	Key     [2]uint64      // of the Call-ID hash that chooses a shard
	Log     *slog.Logger
}

// Media leases ports and moves packets; media/relay fits it.
type Media interface {
	// Lease names the call that it is for: Server.Told is called with it.
	Lease(a, b netip.Addr, call uint64) (media.Anchor, error)
	Set(media.AnchorID, media.Leg, media.Flow)
	Heard(media.AnchorID) media.Heard
	Close(media.AnchorID) media.Stats
}

// Server is the shards and the goroutines round them.
type Server struct {
	cfg    ServerConfig
	shards []*worker
	ended  chan struct{} // closed when no shard turns any more
	Counts Counts
}

// Counts is what the server has seen; every field may be read at any time.
type Counts struct {
	Datagrams, Malformed, Unknown, Oversize, Limited, Full, Refused, Mishaps, SendErrors, OldStamps, Unended atomic.Uint64
}

// NewServer makes the shards; nothing runs before Run.
func NewServer(cfg ServerConfig) *Server {
	s := &Server{cfg: cfg, ended: make(chan struct{})}
	for i := range cfg.Shards {
		s.shards = append(s.shards, newWorker(&cfg, uint32(i)))
	}
	return s
}

// Calls returns how many calls the shards hold.
func (s *Server) Calls() (n int) {
	for _, w := range s.shards {
		n += int(w.calls.Load())
	}
	return n
}

// Judged takes a decision to the call that asked for it. It waits for room at
// the shard, which never waits for its caller; when the shards have ended it
// does nothing.
func (s *Server) Judged(to policy.Return, j Judged) {
	j.Call = to.Call
	w := s.shards[to.Shard]
	select {
	case w.in <- j:
		w.rouse()
	case <-s.ended:
	}
}

// Told wakes the shard of a call on which media has found an operator. It never
// blocks: a shard that has no room reads the word when the watch ends.
func (s *Server) Told(id uint64) {
	shard := id >> shardBits
	if shard >= uint64(len(s.shards)) {
		return // of a call that was adopted from more shards than there are now
	}
	w := s.shards[shard]
	select {
	case w.in <- Told{Call: id}:
		w.rouse()
	default:
	}
}

// Run reads the listeners and turns the shards until ctx ends. Then every call
// is ended on both sides, unless it is left to the next process, and Run returns
// when the shards are idle or grace is over.
func (s *Server) Run(ctx context.Context, grace time.Duration) error {
	var readers, turners sync.WaitGroup
	errs := make(chan error, len(s.cfg.Listeners))
	turn, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	read, endReading := context.WithCancel(context.WithoutCancel(ctx))
	defer endReading()
	for _, w := range s.shards {
		turners.Go(func() { s.turn(turn, w) })
	}
	for _, l := range s.cfg.Listeners {
		readers.Go(func() {
			r := reader{server: s, given: make([]bool, len(s.shards))}
			if err := l.Run(read, r.take); err != nil {
				errs <- err
			}
		})
	}
	var err error
	select {
	case err = <-errs:
	case <-ctx.Done():
	}
	s.wind(grace)
	endReading()
	readers.Wait()
	stop()
	turners.Wait()
	close(s.ended)
	return err
}

// wind ends every call that is not left, and waits until there is none. What peers have not
// answered when grace is over is recorded as it is.
func (s *Server) wind(grace time.Duration) {
	leave := s.cfg.Leave != nil && s.cfg.Leave()
	kick := func(last bool) {
		for _, w := range s.shards {
			w.put(Kick{Reason: policy.Draining, Last: last, Leave: leave})
			w.rouse()
		}
	}
	kick(false)
	defer kick(true)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(grace); s.Calls() > 0 && time.Now().Before(end); {
		<-tick.C
	}
}

// receive admits a datagram and reads it. It returns the shard that it is for
// and was put to, or -1.
func (s *Server) receive(d transport.Datagram) (shard int) {
	s.Counts.Datagrams.Add(1)
	now := s.cfg.Clock.Now()
	trunk, verdict := s.cfg.Admission.Admit(now.Mono, d.Hop.Listener, d.Hop.Remote.Addr(), d.Data)
	switch verdict {
	case Admitted:
	case OverRate:
		s.Counts.Limited.Add(1)
	case TooLarge:
		s.Counts.Oversize.Add(1)
		return -1
	case Keepalive:
		return -1
	case Unknown: // within their bucket: worth a line, no answer
		s.Counts.Unknown.Add(1)
		s.cfg.Log.Warn("datagram from an address of no trunk", "from", d.Hop.Remote, "listener", d.Hop.Listener)
		return -1
	default:
		s.Counts.Unknown.Add(1)
		return -1
	}
	at, ok := now.Since(d.At)
	if !ok {
		s.Counts.OldStamps.Add(1)
	}
	m := Message{Hop: d.Hop, At: at, Trunk: trunk, Shed: verdict == OverRate}
	var err error
	if m.Msg, err = wire.Read(d.Data); err != nil {
		s.Counts.Malformed.Add(1)
		m.Msg, m.Err = nil, err.(*wire.Malformed) //nolint:errorlint // Read documents its one error type
	}
	shard = s.shardOf(trunk, d.Data)
	s.deliver(s.shards[shard], m)
	return shard
}

// shardOf chooses the shard of a datagram by its Call-ID.
func (s *Server) shardOf(trunk int, datagram []byte) int {
	return s.shardBy(s.cfg.Config.CallID(trunk, datagram))
}

// deliver puts a message in its shard's queue. When that is nearly full new
// calls are left out, for their dialer to repeat; everything else waits.
func (s *Server) deliver(w *worker, m Message) {
	fresh := m.Msg != nil && m.Msg.Method == "INVITE" && m.Msg.To.Tag == ""
	if fresh && len(w.in) > cap(w.in)*3/4 && !s.cfg.Admission.Emergency(m.Trunk, m.Msg.URI) {
		s.Counts.Full.Add(1)
		return
	}
	w.put(m)
}
