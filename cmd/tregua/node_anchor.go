package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tregua/cmd/tregua/console"
	"tregua/configs"
	"tregua/policy/access"
	"tregua/policy/anchor"
	"tregua/policy/handoff"
	statistics "tregua/policy/report"
)

// openAnchors makes a target of each one outside who sees the checkpoints of the log.
func (n *node) openAnchors() (err error) {
	c := anchor.Config{
		Dir: filepath.Join(n.config.Node.Data, "anchors"), Every: n.config.Ledger.Every, Head: n.proof.Head, Log: n.log,
	}
	for _, a := range n.config.Ledger.Anchors {
		one, err := n.anchorTarget(&a)
		if err != nil {
			return fmt.Errorf("ledger.anchor.to %s: %w", a.Name, err)
		}
		c.Targets = append(c.Targets, one)
	}
	n.anchors, err = anchor.New(c)
	return err
}

func (n *node) anchorTarget(a *configs.Anchor) (anchor.Named, error) {
	switch {
	case a.TimeStamp != "":
		roots, err := anchor.Roots(a.CA)
		return anchor.Named{Name: a.Name, Kind: "time stamp", Target: &anchor.TimeStamp{URL: a.TimeStamp, Roots: roots}}, err
	case a.Witness != "":
		return anchor.Named{Name: a.Name, Kind: "witness", Target: &anchor.Witness{URL: a.Witness, Key: a.Key, Log: n.proof}}, nil
	case a.Folder != "":
		return anchor.Named{Name: a.Name, Kind: "folder", Target: &anchor.Folder{Dir: a.Folder}}, nil
	case len(a.Mail.To) > 0:
		to, err := n.anchorMail(&a.Mail)
		return anchor.Named{Name: a.Name, Kind: "mail", Target: to}, err
	}
	text, err := os.ReadFile(a.Secret)
	if err != nil {
		return anchor.Named{}, err
	}
	secret, err := handoff.ParseSecret(string(text))
	if err != nil {
		return anchor.Named{}, fmt.Errorf("%s: %w", a.Secret, err)
	}
	return anchor.Named{Name: a.Name, Kind: "webhook", Target: &anchor.Webhook{Node: n.config.Node.Name, URL: a.Webhook, Secret: secret}}, nil
}

func (n *node) anchorMail(c *configs.Mail) (m *anchor.Mail, err error) {
	m = &anchor.Mail{
		Node: n.config.Node.Name, From: c.From, To: c.To, Host: c.Host, Port: c.Port, Security: c.Security, User: c.User,
	}
	if c.CA != "" {
		if m.Roots, err = anchor.Roots(c.CA); err != nil {
			return nil, err
		}
	}
	if c.Password == "" {
		return m, nil
	}
	text, err := os.ReadFile(c.Password)
	if err != nil {
		return nil, err
	}
	if m.Password = strings.TrimRight(string(text), "\r\n"); m.Password == "" {
		return nil, fmt.Errorf("%s: it is empty; write the password of %s into it", c.Password, c.User)
	}
	return m, nil
}

// lastPatience is how long those outside may hold up the end of the program.
const lastPatience = 5 * time.Second

// anchorLast takes out the checkpoint of what was written last, once the log has it:
// else nobody outside would see the last hour of a node before the next start, which may
// be long after. Where calls wait for that start it is soon, and they come first.
func (n *node) anchorLast() {
	if n.leave() {
		return
	}
	ctx, stop := context.WithTimeout(context.Background(), lastPatience)
	defer stop()
	if err := n.anchors.Now(ctx); err != nil {
		n.log.Warn("the last records are not anchored; the next run does it", "err", err)
	}
}

// overdue is how long records may go without an anchor before a report says so: one
// time is the usual wait, another one a try that failed.
func overdue(every time.Duration) time.Duration { return 2 * every }

// anchored is what a report says of the anchors.
func (n *node) anchored(now time.Time) statistics.Anchor {
	best := n.anchors.Newest()
	a := statistics.Anchor{UpTo: best.Size, At: best.At}
	if best.Size > 0 && n.unanchored(now) > overdue(n.anchors.Every()) {
		a.Since = best.At
	}
	return a
}

