package console

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
)

func TestEndingOf(t *testing.T) {
	t.Parallel()
	after := noon.Add
	ms := func(n int64) *int64 { return &n }
	for name, c := range map[string]struct {
		ending policy.Ending
		want   Ending
	}{
		"not answered": {
			policy.Ending{Outcome: policy.OutcomeFailed, Status: 486, EndedBy: policy.Callee},
			Ending{Outcome: "failed", Reason: "ok", Status: 486, EndedBy: "callee"},
		},
		"silent": {
			policy.Ending{
				Outcome: policy.OutcomeSilentQuiet, Reason: policy.SilentCut, EndedBy: policy.Tregua, AnsweredAt: noon,
				Ratio: policy.RatioA, Watch: policy.WatchEnforce, Line: policy.LineQuiet, Due: true,
				AmbienceAt: after(12 * time.Millisecond), CutAt: after(3*time.Second + time.Microsecond),
			},
			Ending{
				Outcome: "silent_quiet", Reason: "silent.cut", EndedBy: "tregua", AnsweredAt: noon,
				Class: "A", Watch: "enforce", Line: "quiet", Due: true,
				AmbienceAt: after(12 * time.Millisecond), AmbienceMS: ms(12),
				CutAt: after(3*time.Second + time.Microsecond), CutMS: ms(3001),
			},
		},
		"operator in early media": {
			policy.Ending{
				Outcome: policy.OutcomeConnected, AnsweredAt: noon, Ratio: policy.RatioB, Watch: policy.WatchShadow,
				Line: policy.LineOperator, OperatorAt: after(-40 * time.Millisecond), DecidedAt: noon,
			},
			Ending{
				Outcome: "connected", Reason: "ok", EndedBy: "none", AnsweredAt: noon, Class: "B", Watch: "shadow",
				Line: "operator", OperatorAt: after(-40 * time.Millisecond), OperatorMS: ms(-40), DecidedAt: noon, DecidedMS: ms(0),
			},
		},
		"machine, not watched": {
			policy.Ending{Outcome: policy.OutcomeExcluded, AnsweredAt: noon, Machine: policy.DialerMachine, Deaf: true},
			Ending{
				Outcome: "excluded", Reason: "ok", EndedBy: "none", AnsweredAt: noon,
				Class: "none", Watch: "off", Line: "none", Machine: "dialer", Deaf: true,
			},
		},
	} {
		if diff := cmp.Diff(c.want, endingOf(&c.ending)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
