//go:build testbed

package sipp

import (
	"fmt"
	"testing"
	"time"

	"tregua/testbed/rtp"
)

// toneLoss is how much of an operator who begins after a tone may be lost: what
// it takes to hear that the tone is over.
const toneLoss = 15 // packets

// operator is a call on which somebody begins to speak.
type operator struct {
	line   int // in lines, before
	onset  time.Duration
	source rtp.Source
	callee rtp.Source
}

// operators spreads n over 0.2 to 2.4 s and over the lines.
func operators(n int) []operator {
	const from, to = 200 * time.Millisecond, 2400 * time.Millisecond
	out := make([]operator, n)
	for i := range out {
		line, onset := i%len(lines), from+(to-from)*time.Duration(i)/time.Duration(n-1)
		speech := rtp.Then(lines[line].source(uint64(i)), onset, rtp.Speech(uint64(100+i)))
		out[i] = operator{line, onset, speech, callee(uint64(i))}
	}
	return out
}

// placeOperators places a call for each operator; the dialer hangs up after 6 s.
func placeOperators(t *testing.T, list []operator, pcap *rtp.Pcap) (rtp.Result, error) {
	t.Helper()
	s, d := watched(t, "enforce")
	defer d.Kill() // the next one needs its ports
	calls := Allowed(len(list))
	index := indexOf(calls)
	k := talk{
		sites: s.sites(), dialer: "three_uac_hangup", carrier: "three_uas", dir: s.Dir, calls: calls, rate: 10, keep: true, pcap: pcap,
		voices: func(user string) [2]rtp.Source {
			i := index[user]
			return [2]rtp.Source{list[i].source, list[i].callee}
		},
	}
	result, err := k.place(t.Context())
	if err != nil {
		return result, err
	}
	return result, d.Stop()
}

// TestThreeOperators: 50 operators who begin 0.2 to 2.4 s after the answer, on
// each kind of line. None is cut; none of their packets is lost, but after a
// tone; the callee hears one stream.
func TestThreeOperators(t *testing.T) {
	list := operators(50)
	calm(t, func() (result rtp.Result, problems []string, err error) {
		result, err = placeOperators(t, list, nil)
		if err != nil {
			return result, nil, err
		}
		index := indexOf(Allowed(len(list)))
		var all tally
		all.lost = make([]int, len(lines))
		for _, c := range result.Calls {
			for _, p := range all.add(c, list[index[c.User]]) {
				problems = append(problems, fmt.Sprintf("%s (%s, then an operator at %v): %s",
					c.User, lines[list[index[c.User]].line].name, list[index[c.User]].onset, p))
			}
		}
		t.Logf("%d operators, %d cut; %d packets of theirs, %d unchanged, %d told by their sound", len(list), all.cut, all.sent, all.exact, all.judged)
		for i, l := range lines {
			t.Logf("  after %-5s %d packets lost", l.name, all.lost[i])
		}
		t.Logf("the callees' streams: %+v", all.shape)
		return result, problems, nil
	})
}

// tally adds up what became of operators.
type tally struct {
	cut, sent, exact, judged int
	lost                     []int // by line
	shape                    rtp.Shape
}

// add says what is wrong with a call.
func (a *tally) add(c *rtp.Call, o operator) (problems []string) {
	problem := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if !c.Cut[rtp.A].IsZero() || c.HungUp[rtp.A].IsZero() {
		a.cut++
		problem("cut %v after the 200", c.Cut[rtp.A].Sub(c.Answered))
	}
	d, err := rtp.Delivered(o.source, rtp.FrameAt(o.onset), c.Sent[rtp.B])
	if err != nil {
		problem("%v", err)
	}
	a.sent, a.exact, a.judged = a.sent+d.Sent, a.exact+d.Exact, a.judged+d.Judged
	a.lost[o.line] += len(d.Lost)
	most := 0
	if lines[o.line].name == "tone" {
		most = toneLoss
	}
	if len(d.Lost) > most || d.Sent < 150 {
		problem("the operator's packets: %+v", d)
	}
	if d, err := rtp.Delivered(o.callee, rtp.FrameAt(breath), c.Sent[rtp.A]); err != nil || len(d.Lost) > 0 {
		problem("the callee's word: %+v, %v", d, err)
	}
	shape := c.Sent[rtp.B].Shape()
	if broken(shape) {
		problem("the callee's stream: %+v", shape)
	}
	a.shape.Packets += shape.Packets
	a.shape.SSRCs = max(a.shape.SSRCs, shape.SSRCs)
	a.shape.Breaks += shape.Breaks
	a.shape.Pauses += shape.Pauses
	a.shape.Jumps += shape.Jumps
	a.shape.Longest, a.shape.Gap = max(a.shape.Longest, shape.Longest), max(a.shape.Gap, shape.Gap)
	a.shape.Drift = max(a.shape.Drift, shape.Drift.Abs())
	return problems
}
