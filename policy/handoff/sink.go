package handoff

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"tregua/policy/access"
	"tregua/policy/ledger"
	"tregua/policy/store"
)

// Target takes what a sink hands off. When Take returns nil the batch is safe with
// it; else it is given the same batch again, with the place that counted before.
type Target interface {
	Take(ctx context.Context, b *Batch, p Place) (Place, error)
	// Tidy cares for what was taken; it is called now and then.
	Tidy(p Place) error
}

var (
	_ Target = (*Webhook)(nil)
	_ Target = (*Folder)(nil)
)

// Past counts records of a span of time again, see [ledger.Reader.Sweep].
type Past interface {
	Sweep(ctx context.Context, span ledger.Span, workers int, visit func(worker int, v *ledger.View) error) error
}

// Config says what a sink hands off to whom. No field may be nil but Past, which
// is for [Hourly], and Log.
type Config struct {
	Name    string // a slug, never given to another sink: the cursor goes by it
	Scope   access.Scope
	Format  Format
	Numbers bool // numbers are whole; the scope must be a tenant's
	CallID  bool
	Batch   int // records at once, from 1 on

	Source Source // this sink's own
	Past   Past
	Names  func() Names
	Rows   store.Store
	Target Target
	Log    *slog.Logger
}

// Sink hands records off to one target. Run is its goroutine; the other methods
// are for any.
type Sink struct {
	config Config
	log    *slog.Logger
	wake   chan struct{}

	known  bool // owner only, as the next two: cursor is what the store says
	cursor cursor
	batch  *made // that the target has not taken yet

	mu    sync.Mutex // protects the fields below
	upTo  uint64     // records before it are committed
	state State
}

// State is how a sink does.
type State struct {
	Lag      uint64 // records in the ledger that it has not looked at
	Items    uint64 // that were taken since the start
	Failures uint64 // batches that were not taken, each try
	Trouble  string // why the last try failed; "": it did not
	Gone     bool   // the receiver wants no more; asked again after a restart
}

// New returns a sink. It reads nothing yet.
func New(c Config) *Sink {
	log := c.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Sink{config: c, log: log.With("sink", c.Name), wake: make(chan struct{}, 1)}
}

// Name returns the name of the sink.
func (s *Sink) Name() string { return s.config.Name }

// Scope returns whose records it hands off.
func (s *Sink) Scope() access.Scope { return s.config.Scope }

// State returns how it does.
func (s *Sink) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state
}

// Wake says that all records before next are committed. It never waits.
func (s *Sink) Wake(next uint64) {
	s.mu.Lock()
	if grown := next - min(next, s.upTo); grown > 0 {
		s.upTo, s.state.Lag = next, s.state.Lag+grown
	}
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

const (
	firstRetry = time.Second
	lastRetry  = 5 * time.Minute
	longestAsk = time.Hour // of a Retry-After
	tidyEvery  = time.Hour
)

// pace is how long new records wait, so that they go in batches. An hour is told
// when it is over and most of its calls are.
func (f Format) pace() time.Duration {
	if f == Hourly {
		return 5 * time.Minute
	}
	return time.Second
}

// Run hands off until ctx ends. What fails is tried again without end.
func (s *Sink) Run(ctx context.Context) error {
	tidy, again := time.NewTicker(tidyEvery), time.NewTimer(0)
	defer tidy.Stop()
	defer again.Stop()
	for failed := 0; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-tidy.C:
			s.tidy()
			continue
		case <-again.C:
		}
		more, err := s.Step(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ErrGone):
			s.gone(err)
			<-ctx.Done()
			return nil
		case err != nil:
			s.failed(err, failed == 0)
			again.Reset(delay(failed, err, rand.Float64()))
			failed++
			continue
		}
		s.well(failed > 0)
		failed = 0
		if more {
			again.Reset(0)
			continue
		}
		if !s.rest(ctx, tidy.C) {
			return nil
		}
		again.Reset(s.config.Format.pace())
	}
}

// rest waits for news, or for the time at which an hour is told. False: ctx ended.
func (s *Sink) rest(ctx context.Context, tidy <-chan time.Time) bool {
	var hours <-chan time.Time
	if s.config.Format == Hourly && len(s.cursor.Hours) > 0 {
		t := time.NewTimer(s.config.Format.pace())
		defer t.Stop()
		hours = t.C
	}
	for {
		select {
		case <-ctx.Done():
			return false
		case <-tidy:
			s.tidy()
		case <-s.wake:
			return true
		case <-hours:
			return true
		}
	}
}

// delay is how long to wait after a try failed for the n-th time in a row, from 0:
// a second, doubling up to five minutes, half of it by chance; longer when the
// receiver asks for it.
func delay(n int, err error, chance float64) time.Duration {
	d := lastRetry
	if n < 9 {
		d = min(lastRetry, firstRetry<<n)
	}
	d = d/2 + time.Duration(chance*float64(d/2))
	if e, ok := errors.AsType[*notTaken](err); ok {
		d = max(d, min(e.after, longestAsk))
	}
	return d
}

