package main

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/badger"
)

// house is a ledger on disk and its writer.
type house struct {
	state  *badger.Store
	file   *seal.DiskFile
	shelf  *ledger.Shelf
	writer *ledger.Writer
	months *ledger.Months
	reader *ledger.Reader
}

// open makes the ledger of a node that never ran. It waits for no disk: what is
// measured is reading.
func open(dir string, params policy.Params) (*house, error) {
	h := &house{}
	var err error
	if h.state, err = badger.Open(badger.Config{Dir: filepath.Join(dir, "state")}); err != nil {
		return nil, err
	}
	keys, err := seal.NewKeys(rand.Reader)
	if err != nil {
		return nil, err
	}
	if h.file, err = seal.OpenFile(filepath.Join(dir, "subjects.keys"), false); err != nil {
		return nil, err
	}
	subjects, err := seal.NewSubjects(h.file, h.state, keys, 0)
	if err != nil {
		return nil, err
	}
	committer, _, err := ledger.Recover(ledger.Config{
		Node: 1, Keys: keys, Subjects: subjects, Random: rand.Reader, Params: &params,
	}, h.state, time.Now())
	if err != nil {
		return nil, err
	}
	months := filepath.Join(dir, "ledger")
	h.shelf = ledger.NewShelf(func(month string) (store.Store, error) {
		return badger.Open(badger.Config{Dir: filepath.Join(months, month), Small: true})
	}, ledger.Directory(months))
	h.months = ledger.NewMonths(h.state, h.shelf, keys, nil)
	h.reader = ledger.NewReader(h.state, h.shelf, keys, subjects)
	h.writer = ledger.NewWriter(ledger.WriterConfig{Committed: h.months.Wake}, committer, h.state)
	return h, nil
}

// fill writes n attempts.
func (h *house) fill(ctx context.Context, judge *policy.Policy, n int) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	var written error
	wg.Go(func() { written = h.writer.Run(ctx) })
	moved := make(chan error, 1)
	moving, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	go func() { moved <- h.months.Run(moving) }()
	made := newMaker(judge, n)
	for i := range n {
		for _, e := range made.entries(i) {
			for !h.writer.Submit(e) && ctx.Err() == nil {
				runtime.Gosched() // the writer has enough to do
			}
		}
	}
	stop()
	wg.Wait()
	end() // the months take the rest
	return errors.Join(written, <-moved)
}

func (h *house) close() error {
	return errors.Join(h.shelf.Close(), h.file.Close(), h.state.Close())
}
