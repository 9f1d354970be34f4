package main

import (
	"fmt"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tregua/cmd/tregua/console"
	"tregua/configs"
	"tregua/policy/access"
	"tregua/policy/handoff"
)

// openHandoff makes a sink of each system that is told of attempts.
func (n *node) openHandoff() error {
	for _, h := range n.config.Handoff {
		target, err := n.target(&h)
		if err != nil {
			return fmt.Errorf("handoff %s: %w", h.Name, err)
		}
		n.sinks = append(n.sinks, handoff.New(handoff.Config{
			Name: h.Name, Format: h.Format, Numbers: h.Numbers, CallID: h.CallID, Batch: h.Batch,
			Scope:  access.Scope{Actor: "handoff:" + h.Name, Role: access.System, Principal: h.Principal, CallCentre: h.CallCentre},
			Source: n.reader, Past: n.reader,
			Names: func() handoff.Names { return n.book.Current() },
			Rows:  n.store, Target: target, Log: n.log,
		}))
	}
	return nil
}

func (n *node) target(h *configs.Handoff) (handoff.Target, error) {
	if h.Folder != "" {
		return handoff.NewFolder(handoff.FolderConfig{
			Sink: h.Name, Dir: h.Folder, Format: h.Format, CallID: h.CallID,
			Max: int64(h.Max) << 20, Keep: h.Keep(), Log: n.log,
		}), nil
	}
	text, err := os.ReadFile(h.Secret)
	if err != nil {
		return nil, err
	}
	secret, err := handoff.ParseSecret(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", h.Secret, err)
	}
	return handoff.NewWebhook(handoff.WebhookConfig{Sink: h.Name, Node: n.config.Node.ID, URL: h.Webhook, Secret: secret}), nil
}

// committed tells those who read the ledger that all records before next are there.
func (n *node) committed(next uint64) {
	n.months.Wake(next)
	n.proof.Wake()
	for _, s := range n.sinks {
		s.Wake(next)
	}
}

// boardHandoff tells how those do that are told of the scope's attempts.
func (n *node) boardHandoff(scope access.Scope, _ time.Time) (rows []console.BoardRow, err error) {
	for _, one := range n.sinks {
		of := one.Scope()
		if !scope.Takes(of.Principal, of.CallCentre) {
			continue
		}
		s, l := one.State(), console.Green
		text := fmt.Sprintf("%d records behind", s.Lag)
		switch {
		case s.Gone:
			l, text = console.Red, text+": stopped, "+s.Trouble
		case s.Trouble != "":
			l, text = console.Yellow, text+": "+s.Trouble
		}
		rows = append(rows, oneRow("hand-off "+one.Name(), l, "%s", text)...)
	}
	return rows, nil
}

// handoffFigures collect how the sinks do.
type handoffFigures struct{ sinks []*handoff.Sink }

var (
	handoffLag      = prometheus.NewDesc("tregua_handoff_lag", "Records that a system which is told of attempts has not been given yet, those outside of its scope among them.", []string{"sink"}, nil)
	handoffItems    = prometheus.NewDesc("tregua_handoff_items_total", "Records, calls or hours that a system has taken.", []string{"sink"}, nil)
	handoffFailures = prometheus.NewDesc("tregua_handoff_failures_total", "Tries to hand off that failed; each is made again.", []string{"sink"}, nil)
	handoffGone     = prometheus.NewDesc("tregua_handoff_gone", "1 when a receiver has said that it wants no more (410 Gone).", []string{"sink"}, nil)
)

// Describe names the metrics.
func (f handoffFigures) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{handoffLag, handoffItems, handoffFailures, handoffGone} {
		to <- d
	}
}

// Collect takes one reading.
func (f handoffFigures) Collect(to chan<- prometheus.Metric) {
	for _, one := range f.sinks {
		s, gone := one.State(), 0.0
		if s.Gone {
			gone = 1
		}
		to <- prometheus.MustNewConstMetric(handoffLag, prometheus.GaugeValue, float64(s.Lag), one.Name())
		to <- prometheus.MustNewConstMetric(handoffItems, prometheus.CounterValue, float64(s.Items), one.Name())
		to <- prometheus.MustNewConstMetric(handoffFailures, prometheus.CounterValue, float64(s.Failures), one.Name())
		to <- prometheus.MustNewConstMetric(handoffGone, prometheus.GaugeValue, gone, one.Name())
	}
}
