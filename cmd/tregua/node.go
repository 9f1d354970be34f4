package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"tregua/configs"
	"tregua/media/relay"
	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/desk"
	"tregua/policy/ledger"
	"tregua/policy/rules"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/badger"
	"tregua/proxy"
)

// subjectCache is how many subject keys stay unwrapped in memory.
const subjectCache = 1 << 16

// grace is how long calls get to end when the program stops.
const grace = 3 * time.Second

// node is the running program: every part, and how they are joined.
type node struct {
	config    *configs.Config
	log       *slog.Logger
	clock     *proxy.Clock
	state     *badger.Store
	subjects  *seal.DiskFile
	shelf     *ledger.Shelf
	committer *ledger.Committer
	writer    *ledger.Writer
	months    *ledger.Months
	records   *ledger.Reader
	book      *book.Book
	desks     *desk.Desks
	relay     *relay.Relay
	server    *proxy.Server
	closers   []func() error
}

// openNode opens everything that serve needs; nothing runs yet. What was
// opened before an error is closed.
func openNode(config *configs.Config, log *slog.Logger) (n *node, err error) {
	n = &node{config: config, log: log, clock: proxy.NewClock()}
	defer func() {
		if err != nil {
			n.close()
		}
	}()
	keys, err := seal.LoadKeys(config.Node.Keys, rand.Reader)
	if err != nil {
		return nil, err
	}
	if err := n.openLedger(keys); err != nil {
		return nil, err
	}
	if err := n.openBook(keys); err != nil {
		return nil, err
	}
	if err := n.openDesks(); err != nil {
		return nil, err
	}
	return n, n.openServer()
}

func (n *node) close() {
	for i := len(n.closers) - 1; i >= 0; i-- {
		if err := n.closers[i](); err != nil {
			n.log.Error("closing", "err", err)
		}
	}
	n.closers = nil
}

// openLedger opens the store and closes what the last run left open.
func (n *node) openLedger(keys *seal.Keys) error {
	data := n.config.Node.Data
	state, err := badger.Open(badger.Config{Dir: filepath.Join(data, "state"), Sync: n.config.Store.Sync, Log: n.log})
	if err != nil {
		return err
	}
	n.state = state
	n.closers = append(n.closers, state.Close)
	file, err := seal.OpenFile(filepath.Join(data, "subjects.keys"), n.config.Store.Sync)
	if err != nil {
		return err
	}
	n.closers = append(n.closers, file.Close)
	subjects, err := seal.NewSubjects(file, state, keys, subjectCache)
	if err != nil {
		return err
	}
	months := filepath.Join(data, "ledger")
	n.shelf = ledger.NewShelf(func(month string) (store.Store, error) {
		return badger.Open(badger.Config{Dir: filepath.Join(months, month), Sync: n.config.Store.Sync, Small: true, Log: n.log})
	}, ledger.Directory(months))
	n.closers = append(n.closers, n.shelf.Close)
	committer, interrupted, err := ledger.Recover(ledger.Config{
		Node: uint32(n.config.Node.ID), Keys: keys, Subjects: subjects, Random: rand.Reader,
	}, state, n.clock.Now().Wall)
	if err != nil {
		return err
	}
	if interrupted > 0 {
		n.log.Warn("attempts that the last run left open are closed as interrupted", "attempts", interrupted)
	}
	n.months = ledger.NewMonths(state, n.shelf, keys, n.log)
	n.records = ledger.NewReader(state, n.shelf, keys, subjects)
	n.committer = committer
	n.writer = ledger.NewWriter(ledger.WriterConfig{
		Posted:    func(r []ledger.Receipt) { n.desks.Posted(r) },
		Committed: n.months.Wake, Log: n.log,
	}, committer, state)
	n.months.Wake(committer.Next()) // what the last run left in the outbox
	return nil
}

func (n *node) openBook(keys *seal.Keys) (err error) {
	c := book.Config{
		Store: n.state, Dir: n.config.Node.Data, Keys: keys, Profile: n.config.Policy.Profile, Log: n.log,
		Changed: func(c book.Change) {
			err := n.desks.Object(context.Background(), desk.Objection{
				Principal: c.Principal, Number: c.Number, Since: c.Since, Source: c.Source})
			if err != nil {
				n.log.Error("a blacklist entry is not in force before the next start", "err", err)
			}
		},
	}
	for _, t := range n.config.Trunks {
		if t.Side != configs.SidePBX {
			continue
		}
		b := book.Trunk{Name: t.Name, CallCentre: t.CallCentre, Country: t.Numbers.Country, Strip: t.Numbers.Strip,
			Prefixes: map[string]string{}, Otherwise: book.Otherwise(t.Otherwise), DialMode: t.DialMode}
		for _, p := range t.Numbers.Prefixes {
			b.Prefixes[p.Digits] = p.Campaign
		}
		c.Trunks = append(c.Trunks, b)
	}
	n.book, err = book.Open(c)
	return err
}

func (n *node) openDesks() error {
	params, err := n.config.Policy.Params()
	if err != nil {
		return err
	}
	rulebook, err := policy.New(rules.Table(), params)
	if err != nil {
		return err
	}
	var known []desk.Objection
	for e := range n.book.Entries() {
		known = append(known, desk.Objection{Principal: e.Principal, Number: e.Number, Since: e.Since, Source: e.Source})
	}
	n.desks = desk.NewDesks(desk.Config{
		Count: workers(), Queue: queue, Policy: rulebook, Rows: n.state,
		View:   func() desk.View { return n.book.Current() },
		Submit: n.writer.Submit,
		Answer: func(a desk.Answer) { n.server.Judged(a.Return, judged(a)) },
		Now:    func() time.Time { return n.clock.Now().Wall },
	}, known)
	return nil
}

func judged(a desk.Answer) proxy.Judged {
	return proxy.Judged{Decision: a.Decision, Of: a.Of, Open: a.Open}
}

// Run runs the node until ctx ends, and stops it in the order in which its
// parts need one another: calls first, the store last.
func (n *node) Run(ctx context.Context) error {
	defer n.close()
	after := context.WithoutCancel(ctx)
	var stages []func()
	start := func(run func(context.Context) error) {
		inner, stop := context.WithCancel(after)
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := run(inner); err != nil && !errors.Is(err, context.Canceled) {
				n.log.Error("a part of the program ended", "err", err)
			}
		})
		stages = append(stages, func() { stop(); wg.Wait() })
	}
	start(n.state.Run)
	start(n.months.Run)
	start(n.writer.Run)
	start(func(ctx context.Context) error { n.desks.Run(ctx); return nil })
	start(n.relay.Run)
	err := n.server.Run(ctx, grace)
	for i := len(stages) - 1; i >= 0; i-- {
		stages[i]()
	}
	if err != nil {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}
