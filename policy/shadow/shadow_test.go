package shadow

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var config = Config{Zone: time.UTC, Frequency: func(string) *policy.FrequencyParams {
	return &policy.FrequencyParams{Talk: policy.Span{Value: 20 * time.Second}}
}}

// call is a record of campaign acme/a with what rules refused, "list bar" in shadow
// and "list!" enforced, and an ending.
func call(n byte, refused string, e policy.Ending) policy.Record {
	r := policy.Record{Ending: e}
	r.Attempt.ID, r.Attempt.At, r.Attempt.CampaignName = policy.AttemptID{n}, noon, "acme/a"
	r.Facts.Caller = policy.CallerFact{Known: policy.Present, ROC: true}
	r.Decision = policy.Decision{Verdict: policy.Allow, Trail: []policy.Finding{{Rule: "number"}}}
	for word := range strings.FieldsSeq(refused) {
		rule, enforced := strings.CutSuffix(word, "!")
		if enforced {
			r.Decision.Verdict = policy.Refuse
		}
		r.Decision.Trail = append(r.Decision.Trail, policy.Finding{Rule: rule, Reason: policy.ListAbsent, Shadow: !enforced})
	}
	return r
}

// answered is the ending of a call that is watched in shadow, with the moments of
// it after the answer; an operator of 0 never came.
func answered(operator, decided, end time.Duration, r policy.Ratio) policy.Ending {
	e := policy.Ending{AnsweredAt: noon, EndedAt: noon.Add(end), Watch: policy.WatchShadow, Ratio: r, Rang: true}
	if operator > 0 {
		e.OperatorAt, e.DecidedAt, e.Line = noon.Add(operator), noon.Add(decided), policy.LineOperator
	}
	return e
}

func TestRules(t *testing.T) {
	t.Parallel()
	r := New(config)
	ms := time.Millisecond
	for _, rec := range []policy.Record{
		call(1, "", answered(800*ms, 900*ms, time.Minute, policy.RatioB)),
		call(2, "list", answered(1000*ms, 1100*ms, 31*time.Second, policy.RatioB)),
		call(3, "list bar", answered(1000*ms, 1100*ms, 11*time.Second, policy.RatioB)),
		call(4, "list! bar", policy.Ending{Outcome: policy.OutcomeRefused}),
		call(5, "list", policy.Ending{Outcome: policy.OutcomeFailed}),
	} {
		r.Add(&rec)
	}
	again := call(6, "list", policy.Ending{})
	again.Repeat.Count = 3
	r.Add(&again)
	want := []Rule{
		{
			Campaign: "acme/a", Rule: "list", Reason: policy.ListAbsent, Would: 3, Alone: 2, Enforced: 1, Connected: 2, Conversations: 1,
			Talk: 40 * time.Second, Examples: []policy.AttemptID{{2}, {3}, {5}},
		},
		{
			Campaign: "acme/a", Rule: "bar", Reason: policy.ListAbsent, Would: 2, Connected: 1, Talk: 10 * time.Second,
			Examples: []policy.AttemptID{{3}, {4}},
		},
	}
	if d := cmp.Diff(want, r.Rules()); d != "" {
		t.Error(d)
	}
	if got := [...]uint64{r.Total.Attempts, r.Total.Would, r.Total.Enforced}; got != [...]uint64{5, 3, 1} {
		t.Errorf("attempts, would, enforced: %v", got)
	}
}