// made is a batch and the cursor for when it is taken.
type made struct {
	batch Batch
	after cursor
}

// Step hands off one batch; more says that there may be others. A cursor moves also
// past records that the scope leaves out. It is for the one who does not use Run.
func (s *Sink) Step(ctx context.Context) (more bool, err error) {
	if !s.known {
		if s.cursor, err = readCursor(s.config.Rows, s.config.Name); err != nil {
			return false, err
		}
		s.known = true
		s.moved(0)
		s.tidy()
	}
	if s.batch == nil {
		if s.batch, err = s.gather(ctx); err != nil || s.batch == nil {
			return false, err
		}
	}
	m := s.batch
	if len(m.batch.Items) > 0 {
		if m.after.Place, err = s.config.Target.Take(ctx, &m.batch, s.cursor.Place); err != nil {
			return false, err
		}
	}
	if err := m.after.write(s.config.Rows, s.config.Name); err != nil {
		return false, err // the target is given it again: it may have it twice, and knows by the Seq
	}
	turned := m.after.Place.File != s.cursor.Place.File
	s.cursor, s.batch = m.after, nil
	s.moved(len(m.batch.Items))
	if turned {
		s.tidy()
	}
	return true, nil
}

// most is how many records one step looks at.
const most = 4096

// gather makes the next batch; nil: there is nothing to do.
func (s *Sink) gather(ctx context.Context) (*made, error) {
	m := &made{after: s.cursor, batch: Batch{Format: s.config.Format, First: s.cursor.Next, Made: time.Now()}}
	m.after.Hours = slices.Clone(s.cursor.Hours)
	names := s.config.Names()
	s.mu.Lock()
	end := s.upTo
	s.mu.Unlock()
	whole := true
	for v, err := range s.config.Source.Views(s.cursor.Next) {
		if err != nil {
			return nil, err
		}
		if err := s.add(m, &v, names); err != nil {
			return nil, err
		}
		m.after.Next = v.Seq + 1
		if len(m.batch.Items) >= s.config.Batch || m.after.Next-m.batch.First >= most {
			whole = false
			break
		}
	}
	if whole {
		// What the source did not give is of no attempt: a note has a Seq, too.
		m.after.Next = max(m.after.Next, end)
	}
	if m.after.Next > s.cursor.Next {
		m.batch.From, m.batch.Last = m.batch.First, m.after.Next-1
		return m, nil
	}
	if s.config.Format != Hourly {
		return nil, nil //nolint:nilnil // nothing to do is no error
	}
	return s.hours(ctx, m, names)
}

// add puts a record into a batch, or notes its hour, if the scope takes it.
func (s *Sink) add(m *made, v *ledger.View, names Names) error {
	a := &v.Record.Attempt
	if !s.config.Scope.Takes(names.PrincipalName(a.Principal), names.CallCentreName(a.CallCentre)) {
		return nil
	}
	if s.config.Format == Hourly {
		if at, known := slices.BinarySearch(m.after.Hours, hourAt(a.At)); !known {
			m.after.Hours = slices.Insert(m.after.Hours, at, hourAt(a.At))
		}
		return nil
	}
	r := shown{s.config.Numbers, s.config.CallID}.record(v, names)
	item, has, err := s.config.Format.item(&r, s.config.CallID)
	if err == nil && has {
		m.batch.Items = append(m.batch.Items, item)
	}
	return err
}

// hours makes a batch of the hours that are over and have news. Calls may end long
// after their hour: then it is told again, whole.
func (s *Sink) hours(ctx context.Context, m *made, names Names) (*made, error) {
	over := hourAt(m.batch.Made.Add(-s.config.Format.pace()))
	n, _ := slices.BinarySearch(m.after.Hours, over)
	if n == 0 {
		return nil, nil //nolint:nilnil // nothing to do is no error
	}
	told := m.after.Hours[:n]
	m.after.Hours = slices.Clone(m.after.Hours[n:])
	var traffic Traffic
	// Every record before the cursor was read: those of a span are all there.
	err := s.config.Past.Sweep(ctx, ledger.Span{Since: hourTime(told[0]), Until: hourTime(told[n-1] + 1)}, 1, func(_ int, v *ledger.View) error {
		a := &v.Record.Attempt
		_, wanted := slices.BinarySearch(told, hourAt(a.At))
		if wanted && v.Seq < m.after.Next && s.config.Scope.Takes(names.PrincipalName(a.Principal), names.CallCentreName(a.CallCentre)) {
			traffic.Add(&v.Record)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	last := m.after.Next - 1
	m.batch.First, m.batch.Last, m.batch.From = last, last, m.after.Told
	for _, h := range traffic.Hours(names) {
		h.AsOf = last
		text, err := json.Marshal(h)
		if err != nil {
			return nil, err
		}
		m.batch.Items = append(m.batch.Items, Item{No: m.after.Told, At: h.From, Text: text})
		m.after.Told++
	}
	return m, nil
}
