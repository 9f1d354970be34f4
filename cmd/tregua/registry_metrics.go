package main

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tregua/policy/book"
)

// registryFigures collect how far the numbers of each account are checked. An
// account whose data is broken has none.
type registryFigures struct {
	accounts func() []book.AccountStatus
	now      func() time.Time
}

var (
	checked = prometheus.NewDesc("tregua_registry_numbers", "Numbers that a principal means to call, by what its registry account knows of them.", []string{"account", "state"}, nil)
	lasting = prometheus.NewDesc("tregua_registry_expiry_seconds", "Time until the first answer of the registry that an account rests on stops to hold; none when no answer holds.", []string{"account"}, nil)
	ending  = prometheus.NewDesc("tregua_registry_ending_numbers", "Numbers whose answer of the registry stops to hold within the time.", []string{"account", "within"}, nil)
)

// Describe names the metrics.
func (f registryFigures) Describe(to chan<- *prometheus.Desc) {
	to <- checked
	to <- lasting
	to <- ending
}

// Collect takes one reading.
func (f registryFigures) Collect(to chan<- prometheus.Metric) {
	now := f.now()
	for _, a := range f.accounts() {
		if a.Broken != nil {
			continue
		}
		gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
			to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, append([]string{a.Account}, labels...)...)
		}
		gauge(checked, float64(a.Clear), "clear")
		gauge(checked, float64(a.Opposed), "opposed")
		gauge(checked, float64(a.Unchecked), "unchecked")
		gauge(ending, float64(a.EndSoon), "72h")
		gauge(ending, float64(a.EndLast), "24h")
		if !a.Ends.IsZero() {
			gauge(lasting, a.Ends.Sub(now).Seconds())
		}
	}
}
