package anchor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"tregua/policy/proof"
)

// Named is a target with the name that its anchors are kept under.
type Named struct {
	Name   string // a slug
	Kind   string // as people are told: "time stamp"
	Target Target
}

// Config is what a keeper works with.
type Config struct {
	Dir     string        // where anchors are kept, each target's in a directory of its own
	Every   time.Duration // how often a checkpoint is taken out
	Targets []Named
	Head    func(context.Context) (proof.Head, error) // [proof.ErrEmpty]: there is none
	Log     *slog.Logger                              // nil: silent
}

// Keeper takes checkpoints out, to each target by itself. It is safe for concurrent
// use.
type Keeper struct {
	config  Config
	log     *slog.Logger
	targets []*kept
}

// kept is a target and how it does.
type kept struct {
	Named
	taking sync.Mutex // one at a time

	mu    sync.Mutex // protects what follows
	state State
}

// State is how a target does.
type State struct {
	Name, Kind string
	Size       uint64    // records that its newest anchor is over; 0: it has none
	At         time.Time // of that anchor
	Failures   uint64    // since the start
	Trouble    string    // why the last try failed; "": it did not
}

// New returns a keeper that goes on from what is kept.
func New(c Config) (*Keeper, error) {
	k := &Keeper{config: c, log: c.Log}
	if k.log == nil {
		k.log = slog.New(slog.DiscardHandler)
	}
	for _, t := range c.Targets {
		last, err := newest(filepath.Join(c.Dir, t.Name))
		if err != nil {
			return nil, fmt.Errorf("anchors of %s: %w", t.Name, err)
		}
		k.targets = append(k.targets, &kept{Named: t, state: State{Name: t.Name, Kind: t.Kind, Size: last.Size, At: last.At}})
	}
	return k, nil
}

// firstRetry doubles after each failure, up to the time between two anchors.
const firstRetry = time.Minute

// Run takes checkpoints out until ctx ends. What fails is tried again without end.
func (k *Keeper) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, t := range k.targets {
		wg.Go(func() { k.follow(ctx, t) })
	}
	wg.Wait()
	<-ctx.Done() // also with nobody to give them to
	return nil
}

func (k *Keeper) follow(ctx context.Context, t *kept) {
	timer := time.NewTimer(min(k.config.Every, max(0, time.Until(t.now().At.Add(k.config.Every)))))
	defer timer.Stop()
	retry := firstRetry
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		if err := k.take(ctx, t); err != nil {
			timer.Reset(min(retry, k.config.Every))
			retry = min(2*retry, k.config.Every)
			continue
		}
		retry = firstRetry
		timer.Reset(k.config.Every)
	}
}

// Now takes the checkpoint out to all targets at once, and returns what failed.
func (k *Keeper) Now(ctx context.Context) error {
	errs := make([]error, len(k.targets))
	var wg sync.WaitGroup
	for i, t := range k.targets {
		wg.Go(func() {
			if err := k.take(ctx, t); err != nil {
				errs[i] = fmt.Errorf("%s: %w", t.Name, err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// take takes the checkpoint out to one target, unless it has it.
func (k *Keeper) take(ctx context.Context, t *kept) error {
	t.taking.Lock()
	defer t.taking.Unlock()
	err := k.give(ctx, t)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		t.state.Trouble = ""
		return nil
	}
	if ctx.Err() == nil {
		t.state.Failures++
		if t.state.Trouble == "" {
			k.log.Error("the checkpoint of the log is not anchored; it is tried again", "anchor", t.Name, "err", err)
		}
		t.state.Trouble = err.Error()
	}
	return err
}

func (k *Keeper) give(ctx context.Context, t *kept) error {
	head, err := k.config.Head(ctx)
	if errors.Is(err, proof.ErrEmpty) {
		return nil
	}
	if err != nil {
		return err
	}
	dir := filepath.Join(k.config.Dir, t.Name)
	last, err := newest(dir)
	if err != nil || head.Size == last.Size {
		return err
	}
	if head.Size < last.Size {
		return fmt.Errorf("the log has %d records, and had %d at the last anchor; run `tregua ledger audit`", head.Size, last.Size)
	}
	r, err := t.Target.Take(ctx, head, last)
	if err == nil {
		err = save(dir, r)
	}
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.state.Size, t.state.At = r.Size, r.At
	return nil
}

func (t *kept) now() State {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state
}

// States returns how the targets do, in the order of the config.
func (k *Keeper) States() []State {
	list := make([]State, len(k.targets))
	for i, t := range k.targets {
		list[i] = t.now()
	}
	return list
}

// Newest returns the anchor over the most records; a zero Size: there is none.
func (k *Keeper) Newest() (best State) {
	for _, s := range k.States() {
		if s.Size > best.Size {
			best = s
		}
	}
	return best
}

// Every returns how often a checkpoint is taken out; 0: never, nobody is to have it.
func (k *Keeper) Every() time.Duration {
	if len(k.targets) == 0 {
		return 0
	}
	return k.config.Every
}
