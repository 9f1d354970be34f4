package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"tregua/configs"
	"tregua/policy/ledger"
	"tregua/proxy"
)

// adoption returns what the ledger asks at a start about each call that was up
// when the last run ended, and gathers those that this run takes. Of the others
// nothing can be told to their peers: the ledger closes them.
func (n *node) adoption() func(ledger.Left) bool {
	calls := proxyConfig(n.config, &n.params, n.abroad...)
	return func(l ledger.Left) bool {
		kept, err := readLeft(l)
		if err == nil {
			err = calls.Adoptable(kept)
		}
		if err != nil {
			n.log.Warn("a call of the last run is lost, and closed as interrupted", "attempt", l.Attempt.ID, "err", err)
			return false
		}
		n.left = append(n.left, proxy.Left{Attempt: l.Attempt, Kept: kept, Leaving: l.Leaving})
		n.joined[l.Attempt.ID] = l.Joined
		return true
	}
}

func readLeft(l ledger.Left) (*proxy.Kept, error) {
	if l.Err != nil {
		return nil, l.Err
	}
	kept, err := proxy.ReadKept(l.Call)
	if err == nil && kept.State.Inbound == l.Open {
		err = errors.New("it has no open row, and is no inbound call")
	}
	return kept, err
}

// adopt gives the server the calls that this run takes.
func (n *node) adopt() {
	if len(n.left) == 0 {
		return
	}
	on := n.server.Adopt(n.left, n.relay.Reopen)
	n.log.Info("calls were up when tregua stopped", "go_on", on, "ended", len(n.left)-on)
	n.left = nil
}

// keep writes down what a call needs to go on after a restart.
func (n *node) keep(k *proxy.Keep) bool {
	switch {
	case k.Leaving:
		return n.writer.Submit(ledger.Entry{Kind: ledger.Leave, ID: k.Attempt.ID})
	case k.Kept == nil:
		return n.writer.Submit(ledger.Entry{Kind: ledger.Drop, ID: k.Attempt.ID})
	}
	e := ledger.Entry{Kind: ledger.Keep, Call: k.Kept.Encode()}
	e.Record.Attempt = k.Attempt
	return n.writer.Submit(e)
}

// drain lets calls go on to their end for as long as the config says. It ends
// earlier at a second signal, and when a part of the daemon ends, which it
// returns.
func (n *node) drain(ctx context.Context, running *parts) (failed error) {
	if n.config.Node.DrainMax == 0 {
		return nil
	}
	hurry, stop := signal.NotifyContext(context.WithoutCancel(ctx), os.Interrupt, syscall.SIGTERM)
	n.unready("draining") // now that a second signal is heard
	n.log.Info("tregua drains: no call begins any more", "calls", n.server.Calls(), "drain_max", n.config.Node.DrainMax)
	var watch sync.WaitGroup
	watch.Go(func() {
		if failed = running.wait(hurry); failed != nil {
			stop()
		}
	})
	n.server.Drain(hurry, n.config.Node.DrainMax)
	n.hurried.Store(hurry.Err() != nil)
	stop()
	watch.Wait()
	return failed
}

// leave reports whether calls that are up when tregua ends are left to its next
// start.
func (n *node) leave() bool { return n.config.Node.Stop == configs.StopKeep && !n.hurried.Load() }
