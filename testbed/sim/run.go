package sim

import (
	"math/rand/v2"

	"tregua/policy/ledger"
)

// Run plays one simulation. It is a function of its argument. It panics when
// the core cannot be put together at all.
func Run(c Config) Result {
	c = c.orDefaults()
	r := Result{Outcomes: map[string]int{}, Census: map[string]int{}}
	q := &queue{now: 1} // zero is never
	n := newNetwork(q, rand.New(rand.NewPCG(c.Seed, 0x747265677561)), c, &r)
	w := newWitness(q, &r)
	w.net = n
	h, err := newHouse(c, q, n, w)
	if err != nil {
		panic("sim: " + err.Error())
	}
	p := newPeers(n)
	h.voices, w.plans = p.voices, p.plans
	plans := newPlans(n, c)
	for _, x := range plans {
		q.at(x.start, func() { p.dial(x, 0) })
		if x.kind == objecting {
			q.at(x.start+x.objectAfter, func() {
				h.object(objecting.number(x.index))
			})
		}
	}
	p.errands(c.Calls/12, c.Span)
	n.partitions(c.Cuts, c.Span)
	if c.Stop > 0 {
		q.at(c.Stop, h.stop)
	}
	j := judge{w, h, p, c, &ledger.Counters{}}
	if c.Crash > 0 {
		q.run(c.Crash)
		j.crashLaws()
		return r
	}
	quiet := q.run(limit)
	h.end()
	quiet = q.run(limit) && quiet
	if !quiet {
		w.broken("", "something still goes on after %v", limit)
	}
	r.Elapsed = q.now
	j.run()
	n.trace.Sum(r.Trace[:0])
	return r
}
