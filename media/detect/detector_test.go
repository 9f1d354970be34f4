package detect_test

import (
	"testing"
	"time"

	"tregua/media"
	"tregua/media/codec"
	"tregua/media/detect"
)

// TestStates plays three seconds of what a line may carry.
func TestStates(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line []float64
		want media.State
	}{
		"digital silence":        {silence(3), media.Dead},
		"offset":                 {seconds(3, func(float64) float64 { return 0.01 }), media.Dead},
		"analogue floor -85":     {noise(3, -85), media.Quiet},
		"analogue floor -60":     {noise(3, -60), media.Quiet},
		"noise -40":              {noise(3, -40), media.Quiet},
		"noise -30":              {noise(3, -30), media.Quiet},
		"ringback it":            {join(silence(1.9), tones(1.1, -20, 425)), media.Tone},
		"ringback us":            {mix(tones(3, -20, 440, 480), noise(3, -65)), media.Tone},
		"dial tone":              {tones(3, -15, 425), media.Tone},
		"busy, in its pause":     {join(tones(0.5, -20, 425), noise(0.3, -65)), media.Quiet},
		"hum":                    {tones(3, -30, 50), media.Quiet},
		"voice":                  {mix(speech(3, -22, 1), noise(3, -65)), media.Operator},
		"faint voice":            {mix(speech(3, -34, 2), noise(3, -65)), media.Operator},
		"voice in noise":         {mix(speech(3, -22, 3), noise(3, -36)), media.Operator},
		"voice after silence":    {join(silence(2), speech(0.9, -22, 4)), media.Operator},
		"voice after a tone":     {join(tones(1.5, -20, 425), noise(0.1, -65), speech(1, -22, 5)), media.Operator},
		"a click":                {join(noise(1, -65), seconds(0.004, func(float64) float64 { return 0.5 }), noise(1.9, -65)), media.Quiet},
		"voice under MinLevel":   {speech(3, -62, 6), media.Quiet},
		"tone, then dead":        {join(tones(1, -20, 425), silence(2)), media.Dead},
		"voice, then dead: kept": {join(speech(1, -22, 8), silence(2)), media.Operator},
	} {
		for _, law := range []codec.Codec{codec.PCMA, codec.PCMU} {
			t.Run(name+"/"+law.String(), func(t *testing.T) {
				t.Parallel()
				call := newCall(law)
				call.line(c.line, 160)
				if got := call.d.State(call.now); got != c.want {
					t.Errorf("state %v, want %v; %+v", got, c.want, call.d.Evidence())
				}
			})
		}
	}
}

// TestHold follows a state through what comes after sound.
func TestHold(t *testing.T) {
	t.Parallel()
	call := newCall(codec.PCMA)
	call.line(noise(0.2, -60), 160)
	for _, step := range []struct {
		after time.Duration
		want  media.State
	}{{0, media.Quiet}, {ms(499), media.Quiet}, {ms(500), media.None}} {
		if got := call.d.State(call.now + step.after); got != step.want {
			t.Errorf("%v after the last packet: %v, want %v", step.after, got, step.want)
		}
	}
	for range 30 {
		call.packet(13, []byte{60}, 160)
	}
	if got := call.d.State(call.now + time.Hour); got != media.CN {
		t.Errorf("after comfort noise: %v; it may come once for all of a silence", got)
	}
	call.line(silence(0.1), 160)
	if got := call.d.State(call.now); got != media.Dead {
		t.Errorf("digital silence after comfort noise: %v", got)
	}
	if got := call.d.State(call.now + time.Second); got != media.None {
		t.Errorf("nothing after digital silence: %v", got)
	}
	if got := call.line(noise(0.02, -60), 160); got[0] != media.Quiet {
		t.Errorf("first packet of sound after all that: %v", got[0])
	}
}

// TestRepeatedBuffer: a buffer of faint noise sent again and again is dead, a
// tone that happens to fit into a packet is not.
func TestRepeatedBuffer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		packet []float64
		want   media.State
	}{
		"faint noise": {noise(0.02, -75), media.Dead},
		"tone":        {tones(0.02, -20, 450), media.Tone},
	} {
		call := newCall(codec.PCMA)
		for range 75 {
			call.line(c.packet, 160)
		}
		ev := call.d.Evidence()
		if got := call.d.State(call.now); got != c.want || ev.Repeated != 74 {
			t.Errorf("%s: %v, want %v; %d repeated, want 74", name, got, c.want, ev.Repeated)
		}
	}
}

