package main

import (
	"fmt"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// The colours are those of Okabe and Ito, which people of every colour vision
// tell apart.
var (
	colours = [...]color.RGBA{
		Credit:  {0x00, 0x72, 0xb2, 0xff},
		Naive:   {0xe6, 0x9f, 0x00, 0xff},
		Open:    {0xcc, 0x79, 0xa7, 0xff},
		Perfect: {0x00, 0x9e, 0x73, 0xff},
	}
	grey = color.RGBA{0xb0, 0xb0, 0xb0, 0xff}
	red  = color.RGBA{0xd5, 0x00, 0x00, 0xff}
)

// mostDrawn is the ratio at which the picture ends: without a gate it is far
// beyond.
const mostDrawn = 10

// pictures draws some days, each with every keeper.
func pictures(dir string, slice bool) error {
	days := []Setting{
		{Operators: 20, Law: Fixed, Lines: 4, Story: Steady},
		{Operators: 20, Law: Adaptive, Lines: 4, Story: HalfAway},
		{Operators: 20, Law: Aggressive, Lines: 4, Story: AwayPause},
		{Operators: 5, Law: Fixed, Lines: 4, Story: AwayRings},
		{Operators: 100, Law: Aggressive, Lines: 4, Story: AwayPause},
	}
	if slice {
		days = days[1:2]
	}
	for _, s := range days {
		s.Answer, s.Wrap = 0.3, 25*time.Second
		name := strings.ReplaceAll(fmt.Sprintf("%d-%v-%v.png", s.Operators, s.Law, s.Story), " ", "-")
		if err := picture(filepath.Join(dir, name), s); err != nil {
			return fmt.Errorf("drawing %s: %w", name, err)
		}
	}
	return nil
}

// picture draws one day: who talks, and the ratio.
func picture(path string, s Setting) (err error) {
	talk, ratio := plot.New(), plot.New()
	talk.Title.Text = fmt.Sprintf("%d operators, %v dialer with %g lines, %g answer, %v", s.Operators, s.Law, s.Lines, s.Answer, s.Story)
	talk.Y.Label.Text, ratio.Y.Label.Text, ratio.X.Label.Text = "operators who talk, mean of 10 min", "A of B, per cent", "hour of the day"
	for k := Credit; k <= Perfect; k++ {
		s.Keeper = k
		r := NewRoom(s).Run()
		if k == Credit {
			if err := line(talk, "there", grey, curve(r, func(p Point) float64 { return float64(p.There) })); err != nil {
				return err
			}
		}
		if err := line(talk, k.String(), colours[k], smooth(curve(r, func(p Point) float64 { return float64(p.Talking) }))); err != nil {
			return err
		}
		if k != Perfect {
			of := func(p Point) float64 { return math.Min(p.Ratio, mostDrawn) }
			if err := line(ratio, k.String(), colours[k], curve(r, of)); err != nil {
				return err
			}
		}
	}
	if err := line(ratio, "3 %", red, plotter.XYs{{X: 0, Y: mostAtEnd}, {X: day.Hours(), Y: mostAtEnd}}); err != nil {
		return err
	}
	talk.Y.Min, talk.Y.Max = 0, 1.6*float64(s.Operators) // the key stands above
	ratio.Y.Min, ratio.Y.Max = 0, mostDrawn
	for _, p := range []*plot.Plot{talk, ratio} {
		p.X.Min, p.X.Max, p.X.Tick.Marker = 0, day.Hours(), hours()
	}
	talk.Legend.Top, ratio.Legend.Top = true, true
	return save(path, talk, ratio)
}

// hours are the ticks of a day.
func hours() (ticks plot.ConstantTicks) {
	for h := range int(day.Hours()) + 1 {
		ticks = append(ticks, plot.Tick{Value: float64(h), Label: strconv.Itoa(h)})
	}
	return ticks
}

// curve takes one figure of each minute in which there is one.
func curve(r *Result, of func(Point) float64) (xys plotter.XYs) {
	for _, p := range r.Line {
		if y := of(p); !math.IsNaN(y) && !math.IsInf(y, 0) {
			xys = append(xys, plotter.XY{X: p.At.Hours(), Y: y})
		}
	}
	return xys
}

// smooth takes the mean of ten minutes.
func smooth(xys plotter.XYs) plotter.XYs {
	out := make(plotter.XYs, len(xys))
	for i := range xys {
		from, sum := max(0, i-9), 0.0
		for _, p := range xys[from : i+1] {
			sum += p.Y
		}
		out[i] = plotter.XY{X: xys[i].X, Y: sum / float64(i+1-from)}
	}
	return out
}

func line(p *plot.Plot, name string, c color.Color, xys plotter.XYs) error {
	if len(xys) == 0 {
		return nil
	}
	l, err := plotter.NewLine(xys)
	if err != nil {
		return err
	}
	l.Color, l.Width = c, vg.Points(1.4)
	p.Add(l)
	p.Legend.Add(name, l)
	return nil
}

func save(path string, rows ...*plot.Plot) error {
	img := vgimg.NewWith(vgimg.UseWH(10*vg.Inch, 7*vg.Inch), vgimg.UseDPI(100), vgimg.UseBackgroundColor(color.White))
	all := draw.New(img)
	for i, p := range rows {
		h := all.Max.Y / vg.Length(len(rows))
		p.Draw(draw.Crop(all, vg.Points(8), -vg.Points(8), h*vg.Length(len(rows)-1-i)+vg.Points(6), -h*vg.Length(i)-vg.Points(6)))
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = (vgimg.PngCanvas{Canvas: img}).WriteTo(f)
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}
