package replay

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"tregua/media"
)

// The colours are those of Okabe and Ito, which people of every colour vision
// tell apart; what is drawn over them is black or grey.
var (
	stateColours = [...]color.RGBA{
		media.None:     {0xf0, 0xf0, 0xf0, 0xff},
		media.CN:       {0xf0, 0xe4, 0x42, 0xff},
		media.Dead:     {0x60, 0x60, 0x60, 0xff},
		media.Tone:     {0xe6, 0x9f, 0x00, 0xff},
		media.Quiet:    {0x56, 0xb4, 0xe9, 0xff},
		media.Operator: {0x00, 0x9e, 0x73, 0xff},
	}
	ink       = color.RGBA{0x20, 0x20, 0x20, 0xff}
	faint     = color.RGBA{0xe4, 0xe4, 0xe4, 0xff}
	cutColour = color.RGBA{0xd5, 0x00, 0x00, 0xff}
	atColour  = color.RGBA{0x00, 0x6b, 0x4e, 0xff}
	figures   = color.RGBA{0x00, 0x45, 0x80, 0xff}
)

// Size of a picture.
const (
	width    = 11 * vg.Inch
	height   = 7.6 * vg.Inch
	dpi      = 110
	margin   = vg.Length(8)
	headline = vg.Length(46) // title and key
)

// Draw writes a PNG of the call: the levels of both sides, the state, and the
// score, from the answer to a second after what matters. title stands above it.
func (r *Result) Draw(w io.Writer, title string, cut time.Duration) error {
	until := r.shown(cut)
	rows := []*plot.Plot{
		r.strip(until),
		r.levels(until, media.A, "PBX's side, dBFS"),
		r.levels(until, media.B, "callee's side, dBFS"),
		r.score(until),
	}
	for _, p := range rows {
		p.X.Min, p.X.Max = 0, until.Seconds()
		r.lines(p, cut)
	}
	rows[3].X.Label.Text = "seconds since the answer"
	img := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi), vgimg.UseBackgroundColor(color.White))
	c := draw.New(img)
	c = draw.Crop(c, margin, -2*margin, margin, -margin)
	head(c, title, r.key(cut))
	place(draw.Crop(c, 0, 0, 0, -headline), rows, []float64{0.1, 0.34, 0.27, 0.29})
	if _, err := (vgimg.PngCanvas{Canvas: img}).WriteTo(w); err != nil {
		return fmt.Errorf("replay: draw %s: %w", r.Call.Name, err)
	}
	return nil
}

// shown is how much of the call the picture holds.
func (r *Result) shown(cut time.Duration) time.Duration {
	until := cut + 1100*time.Millisecond
	if r.Evidence.Operator {
		until = max(until, r.Evidence.Decided+500*time.Millisecond)
	}
	return min(until, Listen)
}

// place draws the plots one below the other, with shares of the height, so
// that one moment is in one column.
func place(c draw.Canvas, rows []*plot.Plot, shares []float64) {
	var left, right vg.Length // that axes and their names need
	for _, p := range rows {
		data := p.DataCanvas(c)
		left, right = max(left, data.Min.X-c.Min.X), max(right, c.Max.X-data.Max.X)
	}
	top := c.Max.Y
	for i, p := range rows {
		tall := vg.Length(shares[i]) * (c.Max.Y - c.Min.Y)
		cell := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: c.Min.X, Y: top - tall}, Max: vg.Point{X: c.Max.X, Y: top - 4},
		}}
		data := p.DataCanvas(cell)
		cell.Min.X += left - (data.Min.X - cell.Min.X)
		cell.Max.X -= right - (cell.Max.X - data.Max.X)
		p.Draw(cell)
		top -= tall
	}
}

// blank returns a plot with the look that all have.
func blank(label string, low, high float64) *plot.Plot {
	p := plot.New()
	p.Y.Label.Text = label
	p.Y.Min, p.Y.Max = low, high
	for _, s := range []*text.Style{
		&p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label,
	} {
		look := letters(10)
		s.Font, s.Color = look.Font, look.Color
	}
	p.X.Tick.Marker = halfSeconds{}
	p.X.Padding, p.Y.Padding = 0, 0
	return p
}

// halfSeconds marks every tenth and names every half second.
type halfSeconds struct{}

// Ticks returns the marks of an axis of seconds.
func (halfSeconds) Ticks(low, high float64) (out []plot.Tick) {
	for i := int(math.Ceil(low * 10)); float64(i) <= high*10+1e-9; i++ {
		t := plot.Tick{Value: float64(i) / 10}
		if i%5 == 0 {
			t.Label = fmt.Sprintf("%.1f", t.Value)
		}
		out = append(out, t)
	}
	return out
}

// every marks each multiple of a step.
type every float64

// Ticks returns the marks of an axis of levels or scores.
func (e every) Ticks(low, high float64) (out []plot.Tick) {
	for v := math.Ceil(low/float64(e)) * float64(e); v <= high+1e-9; v += float64(e) {
		out = append(out, plot.Tick{Value: v, Label: fmt.Sprintf("%g", v)})
	}
	return out
}

func grid() *plotter.Grid {
	g := plotter.NewGrid()
	g.Vertical.Color, g.Horizontal.Color = faint, faint
	return g
}

// XYs must be finite and not empty, or the plotter returns an error; a line
// that cannot be drawn would be a programmer's mistake.
func line(pts plotter.XYs, c color.Color, wide vg.Length, dashes ...vg.Length) *plotter.Line {
	return &plotter.Line{XYs: pts, LineStyle: draw.LineStyle{Color: c, Width: wide, Dashes: dashes}}
}
