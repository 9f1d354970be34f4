package sipp

import (
	"sync"
	"time"
)

// beat is how often a Watch looks at the clock.
const beat = 5 * time.Millisecond

// Watch notes how long the machine lets nobody of ours run: a neighbour, its
// disk or its host may hold it still, and a load during which that happened is
// no result for or against anybody.
type Watch struct {
	stop  chan struct{}
	wg    sync.WaitGroup
	worst time.Duration // of the goroutine until wg is done
}

// StartWatch begins to watch; Stop ends it.
func StartWatch() *Watch {
	w := &Watch{stop: make(chan struct{})}
	w.wg.Go(w.run)
	return w
}

func (w *Watch) run() {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case <-w.stop:
			return
		case <-tick.C:
		}
		now := time.Now()
		w.worst = max(w.worst, now.Sub(last)-beat)
		last = now
	}
}

// Stop returns the longest standstill.
func (w *Watch) Stop() time.Duration {
	close(w.stop)
	w.wg.Wait()
	return w.worst
}
