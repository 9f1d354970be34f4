package main

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/replay"
)

// TestRereads: what a record lacks is read again as its generation has it, while that
// is in force; what has no generation is not.
func TestRereads(t *testing.T) {
	t.Parallel()
	n := built(t, "23000-23999")
	b := n.adminBook()
	if _, err := b.Apply(t.Context(), everything, "", []byte(`
principals: [{name: acme}]
call_centres: [{name: callnow, country: IT, roc: 12345}]
mandates: [{principal: acme, call_centre: callnow, from: 2020-01-01, purposes: energy}]
accounts: [{name: rpo, principal: acme}]
campaigns: [{name: energia, principal: acme, call_centre: callnow, account: rpo, purpose: energy, channel: operator, ground: directory, off_list: allow}]
`), false); err != nil {
		t.Fatal(err)
	}
	s := n.book.Current()
	c, ok := s.Campaign("acme/energia")
	if !ok {
		t.Fatal("no campaign")
	}
	a := s.AttemptFor(c, policy.Dialled{At: noon, User: "3331234567", CallerID: "0212345678"})
	all := new(policy.Facts).Unknown()
	sets := policy.NeedsMandate | policy.NeedsCallCentre | policy.NeedsCaller | policy.NeedsList | policy.NeedsRegistry
	for _, tt := range []struct {
		name       string
		generation uint64
		lacking    policy.Needs
		want       policy.Needs
	}{
		{"all of it", s.Generation(), all, sets},
		{"what is asked for", s.Generation(), policy.NeedsList | policy.NeedsBar, policy.NeedsList},
		{"another generation", s.Generation() + 1, all, 0},
	} {
		f := policy.Facts{Generation: tt.generation}
		got := rereads(s)(&a, &f, tt.lacking)
		if got != tt.want || all&^f.Unknown() != tt.want {
			t.Errorf("%s: read %v, known now %v, want %v", tt.name, got.Names(), (all &^ f.Unknown()).Names(), tt.want.Names())
		}
		if tt.want&policy.NeedsMandate != 0 {
			if d := cmp.Diff(s.Mandate(&a), f.Mandate); d != "" || f.Mandate.Known != policy.Present {
				t.Errorf("%s: mandate %+v %s", tt.name, f.Mandate, d)
			}
		}
	}
}

// TestReplayUndecided: where a rule asks for a fact that nobody has, it is not told
// what it would have said.
func TestReplayUndecided(t *testing.T) {
	t.Parallel()
	n := built(t, "24000-24999")
	r := policy.Record{Attempt: policy.Attempt{
		Dialled: policy.Dialled{ID: policy.AttemptID{1, 6: 0x70, 8: 0x80}, At: noon, Synced: true}, Reading: policy.Readable,
		Called: 393331234567, Mapping: policy.Mapped, Country: "IT", Zone: "Europe/Rome", Ground: policy.GroundDirectory, Profile: "it",
	}}
	r.Attempt.Campaign = 1
	// By a program that knew of no rule but these.
	r.Decision = policy.Decision{Verdict: policy.Allow, Trail: []policy.Finding{{Rule: "campaign"}}}
	ctx, stop := context.WithCancel(t.Context())
	n.writer.Submit(ledger.Entry{Kind: ledger.Closed, Record: r})
	stop()
	if err := n.writer.Run(ctx); err != nil {
		t.Fatal(err)
	}
	out, err := n.adminRecords().Replay(t.Context(), everything, console.ReplayQuery{})
	if err != nil || len(out.Differences()) != 1 {
		t.Fatalf("%+v %v", out.Report, err)
	}
	// Nothing was ever entered: of nobody it is known by what mandate they call.
	if d := out.Differences()[0]; d.Rule != "mandate" || d.Mark != replay.Unknown || d.Kind != replay.Undecided {
		t.Errorf("%+v", d)
	}
}
