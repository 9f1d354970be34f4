package replay

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
)

// script judges as it is told, by the caller id of the attempt.
type script map[string]policy.Decision

func (s script) Judge(a *policy.Attempt, _ *policy.Facts) policy.Decision { return s[a.CallerID] }

// trail reads "hours=hours.closed? bar": a rule that refused in shadow and one that
// abstained; the first one that refused and was enforced has spoken.
func trail(t *testing.T, text string) (d policy.Decision) {
	t.Helper()
	d.Verdict = policy.Allow
	for word := range strings.FieldsSeq(text) {
		rule, reason, _ := strings.Cut(word, "=")
		f := policy.Finding{Rule: rule}
		reason, f.Note, _ = strings.Cut(reason, "/")
		reason, f.Shadow = strings.CutSuffix(reason, "?")
		if reason != "" {
			var err error
			if f.Reason, err = policy.ParseReason(reason); err != nil {
				t.Fatal(err)
			}
		}
		if f.Reason != policy.OK && !f.Shadow && d.Verdict == policy.Allow {
			d.Verdict, d.Rule, d.Reason = policy.Refuse, f.Rule, f.Reason
		}
		d.Trail = append(d.Trail, f)
	}
	return d
}

// words tells of the one difference that a report has found.
func words(r *Report) string {
	list := r.Differences()
	if len(list) != 1 {
		return fmt.Sprintf("%d differences, %d equal, %d reworded", len(list), r.Total.Equal, r.Total.Reworded)
	}
	d := list[0]
	return fmt.Sprintf("%d %s %v>%v %v>%v mark %d", d.Kind, d.Rule, d.From.words(), d.To.words(), d.Before.Reason, d.After.Reason, d.Mark)
}

func (h Heard) words() string {
	if !h.Asked {
		return "-"
	}
	return h.Reason.String() + map[bool]string{true: "?"}[h.Shadow]
}

// known are facts of which each was looked up.
func known() (f policy.Facts) {
	f.Mandate.Known, f.CallCentre.Known, f.Caller.Known, f.List.Known = policy.Absent, policy.Absent, policy.Absent, policy.Absent
	f.Blacklist.Known, f.Hold.Known, f.Registry.Known, f.Consent.Known = policy.Absent, policy.Absent, policy.Absent, policy.Absent
	f.Contract.Known, f.Request.Known, f.Refusal.Known = policy.Absent, policy.Absent, policy.Absent
	f.Bar.Known, f.Rings.Known = policy.Absent, policy.Absent
	return f
}

