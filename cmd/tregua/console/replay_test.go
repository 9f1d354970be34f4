package console

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/replay"
	"tregua/policy/shadow"
)

// severe refuses everybody.
type severe struct{}

func (severe) Judge(*policy.Attempt, *policy.Facts) policy.Decision {
	return policy.Decision{Rule: "bar", Reason: policy.BarSilent, Trail: []policy.Finding{{Rule: "list"}, {Rule: "bar", Reason: policy.BarSilent}}}
}

func (h *house) Replay(_ context.Context, _ access.Scope, q ReplayQuery) (Replayed, error) {
	r := Replayed{Report: replay.New(replay.Config{Judge: severe{}}), Policy: "strict", Made: []string{"bar"}}
	r.Add(&policy.Record{
		Attempt: policy.Attempt{Dialled: policy.Dialled{ID: id}, CampaignName: "acme/a"}, Decision: policy.Decision{Verdict: policy.Allow},
	}, true)
	return r, h.ask("replay of %q from %s to %s by %q", q.Campaign, q.Since.Format(time.RFC3339), q.Until.Format(time.RFC3339), q.Policy)
}

func (h *house) Shadow(_ context.Context, _ access.Scope, q ShadowQuery) (*shadow.Report, error) {
	r := shadow.New(shadow.Config{Zone: time.UTC})
	r.Add(&policy.Record{Attempt: policy.Attempt{CampaignName: "acme/a"}})
	return r, h.ask("shadow of %q from %s to %s", q.Campaign, q.Since.Format(time.RFC3339), q.Until.Format(time.RFC3339))
}

// running serves a house until the test is over.
func running(t *testing.T, h *house) *Client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "admin.sock")
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := open(t, h).Run(ctx, l); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		stop()
		wg.Wait()
	})
	return NewClient(path)
}

// TestReplayWords: what a replay found, in the words of the API, by the client,
// and what it asks for a report.
func TestReplayWords(t *testing.T) {
	t.Parallel()
	h := &house{}
	client := running(t, h)
	q := ReplayQuery{Since: noon, Until: noon.Add(time.Hour), Campaign: "acme/a", Policy: []byte("name: strict\n")}
	got, err := client.Replay(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	total := ReplayTotal{Attempts: 1, Refused: 1}
	one := total
	one.Campaign = "acme/a"
	want := Replay{
		Since: noon, Until: noon.Add(time.Hour), Campaign: "acme/a", Policy: "strict", MadeBefore: []string{"bar"},
		Total: total, Campaigns: []ReplayTotal{one},
		Differences: []ReplayDifference{{
			Campaign: "acme/a", Kind: "refused", Rule: "bar", From: ReplayFinding{Reason: "not_asked"}, To: ReplayFinding{Reason: "bar.silent"},
			Before: ReplayDecision{Verdict: "allow", Reason: "ok"}, After: ReplayDecision{Verdict: "refuse", Rule: "bar", Reason: "bar.silent"},
			Facts: "recorded", Count: 1, Examples: []string{id.String()},
		}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if got, err := client.Replay(t.Context(), ReplayQuery{}); err != nil || got.Policy != "same" {
		t.Errorf("without an overlay: %+v %v", got, err)
	}
	if got, err := client.Shadow(t.Context(), ShadowQuery{Since: noon, Until: noon.Add(time.Hour), Campaign: "acme/a"}); err != nil || got.Campaigns[0].Campaign != "acme/a" {
		t.Errorf("shadow: %+v %v", got, err)
	}
	if d := cmp.Diff([]string{
		`replay of "acme/a" from 2026-11-22T12:00:00Z to 2026-11-22T13:00:00Z by "name: strict\n"`,
		`replay of "" from 0001-01-01T00:00:00Z to 0001-01-01T00:00:00Z by ""`,
		`shadow of "acme/a" from 2026-11-22T12:00:00Z to 2026-11-22T13:00:00Z`,
	}, h.calls()); d != "" {
		t.Error(d)
	}
}
