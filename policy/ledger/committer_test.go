package ledger_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/ledger"
)

func TestReceipts(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	h.turn(noon, opening(record(0, 393331234567, noon)), refusal(1, 393331234568, noon, policy.BlacklistListed))
	noID := opening(record(0, 39333, noon))
	noID.Record.Attempt.ID = policy.AttemptID{}
	for _, c := range []struct {
		name string
		in   ledger.Entry
		want error
	}{
		{"open again", opening(record(0, 393331234567, noon)), ledger.ErrTwice},
		{"closed while open", refusal(0, 393331234567, noon, policy.BlacklistListed), ledger.ErrTwice},
		{"open after its record", opening(record(1, 393331234568, noon)), ledger.ErrTwice},
		{"close after its record", closing(1, connected(noon)), ledger.ErrTwice},
		{"close of nothing", closing(2, connected(noon)), ledger.ErrNotOpen},
		{"no id", noID, ledger.ErrNoID},
	} {
		rows, receipts := h.committer.Turn(noon, []ledger.Entry{c.in})
		if len(receipts) != 1 || !errors.Is(receipts[0].Err, c.want) {
			t.Errorf("%s: receipts %v, want %v", c.name, receipts, c.want)
		}
		if len(rows.Put)+len(rows.Delete) != 0 {
			t.Errorf("%s: writes %v", c.name, rows)
		}
		h.committer.Committed()
	}
	got := h.turn(noon, closing(0, connected(noon)))
	if want := (ledger.Receipt{Kind: ledger.Close, ID: attemptID(0), Seq: 1}); got[0] != want {
		t.Errorf("receipt %v, want %v", got[0], want)
	}
	if rep := h.verify(); rep.Records != 2 || rep.Open != 0 {
		t.Errorf("report %+v", rep)
	}
}

func TestOpenAndCloseInOneTurn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	got := h.turn(noon, opening(record(0, 393331234567, noon)), closing(0, connected(noon)))
	want := ledger.Receipt{Kind: ledger.Open, ID: attemptID(0), Return: policy.Return{Shard: 1, Call: 2}, Claim: 393331234567, Principal: 12, Mode: policy.Bypass}
	if got[0] != want {
		t.Errorf("receipt %v, want %v", got[0], want)
	}
	if rep := h.verify(); rep.Records != 1 || rep.Open != 0 {
		t.Errorf("report %+v", rep)
	}
}

func TestCounters(t *testing.T) {
	t.Parallel()
	ended := func(o policy.Outcome) policy.Ending {
		return policy.Ending{Outcome: o, Forwarded: true, EndedAt: noon}
	}
	allowed := func(e policy.Ending) []ledger.Entry {
		return []ledger.Entry{opening(record(0, 393331234567, noon)), closing(0, e)}
	}
	answered := func(o policy.Outcome, r policy.Ratio, w policy.Watch) policy.Ending {
		return policy.Ending{Outcome: o, Forwarded: true, AnsweredAt: noon, EndedAt: noon, Ratio: r, Watch: w}
	}
	late := answered(policy.OutcomeSilent, policy.RatioA, policy.WatchEnforce)
	late.Reason = policy.LawLate
	fault := ledger.Entry{Kind: ledger.Closed, Record: record(0, 393331234567, noon)}
	fault.Record.Ending = policy.Ending{Outcome: policy.OutcomeRefused, Reason: policy.MediaExhausted}
	today := ledger.Tally{Group: 15, Campaign: 11, Day: 20261122}
	unmapped := refusal(0, 393331234567, noon, policy.CampaignUnknown)
	unmapped.Record.Attempt.Group, unmapped.Record.Attempt.Campaign = 0, 0
	for _, c := range []struct {
		name string
		in   []ledger.Entry
		at   ledger.Tally
		want ledger.Counters
	}{
		{"open counts nothing", []ledger.Entry{opening(record(0, 393331234567, noon))}, today, ledger.Counters{}},
		{"connected", allowed(connected(noon)), today, ledger.Counters{Attempts: 1, Forwarded: 1, Answered: 1, Connected: 1}},
		{
			"silent", allowed(answered(policy.OutcomeSilent, policy.RatioA, policy.WatchEnforce)),
			today,
			ledger.Counters{Attempts: 1, Forwarded: 1, Answered: 1, Silent: 1},
		},
		{
			"silent in shadow", allowed(answered(policy.OutcomeSilentQuiet, policy.RatioA, policy.WatchShadow)),
			today,
			ledger.Counters{Attempts: 1, Forwarded: 1, Answered: 1, Silent: 1, SilentShadow: 1},
		},
		{
			"silent and late", allowed(late),
			today,
			ledger.Counters{Attempts: 1, Forwarded: 1, Answered: 1, Silent: 1, Late: 1},
		},
		{
			"machine", allowed(answered(policy.OutcomeMachine, policy.RatioNone, policy.WatchEnforce)),
			today,
			ledger.Counters{Attempts: 1, Forwarded: 1, Answered: 1, Machine: 1},
		},
		{
			"hung up", allowed(answered(policy.OutcomeHungUp, policy.RatioNone, policy.WatchEnforce)),
			today,
			ledger.Counters{Attempts: 1, Forwarded: 1, Answered: 1, HungUp: 1},
		},
		{
			"hung up, strict", allowed(answered(policy.OutcomeHungUp, policy.RatioA, policy.WatchEnforce)),
			today,
			ledger.Counters{Attempts: 1, Forwarded: 1, Answered: 1, HungUp: 1, Silent: 1},
		},
		{
			"excluded", allowed(answered(policy.OutcomeExcluded, policy.RatioNone, policy.WatchOff)),
			today,
			ledger.Counters{Attempts: 1, Forwarded: 1, Answered: 1, Excluded: 1},
		},
		{
			"interrupted while nobody was heard", allowed(answered(policy.OutcomeInterrupted, policy.RatioA, policy.WatchEnforce)),
			today,
			ledger.Counters{Attempts: 1, Forwarded: 1, Answered: 1, Interrupted: 1, Silent: 1},
		},
		{"cancelled", allowed(ended(policy.OutcomeCancelled)), today, ledger.Counters{Attempts: 1, Forwarded: 1, Cancelled: 1}},
		{"failed", allowed(ended(policy.OutcomeFailed)), today, ledger.Counters{Attempts: 1, Forwarded: 1, Failed: 1}},
		{"unreachable", allowed(ended(policy.OutcomeUnreachable)), today, ledger.Counters{Attempts: 1, Forwarded: 1, Unreachable: 1}},
		{"cancelled before it left", allowed(policy.Ending{Outcome: policy.OutcomeCancelled}), today, ledger.Counters{Attempts: 1, Cancelled: 1}},
		{
			"refused",
			[]ledger.Entry{refusal(0, 393331234567, noon, policy.RegistryOpposed)},
			today,
			ledger.Counters{Attempts: 1, Refused: map[string]uint64{"registry.opposed": 1}},
		},
		{
			"refused by a fault",
			[]ledger.Entry{fault},
			today,
			ledger.Counters{Attempts: 1, Refused: map[string]uint64{policy.MediaExhausted.String(): 1}},
		},
		{"repeats", []ledger.Entry{redials(0, 9, 393331234567, noon, 4)}, today, ledger.Counters{Repeats: 4}},
		{
			"no group",
			[]ledger.Entry{unmapped},
			ledger.Tally{Day: 20261122},
			ledger.Counters{Attempts: 1, Refused: map[string]uint64{"campaign.unknown": 1}},
		},
		{
			"the day is Rome's",
			[]ledger.Entry{refusal(0, 393331234567, noon.Add(11*time.Hour), policy.RegistryOpposed)},
			ledger.Tally{Group: 15, Campaign: 11, Day: 20261123},
			ledger.Counters{Attempts: 1, Refused: map[string]uint64{"registry.opposed": 1}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, 1)
			h.start(noon)
			h.turn(noon, c.in...)
			got, err := h.reader.Counters()
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got[c.at]); d != "" {
				t.Error(d)
			}
			h.verify()
			h.kill()
			h.start(noon) // the sums go on from what was stored
			h.turn(noon, refusal(50, 393331234567, noon, policy.RegistryOpposed))
			h.verify()
		})
	}
}

