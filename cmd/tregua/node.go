package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"tregua/cmd/tregua/console"
	"tregua/configs"
	"tregua/media/relay"
	"tregua/policy"
	"tregua/policy/access/register"
	"tregua/policy/book"
	"tregua/policy/desk"
	"tregua/policy/ledger"
	"tregua/policy/rules"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/badger"
	"tregua/proxy"
	"tregua/proxy/transport"
)

// Bounds of the queues between the parts.
const (
	shardQueue  = 1024
	deskQueue   = 1024
	ledgerQueue = 8192
)

// grace is how long calls in progress may take to end when the daemon ends.
const grace = 5 * time.Second

// node is the daemon: every part of it, built and not yet running.
type node struct {
	config *configs.Config
	log    *slog.Logger
	clock  *proxy.Clock
	start  time.Time
	state  atomic.Pointer[string] // why calls are not taken; nil: they are

	opened []io.Closer // closed in reverse when the node ends

	store     *badger.Store
	keys      *seal.Keys
	subjects  *seal.Subjects
	shelf     *ledger.Shelf
	months    *ledger.Months
	committer *ledger.Committer
	writer    *ledger.Writer
	reader    *ledger.Reader
	policy    *policy.Policy
	params    policy.Params   // the policy's figures
	abroad    []policy.Params // those of the policies besides it
	profiles  []book.Profile
	shadowed  []string // rules that no profile enforces unless somebody says so
	book      *book.Book
	desks     *desk.Desks
	relay     *relay.Relay
	listeners []*transport.UDP
	server    *proxy.Server
	endings   *endings
	seen      seen
	watcher   *watcher
	disk      func(path string) (free, total uint64, err error) // see [diskSpace]
	callees   *callees
	left      []proxy.Left // calls of the last run that this one takes
	hurried   atomic.Bool  // a drain was cut short

	admin   net.Listener
	metrics net.Listener // nil: none
	http    net.Listener // the API besides the socket; nil: none
	access  *register.Register
	console *console.Console
}

func newNode(config *configs.Config, log *slog.Logger) *node {
	n := &node{config: config, log: log, clock: proxy.NewClock(), start: time.Now(), endings: newEndings(), disk: diskSpace}
	n.unready("starting")
	return n
}

// serve runs the daemon until ctx ends.
func serve(ctx context.Context, config *configs.Config, log *slog.Logger) (err error) {
	limit := limitMemory(config.Limits)
	n := newNode(config, log)
	defer func() { err = errors.Join(err, n.close()) }()
	if err := n.build(); err != nil {
		return err
	}
	log.Info("tregua takes calls", "version", thisBuild().Version, "node", config.Node.Name,
		"generation", n.book.Current().Generation(), "memory_limit", limit, "admin", config.Admin.Socket)
	return n.run(ctx)
}

// build opens everything, the store first: it says whether another daemon
// runs. What was opened is in n.opened also when it fails.
func (n *node) build() error {
	for _, step := range []func() error{
		n.openStore, n.openPolicy, n.openLedger, n.openBook, n.openListeners, n.openRelay, n.openAdmin,
	} {
		if err := step(); err != nil {
			return explain(err, n.config.Node.Data)
		}
	}
	if err := n.makeServer(); err != nil {
		return err
	}
	n.adopt()
	n.watcher = newWatcher(n.log, n.signs())
	return n.makeConsole()
}

func (n *node) openStore() error {
	dir := n.config.Node.Data
	st, err := badger.Open(badger.Config{Dir: filepath.Join(dir, "state"), Sync: n.config.Store.Sync, Log: n.log})
	if err != nil {
		return err
	}
	n.store = st
	n.opened = append(n.opened, st)
	if n.keys, err = seal.LoadKeys(n.config.Node.Keys, rand.Reader); err != nil {
		return err
	}
	file, err := seal.OpenFile(filepath.Join(dir, "subjects.keys"), n.config.Store.Sync)
	if err != nil {
		return err
	}
	n.opened = append(n.opened, file)
	n.subjects, err = seal.NewSubjects(file, st, n.keys, 0)
	return err
}

