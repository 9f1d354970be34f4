package configs

import (
	"slices"
	"time"

	"github.com/goccy/go-yaml/ast"

	"tregua/policy/book"
)

// CarrierColumns are those of a file with a carrier's call records.
var CarrierColumns = []book.Column{
	{Name: "number", Required: true},
	{Name: "started_at"},
	{Name: "answered_at"},
	{Name: "duration"},
	{Name: "caller_id"},
	{Name: "id"},
}

// reconcile reads a folder of files with a carrier's call records.
func (r *reader) reconcile(path string, n ast.Node) Reconcile {
	s := r.open(path, n)
	defer s.end()
	d := Reconcile{
		Folder:  value(s, "folder", "", r.path),
		Carrier: value(s, "carrier", "", readText),
		Part:    value(s, "calls", false, choice(word[bool]{word: "all"}, word[bool]{word: "part", value: true})),
		Every:   value(s, "every", 5*time.Second, readEvery),
		Format: book.Format{
			Delimiter: value(s, "delimiter", "", readText),
			Encoding:  value(s, "encoding", "", readText),
			Numbers:   value(s, "numbers", "", readText),
		},
	}
	for i, item := range s.items("columns") {
		d.Format.Columns = append(d.Format.Columns, scalar(r, s.item("columns", i), item, "", readText))
	}
	s.missing("folder", "name a directory of this carrier's own")
	s.missing("carrier", "say which trunk's carrier writes the files")
	if err := book.CheckRows(d.Format, CarrierColumns); err != nil {
		r.wrong(path, "%v", err)
	}
	return d
}

// checkReconcile holds that each folder is one of a carrier.
func (r *reader) checkReconcile(c *Config) {
	for i, d := range c.Reconcile {
		carrier := func(t Trunk) bool { return t.Name == d.Carrier && t.Side == SideCarrier }
		if d.Carrier != "" && !slices.ContainsFunc(c.Trunks, carrier) {
			r.wrong(item("reconcile", i, "carrier"), "%q is no trunk of side carrier", d.Carrier)
		}
	}
}
