package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"tregua/configs"
	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/seal"
	"tregua/policy/store/badger"
)

// house is the store, the keys and the book, as a daemon has them.
type house struct {
	store  *badger.Store
	keys   *seal.Keys
	params policy.Params
	book   *book.Book
}

func (o options) open() (*house, error) {
	// A daemon limits itself to a share of the machine; here it is the bar.
	debug.SetMemoryLimit(3 << 29)
	h := &house{}
	var err error
	if h.keys, err = seal.LoadKeys(o.file("keys"), rand.Reader); err != nil {
		return nil, err
	}
	if h.params, err = (configs.Policy{Profile: "it"}).Params(); err != nil {
		return nil, err
	}
	if h.store, err = badger.Open(badger.Config{Dir: o.file("data/state"), Sync: true}); err != nil {
		return nil, err
	}
	h.book, err = book.Open(book.Config{
		Store: h.store, Dir: o.file("data"), Keys: h.keys, Profiles: []book.Profile{{Name: h.params.Name, Country: h.params.Country}}, ValidFor: h.params.Registry.ValidFor.Value, Scanning: h.params.Scanning,
	})
	if err != nil {
		return nil, errors.Join(err, h.store.Close())
	}
	return h, nil
}

// importAll brings everything in.
func (o options) importAll(ctx context.Context) (err error) {
	h, err := o.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.store.Close()) }()
	text, err := os.ReadFile(o.file("data.yaml"))
	if err != nil {
		return err
	}
	if _, err := h.book.Apply(ctx, "bench", text, false); err != nil {
		return err
	}
	b := &bars{slack: o.slack}
	answered := time.Now().Add(-24 * time.Hour) // before the consents were given
	if err := h.bring(ctx, b, o.file("plain.csv"), book.ImportRequest{
		Kind: book.Registry, Scope: "plain", AnsweredAt: answered, Format: book.Format{Polarity: "opposed"},
	}, 120*time.Second); err != nil {
		return err
	}
	if err := h.forget(ctx, b); err != nil {
		return err
	}
	for _, f := range []struct {
		name    string
		request book.ImportRequest
		bar     time.Duration
	}{
		{"opposed.csv", book.ImportRequest{Kind: book.Registry, Scope: "rpo0", AnsweredAt: answered}, 120 * time.Second},
		{"blacklist.csv", book.ImportRequest{Kind: book.Blacklist, Scope: "p0"}, 0},
	} {
		if err := h.bring(ctx, b, o.file(f.name), f.request, f.bar); err != nil {
			return err
		}
	}
	if err := h.bringLists(ctx, b, o); err != nil {
		return err
	}
	// The last one: serving takes it out of force and in again.
	if err := h.bring(ctx, b, o.file("consents.csv"), book.ImportRequest{Kind: book.Consents, Scope: "p0"}, 0); err != nil {
		return err
	}
	return errors.Join(b.errs...)
}

// forget takes the first import out of force again: the sets of both would be
// more than the bar is for.
func (h *house) forget(ctx context.Context, b *bars) error {
	began := time.Now()
	_, err := h.book.Restore(ctx, "bench", h.book.Current().Generation()-1)
	b.duration("restore of the generation before", time.Since(began), 0)
	return err
}

// bring imports one file and says what it took.
func (h *house) bring(ctx context.Context, b *bars, path string, r book.ImportRequest, bar time.Duration) error {
	return measure(b, "import "+path, bar, func() (book.ImportResult, error) { return h.read(ctx, path, r) })
}

// read imports one file.
func (h *house) read(ctx context.Context, path string, r book.ImportRequest) (book.ImportResult, error) {
	f, err := os.Open(path)
	if err != nil {
		return book.ImportResult{}, err
	}
	defer f.Close()
	r.Actor, r.FileName, r.Reader = "bench", path, f
	// The prefixes of the plane are valid; single numbers below them need not be.
	r.MaxRejects = book.Limit{Percent: 1}
	return h.book.Import(ctx, r)
}

// measure says what an import took.
func measure(b *bars, name string, bar time.Duration, bring func() (book.ImportResult, error)) error {
	debug.FreeOSMemory()
	stop, began := watch(), time.Now()
	result, err := bring()
	took, most := time.Since(began), stop()
	if err != nil {
		return err
	}
	report("%-44s %d rows, %d rejects, %d numbers, fast path %.3f %%, %.0f ns a row, %.0f rows/s; %s", name,
		result.Rows, result.Rejects, result.Numbers, 100*float64(result.Fast)/float64(result.Rows),
		float64(took)/float64(result.Rows), float64(result.Rows)/took.Seconds(), load())
	b.duration("  time", took, bar)
	b.count("  RssAnon, most", most, 1.6, "GiB")
	return nil
}

// bringLists imports every list, and then somebody else approves them.
func (h *house) bringLists(ctx context.Context, b *bars, o options) error {
	d, err := o.deck()
	if err != nil {
		return err
	}
	err = measure(b, fmt.Sprintf("import %d lists", len(d.lists)), 0, func() (all book.ImportResult, err error) {
		for _, l := range d.lists {
			result, err := h.read(ctx, o.file(l.file()), book.ImportRequest{Kind: book.Lists, Scope: l.name()})
			if err != nil {
				return all, err
			}
			all.Rows, all.Good, all.Rejects = all.Rows+result.Rows, all.Good+result.Good, all.Rejects+result.Rejects
			all.Fast, all.Numbers = all.Fast+result.Fast, all.Numbers+result.Numbers
		}
		return all, nil
	})
	if err != nil {
		return err
	}
	began := time.Now()
	for _, l := range h.book.Current().Lists() {
		if _, err := h.book.ApproveList(book.Approval{First: "importer", Second: "approver"}, l.Name, l.Pending.Part, l.Pending.Digest); err != nil {
			return err
		}
	}
	b.duration("  their approvals", time.Since(began), 0)
	return nil
}
