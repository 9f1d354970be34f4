package replay

import (
	"fmt"
	"image/color"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"tregua/media"
)

// entry is one colour of the key: an area, or a line when dashes is not nil.
type entry struct {
	name   string
	colour color.Color
	line   bool
	dashes []vg.Length
}

// key says what the colours and the upright lines of the picture mean.
func (r *Result) key(cut time.Duration) []entry {
	var out []entry
	for s := media.None; int(s) < len(stateColours); s++ {
		out = append(out, entry{name: s.String(), colour: stateColours[s]})
	}
	at := func(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
	if r.Evidence.Operator {
		out = append(out,
			entry{name: "first heard " + at(r.Evidence.Onset), colour: atColour, line: true, dashes: onsetDashes},
			entry{name: "decided " + at(r.Evidence.Decided), colour: atColour, line: true})
	}
	out = append(out, entry{name: "cut " + at(cut), colour: cutColour, line: true})
	if r.Ended {
		out = append(out, entry{name: "call ended " + at(r.Until), colour: ink, line: true})
	}
	return out
}

// head writes the title and, in one row below it, the key.
func head(c draw.Canvas, title string, key []entry) {
	x, y := c.Min.X, c.Max.Y
	c.FillText(letters(12), vg.Point{X: x, Y: y - 14}, title)
	style := letters(10)
	y -= 34
	for _, e := range key {
		switch area := (vg.Rectangle{Min: vg.Point{X: x, Y: y - 2}, Max: vg.Point{X: x + 14, Y: y + 9}}); {
		case e.line:
			c.StrokeLine2(draw.LineStyle{Color: e.colour, Width: 1.8, Dashes: e.dashes}, x+7, area.Min.Y-1, x+7, area.Max.Y+2)
		default:
			round := []vg.Point{area.Min, {X: area.Max.X, Y: area.Min.Y}, area.Max, {X: area.Min.X, Y: area.Max.Y}, area.Min}
			c.FillPolygon(e.colour, round)
			c.StrokeLines(draw.LineStyle{Color: ink, Width: 0.4}, round)
		}
		x += 18
		c.FillText(style, vg.Point{X: x, Y: y}, e.name)
		x += style.Width(e.name) + 14
	}
}

// letters is how all text of a picture looks.
func letters(size vg.Length) text.Style {
	return text.Style{
		Color:   ink,
		Font:    font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, size),
		Handler: plot.DefaultTextHandler,
	}
}
