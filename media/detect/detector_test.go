package detect_test

import (
	"slices"
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

// TestFirstPacket holds that one packet tells what must not pass from what
// must pass at once.
func TestFirstPacket(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pt      uint8
		payload []byte
		want    media.State
	}{
		"silence":           {8, encode(codec.PCMA, silence(0.02)), media.Dead},
		"silence of 10 ms":  {8, encode(codec.PCMA, silence(0.01)), media.Dead},
		"mu-law silence":    {0, encode(codec.PCMU, silence(0.02)), media.Dead},
		"floor -85, 10 ms":  {8, encode(codec.PCMA, noise(0.01, -85)), media.Quiet},
		"voice":             {8, encode(codec.PCMA, speech(0.02, -20, 1)), media.Quiet},
		"comfort noise":     {13, []byte{60}, media.CN},
		"its dynamic type":  {98, []byte{60}, media.CN},
		"telephone-event":   {101, []byte{5, 10, 0, 160}, media.Quiet},
		"a type unheard of": {96, []byte{1, 2, 3}, media.Quiet},
		"no payload":        {8, nil, media.None},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			call := newCall(codec.PCMA)
			if got := call.d.State(0); got != media.None {
				t.Errorf("state %v before any packet", got)
			}
			if got := call.packet(c.pt, c.payload, 160); got != c.want {
				t.Errorf("state %v, want %v", got, c.want)
			}
		})
	}
}