func (n *node) openLedger() (err error) {
	var interrupted int
	n.committer, interrupted, err = ledger.Recover(ledger.Config{
		Node: uint32(n.config.Node.ID), Keys: n.keys,
		Subjects: n.subjects, Random: rand.Reader, Params: &n.params, Adopt: n.adoption(),
	}, n.store, time.Now())
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	if interrupted > 0 {
		n.log.Warn("attempts were open when tregua stopped; they are closed as interrupted", "attempts", interrupted)
	}
	dir := filepath.Join(n.config.Node.Data, "ledger")
	n.shelf = ledger.NewShelf(func(month string) (store.Store, error) {
		return badger.Open(badger.Config{Dir: filepath.Join(dir, month), Sync: n.config.Store.Sync, Small: true, Log: n.log})
	}, ledger.Directory(dir))
	n.opened = append(n.opened, n.shelf)
	n.months = ledger.NewMonths(n.store, n.shelf, n.keys, n.log)
	n.reader = ledger.NewReader(n.store, n.shelf, n.keys, n.subjects)
	n.writer = ledger.NewWriter(ledger.WriterConfig{
		Queue: ledgerQueue, Log: n.log, Committed: n.months.Wake,
		Posted: func(r []ledger.Receipt) { n.desks.Posted(r) },
	}, n.committer, n.rows())
	return nil
}

func (n *node) openPolicy() error {
	all, err := n.config.Policy.All()
	if err != nil {
		return err
	}
	n.params, n.abroad = all[0], all[1:]
	for i := range all {
		n.profiles = append(n.profiles, book.Profile{
			Name: all[i].Name, Country: all[i].Country, Also: all[i].Also, CallerID: &all[i].CallerID,
		})
		for _, line := range all[i].Aged(time.Now()) {
			n.log.Warn("the policy rests on an old reading of the law", "profile", all[i].Name, "figure", line)
		}
	}
	n.shadowed = shadowed(all)
	n.policy, err = policy.New(rules.Table(), all[0], all[1:]...)
	return err
}

func (n *node) openBook() (err error) {
	n.book, err = book.Open(book.Config{
		Store: n.store, Dir: n.config.Node.Data, Keys: n.keys,
		Country: country(n.config), Trunks: bookTrunks(n.config), Log: n.log, Changed: n.change,
		Profiles: n.profiles, Rules: ruleNames(), Shadowed: n.shadowed, ValidFor: n.params.Registry.ValidFor.Value,
		Scanning: n.params.Scanning,
	})
	if err != nil {
		return err
	}
	n.callees = newCallees(n.book, n.log)
	var known []desk.Change
	for c := range n.book.Changes() {
		known = append(known, desk.Change(c))
	}
	bars, err := ledger.Bars(n.store)
	if err != nil {
		return err
	}
	shared, err := n.openRings()
	if err != nil {
		return err
	}
	served, err := ledger.AllServed(n.store)
	if err != nil {
		return err
	}
	n.desks = desk.NewDesks(desk.Config{
		Count: cores(), Queue: deskQueue, Policy: n.policy, Rows: n.rows(), Now: time.Now,
		Keys: n.keys, Bars: bars, Served: served, Shared: shared,
		View:   func() desk.View { return n.book.Current() },
		Submit: n.writer.Submit,
		Answer: n.answer,
	}, known)
	return nil
}

// openRings loads what reached people, and what goes on from the last run.
func (n *node) openRings() (*desk.Shared, error) {
	shared := desk.NewShared(cores())
	for one, err := range ledger.Rings(n.store) {
		if err != nil {
			return nil, err
		}
		shared.Load(one)
	}
	for _, l := range n.left {
		if a := l.Attempt; a.Called != 0 {
			shared.Fly(&a, n.keys.Index(a.Called))
		}
	}
	return shared, nil
}

