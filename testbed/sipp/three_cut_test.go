//go:build testbed

package sipp

import (
	"fmt"
	"testing"
	"time"

	"tregua/testbed/rtp"
)

// What a silent call must look like on the wire (Garante provv. 83/2014: no
// longer than three seconds from the answer; design: cut after 2.9 s).
const (
	cutEarliest  = 2850 * time.Millisecond
	cutLatest    = 3000 * time.Millisecond
	ambienceGoal = 40 * time.Millisecond // p99
	ambienceFail = 4 * ambienceGoal
	mediaEnds    = 100 * time.Millisecond // from the BYE, before or after
)

// TestThreeCut: 2,000 answered calls at 100 a second, 290 of them at once, and
// on none an operator: no RTP, comfort noise, a dead line, a tone or the noise
// of an open line, while the callee speaks. All are cut in time on both legs,
// and hear the ambience soon.
func TestThreeCut(t *testing.T) {
	callees := make([]rtp.Source, 16)
	for i := range callees {
		callees[i] = callee(uint64(i))
	}
	sounds := make([]rtp.Source, 0, len(lines))
	for _, l := range lines {
		sounds = append(sounds, l.source(1))
	}
	calls := Allowed(threeCalls)
	index := indexOf(calls)
	calm(t, func() (rtp.Result, []string, error) {
		s, d := watched(t, "enforce")
		defer d.Kill() // the next one needs its ports
		k := talk{
			sites: s.sites(), dialer: "three_uac_wait", carrier: "three_uas", dir: s.Dir, calls: calls, rate: threeRate,
			voices: func(user string) [2]rtp.Source {
				i := index[user]
				return [2]rtp.Source{sounds[i%len(sounds)], callees[i/len(sounds)%len(callees)]}
			},
		}
		result, err := k.place(t.Context())
		if err != nil {
			return result, nil, err
		}
		if err := d.Stop(); err != nil {
			return result, nil, err
		}
		return result, judgeCuts(t, result, index), nil
	})
}

// judgeCuts prints the figures of a load of silent calls and says what is not
// as the law has it.
func judgeCuts(t *testing.T, result rtp.Result, index map[string]int) (problems []string) {
	t.Helper()
	var cuts [2][]time.Duration
	var through, ambience, last []time.Duration
	byLine := make([][]time.Duration, len(lines))
	most := 0
	for _, c := range result.Calls {
		line := index[c.User] % len(lines)
		most = max(most, atOnce(result.Calls, c))
		through = append(through, c.Told.Sub(c.Answered))
		for leg := range cuts {
			after := c.Cut[leg].Sub(c.Answered)
			if c.Answered.IsZero() || c.Cut[leg].IsZero() || after < cutEarliest || after > cutLatest {
				problems = append(problems, fmt.Sprintf("%s (%s), leg %d: cut %v after the 200", c.User, lines[line].name, leg, after))
			}
			cuts[leg] = append(cuts[leg], after)
		}
		heard := c.Sent[rtp.B].From(c.Answered)
		if len(heard) == 0 {
			problems = append(problems, fmt.Sprintf("%s (%s): the callee heard nothing", c.User, lines[line].name))
			continue
		}
		first := heard[0].At.Sub(c.Answered)
		ambience = append(ambience, first)
		byLine[line] = append(byLine[line], first)
		last = append(last, heard[len(heard)-1].At.Sub(c.Cut[rtp.B]))
		if s := heard.Shape(); broken(s) || last[len(last)-1].Abs() > mediaEnds {
			problems = append(problems, fmt.Sprintf("%s (%s): the callee's stream: %+v, %v longer than the call", c.User, lines[line].name, s, last[len(last)-1]))
		}
	}
	t.Logf("%d silent calls at %d/s, at most %d at once, %d packets sent to tregua", len(result.Calls), threeRate, most, result.Sent)
	t.Logf("200 through tregua:           %v", rtp.Summarise(through))
	t.Logf("BYE to the dialer after it:   %v", rtp.Summarise(cuts[rtp.A]))
	t.Logf("BYE to the callee after it:   %v", rtp.Summarise(cuts[rtp.B]))
	t.Logf("first ambience after it:      %v (goal: p99 at most %v)", rtp.Summarise(ambience), ambienceGoal)
	for i, l := range lines {
		t.Logf("  over %-5s                  %v", l.name, rtp.Summarise(byLine[i]))
	}
	t.Logf("last packet after the BYE:    %v", rtp.Summarise(last))
	if p99 := rtp.Summarise(ambience).P99; p99 > ambienceFail {
		problems = append(problems, fmt.Sprintf("first ambience p99 %v, more than %v", p99, ambienceFail))
	}
	if len(problems) > 20 {
		problems = append(problems[:20], fmt.Sprintf("and %d more", len(problems)-20))
	}
	return problems
}
