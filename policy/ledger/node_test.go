package ledger_test

import (
	"crypto/rand"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/badger"
)

// node is a ledger on a disk.
type node struct {
	t         testing.TB
	state     *badger.Store
	slots     *seal.DiskFile
	shelf     *ledger.Shelf
	mover     *ledger.Months
	reader    *ledger.Reader
	committer *ledger.Committer
}

func newNode(t testing.TB, dir string, sync bool) *node {
	t.Helper()
	n := &node{t: t}
	random := rand.Reader
	keys, err := seal.LoadKeys(filepath.Join(dir, "keys"), random)
	n.must(err)
	n.state, err = badger.Open(badger.Config{Dir: filepath.Join(dir, "state"), Sync: sync})
	n.must(err)
	n.slots, err = seal.OpenFile(filepath.Join(dir, "subjects.keys"), sync)
	n.must(err)
	subjects, err := seal.NewSubjects(n.slots, n.state, keys, 0)
	n.must(err)
	months := filepath.Join(dir, "ledger")
	n.shelf = ledger.NewShelf(func(month string) (store.Store, error) {
		return badger.Open(badger.Config{Dir: filepath.Join(months, month), Sync: sync, Small: true})
	}, ledger.Directory(months))
	n.committer, _, err = ledger.Recover(ledger.Config{Node: 1, Keys: keys, Subjects: subjects, Random: random}, n.state, noon)
	n.must(err)
	n.mover = ledger.NewMonths(n.state, n.shelf, keys, nil)
	n.mover.Wake(n.committer.Next())
	n.reader = ledger.NewReader(n.state, n.shelf, keys, subjects)
	return n
}

func (n *node) must(err error) {
	n.t.Helper()
	if err != nil {
		n.t.Fatal(err)
	}
}

func (n *node) turn(in ...ledger.Entry) {
	n.t.Helper()
	rows, receipts := n.committer.Turn(noon, in)
	n.must(n.state.Commit(rows))
	n.committer.Committed()
	n.mover.Wake(n.committer.Next())
	if i := slices.IndexFunc(receipts, func(r ledger.Receipt) bool { return r.Err != nil }); i >= 0 {
		n.t.Fatal(receipts[i].Err)
	}
}

func (n *node) close() { n.must(errors.Join(n.shelf.Close(), n.slots.Close(), n.state.Close())) }
