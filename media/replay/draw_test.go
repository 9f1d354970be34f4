package replay_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"testing"
	"time"

	"tregua/media"
	"tregua/media/detect"
	"tregua/media/replay"
	"tregua/media/replay/replaytest"
)

// busy is a call in which every state comes.
func busy() *replaytest.Capture {
	var c replaytest.Capture
	line := pcma(replaytest.Silence(0.5), replaytest.Tone(0.5, -20, 425), replaytest.Noise(0.5, -62), replaytest.Silence(0.04))
	c.RTP(200*time.Millisecond, pbx, callee, 8, line, nil)
	c.RTP(5*time.Millisecond, callee, pbx, 8, pcma(replaytest.Noise(0.4, -60), replaytest.Speech(0.5, -18, 9), replaytest.Noise(4, -60)), nil)
	return &c
}

// draw returns the picture of a result.
func draw(t *testing.T, r *replay.Result) image.Image {
	t.Helper()
	var b bytes.Buffer
	if err := r.Draw(&b, "capture.pcap, call 1, answered 2026-03-02 11:00:00: operator in time, kept", cut); err != nil {
		t.Fatal(err)
	}
	if to := os.Getenv("REPLAY_PICTURE"); to != "" {
		if err := os.WriteFile(to, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// pixels counts the colours of a picture.
func pixels(img image.Image) map[color.RGBA]int {
	out := map[color.RGBA]int{}
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			c, _ := color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)
			out[c]++
		}
	}
	return out
}

// TestDraw: a state that lasts shows as more of its colour than the key has.
func TestDraw(t *testing.T) {
	t.Parallel()
	colours := map[media.State]color.RGBA{
		media.None: {0xf0, 0xf0, 0xf0, 0xff}, media.CN: {0xf0, 0xe4, 0x42, 0xff}, media.Dead: {0x60, 0x60, 0x60, 0xff},
		media.Tone: {0xe6, 0x9f, 0x00, 0xff}, media.Quiet: {0x56, 0xb4, 0xe9, 0xff}, media.Operator: {0x00, 0x9e, 0x73, 0xff},
	}
	key := pixels(draw(t, &replay.Result{Call: &replay.Call{}, Config: detect.DefaultConfig()}))
	r := play(t, busy(), known())
	got := pixels(draw(t, &r))
	shown := map[media.State]bool{}
	for _, s := range r.States {
		shown[s.State] = true
	}
	for s, c := range colours {
		if key[c] == 0 {
			t.Errorf("%v is not in the key", s)
		}
		if more := got[c] > 2*key[c]; more != shown[s] {
			t.Errorf("%v: %d pixels, %d in the key; in the call: %v", s, got[c], key[c], shown[s])
		}
	}
	for _, s := range []media.State{media.None, media.Dead, media.Tone, media.Quiet} {
		if !shown[s] {
			t.Errorf("the call shows no %v", s)
		}
	}
}

// TestDrawAnything: there is a picture of every call, of the oddest as well.
func TestDrawAnything(t *testing.T) {
	t.Parallel()
	found := detect.Evidence{Operator: true, Onset: 9 * time.Second, Decided: 9990 * time.Millisecond}
	for name, r := range map[string]replay.Result{
		"nothing":       {},
		"over at once":  {Ended: true},
		"found late":    {Evidence: found, Until: replay.Listen},
		"a lone packet": {Level: [2][]replay.Point{{{At: 0, Value: -100}}, nil}, Score: []replay.Point{{At: 0, Value: 0}}},
		"a high score":  {Score: []replay.Point{{At: 0, Value: 1e9}, {At: time.Second, Value: 1e9}}},
		"a tiny Decide": {Config: detect.Config{Decide: 0.1}},
		"a huge Decide": {Config: detect.Config{Decide: 10000}},
	} {
		r.Call = &replay.Call{}
		if r.Config.Decide == 0 {
			r.Config = detect.DefaultConfig()
		}
		for _, after := range []time.Duration{time.Millisecond, cut, replay.Listen} {
			var b bytes.Buffer
			if err := r.Draw(&b, name, after); err != nil {
				t.Errorf("%s, cut after %v: %v", name, after, err)
			}
		}
	}
}

// TestDrawWithin: what is fainter than the picture shows lies at its foot, what
// is surer at its top.
func TestDrawWithin(t *testing.T) {
	t.Parallel()
	picture := func(level, score float64) []byte {
		points := func(v float64) []replay.Point {
			return []replay.Point{{At: 0, Value: v}, {At: 20 * time.Millisecond, Value: v}}
		}
		r := replay.Result{Call: &replay.Call{}, Config: detect.DefaultConfig(), Score: points(score)}
		r.Level = [2][]replay.Point{points(level), points(level)}
		var b bytes.Buffer
		if err := r.Draw(&b, "", cut); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	if !bytes.Equal(picture(-90, 16), picture(-100, 1000)) {
		t.Error("a line is drawn outside of its axes")
	}
}