func TestEcho(t *testing.T) {
	t.Parallel()
	callee := speech(3, -16, 11)
	floor := noise(3, -65)
	echo := func(loss float64) []float64 {
		delayed := join(silence(0.1), callee)
		return mix(floor, seconds(3, func(t float64) float64 {
			i := int(t*rate + 0.5)
			return (0.8*delayed[i] + 0.3*delayed[max(i-3, 0)]) * dB(-loss)
		}))
	}
	for name, c := range map[string]struct {
		line []float64
		want media.State
	}{
		"15 dB":                    {echo(16), media.Quiet},
		"25 dB":                    {echo(25), media.Quiet},
		"operator over 25 dB":      {mix(echo(25), join(silence(1), speech(2, -22, 12))), media.Operator},
		"soft operator, no echo":   {mix(floor, join(silence(1), speech(2, -33, 13))), media.Operator},
		"operator as loud, 20 dB":  {mix(echo(20), join(silence(1), speech(2, -18, 14))), media.Operator},
		"nobody but the callee":    {floor, media.Quiet},
		"digital silence from PBX": {silence(3), media.Dead},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			call := newCall(codec.PCMA)
			if got := call.both(c.line, callee); got != c.want {
				t.Errorf("%v, want %v; %+v", got, c.want, call.d.Evidence())
			}
		})
	}
	alone := newCall(codec.PCMA)
	if alone.line(echo(16), 160); !alone.d.Evidence().Operator {
		t.Error("the echo is no speech even when the callee is not heard: this test shows nothing")
	}
}

func TestEvidence(t *testing.T) {
	t.Parallel()
	call := newCall(codec.PCMA)
	call.line(noise(1, -60), 160)
	call.line(mix(speech(1, -20, 1), noise(1, -60)), 160)
	ev := call.d.Evidence()
	if !ev.Operator || ev.State != media.Operator || ev.Since != ev.Decided {
		t.Errorf("no operator: %+v", ev)
	}
	if ev.Onset < ms(1000) || ev.Decided < ev.Onset || ev.Decided > ms(1400) {
		t.Errorf("onset %v, decided %v; the voice began at 1 s", ev.Onset, ev.Decided)
	}
	if ev.Score < call.cfg.Decide || ev.Speech == 0 || ev.Frames < 50 || ev.Weak < 40 || ev.Peak < -35 || ev.Floor > -58 {
		t.Errorf("what it rests on: %+v", ev)
	}
}

// TestFinal: nothing takes an operator back but Reset.
func TestFinal(t *testing.T) {
	t.Parallel()
	call := newCall(codec.PCMA)
	call.line(speech(1, -20, 1), 160)
	call.line(silence(10), 160)
	if got := call.d.State(call.now + time.Hour); got != media.Operator {
		t.Errorf("later: %v", got)
	}
	call.d.Reset(&call.cfg, detect.Formats{}, call.now)
	if ev := call.d.Evidence(); call.d.State(call.now) != media.None || ev.Operator || ev.Frames != 0 {
		t.Errorf("after Reset: %+v", ev)
	}
}

func TestNoAllocations(t *testing.T) {
	call := newCall(codec.PCMA)
	line, callee := encode(codec.PCMA, noise(0.02, -30)), encode(codec.PCMA, speech(0.02, -15, 1))
	if n := testing.AllocsPerRun(200, func() {
		call.d.Callee(call.now, 8, callee)
		call.packet(8, line, 160)
		call.d.Evidence()
	}); n != 0 {
		t.Errorf("%v allocations per packet, want 0", n)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	cfg := detect.DefaultConfig()
	if err := cfg.Validate(); err != nil {
		t.Errorf("the default: %v", err)
	}
	var zero float32
	for name, spoil := range map[string]func(*detect.Config){
		"MinLevel":  func(c *detect.Config) { c.MinLevel = 3 },
		"Bias":      func(c *detect.Config) { c.Bias = zero / zero },
		"Decide":    func(c *detect.Config) { c.Decide = 0 },
		"EchoDoubt": func(c *detect.Config) { c.EchoDoubt = c.EchoLike + 0.01 },
		"EchoSpan":  func(c *detect.Config) { c.EchoSpan = time.Second },
		"Hold":      func(c *detect.Config) { c.Hold = 0 },
	} {
		bad := detect.DefaultConfig()
		if spoil(&bad); bad.Validate() == nil {
			t.Errorf("%s out of its range is taken", name)
		}
	}
}

func BenchmarkSecond(b *testing.B) {
	line, callee := encode(codec.PCMA, mix(noise(1, -30), tones(1, -30, 425))), encode(codec.PCMA, speech(1, -15, 1))
	call := newCall(codec.PCMA)
	b.ReportAllocs()
	for b.Loop() {
		for at := 0; at < rate; at += 160 {
			call.d.Callee(call.now, 8, callee[at:at+160])
			call.packet(8, line[at:at+160], 160)
		}
	}
}
