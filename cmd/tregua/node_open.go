package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"tregua/cmd/tregua/console"
	"tregua/media/relay"
	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/desk"
	"tregua/policy/ledger"
	"tregua/policy/rights"
	"tregua/policy/rules"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/badger"
	"tregua/proxy/transport"
)

func (n *node) openStore() error {
	dir := n.config.Node.Data
	if err := guard(n.config, uint32(os.Geteuid())); err != nil {
		return err
	}
	st, err := badger.Open(badger.Config{Dir: filepath.Join(dir, "state"), Sync: n.config.Store.Sync, Log: n.log})
	if err != nil {
		return err
	}
	n.store = st
	n.opened = append(n.opened, st)
	if err := st.Check(); err != nil {
		return err
	}
	if n.keys, err = seal.LoadKeys(n.config.Node.Keys, rand.Reader); err != nil {
		return err
	}
	file, err := seal.OpenFile(filepath.Join(dir, "subjects.keys"), n.config.Store.Sync)
	if err != nil {
		return err
	}
	n.opened = append(n.opened, file)
	if err := n.whole(file); err != nil {
		return err
	}
	if n.subjects, err = seal.NewSubjects(file, st, n.keys, 0); err != nil {
		return err
	}
	return n.eraseAgain()
}

// eraseAgain ends the erasures that a crash interrupted, and repeats those that a
// restored backup has undone.
func (n *node) eraseAgain() error {
	register, err := rights.OpenRegister(n.config.Node.Keys)
	if err != nil {
		return err
	}
	n.opened = append(n.opened, register)
	n.register = register
	again, err := register.Apply(n.subjects)
	if again > 0 {
		n.log.Warn("persons that had been erased were in the subject keys again, from a backup or a crash; they are erased", "persons", again)
	}
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
		Queue: ledgerQueue, Log: n.log, Committed: n.committed,
		Posted: func(r []ledger.Receipt) { n.desks.Posted(r) },
	}, n.committer, n.rows())
	n.months.Follow(n.writer)
	if err := n.openProof(); err != nil {
		return err
	}
	if err := n.openAnchors(); err != nil {
		return err
	}
	n.openKeeper()
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
	n.expected = map[policy.CampaignID]desk.Expecting{}
	n.book, err = book.Open(book.Config{
		Store: n.store, Dir: n.config.Node.Data, Keys: n.keys,
		Country: country(n.config), Trunks: bookTrunks(n.config), Log: n.log, Changed: n.change,
		Profiles: n.profiles, Rules: ruleNames(), Shadowed: n.shadowed, ValidFor: n.params.Registry.ValidFor.Value,
		Scanning: n.params.Scanning, Renewed: n.expect,
	})
	if err != nil {
		return err
	}
	if err := n.openEraser(); err != nil {
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
	if n.shared, err = n.openRings(); err != nil {
		return err
	}
	served, err := ledger.AllServed(n.store)
	if err != nil {
		return err
	}
	g, err := n.openGate()
	if err != nil {
		return err
	}
	n.desks = desk.NewDesks(desk.Config{
		Count: cores(), Queue: deskQueue, Policy: n.policy, Rows: n.rows(), Now: time.Now,
		Keys: n.keys, Bars: bars, Served: served, Shared: n.shared,
		View:   func() desk.View { return n.book.Current() },
		Submit: n.writer.Submit,
		Answer: n.answer,
		Gate:   g, Watched: watchedTrunks(n.config),
	}, known)
	n.expect(n.book.Current())
	for _, l := range n.left {
		n.desks.Resume(&l.Attempt, n.joined[l.Attempt.ID])
	}
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
	if n.desks == nil {
		return nil // they begin with it
	}
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
