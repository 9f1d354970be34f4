package main

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"tregua/configs"
	"tregua/policy/ledger"
	"tregua/policy/proof"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/badger"
)

// house is a ledger on disk with those who write it.
type house struct {
	state  *badger.Store
	file   *seal.DiskFile
	shelf  *ledger.Shelf
	months *ledger.Months
	writer *ledger.Writer
	proof  *proof.Log
	reader *ledger.Reader
}

// open opens the ledger in dir, or begins one.
func open(dir string, sync bool) (*house, error) {
	h := &house{}
	params, err := configs.Policy{Profile: "it"}.Params()
	if err != nil {
		return nil, err
	}
	if h.state, err = badger.Open(badger.Config{Dir: filepath.Join(dir, "state"), Sync: sync}); err != nil {
		return nil, err
	}
	keys, err := seal.LoadKeys(filepath.Join(dir, "keys"), rand.Reader)
	if err != nil {
		return nil, err
	}
	if h.file, err = seal.OpenFile(filepath.Join(dir, "subjects.keys"), sync); err != nil {
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
	h.shelf = ledger.NewShelf(func(month string) (store.Store, error) {
		return badger.Open(badger.Config{Dir: filepath.Join(dir, "ledger", month), Sync: sync, Small: true})
	}, ledger.Directory(filepath.Join(dir, "ledger")))
	h.months = ledger.NewMonths(h.state, h.shelf, keys, nil)
	key, err := proof.LoadKey(filepath.Join(dir, "keys"), "bench", rand.Reader)
	if err != nil {
		return nil, err
	}
	h.reader = ledger.NewReader(h.state, h.shelf, keys, subjects)
	h.writer = ledger.NewWriter(ledger.WriterConfig{Committed: func(next uint64) { h.months.Wake(next); h.proof.Wake() }}, committer, h.state)
	h.months.Follow(h.writer)
	h.proof = proof.New(proof.Config{Dir: filepath.Join(dir, "log"), Key: key, Source: h.reader, Leaves: h.writer.Leaves})
	return h, nil
}

func (h *house) close() error { return errors.Join(h.shelf.Close(), h.file.Close(), h.state.Close()) }

// running runs all that writes while work gives it something, and until that is
// written.
func (h *house) running(ctx context.Context, work func(context.Context) error) error {
	var wg sync.WaitGroup
	var written, moved, proved, kept error
	last, stop := context.WithCancel(context.WithoutCancel(ctx))
	first, end := context.WithCancel(last)
	wg.Go(func() { moved = h.months.Run(last) })
	wg.Go(func() { proved = h.proof.Run(last) })
	wg.Go(func() { kept = h.state.Run(last) })
	var w sync.WaitGroup
	w.Go(func() { written = h.writer.Run(first) })
	err := work(ctx)
	end()
	w.Wait()
	stop() // the months and the log take the rest
	wg.Wait()
	return errors.Join(err, written, moved, proved, kept)
}

// pace makes n attempts at a rate and submits them, the end of each a second behind
// its beginning.
func pace(ctx context.Context, n, rate int, submit func(...ledger.Entry) error) error {
	const step = 10 * time.Millisecond
	tick := time.NewTicker(step)
	defer tick.Stop()
	start, begun, ended := time.Now(), 0, 0
	up := make([][]ledger.Entry, 0, 2*rate) // how those end that have not
	for ended < n {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		due := int(time.Since(start).Seconds() * float64(rate))
		for ; begun < min(due, n); begun++ {
			a := makeAttempt(begun)
			up = append(up, a.ends)
			if err := submit(a.begins); err != nil {
				return err
			}
		}
		for ; ended < min(due-rate, begun); ended++ {
			if err := submit(up[0]...); err != nil {
				return err
			}
			up = up[1:]
		}
	}
	return nil
}

func (h *house) submit(entries ...ledger.Entry) error {
	for _, e := range entries {
		if !h.writer.Submit(e) {
			return ledger.ErrFull
		}
	}
	return nil
}

// fill submits n attempts as fast as the writer takes them.
func (h *house) fill(ctx context.Context, n int, nth func(int) attempt) error {
	for i := range n {
		a := nth(i)
		for _, e := range append([]ledger.Entry{a.begins}, a.ends...) {
			for !h.writer.Submit(e) {
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				runtime.Gosched() // the writer has enough to do
			}
		}
	}
	return nil
}
