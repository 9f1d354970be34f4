package replay_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"tregua/media"
	"tregua/media/codec"
	"tregua/media/detect"
	"tregua/media/replay"
	"tregua/media/replay/replaytest"
)

const cut = 2900 * time.Millisecond

// play plays one call of a capture.
func play(t *testing.T, c *replaytest.Capture, call replay.Call) replay.Result {
	t.Helper()
	stage, err := replay.NewStage([]replay.Call{call}, detect.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	tally, err := replay.Read(bytes.NewReader(c.PCAP()), stage.Take)
	if err != nil {
		t.Fatal(err)
	}
	return stage.Results(tally.Length)[0]
}

// known is a call whose addresses are known from the beginning.
func known() replay.Call {
	return replay.Call{Media: [2][]netip.AddrPort{media.A: {pbx}, media.B: {callee}}}
}

// story is what happened in a call, in words. Of a line that lives only what
// it came to is told: how and when it is found is tuned in media/detect.
func story(r *replay.Result) string {
	var b strings.Builder
	live := func(s media.State) bool { return s >= media.Tone }
	for i, s := range r.States {
		if i == 0 || !live(s.State) || !live(r.States[i-1].State) {
			fmt.Fprintf(&b, "%v ", s.From)
		}
		if i+1 == len(r.States) || !live(s.State) || !live(r.States[i+1].State) {
			fmt.Fprintf(&b, "%v, ", s.State)
		}
	}
	fmt.Fprintf(&b, "until %v: %v", r.Until, r.Verdict(cut))
	return b.String()
}

// pcma encodes sounds that follow each other.
func pcma(parts ...replaytest.Sound) []byte { return replaytest.Join(parts...).Encode(codec.PCMA) }

// TestStories plays what a PBX may send, from the answer at 0.
func TestStories(t *testing.T) {
	t.Parallel()
	speech := replaytest.Speech(3, -20, 3)
	for name, c := range map[string]struct {
		change func(*replay.Call)
		pt     uint8
		line   []byte
		want   string
	}{
		"operator": {nil, 8, pcma(speech), "0s operator, until 2.98s: kept"},
		"late": {
			nil, 8, pcma(replaytest.Silence(1), replaytest.Noise(0.2, -65), speech),
			"0s dead, 1s operator, until 4.18s: kept",
		},
		"too late": {
			nil, 8, pcma(replaytest.Noise(3, -60), speech),
			"0s operator, until 5.98s: cut",
		},
		"dead":  {nil, 8, pcma(replaytest.Silence(4)), "0s dead, until 3.98s: cut"},
		"quiet": {nil, 8, pcma(replaytest.Noise(4, -60)), "0s quiet, until 3.98s: cut"},
		"tone": {
			nil, 8, pcma(replaytest.Tone(4, -20, 425)),
			"0s tone, until 3.98s: cut",
		},
		"comfort noise": {nil, 13, pcma(replaytest.Silence(4)), "0s cn, until 3.98s: cut"},
		"a codec unheard of": {
			nil, 18, pcma(replaytest.Silence(4)),
			"0s quiet, until 3.98s: not heard",
		},
		"encrypted": {
			func(c *replay.Call) { c.Encrypted = true }, 8, pcma(speech),
			"0s none, until 2.98s: not heard",
		},
		"over before the cut": {
			func(c *replay.Call) { c.Ended = time.Second }, 8, pcma(replaytest.Silence(4)),
			"0s dead, until 1s: over before",
		},
		"answered later": {
			func(c *replay.Call) { c.Answered = 2 * time.Second }, 8, pcma(speech, replaytest.Silence(3)),
			"0s operator, until 3.98s: kept",
		},
		"early media is not heard": {
			func(c *replay.Call) { c.Answered = 3 * time.Second }, 8, pcma(speech, replaytest.Silence(3)),
			"0s dead, until 2.98s: cut",
		},
		"the sound ends": {
			nil, 8, pcma(replaytest.Noise(1, -60), replaytest.Silence(0.02)),
			"0s quiet, until 1s: over before",
		},
		"no more than Listen": {nil, 8, pcma(replaytest.Silence(12)), "0s dead, until 10s: cut"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var capture replaytest.Capture
			capture.RTP(0, pbx, callee, c.pt, c.line, nil)
			call := known()
			if c.change != nil {
				c.change(&call)
			}
			r := play(t, &capture, call)
			if got := story(&r); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

// TestUnseen: of a call whose PBX's side is not in the capture nothing is said.
func TestUnseen(t *testing.T) {
	t.Parallel()
	var c replaytest.Capture
	c.RTP(0, callee, pbx, 8, pcma(replaytest.Noise(4, -60)), nil)
	r := play(t, &c, known())
	if got, want := story(&r), "0s none, until 3.98s: not in the capture"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	call := known()
	call.Ended = time.Second
	r = play(t, &c, call)
	if got := r.Verdict(cut); got != replay.Over {
		t.Errorf("%v, want over before the cut", got)
	}
}

// TestHole: what is told between packets is told when it is so, not at the
// next packet.
func TestHole(t *testing.T) {
	t.Parallel()
	var c replaytest.Capture
	c.RTP(0, pbx, callee, 8, pcma(replaytest.Noise(3.1, -60)), func(i int) bool { return i >= 5 && i < 150 })
	r := play(t, &c, known())
	want := "0s quiet, 580ms none, 3s quiet, until 3.08s: cut"
	if got := story(&r); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestSides: an SDP says where a side receives; a side behind NAT sends from
// elsewhere.
func TestSides(t *testing.T) {
	t.Parallel()
	elsewhere := netip.MustParseAddrPort("198.51.100.7:61000")
	for name, c := range map[string]struct {
		from, to netip.AddrPort
		want     [2]int // packets by leg
	}{
		"PBX to callee":        {pbx, callee, [2]int{5, 0}},
		"callee to PBX":        {callee, pbx, [2]int{0, 5}},
		"PBX behind NAT":       {elsewhere, callee, [2]int{5, 0}},
		"callee behind NAT":    {elsewhere, pbx, [2]int{0, 5}},
		"SDP of the PBX wrong": {callee, elsewhere, [2]int{0, 5}},
		"PBX to elsewhere":     {pbx, elsewhere, [2]int{5, 0}},
		"strangers":            {elsewhere, elsewhere, [2]int{0, 0}},
	} {
		var capture replaytest.Capture
		capture.RTP(0, c.from, c.to, 8, pcma(replaytest.Noise(0.1, -60)), nil)
		r := play(t, &capture, known())
		if got := [2]int{r.Traffic[0].Packets, r.Traffic[1].Packets}; got != c.want {
			t.Errorf("%s: %v packets, want %v", name, got, c.want)
		}
	}
}

// TestTraffic counts losses, and packets that were captured twice.
func TestTraffic(t *testing.T) {
	t.Parallel()
	var c replaytest.Capture
	line := pcma(replaytest.Noise(2, -60)) // 100 packets; the sequence numbers wrap
	c.RTP(0, pbx, callee, 8, line, func(i int) bool { return i%10 == 5 })
	c.RTP(time.Millisecond, pbx, callee, 8, line, func(i int) bool { return i%10 == 5 || i%2 == 1 }) // a second interface
	r := play(t, &c, known())
	got := r.Traffic[media.A]
	if got.Packets != 90 || got.Missing != 10 || got.Repeated != 50 || got.Types[8] != 90 || len(r.Level[media.A]) != 90 {
		t.Errorf("packets %d, missing %d, repeated %d, of PCMA %d, levels %d; want 90, 10, 50, 90, 90",
			got.Packets, got.Missing, got.Repeated, got.Types[8], len(r.Level[media.A]))
	}
}

// TestLate: a packet that was overtaken is not lost.
func TestLate(t *testing.T) {
	t.Parallel()
	var c replaytest.Capture
	line := pcma(replaytest.Noise(0.4, -60)) // 20 packets
	c.RTP(0, pbx, callee, 8, line, func(i int) bool { return i == 5 || i == 10 })
	c.RTP(30*time.Millisecond, pbx, callee, 8, line, func(i int) bool { return i != 5 })
	r := play(t, &c, known())
	if got := r.Traffic[media.A]; got.Packets != 19 || got.Missing != 1 || got.Repeated != 0 {
		t.Errorf("packets %d, missing %d, repeated %d; want 19, 1, 0", got.Packets, got.Missing, got.Repeated)
	}
}

// TestListen: what comes after Listen is not looked at.
func TestListen(t *testing.T) {
	t.Parallel()
	var c replaytest.Capture
	c.RTP(0, pbx, callee, 8, pcma(replaytest.Silence(12)), nil)
	r := play(t, &c, known())
	if got := r.Traffic[media.A].Packets; got != 500 || r.Until != replay.Listen {
		t.Errorf("%d packets until %v; want 500 until %v", got, r.Until, replay.Listen)
	}
}

// TestEcho: the detector is given both sides; the callee's echo is no operator.
func TestEcho(t *testing.T) {
	t.Parallel()
	voice := replaytest.Speech(3, -15, 9)
	echo := replaytest.Silence(0.06)
	for _, v := range voice {
		echo = append(echo, v*0.05) // an echo return loss of 26 dB
	}
	verdict := func(spoken bool) replay.Verdict {
		var c replaytest.Capture
		c.RTP(time.Millisecond, pbx, callee, 8, pcma(echo), nil)
		if spoken {
			c.RTP(0, callee, pbx, 8, pcma(voice), nil)
		}
		r := play(t, &c, known())
		return r.Verdict(cut)
	}
	if with, without := verdict(true), verdict(false); with != replay.Cut || without != replay.Kept {
		t.Errorf("%v; without the callee %v; want cut, and kept", with, without)
	}
}

// TestLongPackets: three levels of one packet of 60 ms are 20 ms apart.
func TestLongPackets(t *testing.T) {
	t.Parallel()
	var c replaytest.Capture
	c.UDP(0, pbx, callee, append([]byte{0x80, 8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}, pcma(replaytest.Noise(0.02, -60))...))
	c.UDP(60*time.Millisecond, pbx, callee, append([]byte{0x80, 8, 0, 2, 0, 0, 0, 160, 0, 0, 0, 1}, pcma(replaytest.Noise(0.06, -60))...))
	r := play(t, &c, known())
	var at []time.Duration
	for _, p := range r.Level[media.A] {
		at = append(at, p.At)
	}
	const ms = time.Millisecond
	if want := []time.Duration{0, 20 * ms, 40 * ms, 60 * ms}; !slices.Equal(at, want) {
		t.Errorf("levels at %v, want %v", at, want)
	}
}

// TestLevels: a level is that of the sound, without the offset that A-law
// calls silence.
func TestLevels(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line      []byte
		low, high float64
	}{
		"tone":    {pcma(replaytest.Tone(1, -20, 425)), -20.3, -19.7},
		"noise":   {pcma(replaytest.Noise(1, -40)), -42, -38},
		"silence": {pcma(replaytest.Silence(1)), -100, -100},
	} {
		var capture replaytest.Capture
		capture.RTP(0, callee, pbx, 8, c.line, nil)
		r := play(t, &capture, known())
		if len(r.Level[media.B]) != 50 || len(r.Level[media.A]) != 0 {
			t.Errorf("%s: %d levels of the callee, %d of the PBX", name, len(r.Level[media.B]), len(r.Level[media.A]))
		}
		for _, p := range r.Level[media.B] {
			if p.Value < c.low || p.Value > c.high {
				t.Errorf("%s: %.2f dBFS at %v, want %v to %v", name, p.Value, p.At, c.low, c.high)
			}
		}
	}
}

func TestNewStageChecksFigures(t *testing.T) {
	t.Parallel()
	if _, err := replay.NewStage(nil, detect.Config{}); err == nil {
		t.Error("figures of zero are taken")
	}
}