// unanchored is how long there have been records that nobody outside has seen; zero:
// there are none, or nobody is to see any.
func (n *node) unanchored(now time.Time) time.Duration {
	best := n.anchors.Newest()
	if n.anchors.Every() == 0 || n.proof.Size() <= best.Size {
		return 0
	}
	if best.Size == 0 {
		return now.Sub(n.start)
	}
	return now.Sub(best.At)
}

// anchorAlarm is how long a log may go without an anchor (compliance.md 3.6). Calls go
// on.
const anchorAlarm = 24 * time.Hour

// boardAnchors tells who has which checkpoint.
func (n *node) boardAnchors(now time.Time) (rows []console.BoardRow) {
	if n.anchors.Every() == 0 {
		return oneRow("anchors", console.Yellow, "nobody outside sees checkpoints of the log: who has its key and this disk can write it anew; see ledger.anchor of the config")
	}
	for _, s := range n.anchors.States() {
		l, text := console.Green, "none yet"
		if s.Size > 0 {
			text = fmt.Sprintf("%d records at %s", s.Size, when(s.At))
		}
		if s.Trouble != "" {
			l, text = console.Yellow, text+": "+s.Trouble
		}
		rows = append(rows, oneRow("anchor "+s.Name, l, "%s", text)...)
	}
	if late := n.unanchored(now); late > anchorAlarm {
		rows = append(rows, oneRow("anchors", console.Red, "there are records that nobody outside has seen for %s", late.Round(time.Minute))...)
	}
	return rows
}

// anchorFigures collect how old the anchors are.
type anchorFigures struct{ *node }

var (
	anchorAge      = prometheus.NewDesc("tregua_anchor_age_seconds", "How long there have been records that nobody outside has seen; 0 when there are none.", nil, nil)
	anchorRecords  = prometheus.NewDesc("tregua_anchor_records", "Records that the newest anchor is over.", []string{"anchor"}, nil)
	anchorFailures = prometheus.NewDesc("tregua_anchor_failures_total", "Tries to anchor that failed; each is made again.", []string{"anchor"}, nil)
	proofRecords   = prometheus.NewDesc("tregua_proof_records", "Records that are in the proof log.", nil, nil)
	proofTrouble   = prometheus.NewDesc("tregua_proof_trouble", "1 when records cannot be added to the proof log; they wait, calls do not.", nil, nil)
)

// Describe names the metrics.
func (f anchorFigures) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{anchorAge, anchorRecords, anchorFailures, proofRecords, proofTrouble} {
		to <- d
	}
}

// Collect takes one reading.
func (f anchorFigures) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(anchorAge, f.unanchored(time.Now()).Seconds())
	gauge(proofRecords, float64(f.proof.Size()))
	trouble := 0.0
	if f.proof.Trouble() != "" {
		trouble = 1
	}
	gauge(proofTrouble, trouble)
	for _, s := range f.anchors.States() {
		gauge(anchorRecords, float64(s.Size), s.Name)
		to <- prometheus.MustNewConstMetric(anchorFailures, prometheus.CounterValue, float64(s.Failures), s.Name)
	}
}

// Anchors returns who has which checkpoint, after taking the newest one out if now is
// set. It tells of the node, and of whom it knows outside.
func (p adminProof) Anchors(ctx context.Context, scope access.Scope, now bool) (a console.Anchors, err error) {
	if !scope.Whole() {
		return a, &console.Mistake{Code: http.StatusForbidden, Err: errors.New("anchors are of the records of all: they need a token without principal and call centre")}
	}
	if now {
		if p.anchors.Every() == 0 {
			return a, conflict(errors.New("nobody outside is to see checkpoints; name somebody in ledger.anchor of the config"))
		}
		_ = p.anchors.Now(ctx) // each target says below what failed
	}
	for _, s := range p.anchors.States() {
		a.Targets = append(a.Targets, console.AnchorState{Name: s.Name, Kind: s.Kind, Size: s.Size, At: s.At, Trouble: s.Trouble})
	}
	a.Size, a.Dir = p.proof.Size(), filepath.Join(p.config.Node.Data, "anchors")
	return a, nil
}
