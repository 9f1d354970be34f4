package main

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"
	"time"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/shadow"
)

// TestShadowReport holds what the report looks like, as a table and as JSON.
func TestShadowReport(t *testing.T) {
	t.Parallel()
	r := shadow.New(shadow.Config{Zone: time.UTC, Frequency: func(string) *policy.FrequencyParams {
		return &policy.FrequencyParams{Talk: policy.Span{Value: 20 * time.Second}}
	}})
	for n := range 40 {
		rec := policy.Record{Attempt: policy.Attempt{
			Dialled:      policy.Dialled{ID: policy.AttemptID{15: byte(n)}, At: noon.AddDate(0, 0, n%2)},
			CampaignName: []string{"acme/energia", "acme/energia", "acme/gas", ""}[n%4],
		}, Ending: policy.Ending{
			AnsweredAt: noon, EndedAt: noon.Add(time.Duration(n) * 2 * time.Second), Watch: policy.WatchShadow, Ratio: policy.RatioB,
			OperatorAt: noon.Add(time.Duration(n%5) * 900 * time.Millisecond), DecidedAt: noon.Add(time.Duration(n%5) * time.Second),
			Line: policy.LineOperator, Rang: true,
		}}
		rec.Decision = policy.Decision{Verdict: policy.Allow, Trail: []policy.Finding{{Rule: "list"}}}
		if n%3 == 0 {
			rec.Decision.Trail[0] = policy.Finding{Rule: "list", Reason: policy.ListAbsent, Shadow: true}
		}
		if n%6 == 0 {
			rec.Decision.Trail = append(rec.Decision.Trail, policy.Finding{Rule: "hours", Reason: policy.HoursClosed, Shadow: true})
		}
		if n%5 == 4 {
			rec.Ending.Ratio, rec.Ending.OperatorAt, rec.Ending.DecidedAt, rec.Ending.EndedBy = policy.RatioA, time.Time{}, time.Time{}, policy.Caller
		}
		if n%10 == 0 {
			rec.Ending.Outcome, rec.Ending.Ratio, rec.Ending.Machine = policy.OutcomeMachine, policy.RatioNone, policy.DialerMachine
		}
		rec.Facts.Rings = policy.RingsFact{Known: policy.Present, Today: n % 8}
		rec.Facts.Caller = policy.CallerFact{Known: policy.Present, ROC: n%9 > 0}
		r.Add(&rec)
	}
	report := console.ShadowOf(r, console.ShadowQuery{})
	var b bytes.Buffer
	if err := new(format).print(&b, nil, func(w io.Writer) { printShadow(w, &report) }); err != nil {
		t.Fatal(err)
	}
	golden(t, "report/shadow.txt", b.Bytes())
	data, err := json.MarshalIndent(&report, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "report/shadow.json", append(data, '\n'))
}
