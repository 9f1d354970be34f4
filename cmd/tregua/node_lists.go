package main

import (
	"math/rand/v2"

	"tregua/cmd/tregua/console"
	"tregua/policy/book"
)

// Lists returns every contact list.
func (b adminBook) Lists() (all []console.List) {
	for _, l := range b.book.Current().Lists() {
		all = append(all, console.List{
			Name: l.Name, Origin: l.Origin.String(), Provider: l.Provider, RetainUntil: l.RetainUntil,
			Campaigns: append([]string{}, l.Campaigns...), Approved: adminVersion(l.Approved), ApprovedBy: l.ApprovedBy,
			Pending: adminVersion(l.Pending),
		})
	}
	return all
}

func adminVersion(v *book.ListVersion) *console.ListVersion {
	if v == nil {
		return nil
	}
	return &console.ListVersion{
		Version: v.Part, At: v.At, Actor: v.Actor, File: v.Source, Numbers: v.Numbers,
		Digest: v.Digest, Scanned: v.Scanned, Broken: v.Broken,
	}
}

// imported tells of the version of a list that an import made.
func (b adminBook) imported(name string, out *console.ImportResult) {
	for _, l := range b.book.Current().Lists() {
		if l.Name == name && l.Pending != nil && l.Pending.Part == out.Part {
			out.Digest, out.Scanned = l.Pending.Digest, l.Pending.Scanned
		}
	}
}

// ListHistory returns what became of a list.
func (b adminBook) ListHistory(name string) ([]console.ListChange, error) {
	history, err := b.book.History("list", name)
	changes := make([]console.ListChange, len(history))
	for i, h := range history {
		changes[i] = console.ListChange{At: h.At, Actor: h.Actor, Because: h.Because, Change: h.Change}
	}
	return changes, mistake(err)
}

// ApproveList puts a version in force.
func (b adminBook) ApproveList(actor, name string, version uint32, digest string) (uint64, error) {
	generation, err := b.book.ApproveList(actor, name, version, digest)
	return generation, mistake(err)
}

// AttachList lets a campaign call a list.
func (b adminBook) AttachList(actor, name, campaign string) (uint64, error) {
	generation, err := b.book.AttachList(actor, name, campaign)
	return generation, mistake(err)
}

// Providers returns every provider.
func (b adminBook) Providers() (all []console.Provider) {
	for _, p := range b.book.Current().Providers() {
		all = append(all, console.Provider(p))
	}
	return all
}

// SetProvider suspends a provider, or takes that back.
func (b adminBook) SetProvider(actor, name, because string, suspend bool) (console.Provider, error) {
	set := b.book.ResumeProvider
	if suspend {
		set = b.book.SuspendProvider
	}
	p, err := set(actor, name, because)
	return console.Provider(p), mistake(err)
}

// SampleProvider draws rows of a provider; seed 0 is any.
func (b adminBook) SampleProvider(actor, name string, count int, seed uint64) (console.Sample, error) {
	for seed == 0 {
		seed = rand.Uint64N(1 << 53) //nolint:gosec // it must only be chosen by nobody; below 2^53 every reader of JSON has it whole
	}
	s, err := b.book.SampleProvider(actor, name, count, seed)
	return adminSample(&s), mistake(err)
}

// Samples returns the samples that were kept.
func (b adminBook) Samples(name string) (all []console.Sample, err error) {
	kept, err := b.book.Samples(name)
	for i := range kept {
		all = append(all, adminSample(&kept[i]))
	}
	return all, mistake(err)
}

func adminSample(s *book.Sample) console.Sample {
	out := console.Sample{
		Provider: s.Provider, At: s.At, Actor: s.Actor, Seed: s.Seed, Generation: s.Generation, Of: s.Of,
		Rows: make([]console.SampleRow, len(s.Rows)),
	}
	for i, r := range s.Rows {
		out.Rows[i] = console.SampleRow{Number: r.Number.String(), Version: r.Part, Row: r.Row, Batch: r.Batch, BatchRow: r.BatchRow}
	}
	return out
}