// TestFailedTurn fails a commit in both ways, between turns that succeed, and
// wants the ledger as if it had not been tried.
func TestFailedTurn(t *testing.T) {
	t.Parallel()
	for _, how := range []fate{refused, obscure} {
		for _, restart := range []bool{false, true} {
			h := newHouse(t, 1)
			h.start(noon)
			h.turn(noon, opening(record(0, 393331234567, noon)), opening(record(1, 393331234568, noon)))
			next := h.committer.Next()
			rows, _ := h.committer.Turn(noon, []ledger.Entry{
				closing(0, connected(noon)), opening(record(2, 393331234569, noon)),
				refusal(3, 393331234570, noon, policy.BlacklistListed), refusal(4, 393331234571, noon, policy.BlacklistListed),
			})
			if how == obscure {
				if err := h.state.Commit(rows); err != nil {
					t.Fatal(err)
				}
			}
			h.committer.Failed()
			if h.committer.Next() != next || h.committer.Opens() != 2 || !h.committer.Doubtful() {
				t.Fatalf("next %d, %d open, doubtful %t", h.committer.Next(), h.committer.Opens(), h.committer.Doubtful())
			}
			h.turn(noon, refusal(2, 393331234569, noon, policy.StoreDown))
			if h.committer.Doubtful() {
				t.Fatal("still in doubt after a commit")
			}
			if restart {
				h.kill()
				h.start(noon)
			}
			rep := h.verify()
			want := ledger.Report{Records: 1, Open: 2}
			if restart {
				want = ledger.Report{Records: 3}
			}
			if d := cmp.Diff(want, rep); d != "" {
				t.Errorf("fate %d, restart %t: %s", how, restart, d)
			}
			for _, n := range []policy.Number{393331234570, 393331234571} {
				if v, err := h.reader.ByNumber(n, 9); err != nil || len(v) != 0 {
					t.Errorf("%v has records %v, %v", n, v, err)
				}
			}
		}
	}
}

// TestSlotFileFails: without its subject keys nothing is written.
func TestSlotFileFails(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	h.slots.FailSync(errStore)
	rows, receipts := h.committer.Turn(noon, []ledger.Entry{refusal(0, 393331234567, noon, policy.BlacklistListed)})
	if !errors.Is(receipts[0].Err, errStore) || len(rows.Put)+len(rows.Delete) != 0 {
		t.Fatalf("receipts %v, rows %v", receipts, rows)
	}
	h.committer.Committed()
	h.slots.FailSync(nil)
	h.turn(noon, refusal(0, 393331234567, noon, policy.BlacklistListed))
	h.kill()
	h.start(noon)
	if v, err := h.reader.Attempt(attemptID(0)); err != nil || !v.Personal || v.Seq != 0 {
		t.Fatalf("%+v, %v", v, err)
	}
}
