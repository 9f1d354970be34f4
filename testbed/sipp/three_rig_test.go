//go:build testbed

package sipp

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"tregua/testbed/rtp"
)

// The load of the three seconds: calls of 2.9 s at 100 a second are 290 at once.
const (
	threeRate  = 100
	threeCalls = 20 * threeRate
	ring       = 20 * time.Millisecond // the carrier's, see the scenario
)

// talk is a load with voices.
type talk struct {
	sites           rtp.Sites
	dialer, carrier string // scenarios
	dir             string
	calls           []Planned
	rate            int
	voices          func(user string) [2]rtp.Source // by leg
	keep            bool
	pcap            *rtp.Pcap
}

// place places the calls of k and returns what was seen of them. An error says
// that a call did not go as the scenarios have it, or that the rig is not clean.
func (k talk) place(ctx context.Context) (rtp.Result, error) {
	rig, err := rtp.StartRig(rtp.Config{Sites: k.sites, Script: k.voices, Keep: k.keep, Pcap: k.pcap})
	if err != nil {
		return rtp.Result{}, err
	}
	err = k.signal(ctx)
	result, rigErr := rig.Stop()
	if rigErr != nil {
		return result, fmt.Errorf("rig: %w", rigErr)
	}
	return result, err
}

// signal runs the two SIPps.
func (k talk) signal(ctx context.Context) error {
	carrier, err := Start(ctx, Config{Name: k.carrier, Dir: k.dir, Scenario: k.carrier, Listen: k.sites.Carrier})
	if err != nil {
		return err
	}
	defer carrier.Kill()
	dialer, err := Start(ctx, Config{
		Name: k.dialer, Dir: k.dir, Scenario: k.dialer, Listen: k.sites.Dialer, Target: k.sites.PBX,
		Rows: Rows(k.calls), Rate: k.rate,
	})
	if err != nil {
		return err
	}
	defer dialer.Kill()
	atDialer, err := dialer.Wait(ctx)
	if err != nil {
		return err
	}
	atCarrier, err := carrier.Stop()
	if err != nil {
		return err
	}
	if err := atDialer.Clean(len(k.calls)); err != nil {
		return fmt.Errorf("dialer: %w", err)
	}
	if err := atCarrier.Clean(len(k.calls)); err != nil {
		return fmt.Errorf("carrier: %w", err)
	}
	return nil
}

// alone are the addresses of two SIPps with nothing between them.
func alone() rtp.Sites {
	carrier := netip.MustParseAddrPort("127.0.0.1:25070")
	return rtp.Sites{Dialer: dialerAt, PBX: carrier, Trunk: dialerAt, Carrier: carrier}
}

func (s *Site) sites() rtp.Sites {
	return rtp.Sites{Dialer: dialerAt, PBX: s.PBX, Trunk: s.Trunk, Carrier: s.Carrier}
}

// TestThreeRig measures the rig of the other tests alone: the carrier hangs up
// after 2.9 s, the voices speak to each other. What it finds is how far the
// figures of the others are the rig's own.
func TestThreeRig(t *testing.T) {
	loud := rtp.Tone()
	k := talk{
		sites: alone(), dialer: "three_uac_wait", carrier: "three_uas_cut", dir: t.TempDir(),
		calls: Allowed(threeCalls), rate: threeRate,
		voices: func(string) [2]rtp.Source { return [2]rtp.Source{loud, loud} },
	}
	result, err := k.place(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var cut, voice []time.Duration
	var worst rtp.Shape
	most := 0
	for _, c := range result.Calls {
		cut = append(cut, c.Cut[rtp.A].Sub(c.Answered))
		for _, s := range c.Sent {
			shape := s.Shape()
			voice = append(voice, shape.Gap)
			worst.Breaks += shape.Breaks
			worst.Pauses += shape.Pauses
			worst.Jumps += shape.Jumps
			worst.Packets += shape.Packets
		}
		most = max(most, atOnce(result.Calls, c))
	}
	t.Logf("%d calls at %d/s from SIPp to SIPp, at most %d at once, %d packets sent, %d arrived at calls, %d elsewhere",
		len(result.Calls), threeRate, most, result.Sent, worst.Packets, result.Alien)
	t.Logf("BYE after the 200 (SIPp was to wait 2900 ms): %v", rtp.Summarise(cut))
	t.Logf("packets behind the generator's clock: %v", result.Late)
	t.Logf("longest time between two packets of a stream: %v", rtp.Summarise(voice))
	if worst.Breaks+worst.Pauses+worst.Jumps > 0 || result.Alien > 0 || worst.Packets != result.Sent {
		t.Errorf("the rig alone loses packets: %+v", worst)
	}
}

// atOnce counts the calls that were up when c was answered.
func atOnce(calls []*rtp.Call, c *rtp.Call) (n int) {
	for _, other := range calls {
		over := other.HungUp[rtp.A]
		if over.IsZero() {
			over = other.Cut[rtp.A]
		}
		if !other.Answered.After(c.Answered) && over.After(c.Answered) {
			n++
		}
	}
	return n
}
