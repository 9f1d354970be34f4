package sim

import (
	"time"

	"tregua/proxy/call"
)

// Config says what a run is made of. Zeros have defaults, but for Loss and
// Duplicate: there zero is a network that loses nothing.
type Config struct {
	Seed      uint64
	Calls     int           // 100; re-dials come on top
	Loss      float64       // share of datagrams that are lost
	Duplicate float64       // share that arrives twice
	DelayMin  time.Duration // 1 ms
	DelayMax  time.Duration // 200 ms; above DelayMin datagrams overtake each other
	Shards    int           // 3
	Desks     int           // 2
	Span      time.Duration // 60 s: the calls begin within it
	Stop      time.Duration // when tregua is told to stop; 0 never
	StoreFail float64       // share of commits that fail, applied or not
	PortsFail float64       // share of calls for which there are no media ports
	Stall     float64       // share of datagrams that wait long for their turn
	Other     call.Watch    // of the calls of the second dialer; those of the first are enforced
	Hide      bool          // the carriers' trunks hide Call-IDs and tags
	Crash     time.Duration // when tregua is killed; 0 never
	Caps      bool          // the profile has caps, and people have several numbers
	Gate      bool          // two campaigns pass by the ratio gate
	Cuts      int           // how often a peer cannot be reached for a while
	Ladder    bool          // keep the ladder as text
}

// limit bounds the simulated time of a run: twice what the longest call of the
// longest timers takes.
const limit = 20 * time.Minute

func (c Config) orDefaults() Config {
	if c.Calls == 0 {
		c.Calls = 100
	}
	if c.DelayMin == 0 {
		c.DelayMin = time.Millisecond
	}
	if c.DelayMax == 0 {
		c.DelayMax = 200 * time.Millisecond
	}
	if c.Shards == 0 {
		c.Shards = 3
	}
	if c.Desks == 0 {
		c.Desks = 2
	}
	if c.Span == 0 {
		c.Span = time.Minute
	}
	return c
}

// scripted reports whether nothing keeps a call from ending as its story has it.
func (c Config) scripted() bool {
	return !c.Gate && c.Stop == 0 && c.StoreFail+c.PortsFail+c.Loss+c.Duplicate == 0 && c.DelayMin == c.DelayMax
}

// Result is what a run was and what it broke.
type Result struct {
	Trace     [32]byte // hash of every delivered datagram and every record
	Datagrams int      // that were sent
	Lost      int
	Doubled   int
	Attempts  int // INVITEs of new calls that reached tregua
	Refused   int // of these, by the policy
	Answered  int // callees that were put through
	Outcomes  map[string]int
	Census    map[string]int // how often each thing happened
	Elapsed   time.Duration  // simulated
	Broken    []Broken
	Rungs     []Rung // with Config.Ladder
}

// Broken is a law that did not hold.
type Broken struct {
	Call string // Call-ID; "" for what concerns no single call
	Law  string // the name of the function that holds it, "peers" or "edge"
	What string
}

// String returns the law with the call.
func (b Broken) String() string {
	if b.Call == "" {
		return b.Law + ": " + b.What
	}
	return b.Call + ": " + b.Law + ": " + b.What
}