func TestCalls(t *testing.T) {
	t.Parallel()
	ms, s := time.Millisecond, time.Second
	silent := answered(0, 0, 4500*ms, policy.RatioA)
	givenUp := silent
	givenUp.EndedBy = policy.Caller
	cut := givenUp
	cut.Watch, cut.CutAt, cut.EndedAt = policy.WatchEnforce, noon.Add(2900*ms), noon.Add(2900*ms)
	machine := answered(0, 0, 9*s, policy.RatioNone)
	machine.Outcome, machine.Machine = policy.OutcomeMachine, policy.DialerMachine
	hungUp := answered(0, 0, 2600*ms, policy.RatioNone)
	hungUp.Outcome = policy.OutcomeHungUp
	deaf := answered(0, 0, 9*s, policy.RatioNone)
	deaf.Outcome, deaf.Deaf = policy.OutcomeExcluded, true
	off := silent
	off.Watch = policy.WatchOff
	for _, c := range []struct {
		name   string
		ending policy.Ending
		want   string // watched, cut with and without operator at each second, A B given up, machines, hung up, deaf
	}{
		{"in time", answered(1*s, 1200*ms, 60*s, policy.RatioB), "1 0/0 0/0 0/0 0/0 A0 B1 0 [0 0 0] 0 0"},
		{"recognised late", answered(2400*ms, 2600*ms, 60*s, policy.RatioB), "1 1/1 0/0 0/0 0/0 A0 B1 0 [0 0 0] 0 0"},
		{"too late", answered(4*s, 4200*ms, 60*s, policy.RatioA), "1 1/1 1/1 1/1 0/0 A1 B0 0 [0 0 0] 0 0"},
		{"silent", silent, "1 1/0 1/0 1/0 0/0 A1 B0 0 [0 0 0] 0 0"},
		{"ended by the dialer", givenUp, "1 1/0 1/0 1/0 0/0 A1 B0 1 [0 0 0] 0 0"},
		{"cut", cut, "0 0/0 0/0 0/0 0/0 A1 B0 0 [0 0 0] 0 0"},
		{"a machine", machine, "0 0/0 0/0 0/0 0/0 A0 B0 0 [0 0 1] 0 0"},
		{"hung up", hungUp, "1 1/0 0/0 0/0 0/0 A0 B0 0 [0 0 0] 1 0"},
		{"deaf", deaf, "0 0/0 0/0 0/0 0/0 A0 B0 0 [0 0 0] 0 1"},
		{"not watched", off, "0 0/0 0/0 0/0 0/0 A0 B0 0 [0 0 0] 0 0"},
		{"not answered", policy.Ending{Outcome: policy.OutcomeFailed}, "0 0/0 0/0 0/0 0/0 A0 B0 0 [0 0 0] 0 0"},
	} {
		r := New(config)
		rec := call(1, "", c.ending)
		r.Add(&rec)
		g := &r.Total
		var got strings.Builder
		fmt.Fprint(&got, g.Watched)
		for _, x := range g.Cuts {
			fmt.Fprintf(&got, " %d/%d", x.Calls, x.Operator)
		}
		fmt.Fprintf(&got, " A%d B%d %d %v %d %d", g.A, g.B, g.GivenUp, g.Machines, g.HungUp, g.Deaf)
		if d := cmp.Diff(c.want, got.String()); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// TestPersons: the fourth call of a day is told once, and caller ids that are not
// in the register with the first attempts.
func TestPersons(t *testing.T) {
	t.Parallel()
	r := New(config)
	for n, today := range []int{0, 2, 3, 4, 3, 3} {
		rec := call(byte(n), "", policy.Ending{Rang: n != 4})
		rec.Facts.Rings = policy.RingsFact{Known: policy.Present, Today: today}
		if n == 5 {
			rec.Facts.Rings.Known = policy.Unknown
		}
		rec.Facts.Caller = []policy.CallerFact{
			{Known: policy.Present, ROC: true}, {Known: policy.Present}, {Known: policy.Absent}, {Known: policy.Absent, Withheld: true}, {}, {Known: policy.Absent},
		}[n]
		r.Add(&rec)
	}
	if r.Total.Often != 1 || r.Total.NotInROC != 3 || !slices.Equal(r.Total.ROCExamples, []policy.AttemptID{{1}, {2}, {5}}) {
		t.Errorf("%d called too often, %d not in the register, as %v", r.Total.Often, r.Total.NotInROC, r.Total.ROCExamples)
	}
}

func TestRatios(t *testing.T) {
	t.Parallel()
	c := Campaign{A: 10, B: 90, GivenUp: 8}
	with, _ := c.Ratio()
	without, ok := c.WithoutDetection()
	if fmt.Sprintf("%.4f %.4f %v", with, without, ok) != "0.1111 0.0204 true" {
		t.Errorf("%.4f with, %.4f without detection", with, without)
	}
	if _, ok := (&Campaign{A: 3}).WithoutDetection(); ok {
		t.Error("a ratio without class B")
	}
}

// TestMerge: how records are dealt among reports cannot be seen in what they are
// merged to.
func TestMerge(t *testing.T) {
	t.Parallel()
	var want string
	for _, parts := range []int{1, 2, 5} {
		reports := make([]*Report, parts)
		for i := range reports {
			reports[i] = New(config)
		}
		for i := range 60 {
			n := i * 7 % 60
			rec := call(byte(n), []string{"", "list", "list bar", "hours!"}[n%4], answered(time.Duration(n%5)*time.Second, time.Duration(n%5)*time.Second, time.Minute, policy.Ratio(n%3)))
			rec.Ending.EndedBy, rec.Ending.Machine = policy.Side(n%3), policy.Machine(n%2)
			rec.Ending.Deaf = n%7 == 0
			if n%10 == 0 {
				rec.Ending.Outcome = policy.OutcomeMachine
			}
			if n%11 == 0 {
				rec.Ending.Outcome = policy.OutcomeHungUp
			}
			rec.Attempt.At, rec.Attempt.CampaignName = noon.AddDate(0, 0, n%3), []string{"acme/a", "acme/b"}[n%2]
			rec.Facts.Rings = policy.RingsFact{Known: policy.Present, Today: n % 5}
			rec.Facts.Caller.ROC = n%6 > 0
			reports[i%parts].Add(&rec)
		}
		slices.Reverse(reports)
		for _, o := range reports[1:] {
			reports[0].Merge(o)
		}
		got := fmt.Sprintf("%+v\n%+v\n%+v", reports[0].Total, reports[0].Campaigns(), reports[0].Rules())
		if want == "" {
			want = got
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%d parts: %s", parts, d)
		}
	}
}

// TestSettings: a field is named when the figures call for it, and only then.
func TestSettings(t *testing.T) {
	t.Parallel()
	fields := func(c Campaign, rules ...Rule) string {
		var list []string
		for _, s := range c.Settings(rules) {
			list = append(list, s.Field)
		}
		return strings.Join(list, " ")
	}
	rule := func(campaign, name string) Rule {
		return Rule{Campaign: campaign, Rule: name, Reason: policy.ListAbsent}
	}
	for want, got := range map[string]string{
		"":                              fields(Campaign{Name: "a", B: 9}, rule("b", "list"), rule("a", "mandate")),
		"drop_call_seconds drop_action": fields(Campaign{Cuts: [4]Cut{1: {Calls: 1}}}),
		"campaign_vdad_exten cpd_amd_action amd.conf total_analysis_time amd.conf initial_silence": fields(Campaign{GivenUp: 1}),
		"drop_lockout_time": fields(Campaign{A: 3, B: 100}),
		"drop_lockout_time dial_method adaptive_dropped_percentage adaptive_maximum_level available_only_ratio_tally": fields(Campaign{A: 4, B: 133}),
		"daily_call_count_limit vicidial_lead_recycle.attempt_maximum call_count_limit":                               fields(Campaign{Often: 1}),
		"use_campaign_dnc hopper_level": fields(Campaign{Name: "a"}, rule("a", "blacklist")),
		"local_call_time campaign_cid":  fields(Campaign{Name: "a"}, rule("a", "hours"), rule("a", "callerid")),
	} {
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
}
