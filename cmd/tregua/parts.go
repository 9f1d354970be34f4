package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// parts are the running parts of the daemon. They end one after another in the
// reverse order of their start, so that what others give work to ends last.
type parts struct {
	list   []*part
	failed chan error // the first error of a part that ended by itself
}

type part struct {
	name string
	stop context.CancelFunc
	wg   sync.WaitGroup
	err  error // set before wg is done
}

func newParts() *parts { return &parts{failed: make(chan error, 1)} }

// start runs a part until end stops it. Its context has the values of ctx and
// not its end: the order of ending is ours.
func (p *parts) start(ctx context.Context, name string, run func(context.Context) error) {
	inner, stop := context.WithCancel(context.WithoutCancel(ctx))
	one := &part{name: name, stop: stop}
	p.list = append(p.list, one)
	one.wg.Go(func() {
		one.err = ended(run(inner))
		if inner.Err() == nil { // nobody asked it to end
			err := one.err
			if err == nil {
				err = errors.New("ended by itself")
			}
			select {
			case p.failed <- fmt.Errorf("%s: %w", name, err):
			default:
			}
		}
	})
}

// wait returns nil when ctx ends, or the error of a part that ended before.
func (p *parts) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-p.failed:
		return err
	}
}

// end stops every part, the newest first, each before the next, and joins
// their errors.
func (p *parts) end() error {
	var errs []error
	for _, one := range slices.Backward(p.list) {
		one.stop()
		one.wg.Wait()
		if one.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", one.name, one.err))
		}
	}
	p.list = nil
	return errors.Join(errs...)
}
