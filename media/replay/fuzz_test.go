package replay_test

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket/layers"

	"tregua/media"
	"tregua/media/detect"
	"tregua/media/replay"
	"tregua/media/replay/replaytest"
)

// FuzzReplay reads anything as a capture, and holds what is true of all.
func FuzzReplay(f *testing.F) {
	for _, link := range []layers.LinkType{layers.LinkTypeEthernet, layers.LinkTypeLinuxSLL2, layers.LinkTypeRaw} {
		c := replaytest.Capture{Link: link, MTU: 44} // small: the engine minimises what it finds
		for i := range byte(6) {
			c.UDP(time.Duration(i)*20*time.Millisecond, pbx, callee, []byte{0x80, 8, 0, i, 0, 0, i, 0, 0, 0, 0, 1, 0xd5, i})
		}
		c.UDP(0, callee, pbx, []byte{0x80, 13, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 70})
		c.TCP(0, pbx, callee)
		f.Add(c.PCAP(), int64(0), int64(0))
		var b bytes.Buffer
		if err := c.Write(&b, true); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes(), int64(time.Second), int64(5*time.Second))
	}
	f.Fuzz(func(t *testing.T, capture []byte, answered, ended int64) {
		call := known()
		call.Answered, call.Ended = time.Duration(max(answered, 0)), time.Duration(max(ended, 0))
		stage, err := replay.NewStage([]replay.Call{call}, detect.DefaultConfig())
		if err != nil {
			t.Fatal(err)
		}
		var census replay.Census
		var datagrams int
		var last time.Duration
		tally, err := replay.Read(bytes.NewReader(capture), func(d *replay.Datagram) {
			datagrams++
			if d.At < last {
				t.Fatalf("datagram %d at %v, the one before at %v", datagrams, d.At, last)
			}
			last = d.At
			stage.Take(d)
			census.Take(d)
		})
		if err != nil {
			if datagrams > 0 {
				t.Fatalf("%d datagrams of what is no capture", datagrams)
			}
			return
		}
		if sum := tally.Datagrams + tally.Short + tally.Fragments + tally.TCP + tally.Other; sum != tally.Frames || tally.Datagrams != datagrams {
			t.Fatalf("%+v: the counts make %d, and %d datagrams came", tally, sum, datagrams)
		}
		result := stage.Results(tally.Length)[0]
		holds(t, &result, datagrams)
		for _, v := range census.Conversations() {
			if n := v.Packets[0] + v.Packets[1]; n > datagrams || v.First > v.Last {
				t.Fatalf("%+v of %d datagrams", v, datagrams)
			}
		}
		again, err := replay.Read(bytes.NewReader(capture), func(*replay.Datagram) {})
		if err != nil || cmp.Diff(tally.Datagrams, again.Datagrams) != "" || again.Length != tally.Length {
			t.Fatalf("read twice: %+v and %+v, %v", tally, again, err)
		}
	})
}

// holds checks what is true of every result: the states fill the time without
// a gap, an operator is final, nothing lies outside of what was played.
func holds(t *testing.T, r *replay.Result, datagrams int) {
	t.Helper()
	if n := r.Traffic[media.A].Packets + r.Traffic[media.B].Packets; n > datagrams || len(r.Score) > r.Traffic[media.A].Packets {
		t.Fatalf("%d packets and %d scores of %d datagrams", n, len(r.Score), datagrams)
	}
	if r.Until < 0 || r.Until > replay.Listen || len(r.States) == 0 {
		t.Fatalf("%v were played, with %d states", r.Until, len(r.States))
	}
	var at time.Duration
	for i, s := range r.States {
		if s.From != at || s.To < s.From || i > 0 && (r.States[i-1].State == s.State || r.States[i-1].State == media.Operator) {
			t.Fatalf("states %v", r.States)
		}
		at = s.To
	}
	if at != r.Until || r.Evidence.Operator != (r.States[len(r.States)-1].State == media.Operator) {
		t.Fatalf("states %v until %v; operator %v", r.States, r.Until, r.Evidence.Operator)
	}
	for _, points := range [][]replay.Point{r.Score, r.Level[media.A], r.Level[media.B]} {
		for _, p := range points {
			if p.At < 0 || p.At > r.Until || math.IsNaN(p.Value) || math.IsInf(p.Value, 0) {
				t.Fatalf("%v in what was played until %v", p, r.Until)
			}
		}
	}
}
