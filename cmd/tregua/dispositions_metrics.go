package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tregua/policy/disposition"
)

// takenFigures are the metrics of dispositions, since the program started.
type takenFigures struct {
	by    *prometheus.CounterVec // kind
	known prometheus.Counter
	bad   prometheus.Counter
	block prometheus.Histogram
}

func newTakenFigures() *takenFigures {
	f := &takenFigures{
		by: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tregua_dispositions_total", Help: "Dispositions that were taken, by what their code came to.",
		}, []string{"kind"}),
		known: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tregua_dispositions_known_total", Help: "Dispositions that came again and changed nothing.",
		}),
		bad: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tregua_dispositions_bad_total", Help: "Rows of files of dispositions that were not taken: unknown codes, calls that there are not.",
		}),
		block: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "tregua_denial_seconds", Help: "From the end of a call in which a person wanted no more calls to the moment from which none leaves.",
			Buckets: []float64{1, 10, 60, 600, 3600, 6 * 3600, 24 * 3600, 72 * 3600},
		}),
	}
	for k := disposition.OK; k <= disposition.Other; k++ { // an alarm on a rate needs the zero before the first one
		f.by.WithLabelValues(k.String())
	}
	return f
}

// count counts one that was taken of what a person said at a time.
func (f *takenFigures) count(k disposition.Kind, known bool, at time.Time) {
	if known {
		f.known.Inc()
		return
	}
	f.by.WithLabelValues(k.String()).Inc()
	if k == disposition.Denial {
		observe(f.block, at, time.Now())
	}
}

// Describe names the metrics.
func (f *takenFigures) Describe(to chan<- *prometheus.Desc) {
	for _, c := range f.all() {
		c.Describe(to)
	}
}

// Collect gives their values.
func (f *takenFigures) Collect(to chan<- prometheus.Metric) {
	for _, c := range f.all() {
		c.Collect(to)
	}
}

func (f *takenFigures) all() []prometheus.Collector {
	return []prometheus.Collector{f.by, f.known, f.bad, f.block}
}
