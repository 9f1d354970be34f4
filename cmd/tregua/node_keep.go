package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/access/register"
	"tregua/policy/book"
	"tregua/policy/keep"
	"tregua/policy/ledger"
)

// purgeEvery is how often the node looks for what is due: terms end to the day.
const purgeEvery = 24 * time.Hour

// keeper purges daily, and lays legal holds.
type keeper struct {
	*node
	purger *ledger.Purger
	purged atomic.Int64 // when the last purge ended well, in Unix seconds; 0: none did since the start
}

func (n *node) openKeeper() {
	n.keeper = &keeper{node: n, purger: &ledger.Purger{
		State: n.store, Shelf: n.shelf, Keys: n.keys, Reader: n.reader, Terms: n.config.Ledger.Keep, Also: n.openComplaints,
		Term: n.config.Ledger.Public, Proved: n.proved,
		Note: func(ctx context.Context, note ledger.Note) error {
			_, err := n.writer.Note(ctx, note)
			return err
		},
		NewID: func() (policy.AttemptID, error) {
			id, err := uuid.NewV7()
			return policy.AttemptID(id), err
		},
	}}
}

// proved is before which Seq all records are in the log and, where somebody outside is to
// see checkpoints, under one that he has.
func (n *node) proved() uint64 {
	if n.anchors.Every() == 0 {
		return n.proof.Size()
	}
	return min(n.proof.Size(), n.anchors.Newest().Size)
}

// openComplaints are holds on the numbers of complaints that are not answered: an answer
// needs their records, and so does a claim that may follow (GDPR art. 17(3)(e)).
func (n *node) openComplaints() (holds []ledger.LegalHold) {
	for _, c := range n.complaints.All() {
		if c.Open() {
			h := ledger.LegalHold{Order: evidenceOf(c.ID), Number: c.Number, At: c.OpenedAt}
			copy(h.ID[:], c.ID)
			holds = append(holds, h)
		}
	}
	return holds
}

