package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"sync/atomic"
	"time"

	"k8s.io/klog/v2"

	"tregua/cmd/tregua/console"
	"tregua/configs"
	"tregua/media/relay"
	"tregua/policy"
	"tregua/policy/access/register"
	"tregua/policy/anchor"
	"tregua/policy/book"
	"tregua/policy/complaint"
	"tregua/policy/desk"
	"tregua/policy/handoff"
	"tregua/policy/ledger"
	"tregua/policy/proof"
	"tregua/policy/report/archive"
	"tregua/policy/rights"
	"tregua/policy/seal"
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

	store      *badger.Store
	keys       *seal.Keys
	complaints *complaint.File
	subjects   *seal.Subjects
	shelf      *ledger.Shelf
	keeper     *keeper
	months     *ledger.Months
	committer  *ledger.Committer
	writer     *ledger.Writer
	reader     *ledger.Reader
	proof      *proof.Log
	reports    *archive.Archive
	policy     *policy.Policy
	params     policy.Params   // the policy's figures
	abroad     []policy.Params // those of the policies besides it
	profiles   []book.Profile
	shadowed   []string // rules that no profile enforces unless somebody says so
	book       *book.Book
	desks      *desk.Desks
	shared     *desk.Shared
	register   *rights.Register
	eraser     *rights.Eraser
	overruled  []rights.Overruled                   // by this start, and not noted yet
	expected   map[policy.CampaignID]desk.Expecting // what the gate was told of them, see expect
	relay      *relay.Relay
	listeners  []*transport.UDP
	server     *proxy.Server
	endings    *endings
	taken      *takenFigures   // of dispositions
	leaks      *leakFigures    // of carriers' call records
	folders    []folder        // of dispositions too
	records    []carrierFolder // of call records
	sinks      []*handoff.Sink
	anchors    *anchor.Keeper
	seen       seen
	watcher    *watcher
	tally      tally
	hourly     *hourly
	disk       func(path string) (free, total uint64, err error) // see [diskSpace]
	callees    *callees
	left       []proxy.Left              // calls of the last run that this one takes
	joined     map[policy.AttemptID]bool // those of them that an operator has joined
	hurried    atomic.Bool               // a drain was cut short

	admin   net.Listener
	metrics net.Listener // nil: none
	http    net.Listener // the API besides the socket; nil: none
	access  *register.Register
	console *console.Console
}

func newNode(config *configs.Config, log *slog.Logger) *node {
	n := &node{
		config: config, log: log, clock: proxy.NewClock(), start: time.Now(), endings: newEndings(), taken: newTakenFigures(), leaks: newLeakFigures(),
		disk: diskSpace, joined: map[policy.AttemptID]bool{},
	}
	n.unready("starting")
	return n
}

// serve runs the daemon until ctx ends.
func serve(ctx context.Context, config *configs.Config, log *slog.Logger) (err error) {
	klog.SetSlogLogger(log) // what tessera says, for the whole process
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
		n.openStore, n.openPolicy, n.openLedger, n.openBook, n.openReports, n.openFolders, n.openCarrierFolders, n.openHandoff,
		n.openListeners, n.openRelay, n.openAdmin,
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
	var err error
	if n.hourly, err = n.openHourly(); err != nil {
		return err
	}
	return n.makeConsole()
}

// run starts the parts in the order in which they give each other work, waits,
// and ends them the other way round: calls first, the ledger after them.
func (n *node) run(ctx context.Context) error {
	running := newParts()
	n.committed(n.committer.Next()) // what the last run left in the outbox
	running.start(ctx, "store", n.store.Run)
	running.start(ctx, "proof log", n.proof.Run)
	running.start(ctx, "anchors", n.anchors.Run)
	running.start(ctx, "ledger months", n.months.Run)
	running.start(ctx, "ledger", n.writer.Run)
	if err := n.tellRestored(ctx); err != nil {
		n.log.Error("it is told at the next start", "err", err)
	}
	running.start(ctx, "media", n.relay.Run)
	running.start(ctx, "desks", func(ctx context.Context) error { n.desks.Run(ctx); return nil })
	running.start(ctx, "callees", n.callees.Run)
	running.start(ctx, "troubles", n.watcher.Run)
	running.start(ctx, "tally", n.runTally)
	running.start(ctx, "hourly", n.hourly.Run)
	running.start(ctx, "reports", n.reports.Run)
	running.start(ctx, "purges", n.keeper.Run)
	running.start(ctx, "calls", func(ctx context.Context) error { return n.server.Run(ctx, grace) })
	if n.metrics != nil {
		health := console.Health(n.registry(), n.Ready)
		running.start(ctx, "metrics", func(ctx context.Context) error { return console.Serve(ctx, n.metrics, health, n.log) })
	}
	for _, f := range n.folders {
		running.start(ctx, "folder of "+f.callCentre, f.Run)
	}
	for _, f := range n.records {
		running.start(ctx, "folder of "+f.carrier, f.Run)
	}
	for _, s := range n.sinks {
		running.start(ctx, "hand-off "+s.Name(), s.Run)
	}
	running.start(ctx, "admin", func(ctx context.Context) error { return n.console.Run(ctx, n.admin) })
	if n.http != nil {
		running.start(ctx, "admin http", func(ctx context.Context) error { return n.console.Run(ctx, n.http) })
	}
	n.state.Store(nil)
	err := running.wait(ctx)
	if err == nil {
		err = n.drain(ctx, running)
	}
	n.unready("draining")
	if err != nil {
		n.log.Error("tregua ends because a part of it did", "err", err)
	}
	n.log.Info("tregua ends", "calls", n.server.Calls())
	err = errors.Join(err, running.end())
	n.anchorLast()
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
