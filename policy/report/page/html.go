package page

import (
	"bytes"
	_ "embed"
	"html/template"
	"strconv"

	"tregua/policy/report"
)

//go:embed page.html
var pageHTML string

// pageTemplate is what a sheet is drawn by.
var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"width": func(share float64) string { return strconv.FormatFloat(100*share, 'f', 2, 64) },
}).Parse(pageHTML))

// HTML draws the report as one page that loads nothing from elsewhere.
func HTML(r *report.Report, p Proof, l Lang) ([]byte, error) {
	s, err := newSheet(r, p, l)
	if err != nil {
		return nil, err
	}
	return s.HTML()
}

// HTML draws the sheet as one page that loads nothing from elsewhere.
func (s *Sheet) HTML() ([]byte, error) {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, s); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
