package main

import (
	"context"
	"net/http"

	"tregua/cmd/tregua/console"
	"tregua/configs"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/book"
	"tregua/policy/ledger"
	"tregua/policy/replay"
	"tregua/policy/rules"
	"tregua/policy/shadow"
)

// Replay judges the attempts that q takes anew. It keeps no record.
func (r adminRecords) Replay(ctx context.Context, scope access.Scope, q console.ReplayQuery) (console.Replayed, error) {
	out := console.Replayed{}
	judge := r.policy
	if len(q.Policy) > 0 {
		over, made, err := configs.Overlaid(r.profiles, q.Policy)
		if err == nil {
			judge, err = policy.New(rules.Table(), over[0], over[1:]...)
		}
		if err != nil {
			return out, &console.Mistake{Code: http.StatusUnprocessableEntity, Err: err}
		}
		name, _ := configs.ReadProfile(q.Policy) // it was read a moment ago
		out.Policy, out.Made = name.Name, made
	}
	snapshot := r.book.Current()
	reports := make([]*replay.Report, cores())
	for i := range reports {
		reports[i] = replay.New(replay.Config{Judge: judge, Needs: rules.Needs(), Reread: rereads(snapshot)})
	}
	err := r.sweep(ctx, scope, ledger.Span{Since: q.Since, Until: q.Until}, q.Campaign, len(reports), func(worker int, v *ledger.View) {
		reports[worker].Add(&v.Record, v.Personal)
	})
	for _, other := range reports[1:] {
		reports[0].Merge(other)
	}
	out.Report = reports[0]
	return out, err
}

// Shadow counts what enforcement would do to the attempts that q takes.
func (r adminRecords) Shadow(ctx context.Context, scope access.Scope, q console.ShadowQuery) (*shadow.Report, error) {
	reports := make([]*shadow.Report, cores())
	for i := range reports {
		reports[i] = shadow.New(shadow.Config{
			Zone:      r.profiles[0].Bar.Zone.Location(),
			Frequency: func(profile string) *policy.FrequencyParams { return &r.policy.Params(profile).Frequency },
		})
	}
	err := r.sweep(ctx, scope, ledger.Span{Since: q.Since, Until: q.Until}, q.Campaign, len(reports), func(worker int, v *ledger.View) {
		reports[worker].Add(&v.Record)
	})
	for _, other := range reports[1:] {
		reports[0].Merge(other)
	}
	return reports[0], err
}

// sweep gives the records of a campaign, "" for all, that lie in the scope.
func (r adminRecords) sweep(ctx context.Context, scope access.Scope, span ledger.Span, campaign string, workers int,
	take func(worker int, v *ledger.View),
) error {
	snapshot := r.book.Current()
	return r.reader.Sweep(ctx, span, workers, func(worker int, v *ledger.View) error {
		if (campaign == "" || v.Record.Attempt.CampaignName == campaign) && takesRecord(scope, snapshot, &v.Record) {
			take(worker, v)
		}
		return nil
	})
}

// rereads returns what reads a fact that a record lacks from the sets of its
// generation, if that is the one in force. What was entered singly has no
// generation: nobody knows how it was.
func rereads(s *book.Snapshot) func(*policy.Attempt, *policy.Facts, policy.Needs) policy.Needs {
	return func(a *policy.Attempt, f *policy.Facts, lacking policy.Needs) (read policy.Needs) {
		if f.Generation != s.Generation() {
			return 0
		}
		for _, one := range []struct {
			need policy.Needs
			read func()
		}{
			{policy.NeedsMandate, func() { f.Mandate = s.Mandate(a) }},
			{policy.NeedsCallCentre, func() { f.CallCentre = s.CallCentre(a.CallCentre) }},
			{policy.NeedsCaller, func() { f.Caller = s.Caller(a) }},
			{policy.NeedsList, func() { f.List = s.List(a.Campaign, a.Called) }},
			{policy.NeedsRegistry, func() { f.Registry = s.Registry(a.Account, a.Called) }},
		} {
			if lacking&one.need != 0 {
				one.read()
				read |= one.need
			}
		}
		return read &^ f.Unknown()
	}
}

// basis returns what tells what a rule looks at and judges by.
func (n *node) basis() func(profile, rule string) (policy.Needs, []policy.Figure) {
	needs := rules.Needs()
	return func(profile, rule string) (policy.Needs, []policy.Figure) {
		return needs[rule], n.policy.Figures(profile, rule)
	}
}
