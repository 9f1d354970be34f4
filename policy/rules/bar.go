package rules

import (
	"time"

	"tregua/policy"
)

// bar refuses a number on which a call was silent less than five days ago,
// whoever may be at the telephone this time (regulation.md section 1).
func bar() policy.Rule {
	return policy.Rule{
		Name:    "bar",
		Law:     policy.BarSilent.Law(),
		Reasons: []policy.Reason{policy.BarSilent, policy.BarShared, policy.ClockUnsynced},
		Needs:   policy.NeedsBar,
		Judge: func(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
			b := &f.Bar
			switch {
			case b.Known == policy.Unknown:
				return notRead("the bars of the number were not read")
			case b.Known == policy.Absent:
				return abstain("")
			case b.Shadow:
				return abstain("a bar born in shadow")
			case a.At.Before(b.Until) && b.Shared:
				// Neither who was called by nor when is told to others
				// (compliance.md 1.10).
				return refuse(policy.BarShared, "")
			case a.At.Before(b.Until):
				return refuse(policy.BarSilent, untilNote(b.Until.In(p.Bar.Zone.Location())))
			case !a.Synced && a.At.Add(-p.Clock.Margin.Value).Before(b.Until):
				// The true time may be a little before: that must do too.
				return refuse(policy.ClockUnsynced, "the bar has only just ended")
			}
			return abstain("the bar has ended")
		},
	}
}

// untilNote tells when a bar ends, in one allocation.
func untilNote(t time.Time) string {
	var b [len("until ") + len(time.RFC3339)]byte
	return string(t.AppendFormat(append(b[:0], "until "...), time.RFC3339))
}