func attempt(id byte, campaign, callerID string) policy.Attempt {
	return policy.Attempt{
		Dialled: policy.Dialled{ID: policy.AttemptID{id}, CallerID: callerID}, CampaignName: campaign,
		Called: 393331234567, Mapping: policy.Mapped, Reading: policy.Readable,
	}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, before, after, want string }{
		{"the same", "list bar=bar.silent", "list bar=bar.silent", "0 differences, 1 equal, 0 reworded"},
		{"refused now", "list hours", "list hours=hours.closed", "0 hours ok>hours.closed ok>hours.closed mark 0"},
		{"let go now", "list=list.absent bar", "list bar", "1 list list.absent>ok list.absent>ok mark 0"},
		{"another reason", "list=list.absent bar", "list bar=bar.silent", "2 list list.absent>ok list.absent>bar.silent mark 0"},
		{"beside the decision", "list=list.absent bar", "list=list.absent bar=bar.silent", "3 bar ok>bar.silent list.absent>list.absent mark 0"},
		{"only a note", "list bar=bar.silent/a", "list bar=bar.silent/b", "0 differences, 1 equal, 1 reworded"},
		{"shadow counts as if enforced", "hours", "hours=hours.closed?", "0 hours ok>hours.closed? ok>hours.closed mark 0"},
		{"enforced now", "hours=hours.closed?", "hours=hours.closed", "3 hours hours.closed?>hours.closed hours.closed>hours.closed mark 0"},
		{"a rule more", "list bar", "list hours=hours.closed bar", "0 hours ->hours.closed ok>hours.closed mark 0"},
		{"a rule less", "list=list.absent bar", "bar", "1 list list.absent>- list.absent>ok mark 0"},
		{"a rule more at the end", "list", "list frequency", "0 differences, 1 equal, 1 reworded"},
		{"a rule less at the end", "list frequency", "list", "0 differences, 1 equal, 1 reworded"},
	} {
		r := New(Config{Judge: script{"": trail(t, c.after)}})
		r.Add(&policy.Record{Attempt: attempt(1, "acme/a", ""), Facts: known(), Decision: trail(t, c.before)}, true)
		if d := cmp.Diff(c.want, words(r)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// TestClaim: what an attempt takes is a part of the decision.
func TestClaim(t *testing.T) {
	t.Parallel()
	after := trail(t, "operator")
	after.Claim = policy.ClaimContact
	r := New(Config{Judge: script{"": after}})
	r.Add(&policy.Record{Attempt: attempt(1, "", ""), Facts: known(), Decision: trail(t, "operator")}, true)
	if r.Total.Kinds[Aside] != 1 || r.Total.Equal != 0 {
		t.Errorf("%+v: a claim that differs was not seen", r.Total)
	}
}

// TestMissingFacts: what a record lacks is read again or unknown, and said so only
// where the rule that differs asks for it.
func TestMissingFacts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*policy.Record)
		read   policy.Needs // that can be read again
		want   string
	}{
		{"recorded", func(*policy.Record) {}, 0, "0 bar ok>bar.silent ok>bar.silent mark 0"},
		{"unknown", func(r *policy.Record) { r.Facts.Bar = policy.BarFact{} }, 0, "4 bar ok>bar.silent ok>bar.silent mark 2"},
		{"read again", func(r *policy.Record) { r.Facts.Bar = policy.BarFact{} }, policy.NeedsBar, "0 bar ok>bar.silent ok>bar.silent mark 1"},
		{"another fact", func(r *policy.Record) { r.Facts.Rings = policy.RingsFact{} }, 0, "0 bar ok>bar.silent ok>bar.silent mark 0"},
		{"a fault of the day", func(r *policy.Record) {
			r.Facts.Bar, r.Facts.Fault = policy.BarFact{}, policy.StoreFailed
		}, policy.NeedsBar, "0 bar ok>bar.silent ok>bar.silent mark 0"},
		{"no campaign, and refused in any case", func(r *policy.Record) {
			r.Facts, r.Attempt.Mapping, r.Decision = policy.Facts{}, policy.Unmapped, trail(t, "campaign=campaign.unknown bar")
			r.Attempt.CallerID = "beside"
		}, policy.NeedsBar, "3 bar ok>bar.silent campaign.unknown>campaign.unknown mark 2"},
		{"no campaign", func(r *policy.Record) {
			r.Facts, r.Attempt.Mapping = policy.Facts{}, policy.Unmapped
		}, policy.NeedsBar, "4 bar ok>bar.silent ok>bar.silent mark 2"},
	} {
		rec := policy.Record{Attempt: attempt(1, "", ""), Facts: known(), Decision: trail(t, "bar")}
		c.change(&rec)
		r := New(Config{
			Judge: script{"": trail(t, "bar=bar.silent"), "beside": trail(t, "campaign=campaign.unknown bar=bar.silent")}, Needs: map[string]policy.Needs{"bar": policy.NeedsBar},
			Reread: func(_ *policy.Attempt, _ *policy.Facts, lacking policy.Needs) policy.Needs { return c.read & lacking },
		})
		r.Add(&rec, true)
		if d := cmp.Diff(c.want, words(r)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// TestNotJudged: what no rule decided is counted apart.
func TestNotJudged(t *testing.T) {
	t.Parallel()
	r := New(Config{Judge: script{}})
	r.Add(&policy.Record{Attempt: attempt(1, "", ""), Repeat: policy.Repeat{Count: 3}}, true)
	r.Add(&policy.Record{Attempt: attempt(2, "", ""), Decision: policy.Decision{Rule: "fault"}}, true)
	r.Add(&policy.Record{Attempt: attempt(3, "", "")}, false)
	if got := [...]uint64{r.Repeats, r.Faults, r.Erased, r.Total.Attempts}; got != [...]uint64{1, 1, 1, 0} {
		t.Errorf("repeats, faults, erased, judged: %v", got)
	}
	emergency := attempt(4, "", "")
	emergency.Reading = policy.Emergency
	r.Add(&policy.Record{Attempt: emergency}, false) // there is nothing to erase
	if r.Total.Equal != 1 {
		t.Errorf("an emergency call was not judged: %+v", r.Total)
	}
}

// TestMerge: how records are dealt among reports, and in which order they come,
// cannot be seen in what they are merged to.
func TestMerge(t *testing.T) {
	t.Parallel()
	judge := script{"x": trail(t, "bar=bar.silent"), "y": trail(t, "bar list=list.absent"), "z": trail(t, "bar")}
	var want string
	for _, parts := range []int{1, 2, 3, 5} {
		reports := make([]*Report, parts)
		for i := range reports {
			reports[i] = New(Config{Judge: judge})
		}
		for i := range 60 {
			n := byte(i * 7 % 60)
			campaign, caller := []string{"acme/a", "acme/b"}[n%2], []string{"x", "y", "z"}[n%3]
			rec := policy.Record{Attempt: attempt(n, campaign, caller), Facts: known()}
			rec.Decision.Verdict, rec.Decision.Trail = policy.Allow, []policy.Finding{{Rule: "bar"}}
			reports[i%parts].Add(&rec, true)
		}
		slices.Reverse(reports)
		for _, o := range reports[1:] {
			reports[0].Merge(o)
		}
		got := fmt.Sprintf("%v %v %v", reports[0].Total, reports[0].Campaigns(), reports[0].Differences())
		if want == "" {
			want = got
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%d parts: %s", parts, d)
		}
	}
	if strings.Count(want, "-0000-0000-") != 4*examples {
		t.Errorf("not %d examples of each of four differences: %s", examples, want)
	}
	if !strings.Contains(want, "{acme/a 30 10 0 [20 0 0 0 0]}") {
		t.Errorf("campaign a is not told as 30 attempts of which 20 would be refused: %s", want)
	}
}
