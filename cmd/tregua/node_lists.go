package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/book"
)

// takesOwned reports whether what is called principal/name lies in a scope, being
// the principal's alone.
func takesOwned(scope access.Scope, s *book.Snapshot, name string) bool {
	principal, _, _ := strings.Cut(name, "/")
	return scope.Whole() || takesPrincipal(scope, s, principal)
}

// takesList returns nil when a list lies in the scope, or else what the book says
// of a list that there is not.
func (b adminBook) takesList(scope access.Scope, name string) error {
	if takesOwned(scope, b.book.Current(), name) {
		return nil
	}
	return &console.Mistake{Code: http.StatusNotFound, Err: fmt.Errorf("there is no list %q", name)}
}

// Lists returns the contact lists of the scope.
func (b adminBook) Lists(scope access.Scope) (all []console.List) {
	s := b.book.Current()
	for _, l := range s.Lists() {
		if !takesOwned(scope, s, l.Name) {
			continue
		}
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

// ListHistory returns what became of a list. Why it was applied is told to whole
// scopes only: that is said of all that a data.yaml holds.
func (b adminBook) ListHistory(scope access.Scope, name string) ([]console.ListChange, error) {
	if err := b.takesList(scope, name); err != nil {
		return nil, err
	}
	history, err := b.book.History("list", name)
	changes := make([]console.ListChange, len(history))
	for i, h := range history {
		changes[i] = console.ListChange{At: h.At, Actor: h.Actor, Because: h.Because, Change: h.Change}
		if !scope.Whole() {
			changes[i].Because = ""
		}
	}
	return changes, mistake(err)
}

// MayApproveList says whether a version waits.
func (b adminBook) MayApproveList(scope access.Scope, name string, version uint32, digest string) error {
	if err := b.takesList(scope, name); err != nil {
		return err
	}
	return mistake(b.book.MayApproveList(name, version, digest))
}

// ApproveList puts a version in force.
func (b adminBook) ApproveList(scope access.Scope, first, name string, version uint32, digest string) (uint64, error) {
	if err := b.takesList(scope, name); err != nil {
		return 0, err
	}
	generation, err := b.book.ApproveList(book.Approval{First: first, Second: scope.Actor}, name, version, digest)
	return generation, mistake(err)
}

// MayApproveService says whether a campaign waits to be one of service.
func (b adminBook) MayApproveService(scope access.Scope, campaign string) error {
	if err := b.takesCampaign(scope, campaign); err != nil {
		return err
	}
	return mistake(b.book.MayApproveService(campaign))
}

// ApproveService makes a campaign one of service.
func (b adminBook) ApproveService(scope access.Scope, first, campaign string) (uint64, error) {
	if err := b.takesCampaign(scope, campaign); err != nil {
		return 0, err
	}
	generation, err := b.book.ApproveService(book.Approval{First: first, Second: scope.Actor}, campaign)
	return generation, mistake(err)
}

// takesCampaign returns nil when a campaign lies in the scope, or else what the
// book says of one that there is not.
func (b adminBook) takesCampaign(scope access.Scope, name string) error {
	if takesOwned(scope, b.book.Current(), name) {
		return nil
	}
	return &console.Mistake{Code: http.StatusNotFound, Err: fmt.Errorf("there is no campaign %q: write principal/campaign", name)}
}

// ListRows returns every row of a principal's lists that holds a number.
func (s adminNames) ListRows(principal string, n policy.Number) (rows []console.ListedIn, err error) {
	if !s.HasPrincipal(principal) {
		return nil, unknownPrincipal("lists", principal)
	}
	p, err := s.snapshot.Principal(principal)
	if err != nil {
		return nil, mistake(err)
	}
	lines, err := s.snapshot.ListRows(p, n)
	for _, l := range lines {
		rows = append(rows, console.ListedIn{
			List: l.List, Source: l.Source, Line: l.Line, Approved: l.Approved, Ground: l.Ground,
			Provider: l.Provider, SuspendedSince: l.Suspended, Batch: l.Batch, BatchRow: l.BatchRow, RetainUntil: l.RetainUntil,
		})
	}
	return rows, err
}

// AttachList lets a campaign call a list.
func (b adminBook) AttachList(scope access.Scope, name, campaign string) (uint64, error) {
	if err := b.takesList(scope, name); err != nil {
		return 0, err
	}
	if err := b.takesCampaign(scope, campaign); err != nil {
		return 0, err
	}
	generation, err := b.book.AttachList(scope.Actor, name, campaign)
	return generation, mistake(err)
}

// ofProvider returns the principal whose part of a provider a scope sees, "" of a
// whole one. What rests on it for nobody in the scope is not there.
func (b adminBook) ofProvider(scope access.Scope, name string) (principal string, err error) {
	if scope.Whole() {
		return "", nil
	}
	s := b.book.Current()
	if takesPrincipal(scope, s, scope.Principal) && slices.Contains(s.ServedBy(name), scope.Principal) {
		return scope.Principal, nil
	}
	return "", &console.Mistake{Code: http.StatusNotFound, Err: fmt.Errorf("there is no provider %q: apply it first", name)}
}

// alone returns nil when a provider is the scope's to suspend: that holds for all
// who rest on it.
func (b adminBook) alone(scope access.Scope, name string) error {
	of, err := b.ofProvider(scope, name)
	if err == nil && of != "" && len(b.book.Current().ServedBy(name)) > 1 {
		err = &console.Mistake{Code: http.StatusForbidden, Err: fmt.Errorf("provider %s is not for one principal to suspend or resume: ask an admin", name)}
	}
	return err
}

// Providers returns the providers that the scope has to do with. Why one was
// suspended is not told where others rest on it too.
func (b adminBook) Providers(scope access.Scope) (all []console.Provider) {
	of := scope.Principal
	if scope.Whole() {
		of = ""
	}
	for _, p := range b.book.Current().Providers(of) {
		if _, err := b.ofProvider(scope, p.Name); err != nil {
			continue
		}
		if b.alone(scope, p.Name) != nil {
			p.Because = ""
		}
		all = append(all, console.Provider(p))
	}
	return all
}

// SetProvider suspends a provider, or takes that back.
func (b adminBook) SetProvider(scope access.Scope, name, because string, suspend bool) (console.Provider, error) {
	if err := b.alone(scope, name); err != nil {
		return console.Provider{}, err
	}
	set := b.book.ResumeProvider
	if suspend {
		set = b.book.SuspendProvider
	}
	p, err := set(scope.Actor, name, because)
	return console.Provider(p), mistake(err)
}

// SampleProvider draws rows of a provider; seed 0 is any.
func (b adminBook) SampleProvider(scope access.Scope, name string, count int, seed uint64) (console.Sample, error) {
	of, err := b.ofProvider(scope, name)
	if err != nil {
		return console.Sample{}, err
	}
	for seed == 0 {
		seed = rand.Uint64N(1 << 53) //nolint:gosec // it must only be chosen by nobody; below 2^53 every reader of JSON has it whole
	}
	s, err := b.book.SampleProvider(scope.Actor, name, of, count, seed)
	return adminSample(&s), mistake(err)
}

// Samples returns the samples that were kept, of a scope those from its lists.
func (b adminBook) Samples(scope access.Scope, name string) (all []console.Sample, err error) {
	of, err := b.ofProvider(scope, name)
	if err != nil {
		return nil, err
	}
	kept, err := b.book.Samples(name, of)
	for i := range kept {
		all = append(all, adminSample(&kept[i]))
	}
	return all, mistake(err)
}

func adminSample(s *book.Sample) console.Sample {
	out := console.Sample{
		Provider: s.Provider, Principal: s.Principal, At: s.At, Actor: s.Actor, Seed: s.Seed, Generation: s.Generation, Of: s.Of,
		Rows: make([]console.SampleRow, len(s.Rows)),
	}
	for i, r := range s.Rows {
		out.Rows[i] = console.SampleRow{
			Number: r.Number.String(), Version: r.Part, Row: r.Row, Batch: r.Batch, BatchRow: r.BatchRow, Called: r.Number,
		}
	}
	return out
}

// mayName returns what says whether a row of a scope's list may name a provider:
// one that the scope has to do with. nil: every one.
func (b adminBook) mayName(scope access.Scope) func(provider string) bool {
	if scope.Whole() {
		return nil
	}
	known := map[string]bool{}
	for _, p := range b.Providers(scope) {
		known[p.Name] = true
	}
	return func(provider string) bool { return known[provider] }
}