// Run purges at the start and each day until ctx ends.
func (k *keeper) Run(ctx context.Context) error {
	if err := errors.Join(k.noteUntold(ctx), k.noteOverruled(ctx)); err != nil && ctx.Err() == nil {
		k.log.Error("notes of erasures are not written; an erasure that has none is noted at the next start", "err", err)
	}
	tick := time.NewTicker(purgeEvery)
	defer tick.Stop()
	for {
		if _, err := k.take(ctx); err != nil && ctx.Err() == nil {
			k.log.Error("what is over its term is not purged; it is tried again tomorrow, or by `tregua ledger purge --now`", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (k *keeper) take(ctx context.Context) ([]ledger.Purge, error) {
	now := time.Now()
	took, recordsErr := k.purger.Purge(ctx, now)
	took, err := k.beside(ctx, now, false, took)
	err = errors.Join(recordsErr, err, k.book.Sweep())
	for _, p := range took {
		if p.Removed != nil {
			k.log.Info("records are removed, their term is over", "month", p.Month, "records", p.Removed.Records)
			continue
		}
		k.log.Info("what is personal is purged, its term is over", "month", p.Month, "records", p.Records, "held", p.Held)
	}
	if err == nil {
		k.purged.Store(now.Unix())
	}
	return took, err
}

// The kinds of what is purged beside records and consents.
const (
	purgedComplaints = "complaints"
	purgedReads      = "access records"
)

var errWholeNode = &console.Mistake{Code: http.StatusForbidden, Err: errors.New("purges and legal holds are of the whole node: ask who runs it")}

// Purge takes what is due now, or says what it would take.
func (k *keeper) Purge(ctx context.Context, scope access.Scope, dryRun bool) ([]ledger.Purge, error) {
	switch {
	case !scope.Whole():
		return nil, errWholeNode
	case dryRun:
		now := time.Now()
		due, err := k.purger.Due(ctx, now)
		if err != nil {
			return due, err
		}
		return k.beside(ctx, now, true, due)
	}
	return k.take(ctx)
}

// beside purges what is kept beside the records, and adds what went to what others
// took; in a dry run every kind is told, also when nothing of it is due.
func (k *keeper) beside(ctx context.Context, now time.Time, dry bool, others []ledger.Purge) ([]ledger.Purge, error) {
	took, err := k.purger.Beside(ctx, now, dry, func(t *ledger.Taking) (map[string]int, error) {
		terms := &k.config.Ledger.Beside
		people := &book.Purging{
			Now: now, Dry: dry, Ends: k.consentEnds(), Held: t.Needed, HeldNumbers: t.Numbers, Step: t.Step, Told: t.Told,
		}
		counts, consentsErr := k.book.PurgeConsents(ctx, people)
		lists, listsErr := k.book.PurgeBlacklists(ctx, people)
		maps.Copy(counts, lists)
		complaintsErr := t.Step(func() (err error) {
			isHeld := func(n policy.Number) bool { return t.Held(k.keys.Index(n)) }
			counts[purgedComplaints], err = k.complaints.Purge(terms[keep.Complaints].Before(now), isHeld, t.Of(purgedComplaints))
			return err
		})
		var readsErr error
		counts[purgedReads], readsErr = k.access.PurgeReads(&register.Purging{
			Before: terms[keep.Reads].Before(now), Held: t.Held, Step: t.Step, Told: t.Of(purgedReads),
		})
		return counts, errors.Join(consentsErr, listsErr, complaintsErr, readsErr) // a kind holds up no other
	})
	if len(took.Records) > 0 {
		others = append(others, took)
	}
	return others, err
}

// consentEnds is after how many months no policy lets a consent hold; 0: some always does.
func (k *keeper) consentEnds() int {
	longest := k.params.Consent.EndMonths.Value
	for i := range k.abroad {
		end := k.abroad[i].Consent.EndMonths.Value
		if longest == 0 || end == 0 {
			return 0
		}
		longest = max(longest, end)
	}
	return longest
}

// LegalHolds returns those that were laid and not lifted, oldest first.
func (k *keeper) LegalHolds(scope access.Scope) ([]console.LegalHold, error) {
	if !scope.Whole() {
		return nil, errWholeNode
	}
	all, err := ledger.LegalHolds(k.store, k.keys)
	out := make([]console.LegalHold, 0, len(all))
	for i := range all {
		out = append(out, k.shown(&all[i]))
	}
	return out, err
}

func (k *keeper) shown(h *ledger.LegalHold) console.LegalHold {
	out := console.LegalHold{
		ID: h.ID.String(), Order: h.Order, From: h.From, To: h.To, Until: h.Until, At: h.At, Actor: h.Actor,
	}
	if h.Number != 0 {
		out.Number = h.Number.String()
	}
	if h.Campaign != 0 {
		out.Campaign = fmt.Sprintf("campaign %d", h.Campaign)
		for _, c := range k.book.Current().Campaigns() {
			if c.ID == h.Campaign {
				out.Campaign = c.Name
			}
		}
	}
	return out
}

var errTelling = &console.Mistake{Code: http.StatusUnprocessableEntity, Err: errors.New("the text holds the number, and it is noted for ever: leave it out")}

// LayHold lays a legal hold.
func (k *keeper) LayHold(ctx context.Context, scope access.Scope, in console.LegalHold) (console.LegalHold, error) {
	if !scope.Whole() {
		return console.LegalHold{}, errWholeNode
	}
	h := ledger.LegalHold{Order: in.Order, From: in.From, To: in.To, Until: in.Until, At: time.Now(), Actor: scope.Actor}
	if !h.Until.IsZero() && !h.Until.After(h.At) {
		return in, &console.Mistake{Code: http.StatusUnprocessableEntity, Err: fmt.Errorf("the hold ends at %s, which is over: give a later until", when(h.Until))}
	}
	s := k.book.Current()
	if in.Number != "" {
		var err error
		if h.Number, err = s.Number(in.Number); err != nil {
			return in, mistake(err)
		}
		if book.TellsNumber(in.Order, h.Number) {
			return in, errTelling
		}
	}
	if in.Campaign != "" {
		c, found := s.Campaign(in.Campaign)
		if !found {
			return in, &console.Mistake{Code: http.StatusNotFound, Err: fmt.Errorf("there is no campaign %q", in.Campaign)}
		}
		h.Campaign = c.ID
	}
	if err := k.layHold(h.Number, func() (err error) { h, err = k.purger.Lay(ctx, h); return err }); err != nil {
		return in, err
	}
	out := k.shown(&h)
	var err error
	if out.Gone, err = k.reader.Gone(ledger.Span{Since: h.From, Until: h.To}); err != nil {
		k.log.Error("a legal hold is laid, and what was purged before it cannot be read", "err", err)
	}
	return out, nil
}

// LiftHold ends a legal hold.
func (k *keeper) LiftHold(ctx context.Context, scope access.Scope, id policy.AttemptID, reason string) error {
	if !scope.Whole() {
		return errWholeNode
	}
	all, err := ledger.LegalHolds(k.store, k.keys)
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].ID == id && all[i].Number != 0 && book.TellsNumber(reason, all[i].Number) {
			return errTelling
		}
	}
	_, err = k.purger.Lift(ctx, id, time.Now(), scope.Actor, reason)
	if errors.Is(err, ledger.ErrNoHold) {
		return &console.Mistake{Code: http.StatusNotFound, Err: err}
	}
	return err
}

// Held returns the order that forbids to erase a number. When nobody can tell, nothing
// is erased.
func (k *keeper) Held(n policy.Number) (order string, held bool) {
	order, held, err := k.purger.Held(n, time.Now())
	if err != nil {
		k.log.Error("legal holds cannot be read, so nothing is erased", "err", err)
		return cmp.Or(order, "unknown, because the holds cannot be read"), true
	}
	return order, held
}

var (
	purgeLast  = prometheus.NewDesc("tregua_purge_timestamp_seconds", "When the last purge ended well; the start of the process when none did since.", nil, nil)
	legalHolds = prometheus.NewDesc("tregua_legal_holds", "Legal holds that were laid and not lifted.", nil, nil)
)

// Describe names the metrics.
func (k *keeper) Describe(to chan<- *prometheus.Desc) {
	to <- purgeLast
	to <- legalHolds
}

// Collect takes one reading.
func (k *keeper) Collect(to chan<- prometheus.Metric) {
	to <- prometheus.MustNewConstMetric(purgeLast, prometheus.GaugeValue, float64(cmp.Or(k.purged.Load(), k.start.Unix())))
	if all, err := ledger.LegalHolds(k.store, k.keys); err == nil {
		to <- prometheus.MustNewConstMetric(legalHolds, prometheus.GaugeValue, float64(len(all)))
	}
}
