package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/book"
	"tregua/policy/ledger"
	"tregua/policy/report/archive"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// makeConsole joins the admin API with the parts.
func (n *node) makeConsole() (err error) {
	n.console, err = console.New(console.Config{
		Version: thisBuild().Version, Log: n.log,
		Book: n.adminBook(), Judge: adminJudge{n}, Records: n.adminRecords(), Node: n, Modes: adminModes{n.book, n.trunks()},
		Register: n.access, Law: n.policy.Law, Dispositions: n.dispositions(), Basis: n.basis(), Proof: adminProof{n}, Backup: n.writeBackup, Keeper: n.keeper,
		Contracts: adminContracts{n.book, n.reader}, Reconciler: n.reconciler(), Subjects: adminSubjects{n}, Complaints: adminComplaints{n},
	})
	return err
}

func (n *node) adminBook() adminBook { return adminBook{n.book, n.store, n.keys, n.layHold} }

func (n *node) dispositions() dispositions {
	return dispositions{book: n.book, desks: n.desks, reader: n.reader, rows: n.store, taken: n.taken, submit: n.writer.Submit}
}

// mistake marks what the caller can mend.
func mistake(err error) error {
	switch {
	case errors.Is(err, book.ErrUnknown):
		return &console.Mistake{Code: http.StatusNotFound, Err: err}
	case errors.Is(err, book.ErrInput):
		return &console.Mistake{Code: http.StatusUnprocessableEntity, Err: err}
	}
	return err
}

// adminBook is the book as the console asks for it.
type adminBook struct {
	book *book.Book
	rows store.Reader
	keys *seal.Keys

	layHold func(policy.Number, func() error) error
}

// Apply enters data.yaml.
func (b adminBook) Apply(ctx context.Context, scope access.Scope, because string, data []byte, dryRun bool) (console.Changes, error) {
	if !scope.Whole() { // names in the text and in its mistakes may be anybody's
		return console.Changes{}, &console.Mistake{Code: http.StatusForbidden, Err: errors.New("apply needs a token without principal and call centre: it enters data of all")}
	}
	changes, err := b.book.ApplyBecause(ctx, scope.Actor, because, data, dryRun)
	if err != nil {
		return console.Changes{}, mistake(err)
	}
	out := console.Changes{Generation: changes.Generation, DryRun: dryRun}
	for _, e := range changes.Edits {
		out.Edits = append(out.Edits, console.Edit(e))
	}
	return out, nil
}

// Import reads a file. A file that is not activated for its bad rows is a
// result and no error: the caller wants to see them.
func (b adminBook) Import(ctx context.Context, scope access.Scope, r console.ImportRequest) (console.ImportResult, error) {
	kind, err := book.ParseKind(r.Kind)
	if err != nil {
		return console.ImportResult{}, mistake(err)
	}
	if err := b.takes(scope, kind, r.Scope, "import"); err != nil {
		return console.ImportResult{}, err
	}
	limit := book.DefaultLimit(kind)
	if r.MaxRejects != "" {
		if limit, err = book.ParseLimit(r.MaxRejects); err != nil {
			return console.ImportResult{}, mistake(err)
		}
	}
	got, err := b.book.Import(ctx, book.ImportRequest{
		Kind: kind, Scope: r.Scope, AnsweredAt: r.AnsweredAt,
		Actor: scope.Actor, MaxRejects: limit, Reader: r.Reader, FileName: r.FileName, Rejects: r.Rejects,
		Format: book.Format(r.Format), Provider: b.mayName(scope),
	})
	out := imported(got, err)
	switch {
	case err != nil && (got.Rejects == 0 || !errors.Is(err, book.ErrInput)):
		return out, mistake(err)
	case err == nil && kind == book.Lists:
		b.imported(r.Scope, &out)
	}
	return out, nil
}

// imported is what became of a file, with the error of it.
func imported(got book.ImportResult, err error) console.ImportResult {
	out := console.ImportResult{
		Activated: err == nil, Generation: got.Generation, Part: got.Part,
		Rows: got.Rows, Good: got.Good, Bad: got.Rejects, Fast: got.Fast, Numbers: got.Numbers,
	}
	if err != nil {
		out.Why = err.Error()
	}
	return out
}

// adminJudge asks the desk of a number.
type adminJudge struct{ node *node }

// Judge says what would become of a call now.
func (j adminJudge) Judge(ctx context.Context, scope access.Scope, campaign string, number policy.Number) (policy.Attempt, policy.Facts, policy.Decision, error) {
	snapshot := j.node.book.Current()
	c, ok := snapshot.Campaign(campaign)
	if !ok || !takesCampaign(scope, snapshot, c) {
		return policy.Attempt{}, policy.Facts{}, policy.Decision{}, fmt.Errorf("campaign %q is gone; ask again", campaign)
	}
	now := j.node.clock.Now()
	a := snapshot.AttemptFor(c, policy.Dialled{At: now.Wall, Synced: now.Synced, User: number.String()})
	facts, decision, err := j.node.desks.Look(ctx, a)
	return a, facts, decision, err
}

// adminRecords is the ledger as the console asks for it.
type adminRecords struct {
	reader *ledger.Reader
	book   *book.Book
	limit  time.Duration // of the time until an operator speaks
	trunks []adminTrunk  // of side pbx, by the config

	reports  *archive.Archive
	policy   *policy.Policy
	profiles []policy.Params // that it judges by, the first one first
}

func (n *node) adminRecords() adminRecords {
	return adminRecords{
		reader: n.reader, book: n.book, limit: n.params.Silent.Limit.Value, trunks: n.trunks(),
		reports: n.reports, policy: n.policy, profiles: append([]policy.Params{n.params}, n.abroad...),
	}
}

