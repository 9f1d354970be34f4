package replay

import (
	"fmt"
	"image/color"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"

	"tregua/media"
)

// strip shows the state over the time.
func (r *Result) strip(until time.Duration) *plot.Plot {
	p := blank("state", 0, 1)
	p.Y.Tick.Marker = plot.ConstantTicks(nil)
	p.X.Tick.Marker = plot.ConstantTicks(nil)
	for _, s := range r.States {
		r.band(p, s, until, 0xff)
	}
	return p
}

// band colours one state behind everything.
func (r *Result) band(p *plot.Plot, s Span, until time.Duration, alpha uint8) {
	from, to := s.From.Seconds(), min(s.To, until).Seconds()
	if from >= to {
		return
	}
	p.Add(&plotter.Polygon{
		XYs:   []plotter.XYs{{{X: from, Y: p.Y.Min}, {X: to, Y: p.Y.Min}, {X: to, Y: p.Y.Max}, {X: from, Y: p.Y.Max}}},
		Color: wash(stateColours[s.State], alpha),
	})
}

// wash is a colour with that much of white in it.
func wash(c color.RGBA, strength uint8) color.Color {
	mix := func(v uint8) uint8 { return uint8((int(v)*int(strength) + 255*(255-int(strength))) / 255) }
	return color.RGBA{mix(c.R), mix(c.G), mix(c.B), 0xff}
}

// lowest is the level at the foot of a picture; what is fainter lies there.
const lowest = -90

// levels shows the level of one side, and that of speech at least.
func (r *Result) levels(until time.Duration, leg media.Leg, label string) *plot.Plot {
	p := blank(label, lowest, 0)
	p.Y.Tick.Marker = every(20)
	if leg == media.A {
		for _, s := range r.States {
			r.band(p, s, until, 0x40)
		}
	}
	p.Add(grid())
	if leg == media.A {
		threshold(p, until, float64(r.Config.MinLevel), "speech is louder than %g", ink)
	} else {
		threshold(p, until, float64(r.Config.EchoLevel), "an echo is looked for above %g", ink)
	}
	for _, run := range runs(r.Level[leg], until) {
		p.Add(line(run, figures, 1.4))
	}
	return p
}

// threshold draws a level of the configuration, with its name.
func threshold(p *plot.Plot, until time.Duration, value float64, name string, c color.Color) {
	p.Add(line(plotter.XYs{{X: 0, Y: value}, {X: until.Seconds(), Y: value}}, c, 0.8, 2, 3))
	style := letters(9)
	style.XAlign, style.Color = text.XRight, c
	p.Add(&plotter.Labels{
		XYs:       plotter.XYs{{X: until.Seconds(), Y: value}},
		Labels:    []string{fmt.Sprintf(name, value)},
		TextStyle: []text.Style{style},
		Offset:    vg.Point{X: -4, Y: 4},
	})
}

// runs cuts a row of points where nothing came for more than two frames.
func runs(points []Point, until time.Duration) (out []plotter.XYs) {
	var last time.Duration
	for _, pt := range points {
		if pt.At > until {
			break
		}
		if len(out) == 0 || pt.At-last > 65*time.Millisecond {
			out = append(out, plotter.XYs{{X: max(0, pt.At.Seconds()-0.02), Y: max(lowest, pt.Value)}})
		}
		end := &out[len(out)-1]
		*end = append(*end, plotter.XY{X: pt.At.Seconds(), Y: max(lowest, pt.Value)})
		last = pt.At
	}
	return out
}

// score shows how sure the detector is.
func (r *Result) score(until time.Duration) *plot.Plot {
	decide := float64(r.Config.Decide)
	p := blank("score", 0, decide*1.6)
	p.Y.Tick.Marker = every(niceStep(decide))
	p.Add(grid())
	threshold(p, until, decide, "an operator from %.3g", atColour)
	var pts plotter.XYs
	for _, pt := range r.Score {
		if pt.At <= until {
			pts = append(pts, plotter.XY{X: pt.At.Seconds(), Y: min(pt.Value, p.Y.Max)})
		}
	}
	if len(pts) > 0 {
		p.Add(line(pts, figures, 1.4))
	}
	return p
}

// niceStep is a step of which a few make the value.
func niceStep(value float64) float64 {
	for _, s := range []float64{0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000} {
		if value <= 4*s {
			return s
		}
	}
	return 5000
}

// onsetDashes tell the onset from the decision.
var onsetDashes = []vg.Length{4, 2}

// lines draws what has a moment: the cut, the onset and the decision.
func (r *Result) lines(p *plot.Plot, cut time.Duration) {
	upright := func(at time.Duration, c color.Color, dashes ...vg.Length) *plotter.Line {
		return line(plotter.XYs{{X: at.Seconds(), Y: p.Y.Min}, {X: at.Seconds(), Y: p.Y.Max}}, c, 1.8, dashes...)
	}
	p.Add(upright(cut, cutColour))
	if r.Ended && r.Until.Seconds() < p.X.Max {
		p.Add(upright(r.Until, ink))
	}
	if r.Evidence.Operator {
		p.Add(upright(r.Evidence.Onset, atColour, onsetDashes...), upright(r.Evidence.Decided, atColour))
	}
}
