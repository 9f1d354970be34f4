package page

import (
	"bytes"
	"cmp"
	"fmt"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"tregua/policy/report"
)

// Measures of the paper, in millimetres, and of type, in points.
const (
	margin    = 16.0
	width     = 210 - 2*margin // A4
	bottom    = 297 - margin - 6
	lineHigh  = 5.2
	bodySize  = 9.0
	smallSize = 7.5
	barWidth  = 46.0
)

// PDF draws the report on A4.
func PDF(r *report.Report, p Proof, l Lang) ([]byte, error) {
	s, err := newSheet(r, p, l)
	if err != nil {
		return nil, err
	}
	return s.PDF(r.Made)
}

// PDF draws the sheet on A4. Its type is Helvetica, which every reader has; what
// cp1252 cannot write is drawn as a dot.
func (s *Sheet) PDF(made time.Time) ([]byte, error) {
	f := fpdf.New("P", "mm", "A4", "")
	f.SetCatalogSort(true) // the same sheet makes the same bytes
	f.SetCreationDate(made)
	f.SetModificationDate(made)
	f.SetTitle(s.Title+": "+s.Subject, true)
	f.SetLang(string(s.Lang))
	f.SetMargins(margin, margin, margin)
	f.SetAutoPageBreak(false, 0)
	d := &drawing{Fpdf: f, text: f.UnicodeTranslatorFromDescriptor("")}
	f.SetCellMargin(0)
	f.AliasNbPages("{n}") // short: the number is set as wide as this
	f.SetFooterFunc(func() { d.footer(s) })
	f.AddPage()
	d.head(s)
	for i := range s.Sections {
		d.section(&s.Sections[i])
	}
	d.notes(s)
	var b bytes.Buffer
	if err := f.Output(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// drawing is a page that is being drawn. It has the first error in itself.
type drawing struct {
	*fpdf.Fpdf
	text func(string) string // into cp1252
}

func (d *drawing) ink()  { d.SetTextColor(28, 36, 48) }
func (d *drawing) soft() { d.SetTextColor(91, 102, 117) }

func (d *drawing) rule(y float64, strong bool) {
	d.SetDrawColor(217, 222, 229)
	if strong {
		d.SetDrawColor(91, 102, 117)
	}
	d.SetLineWidth(0.2)
	d.Line(margin, y, margin+width, y)
}

func (d *drawing) footer(s *Sheet) {
	d.SetY(-margin)
	d.SetFont("Helvetica", "", smallSize)
	d.soft()
	d.CellFormat(width-20, lineHigh, d.text(cmp.Or(s.Foot, s.Subject)), "", 0, "L", false, 0, "")
	d.CellFormat(20, lineHigh, fmt.Sprintf("%d / {n}", d.PageNo()), "", 0, "R", false, 0, "")
}

// room begins a page when less than that is left.
func (d *drawing) room(mm float64) {
	if d.GetY()+mm > bottom {
		d.AddPage()
	}
}

func (d *drawing) head(s *Sheet) {
	d.ink()
	d.SetFont("Helvetica", "B", 17)
	d.CellFormat(width, 8, d.text(s.Title), "", 1, "L", false, 0, "")
	d.soft()
	d.SetFont("Helvetica", "", 11)
	d.MultiCell(width, 5.5, d.text(s.Subject), "", "L", false)
	d.Ln(4)
	for _, f := range s.Facts {
		d.SetFont("Helvetica", "", bodySize)
		d.soft()
		d.CellFormat(52, lineHigh, d.text(f.Name), "", 0, "L", false, 0, "")
		d.ink()
		d.MultiCell(width-52, lineHigh, d.text(f.Text), "", "L", false)
	}
	d.Ln(4)
	d.tiles(s.Tiles)
}

func (d *drawing) tiles(tiles []Tile) {
	const perRow, high = 3, 19.0
	each := width / perRow
	d.SetDrawColor(217, 222, 229)
	for i, t := range tiles {
		x, y := margin+float64(i%perRow)*each, d.GetY()
		d.Rect(x, y, each, high, "D")
		d.tile(x+3, y+2, each-6, &t)
		d.SetXY(margin, y)
		if i%perRow == perRow-1 || i == len(tiles)-1 {
			d.SetY(y + high)
		}
	}
}

func (d *drawing) tile(x, y, w float64, t *Tile) {
	d.ink()
	d.SetFont("Helvetica", "", bodySize)
	d.SetXY(x, y)
	d.CellFormat(w, 4.5, d.text(t.Name), "", 0, "L", false, 0, "")
	if t.Bad {
		d.SetTextColor(163, 48, 42)
	}
	d.SetFont("Helvetica", "B", 15)
	d.SetXY(x, y+4.5)
	d.CellFormat(w, 6.5, d.text(t.Value), "", 0, "L", false, 0, "")
	if !t.Bad {
		d.soft()
	}
	d.SetFont("Helvetica", "", smallSize)
	d.SetXY(x, y+11)
	d.CellFormat(w, 4, d.text(t.Note), "", 0, "L", false, 0, "")
}

// columns returns how wide the cells of a table are.
func columns(s *Section) []float64 {
	wide := width
	if s.Bars {
		wide -= barWidth
	}
	list := make([]float64, len(s.Head))
	figures := len(s.Head) - s.Texts
	figure := 24.0
	if figures > 4 {
		figure = 19
	}
	for i := range list {
		list[i] = figure
		if i < s.Texts {
			list[i] = (wide - figure*float64(figures)) / float64(s.Texts)
		}
	}
	return list
}

func (d *drawing) section(s *Section) {
	d.room(20 + lineHigh*float64(min(len(s.Rows), 16))) // short tables stay whole
	d.Ln(6)
	d.ink()
	d.SetFont("Helvetica", "B", 11)
	d.CellFormat(width, 6.5, d.text(s.Title), "", 1, "L", false, 0, "")
	list := columns(s)
	d.tableHead(s, list)
	for i := range s.Rows {
		d.row(s, &s.Rows[i], list)
	}
}

func (d *drawing) tableHead(s *Section, list []float64) {
	d.soft()
	d.SetFont("Helvetica", "", smallSize)
	for i, h := range s.Head {
		d.CellFormat(list[i], lineHigh, d.text(h), "", 0, align(s, i), false, 0, "")
	}
	d.Ln(lineHigh)
	d.rule(d.GetY(), true)
}

func align(s *Section, column int) string {
	if column < s.Texts {
		return "L"
	}
	return "R"
}

func (d *drawing) row(s *Section, r *Row, list []float64) {
	style := ""
	if r.Mark {
		style = "B"
	}
	d.SetFont("Helvetica", style, bodySize)
	cells := make([][]string, len(r.Cells))
	lines := 1
	for i, c := range r.Cells {
		cells[i] = d.wrapped(c, list[i]-3)
		lines = max(lines, len(cells[i]))
	}
	high := lineHigh * float64(lines)
	if d.GetY()+high > bottom {
		d.AddPage()
		d.tableHead(s, list)
		d.SetFont("Helvetica", style, bodySize)
	}
	d.ink()
	if r.Bad {
		d.SetTextColor(163, 48, 42)
	}
	x, y := margin, d.GetY()
	for i, cell := range cells {
		for n, line := range cell {
			d.SetXY(x, y+lineHigh*float64(n))
			d.CellFormat(list[i], lineHigh, line, "", 0, align(s, i), false, 0, "")
		}
		x += list[i]
	}
	if s.Bars && r.Share > 0 {
		d.SetFillColor(79, 127, 168)
		d.Rect(x+5, y+1.4, max(0.2, (barWidth-5)*r.Share), lineHigh-2.8, "F")
	}
	d.SetXY(margin, y+high)
	d.rule(y+high, false)
}

// wrapped returns the lines of a text in cp1252 that is to stand in a width.
func (d *drawing) wrapped(text string, wide float64) []string {
	split := d.SplitLines([]byte(d.text(text)), wide)
	lines := make([]string, len(split))
	for i, line := range split {
		lines[i] = string(line)
	}
	return lines
}

func (d *drawing) notes(s *Sheet) {
	d.room(38)
	d.Ln(8)
	d.rule(d.GetY(), true)
	d.Ln(2)
	d.soft()
	d.SetFont("Helvetica", "B", bodySize)
	d.CellFormat(width, 5.5, d.text(s.NotesAre), "", 1, "L", false, 0, "")
	d.SetFont("Helvetica", "", 8)
	for _, n := range s.Notes {
		d.MultiCell(width, 4, d.text(n), "", "L", false)
		d.Ln(0.8)
	}
}