// Attempt returns one record.
func (r adminRecords) Attempt(_ context.Context, scope access.Scope, id policy.AttemptID) (policy.Record, bool, error) {
	v, err := r.reader.Attempt(id)
	if errors.Is(err, ledger.ErrNotFound) || err == nil && !takesRecord(scope, r.book.Current(), &v.Record) {
		return policy.Record{}, false, nil
	}
	return v.Record, err == nil, err
}

// Amendments returns the amendment records of an attempt.
func (r adminRecords) Amendments(_ context.Context, scope access.Scope, id policy.AttemptID) (out []console.Amendment, err error) {
	notes, err := r.reader.Amendments(id)
	for _, n := range notes {
		one := console.Amendment{At: n.At, Record: n.Seq, Actor: n.Actor}
		if scope.CallCentre != "" { // who at the principal, perhaps
			one.Actor = ""
		}
		if err := json.Unmarshal(n.Body, &one.What); err != nil {
			return nil, fmt.Errorf("record %d: %w", n.Seq, err)
		}
		out = append(out, one)
	}
	return out, err
}

// Gone returns what purges took of the attempts of a span of time.
func (r adminRecords) Gone(_ context.Context, _ access.Scope, span ledger.Span) ([]ledger.Gone, error) {
	return r.reader.Gone(span)
}

// Attempts returns records newest first. Those of a number are found by their
// index; any other question reads the ledger from its beginning.
func (r adminRecords) Attempts(ctx context.Context, scope access.Scope, q console.Query) (records []policy.Record, err error) {
	if q.Number != 0 {
		return r.byNumber(scope, q)
	}
	wanted := r.wanted(scope, q)
	for v, err := range r.reader.Each() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		if !wanted(&v.Record) {
			continue
		}
		if records = append(records, v.Record); len(records) >= 2*q.Limit {
			records = newest(records, q.Limit)
		}
	}
	return newest(records, q.Limit), nil
}

// newest sorts records and keeps the newest.
func newest(records []policy.Record, limit int) []policy.Record {
	slices.SortStableFunc(records, func(a, b policy.Record) int {
		return cmp.Or(b.Attempt.At.Compare(a.Attempt.At), slices.Compare(b.Attempt.ID[:], a.Attempt.ID[:]))
	})
	return records[:min(limit, len(records))]
}

// Counters returns the sums of all days and of the groups of the scope.
func (r adminRecords) Counters(_ context.Context, scope access.Scope) ([]console.Counter, error) {
	snapshot := r.book.Current()
	total, err := total(r.reader, func(id policy.GroupID) bool { return scope.Takes(snapshot.Group(id)) })
	if err != nil {
		return nil, err
	}
	list := []console.Counter{
		{Name: "attempts", Value: total.Attempts},
		{Name: "forwarded", Value: total.Forwarded},
		{Name: "answered", Value: total.Answered},
		{Name: "cancelled", Value: total.Cancelled},
		{Name: "failed", Value: total.Failed},
		{Name: "unreachable", Value: total.Unreachable},
		{Name: "interrupted", Value: total.Interrupted},
		{Name: "repeats", Value: total.Repeats},
		{Name: "silent", Value: total.Silent},
		{Name: "silent_shadow", Value: total.SilentShadow},
		{Name: "connected", Value: total.Connected},
		{Name: "machine", Value: total.Machine},
		{Name: "hung_up", Value: total.HungUp},
		{Name: "excluded", Value: total.Excluded},
		{Name: "late", Value: total.Late},
		{Name: "handed_on", Value: total.HandedOn},
	}
	named := len(list)
	for reason, count := range total.Refused {
		list = append(list, console.Counter{Name: "refused." + reason, Value: count})
	}
	slices.SortStableFunc(list[named:], func(a, b console.Counter) int { return cmp.Compare(a.Name, b.Name) })
	return list, nil
}

// everyGroup takes all groups, also attempts without one.
func everyGroup(policy.GroupID) bool { return true }

// total adds up the counters of the groups that are taken and of all days.
func total(r *ledger.Reader, takes func(policy.GroupID) bool) (sum ledger.Counters, err error) {
	all, err := r.Counters()
	sum.Refused = map[string]uint64{}
	for of, c := range all { // order: a sum
		if !takes(of.Group) {
			continue
		}
		sum.Attempts += c.Attempts
		sum.Forwarded += c.Forwarded
		sum.Answered += c.Answered
		sum.Cancelled += c.Cancelled
		sum.HandedOn += c.HandedOn
		sum.Failed += c.Failed
		sum.Unreachable += c.Unreachable
		sum.Interrupted += c.Interrupted
		sum.Repeats += c.Repeats
		sum.Silent += c.Silent
		sum.SilentShadow += c.SilentShadow
		sum.Connected += c.Connected
		sum.Machine += c.Machine
		sum.HungUp += c.HungUp
		sum.Excluded += c.Excluded
		sum.Late += c.Late
		for reason, count := range c.Refused { // order: a sum
			sum.Refused[reason] += count
		}
	}
	return sum, err
}

// Status returns the state of the node.
func (n *node) Status(scope access.Scope) console.Status {
	s := console.Status{
		Version: thisBuild().Version, Node: n.config.Node.Name, NodeID: n.config.Node.ID,
		Started: n.start.Truncate(time.Second), Generation: n.book.Current().Generation(),
	}
	if scope.Whole() {
		calls := n.server.Calls()
		s.Calls = &calls
	}
	for _, t := range n.config.Trunks {
		if takesTrunk(scope, n.book.Current(), t.CallCentre) {
			s.Trunks = append(s.Trunks, t.Name)
		}
	}
	return s
}
