package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"tregua/configs"
	"tregua/policy"
	"tregua/policy/ledger"
)

const (
	// beatEvery is how often the process says in the store that it runs: so long is
	// the time of which a gap tells too much.
	beatEvery = time.Minute
	// summaryWait is how long a summary may take to be written; then it is tried again.
	summaryWait = 10 * time.Second
)

// hourly writes the summary of every full hour, see [ledger.Summary]. It is the only
// one who knows when the process ran and what its trunks did.
type hourly struct {
	log      *slog.Logger
	told     ledger.Hour
	modes    func(now time.Time) []ledger.ModeSpan // of the trunks that do not enforce
	submit   func(ledger.Entry) bool
	sum      func(ctx context.Context, n ledger.Note, h ledger.Hour) (uint64, error)
	beaten   time.Time // when the last sign of life was given
	troubled bool
}

// openHourly takes up what the last run said of its last hour. The writer must not
// run yet.
func (n *node) openHourly() (*hourly, error) {
	told, err := n.committer.Told()
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(n.profiles))
	for _, p := range n.profiles {
		names = append(names, p.Name)
	}
	return &hourly{
		log: n.log, modes: n.notEnforcing, submit: n.writer.Submit, sum: n.writer.Summarise,
		told: told.Started(ledger.Start{
			Boot: n.committer.Boot(), At: n.start.UTC(), Program: thisBuild().Version, Policy: strings.Join(names, " "),
		}),
	}, nil
}

// notEnforcing returns the trunks in shadow or bypass, by name.
func (n *node) notEnforcing(now time.Time) (spans []ledger.ModeSpan) {
	s := n.book.Current()
	for _, t := range n.config.Trunks {
		if t.Side != configs.SidePBX {
			continue
		}
		if m := s.TrunkMode(t.Name).At(now); m != policy.Enforce {
			spans = append(spans, ledger.ModeSpan{Trunk: t.Name, Mode: m.String()})
		}
	}
	slices.SortFunc(spans, func(a, b ledger.ModeSpan) int { return strings.Compare(a.Trunk, b.Trunk) })
	return spans
}

// Run looks until ctx ends, and gives a last sign of life then.
func (d *hourly) Run(ctx context.Context) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		d.look(ctx, time.Now().UTC())
		select {
		case <-tick.C:
		case <-ctx.Done():
			d.told.Alive = time.Now().UTC()
			d.beat(d.told.Alive)
			return nil
		}
	}
}

// look sums up when a full hour is over. A clock that is set back waits until it is
// again where it was.
func (d *hourly) look(ctx context.Context, now time.Time) {
	d.told = d.told.Observe(now, d.modes(now))
	if to := now.Truncate(time.Hour); to.After(d.begun()) {
		d.summarise(ctx, now, to)
	}
	if since := now.Sub(d.beaten); since >= beatEvery || since < 0 {
		d.beat(now)
	}
}

// begun is when the time began that is not summed up yet.
func (d *hourly) begun() time.Time {
	if d.told.From.IsZero() && len(d.told.Starts) > 0 {
		return d.told.Starts[0].At
	}
	return d.told.From
}

// summarise sums up to a full hour. What cannot be written is tried again.
func (d *hourly) summarise(ctx context.Context, now, to time.Time) {
	ctx, stop := context.WithTimeout(ctx, summaryWait)
	defer stop()
	past, rest := d.told.Cut(to)
	past.Late = now.Sub(to) > beatEvery || to.Sub(d.begun()) > time.Hour
	_, err := d.sum(ctx, ledger.Note{ID: policy.AttemptID(uuid.Must(uuid.NewV7())), At: now, Kind: ledger.NoteSummary}, past)
	if err != nil && !errors.Is(err, ledger.ErrNote) { // that is: another try was written after all
		if !d.troubled {
			d.log.Error("the summary of an hour is not written, it is tried again", "err", err)
		}
		d.troubled = true
		return
	}
	d.told, d.troubled = rest, false
	d.beat(now)
}

// beat says that the process runs. What is lost is said anew in a minute.
func (d *hourly) beat(now time.Time) {
	d.beaten = now
	told := d.told
	d.submit(ledger.Entry{Kind: ledger.Beat, Hour: &told})
}
