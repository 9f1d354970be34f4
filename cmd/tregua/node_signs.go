package main

import (
	"iter"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/desk"
	"tregua/policy/rules"
	"tregua/policy/store"
	"tregua/proxy"
)

// seen counts what troubles do to calls, in shadow too. Any goroutine may add to
// it.
type seen struct {
	unmapped, ambiguous, unreadable atomic.Uint64
	store, desk, ledger, data       atomic.Uint64
	low                             atomic.Bool // the disk is: then the ledger refuses by order
}

// attempt counts what no rule can be asked about.
func (s *seen) attempt(a *policy.Attempt) {
	switch {
	case a.Reading == policy.Emergency: // it goes, whatever its campaign
	case a.Reading == policy.Unreadable:
		s.unreadable.Add(1)
	case a.Mapping == policy.Unmapped:
		s.unmapped.Add(1)
	case a.Mapping == policy.Ambiguous:
		s.ambiguous.Add(1)
	}
}

// decision counts the troubles that a decision tells of.
func (s *seen) decision(d *policy.Decision) {
	s.reason(d.Reason)
	for i := range d.Trail {
		s.reason(d.Trail[i].Reason)
	}
}

func (s *seen) reason(r policy.Reason) {
	switch r {
	case policy.StoreDown:
		s.store.Add(1)
	case policy.DeskFull:
		s.desk.Add(1)
	case policy.LedgerFull:
		if !s.low.Load() {
			s.ledger.Add(1)
		}
	case policy.DataBad:
		s.data.Add(1)
	default:
	}
}

// ask puts an attempt to the desks.
func (n *node) ask(a policy.Attempt, to policy.Return) (proxy.Judged, bool) {
	n.seen.attempt(&a)
	got, now := n.desks.Ask(a, to)
	if now {
		n.seen.decision(&got.Decision)
	}
	return judged(got), now
}

// answer takes the decision of a desk to the call that waits for it.
func (n *node) answer(a desk.Answer) {
	n.seen.decision(&a.Decision)
	n.server.Judged(a.Return, judged(a))
}

// signs are those of every trouble.
func (n *node) signs() map[string]sign {
	refused := moved(func() uint64 {
		c := &n.server.Counts
		return c.Refused.Load() + c.Full.Load() + c.Limited.Load()
	})
	data := moved(n.seen.data.Load)
	return map[string]sign{
		"data.broken":  func(now time.Time) bool { return data(now) || n.book.Current().Broken() != nil },
		"store.failed": moved(n.seen.store.Load),
		"ledger.full":  moved(n.seen.ledger.Load),
		"disk.low":     n.diskLow,
		"desk.busy":    moved(n.seen.desk.Load),
		// Who stops refuses calls too, and that is no trouble.
		"overload":           func(now time.Time) bool { return refused(now) && n.Ready() == nil },
		"media.exhausted":    moved(func() uint64 { return n.relay.Stats().Exhausted }),
		"blacklist.stale":    n.blacklistStale,
		"registry.stale":     n.registryStale,
		"clock.unsynced":     func(time.Time) bool { return !n.clock.Now().Synced },
		"campaign.unknown":   moved(n.seen.unmapped.Load),
		"campaign.ambiguous": moved(n.seen.ambiguous.Load),
		"number.unreadable":  moved(n.seen.unreadable.Load),
		"media.deaf":         moved(func() uint64 { return n.relay.Stats().Deaf }),
	}
}

// enough is the part of a disk that must be free, 1/enough: 2 % (compliance.md 3.6).
const enough = 50

// diskLow reports whether the disk of the data is nearly full, and lets no call
// begin while it is. One that does not say counts as a store that fails.
func (n *node) diskLow(time.Time) bool {
	free, total, err := n.disk(n.config.Node.Data)
	if err != nil {
		n.seen.store.Add(1)
	}
	low := err == nil && free < total/enough
	n.seen.low.Store(low)
	n.writer.Shut(low)
	return low
}

// diskSpace returns how many blocks of a file system are free for us, of how many.
func diskSpace(path string) (free, total uint64, err error) {
	var s unix.Statfs_t
	err = unix.Statfs(path, &s)
	return s.Bavail, s.Blocks, err
}

// blacklistStale reports whether rule freshness would refuse the calls of an open
// campaign now.
func (n *node) blacklistStale(now time.Time) bool {
	s := n.book.Current()
	for c := range openCampaigns(s) {
		if n.staleFor(s, c, now) {
			return true
		}
	}
	return false
}

// staleFor reports whether rule freshness would refuse the calls of a campaign now.
func (n *node) staleFor(s *book.Snapshot, c book.Campaign, now time.Time) bool {
	a := s.AttemptFor(c, policy.Dialled{At: now})
	f := policy.Facts{Blacklist: s.Blacklist(c.Principal, 0, now)}
	p := n.policy.Params(a.Profile)
	return !slices.Contains(p.Without, freshness.Name) && freshness.Judge(p, &a, &f).Reason == policy.BlacklistStale
}

// freshness is the rule that says whether a blacklist is too old.
var freshness = func() policy.Rule {
	all := rules.Table().Rules()
	return all[slices.IndexFunc(all, func(r policy.Rule) bool { return r.Name == "freshness" })]
}()

// registryStale reports whether an open campaign has an account at the registry
// that knows numbers, and no answer of which holds any more. Some answers always
// end; tregua_registry_numbers tells of these.
func (n *node) registryStale(time.Time) bool {
	s := n.book.Current()
	asked := map[policy.AccountID]bool{0: true}
	for c := range openCampaigns(s) {
		if asked[c.Account] {
			continue
		}
		asked[c.Account] = true
		due, err := n.book.Due(s.AccountName(c.Account), 0)
		if err == nil && due.Expired > 0 && due.Numbers() == due.Listed {
			return true
		}
	}
	return false
}

func openCampaigns(s *book.Snapshot) iter.Seq[book.Campaign] {
	return func(yield func(book.Campaign) bool) {
		for _, c := range s.Campaigns() {
			if !c.Closed && !yield(c) {
				return
			}
		}
	}
}

// counted is a store of which the reads of one row and the commits that fail are
// counted.
type counted struct {
	store.Store
	errors *atomic.Uint64
}

// Get reads a row.
func (c counted) Get(key []byte) ([]byte, bool, error) {
	value, found, err := c.Store.Get(key)
	return value, found, c.count(err)
}

// Commit applies a batch.
func (c counted) Commit(b store.Batch) error { return c.count(c.Store.Commit(b)) }

// rows is the store of the node as desks and ledger have it.
func (n *node) rows() counted { return counted{n.store, &n.seen.store} }

func (c counted) count(err error) error {
	if err != nil {
		c.errors.Add(1)
	}
	return err
}
