package main

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tregua/policy"
)

const (
	// lookEvery is how often the node looks for troubles.
	lookEvery = 5 * time.Second
	// recent is how long a trouble lasts that shows only in what it does to calls.
	recent = time.Minute
)

// sign says whether a trouble is there now. Only the watcher asks it.
type sign func(now time.Time) bool

// watcher looks for the troubles of [policy.Troubles]. It tells of each when it
// begins and when it is over, and the metric reads what it saw last.
type watcher struct {
	log *slog.Logger
	all []*watched
}

type watched struct {
	policy.Trouble
	is sign
	on atomic.Bool // the watcher writes it, the metric reads it
}

// newWatcher makes a watcher of the signs by the names of the troubles: each has
// one.
func newWatcher(log *slog.Logger, signs map[string]sign) *watcher {
	w := &watcher{log: log}
	for _, t := range policy.Troubles() {
		w.all = append(w.all, &watched{Trouble: t, is: signs[t.Name]})
	}
	return w
}

// Run looks until ctx ends.
func (w *watcher) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		w.look(time.Now())
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (w *watcher) look(now time.Time) {
	for _, t := range w.all {
		is := t.is(now)
		switch was := t.on.Swap(is); {
		case is && !was:
			w.log.Error("a trouble has begun", "trouble", t.Name, "what", t.What, "does", t.Does(), "mend", t.Mend)
		case was && !is:
			w.log.Info("a trouble is over", "trouble", t.Name)
		}
	}
}

var inTrouble = prometheus.NewDesc("tregua_trouble", "1 while something that judging rests on is amiss; the README says of each what it does to calls.", []string{"trouble"}, nil)

// Describe names the metric.
func (w *watcher) Describe(to chan<- *prometheus.Desc) { to <- inTrouble }

// Collect says what was seen last.
func (w *watcher) Collect(to chan<- prometheus.Metric) {
	for _, t := range w.all {
		value := 0.0
		if t.on.Load() {
			value = 1
		}
		to <- prometheus.MustNewConstMetric(inTrouble, prometheus.GaugeValue, value, t.Name)
	}
}

// moved is the sign of a trouble that counts what it does: for a while after the
// count went up. The count is that of the process and begins at zero.
func moved(count func() uint64) sign {
	var last uint64
	var at time.Time
	return func(now time.Time) bool {
		if n := count(); n != last {
			last, at = n, now
		}
		return !at.IsZero() && now.Sub(at) < recent
	}
}
