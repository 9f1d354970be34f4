package relay

import "sync/atomic"

// Totals is what the relay did since New, for metrics.
type Totals struct {
	Packets, Bytes uint64 // RTP that came from latched peers, and its payload; or what is none, where both agreed on that
	RTCP           uint64 // RTCP packets that came from latched peers

	// Packets that went nowhere, by why.
	Strange   uint64 // from another source than the leg's, or before the SDP of both
	Malformed uint64 // neither RTP nor RTCP
	Muted     uint64
	Nowhere   uint64 // the other leg is unknown or on hold
	Late      uint64 // for an anchor that was closed a moment ago
	Lost      uint64 // by the kernel: the worker was late. Counted when an anchor is closed

	Withheld uint64 // by the line: leg B heard ambience instead, or it came twice or too late

	// The watch.
	Watched   uint64 // watches begun
	Covered   uint64 // of these, with ambience for leg B
	Operators uint64 // of these, ended by an operator
	Deaf      uint64 // of these, with packets of leg A that cannot be heard
	Own       uint64 // packets of ambience that were sent
	Replaced  uint64 // packets of leg A sent with ambience in place of what was in them
	Mixed     uint64 // with ambience under it

	ReceiveErrors, SendErrors uint64
	Faults                    uint64 // of workers
	Exhausted                 uint64 // leases refused for want of ports
	Noisy                     uint64 // pooled anchors that strange packets came to; they rest again

	Leased, Pooled, FreePorts int // now; of FreePorts some may still rest
	Watching                  int // now
	Workers, Down             int
}

// tally is a worker's part of Totals. The worker writes it, all may read it.
type tally struct {
	packets, bytes, rtcp                     atomic.Uint64
	strange, malformed, muted, nowhere, late atomic.Uint64
	withheld, own, replaced, mixed           atomic.Uint64
	watched, covered, operators, deaf        atomic.Uint64
	watching                                 atomic.Int64
	receiveErrors, sendErrors, faults        atomic.Uint64
}

// Stats are the counts of all workers together.
func (r *Relay) Stats() Totals {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.collect()
	t := Totals{
		Exhausted: r.exhausted.Load(), Noisy: r.noisy.Load(), Lost: r.lost.Load(),
		Leased: len(r.anchors), Workers: len(r.workers),
	}
	for _, w := range r.workers {
		t.add(&w.totals)
		if w.down.Load() {
			t.Down++
		}
	}
	counted := make(map[*ports]bool)
	for _, p := range r.pools {
		t.Pooled += len(p.waiting)
		t.FreePorts += 2 * len(p.resting)
		for _, q := range p.ports {
			if !counted[q] {
				counted[q] = true
				t.FreePorts += q.n
			}
		}
	}
	return t
}

func (t *Totals) add(w *tally) {
	t.Packets += w.packets.Load()
	t.Bytes += w.bytes.Load()
	t.RTCP += w.rtcp.Load()
	t.Strange += w.strange.Load()
	t.Malformed += w.malformed.Load()
	t.Muted += w.muted.Load()
	t.Nowhere += w.nowhere.Load()
	t.Late += w.late.Load()
	t.Withheld += w.withheld.Load()
	t.Own += w.own.Load()
	t.Replaced += w.replaced.Load()
	t.Mixed += w.mixed.Load()
	t.Watched += w.watched.Load()
	t.Covered += w.covered.Load()
	t.Operators += w.operators.Load()
	t.Deaf += w.deaf.Load()
	t.Watching += int(w.watching.Load())
	t.ReceiveErrors += w.receiveErrors.Load()
	t.SendErrors += w.sendErrors.Load()
	t.Faults += w.faults.Load()
}
