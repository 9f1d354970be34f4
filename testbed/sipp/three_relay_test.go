//go:build testbed

package sipp

import (
	"testing"
	"time"

	"tregua/testbed/rtp"
)

// TestThreeRelay is the load of the others with the watch off: what comes
// through is what was sent, as it was sent. Each call ends when the carrier
// hangs up.
func TestThreeRelay(t *testing.T) {
	loud := rtp.Tone()
	calm(t, func() (result rtp.Result, problems []string, err error) {
		s, d := watched(t, "off")
		defer d.Kill() // the next one needs its ports
		k := talk{
			sites: s.sites(), dialer: "three_uac_wait", carrier: "three_uas_cut", dir: s.Dir, calls: Allowed(threeCalls), rate: threeRate,
			voices: func(string) [2]rtp.Source { return [2]rtp.Source{loud, loud} },
		}
		result, err = k.place(t.Context())
		if err != nil {
			return result, nil, err
		}
		if err := d.Stop(); err != nil {
			return result, nil, err
		}
		var gaps, through []time.Duration
		var sum rtp.Shape
		for _, c := range result.Calls {
			through = append(through, c.Told.Sub(c.Answered))
			for _, s := range c.Sent {
				shape := s.Shape()
				gaps = append(gaps, shape.Gap)
				sum.Packets, sum.Breaks, sum.Jumps = sum.Packets+shape.Packets, sum.Breaks+shape.Breaks, sum.Jumps+shape.Jumps+shape.Pauses
			}
		}
		t.Logf("%d calls, %d packets sent, %d came through", len(result.Calls), result.Sent, sum.Packets)
		t.Logf("200 through tregua: %v", rtp.Summarise(through))
		t.Logf("longest time between two packets of a stream: %v", rtp.Summarise(gaps))
		if sum.Breaks+sum.Jumps > 0 {
			problems = append(problems, "packets are lost on the way")
		}
		return result, problems, nil
	})
}