// change puts a single change in force at the desks.
func (n *node) change(ctx context.Context, c book.Change) error {
	return n.desks.Change(ctx, desk.Change(c))
}

func (n *node) openListeners() error {
	for i, l := range n.config.Listen {
		u, err := transport.Listen(i, l.Bind)
		if err != nil {
			return err
		}
		n.listeners = append(n.listeners, u)
	}
	return nil
}

func (n *node) openRelay() error {
	sound, err := n.config.Media.Ambience.Sound(binary.BigEndian.Uint64(random(8)))
	if err != nil {
		return fmt.Errorf("media.ambience: %w", err)
	}
	n.relay, err = relay.New(relay.Config{
		Pairs: mediaPairs(n.config), PortMin: int(n.config.Media.FirstPort),
		PortMax: int(n.config.Media.LastPort), Workers: n.config.Media.Workers,
		Ambience: sound, Now: func() time.Duration { return n.clock.Now().Mono },
		Told:  func(call uint64) { n.server.Told(call) },
		Fault: func(err error) { n.log.Error("a media worker failed", "err", err) },
	})
	return err
}

func (n *node) openAdmin() (err error) {
	if n.admin, err = console.Listen(n.config.Admin.Socket); err != nil {
		return err
	}
	n.opened = append(n.opened, n.admin)
	if err := n.openHTTP(); err != nil {
		return fmt.Errorf("admin.http: %w", err)
	}
	if !n.config.Admin.Metrics.IsValid() {
		return nil
	}
	if n.metrics, err = net.Listen("tcp", n.config.Admin.Metrics.String()); err != nil {
		return fmt.Errorf("admin.metrics: %w", err)
	}
	n.opened = append(n.opened, n.metrics)
	return nil
}

// run starts the parts in the order in which they give each other work, waits,
// and ends them the other way round: calls first, the ledger after them.
func (n *node) run(ctx context.Context) error {
	running := newParts()
	n.months.Wake(n.committer.Next()) // what the last run left in the outbox
	running.start(ctx, "store", n.store.Run)
	running.start(ctx, "ledger months", n.months.Run)
	running.start(ctx, "ledger", n.writer.Run)
	running.start(ctx, "media", n.relay.Run)
	running.start(ctx, "desks", func(ctx context.Context) error { n.desks.Run(ctx); return nil })
	running.start(ctx, "callees", n.callees.Run)
	running.start(ctx, "troubles", n.watcher.Run)
	running.start(ctx, "calls", func(ctx context.Context) error { return n.server.Run(ctx, grace) })
	if n.metrics != nil {
		health := console.Health(n.registry(), n.Ready)
		running.start(ctx, "metrics", func(ctx context.Context) error { return console.Serve(ctx, n.metrics, health, n.log) })
	}
	running.start(ctx, "admin", func(ctx context.Context) error { return n.console.Run(ctx, n.admin) })
	if n.http != nil {
		running.start(ctx, "admin http", func(ctx context.Context) error { return n.console.Run(ctx, n.http) })
	}
	n.state.Store(nil)
	err := running.wait(ctx)
	n.unready("draining")
	if err == nil {
		err = n.drain(ctx, running)
	}
	if err != nil {
		n.log.Error("tregua ends because a part of it did", "err", err)
	}
	n.log.Info("tregua ends", "calls", n.server.Calls())
	err = errors.Join(err, running.end())
	if lost := n.desks.Lost.Load(); lost > 0 {
		n.log.Error("records are lost, the ledger had no room for them", "records", lost)
	}
	return err
}

// close closes what was opened, the newest first.
func (n *node) close() error {
	var errs []error
	for _, one := range slices.Backward(n.opened) {
		if err := one.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	n.opened = nil
	return errors.Join(errs...)
}

func (n *node) unready(why string) { n.state.Store(&why) }

// Ready returns nil when calls are taken.
func (n *node) Ready() error {
	if why := n.state.Load(); why != nil {
		return errors.New(*why)
	}
	return nil
}