// TestPacketSizes holds that the sizes of the packets change nothing but when
// a state is told: at every 120 ms, where all sizes meet, it is the same.
func TestPacketSizes(t *testing.T) {
	t.Parallel()
	line := join(silence(0.36), tones(0.72, -20, 425), noise(0.36, -65), speech(1.44, -22, 9))
	at := func(size int) (out []media.State) {
		states := newCall(codec.PCMA).line(line, size)
		for i := 960/size - 1; i < len(states); i += 960 / size {
			out = append(out, states[i])
		}
		return out
	}
	want := at(160)
	for _, s := range []media.State{media.Dead, media.Tone, media.Quiet, media.Operator} {
		if !slices.Contains(want, s) {
			t.Errorf("the line shows %v, not %v", want, s)
		}
	}
	for _, size := range []int{80, 240, 320, 480} {
		if got := at(size); !slices.Equal(got, want) {
			t.Errorf("packets of %d ms: %v, want %v", size/8, got, want)
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

// TestEventsAreNoSpeech: dialled digits are activity.
func TestEventsAreNoSpeech(t *testing.T) {
	t.Parallel()
	call := newCall(codec.PCMA)
	for range 100 {
		if got := call.packet(101, []byte{5, 10, 0, 160}, 160); got != media.Quiet {
			t.Fatalf("telephone-event: %v", got)
		}
	}
}

// TestDynamicAudio: an audio type of one's own is heard, unless it is the
// events'.
func TestDynamicAudio(t *testing.T) {
	t.Parallel()
	for event, want := range map[uint8]bool{101: true, 118: false} {
		call := newCall(codec.PCMU)
		call.d.Reset(&call.cfg, detect.Formats{Codec: codec.PCMU, Audio: 118, Event: event}, 0)
		payload := encode(codec.PCMU, mix(speech(1, -22, 1), noise(1, -65)))
		for ; len(payload) >= 160; payload = payload[160:] {
			call.packet(118, payload[:160], 160)
		}
		if ev := call.d.Evidence(); ev.Operator != want {
			t.Errorf("type 118 with events in %d: %+v", event, ev)
		}
	}
}

// TestDeaf: a leg is deaf that sends what nobody here can decode, and nothing
// else but comfort noise and digits.
func TestDeaf(t *testing.T) {
	t.Parallel()
	voice := encode(codec.PCMA, speech(0.02, -20, 1))
	for name, c := range map[string]struct {
		types   []uint8
		unheard uint32
		deaf    bool
	}{
		"nothing":                  {nil, 0, false},
		"audio":                    {[]uint8{8, 8}, 0, false},
		"digits and comfort noise": {[]uint8{101, 13, 98}, 0, false},
		"a type unheard of":        {[]uint8{96, 101, 96, 13}, 2, true},
		"its audio too":            {[]uint8{96, 96, 0}, 2, false},
		"a static type not ours":   {[]uint8{18}, 1, true},
	} {
		call := newCall(codec.PCMA)
		for _, pt := range c.types {
			call.packet(pt, voice, 160)
		}
		if got := call.d.Evidence().Unheard; got != c.unheard || call.d.Deaf() != c.deaf {
			t.Errorf("%s: %d unheard, deaf %v; want %d, %v", name, got, call.d.Deaf(), c.unheard, c.deaf)
		}
	}
}

// TestCalleeByType: each packet of the callee is decoded as what it says it
// is, and one that is no audio is none.
func TestCalleeByType(t *testing.T) {
	t.Parallel()
	sound := tones(0.02, -20, 1000)
	for name, c := range map[string]struct {
		pt   uint8
		law  codec.Codec
		want bool
	}{
		"PCMU": {0, codec.PCMU, true}, "PCMA": {8, codec.PCMA, true}, "dynamic": {118, codec.PCMU, true},
		"events": {101, codec.PCMU, false}, "comfort noise": {13, codec.PCMU, false}, "unheard of": {96, codec.PCMU, false},
	} {
		call := newCall(codec.PCMU)
		call.d.Reset(&call.cfg, detect.Formats{Codec: codec.PCMU, Audio: 118, Event: 101}, 0)
		call.d.Callee(0, c.pt, encode(c.law, sound))
		call.line(noise(0.04, -60), 160)
		level := call.d.Evidence().Callee
		if heard := level > -23.5 && level < -22.5; heard != c.want || !c.want && level != -120 {
			t.Errorf("%s: the callee is at %.1f dBFS", name, level)
		}
	}
}

func TestLoss(t *testing.T) {
	t.Parallel()
	voice := encode(codec.PCMA, mix(speech(2, -22, 1), noise(2, -65)))
	call := newCall(codec.PCMA)
	lost := 0
	for i := 0; len(voice) >= 160; i, voice = i+1, voice[160:] {
		if i%10 == 3 { // a tenth, regularly
			call.now, call.seq, call.ts = call.now+ms(20), call.seq+1, call.ts+160
			if call.d.State(call.now) != media.Operator {
				lost++
			}
			continue
		}
		call.packet(8, voice[:160], 160)
	}
	ev := call.d.Evidence()
	if !ev.Operator || int(ev.Missing) != 160*lost {
		t.Errorf("with a tenth lost: %+v; want an operator and %d samples missing", ev, 160*lost)
	}
}

// TestLate: what comes twice or too late is not looked at.
func TestLate(t *testing.T) {
	t.Parallel()
	once, twice := newCall(codec.PCMA), newCall(codec.PCMA)
	payload := encode(codec.PCMA, mix(noise(2, -50), tones(2, -40, 425)))
	for ; len(payload) >= 160; payload = payload[160:] {
		once.packet(8, payload[:160], 160)
		twice.packet(8, payload[:160], 160)
		twice.d.PBX(twice.now, 8, twice.seq-1, twice.ts-160, payload[:160])
		twice.d.PBX(twice.now, 8, twice.seq-2, twice.ts-320, payload[:160])
	}
	a, b := once.d.Evidence(), twice.d.Evidence()
	if b.Late != 200 {
		t.Errorf("%d late, want 200", b.Late)
	}
	a.Packets, b.Packets, b.Late = 0, 0, 0
	if a != b {
		t.Errorf("late packets change the evidence:\n%+v\n%+v", a, b)
	}
}

// TestDTX: a sender that is silent in pauses is found, one that sends a
// crackle now and then is not.
func TestDTX(t *testing.T) {
	t.Parallel()
	call := newCall(codec.PCMA)
	voice := encode(codec.PCMA, mix(speech(2, -22, 1), noise(2, -65)))
	for i := 0; len(voice) >= 160; i, voice = i+1, voice[160:] {
		switch {
		case i%30 == 20:
			call.packet(13, []byte{60}, 160)
		case i%30 > 20:
			call.now, call.ts = call.now+ms(20), call.ts+160
		default:
			call.packet(8, voice[:160], 160)
		}
	}
	if !call.d.Evidence().Operator {
		t.Errorf("speech in spurts: %+v", call.d.Evidence())
	}
	call = newCall(codec.PCMA)
	for i := range 10 {
		call.line(speech(0.04, -25, uint64(i)), 160)
		call.now, call.ts = call.now+ms(400), call.ts+3200
	}
	if call.d.Evidence().Operator {
		t.Errorf("40 ms of sound every 0.4 s: %+v", call.d.Evidence())
	}
}

// TestRestart: a new sequence and timestamp base is a stream like any other.
func TestRestart(t *testing.T) {
	t.Parallel()
	call := newCall(codec.PCMA)
	call.line(noise(0.5, -60), 160)
	call.seq, call.ts = call.seq+20000, call.ts-1<<30
	call.line(mix(speech(1, -22, 1), noise(1, -65)), 160)
	if ev := call.d.Evidence(); !ev.Operator || ev.Missing != 0 {
		t.Errorf("after a new base: %+v", ev)
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
