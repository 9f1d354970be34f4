package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
)

// diary notes what happens in which order.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

func (d *diary) part(name string, err error) func(context.Context) error {
	return func(ctx context.Context) error {
		<-ctx.Done()
		d.note(name)
		return err
	}
}

// TestPartsEndInOrder holds that a part ends only when those are over that
// give it work, and that their errors are kept.
func TestPartsEndInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		d, p := &diary{}, newParts()
		p.start(ctx, "ledger", d.part("ledger", errors.New("disk full")))
		p.start(ctx, "desks", d.part("desks", context.Canceled))
		p.start(ctx, "calls", d.part("calls", nil))
		stop()
		if err := p.wait(ctx); err != nil {
			t.Errorf("wait: %v", err)
		}
		synctest.Wait()
		if len(d.lines) > 0 {
			t.Errorf("%v ended with the context and not when told", d.lines)
		}
		if err := p.end(); err == nil || err.Error() != "ledger: disk full" {
			t.Errorf("end: %v", err)
		}
		if want := []string{"calls", "desks", "ledger"}; !slices.Equal(d.lines, want) {
			t.Errorf("ended in the order %v, want %v", d.lines, want)
		}
	})
}

// TestPartsFail holds that a part that ends by itself ends the daemon.
func TestPartsFail(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"media: no worker is left": errors.New("no worker is left"), "media: ended by itself": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newParts()
			p.start(t.Context(), "media", func(context.Context) error { return err })
			if got := p.wait(t.Context()); got == nil || got.Error() != name {
				t.Errorf("wait: %v", got)
			}
			if got := p.end(); err != nil && (got == nil || !strings.Contains(got.Error(), err.Error())) {
				t.Errorf("end: %v", got)
			}
		})
	}
}
