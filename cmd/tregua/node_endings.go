package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tregua/policy"
)

// endings are the metrics of calls that end, since the program started. What the
// ledger counts outlives the process and is in figures.
type endings struct {
	ended    *prometheus.CounterVec // by outcome and class
	late     prometheus.Counter
	operator prometheus.Histogram
	cut      prometheus.Histogram
	rang     prometheus.Histogram // a callee needs time to reach the telephone (regulation.md R19)
}

func newEndings() *endings {
	s := &endings{
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tregua_calls_ended_total",
			Help: "Calls that were let through and have ended, by outcome and by class in the ratio of silent calls.",
		}, []string{"outcome", "class"}),
		late: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tregua_silent_late_total",
			Help: "Silent calls that were ended later than the law says. Any of them is a fault.",
		}),
		operator: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "tregua_operator_seconds",
			Help:    "From the answer to the first sound of an operator, of watched calls.",
			Buckets: []float64{0.25, 0.5, 1, 1.5, 2, 2.5, 3},
		}),
		cut: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "tregua_cut_seconds",
			Help:    "From the answer to our BYE of a silent call.",
			Buckets: []float64{1, 2, 2.5, 2.9, 2.91, 2.925, 2.95, 2.975, 3, 3.1, 3.5},
		}),
		rang: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "tregua_given_up_seconds",
			Help:    "From the first ringing to the dialer's CANCEL.",
			Buckets: []float64{5, 10, 15, 20, 30, 45},
		}),
	}
	// What may happen stands there from the start: an alarm on a rate needs the
	// zero before the first one.
	for _, e := range possible {
		s.ended.WithLabelValues(e.outcome.String(), e.class.String())
	}
	return s
}

// possible are the ways in which a call that was let through ends.
var possible = []struct {
	outcome policy.Outcome
	class   policy.Ratio
}{
	{policy.OutcomeCancelled, policy.RatioNone},
	{policy.OutcomeFailed, policy.RatioNone},
	{policy.OutcomeUnreachable, policy.RatioNone},
	{policy.OutcomeConnected, policy.RatioB},
	{policy.OutcomeSilent, policy.RatioA},
	{policy.OutcomeSilentQuiet, policy.RatioA},
	{policy.OutcomeMachine, policy.RatioNone},
	{policy.OutcomeHungUp, policy.RatioNone},
	{policy.OutcomeHungUp, policy.RatioA},
	{policy.OutcomeExcluded, policy.RatioNone},
	{policy.OutcomeInterrupted, policy.RatioNone},
	{policy.OutcomeInterrupted, policy.RatioA},
	{policy.OutcomeHandedOn, policy.RatioNone},
	{policy.OutcomeRefused, policy.RatioNone}, // a fault behind an allowed decision
}

// Ended counts one ending, classified. It is safe for concurrent use and does
// not keep e.
func (s *endings) Ended(e *policy.Ending) {
	s.ended.WithLabelValues(e.Outcome.String(), e.Ratio.String()).Inc()
	if e.AnsweredAt.IsZero() {
		if e.Outcome == policy.OutcomeCancelled && !e.RingingAt.IsZero() {
			observe(s.rang, e.RingingAt, e.EndedAt)
		}
		return
	}
	if e.Reason == policy.LawLate {
		s.late.Inc()
	}
	if e.Watch != policy.WatchOff {
		observe(s.operator, e.AnsweredAt, e.OperatorAt)
	}
	observe(s.cut, e.AnsweredAt, e.CutAt)
}

// observe enters the time from a moment to at, if there was such a moment.
func observe(h prometheus.Histogram, from, at time.Time) {
	if !at.IsZero() {
		h.Observe(max(0, at.Sub(from).Seconds()))
	}
}

// Describe names the metrics.
func (s *endings) Describe(to chan<- *prometheus.Desc) {
	for _, c := range s.all() {
		c.Describe(to)
	}
}

// Collect gives their values.
func (s *endings) Collect(to chan<- prometheus.Metric) {
	for _, c := range s.all() {
		c.Collect(to)
	}
}

func (s *endings) all() []prometheus.Collector {
	return []prometheus.Collector{s.ended, s.late, s.operator, s.cut, s.rang}
}
