package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// CSV writes the report as a table with one figure a row: whose (level and name),
// which kind of figure, its name and its value. A spreadsheet turns it as it is wanted.
func (r *Report) CSV() ([]byte, error) {
	var b bytes.Buffer
	t := table{w: csv.NewWriter(&b)}
	t.row("level", "name", "kind", "figure", "value")
	t.frame(r)
	t.line("total", "", &r.Total)
	for i := range r.Groups {
		t.line("group", r.Groups[i].Group, &r.Groups[i])
	}
	for i := range r.Lines {
		t.line("campaign", r.Lines[i].Campaign, &r.Lines[i])
	}
	for i := range r.Days {
		t.day(&r.Days[i])
	}
	t.w.Flush()
	return b.Bytes(), t.w.Error()
}

type table struct{ w *csv.Writer }

// row writes one row. The writer keeps the first error.
func (t *table) row(cells ...string) { t.w.Write(cells) } //nolint:errcheck // CSV asks for it at the end

func (t *table) frame(r *Report) {
	for _, f := range []struct{ name, value string }{
		{"format", r.Format},
		{"kind", string(r.Kind)},
		{"principal", r.Subject.Principal},
		{"call_centre", r.Subject.CallCentre},
		{"group", r.Subject.Group},
		{"campaign", r.Subject.Campaign},
		{"first", r.First},
		{"last", r.Last},
		{"zone", r.Zone},
		{"made", when(r.Made)},
		{"revision", strconv.Itoa(r.Revision)},
		{"open", decimal(r.Open)},
		{"node", r.Node},
		{"program", r.Program},
		{"peak", r.Peak},
		{"highest", r.Worst},
		{"anchored_up_to", decimal(r.Anchor.UpTo)},
		{"anchored_at", when(r.Anchor.At)},
		{"not_anchored_since", when(r.Anchor.Since)},
	} {
		t.row("report", "", "frame", f.name, f.value)
	}
	for _, l := range r.Limits {
		t.row("report", l.Profile, "limit", l.Enforced, strconv.Itoa(l.Ratio)+"%")
		t.row("report", l.Profile, "limit", l.Enforced+" of a day", strconv.Itoa(l.Day)+"%")
		t.row("report", l.Profile, "limit", "silent", strconv.FormatInt(l.SilentMS, 10)+"ms")
	}
	for _, i := range r.Intervals {
		t.row("report", i.Trunk, i.What, when(i.From), when(i.Until))
	}
	for _, p := range r.Purged {
		t.row("report", p.Month, "purged", p.Class, when(p.Until))
	}
}

func (t *table) line(level, name string, l *Line) {
	for i, n := range l.Figures {
		t.row(level, name, "calls", slugs[i], decimal(n))
	}
	t.row(level, name, "ratio", "a_of_b", ratioOf(l.AofB))
	t.row(level, name, "ratio", "a_of_both", ratioOf(l.AofBoth))
	for _, h := range l.Counts.Histograms() {
		for i, n := range h.Calls {
			t.row(level, name, h.Name, h.Bins[i], decimal(n))
		}
	}
	for _, n := range []struct {
		name string
		of   Names
	}{{"refusals", l.Refusals}, {"shadow", l.Shadow}, {"profiles", l.Profiles}, {"generations", l.Generations}, {"callers", l.Callers}} {
		for _, word := range slices.Sorted(maps.Keys(n.of)) {
			t.row(level, name, n.name, word, decimal(n.of[word]))
		}
	}
}

// Histogram is calls by how long something took.
type Histogram struct {
	Name  string // as in JSON
	Bins  []string
	Calls []uint64
}

// Histograms returns the histograms, in the order of a report.
func (c *Counts) Histograms() []Histogram {
	return []Histogram{
		{"seconds_to_operator", OperatorBins, c.Operator[:]},
		{"seconds_to_ambience", AmbienceBins, c.Ambience[:]},
		{"seconds_to_cut", CutBins, c.Cuts[:]},
	}
}

func (t *table) day(d *Day) {
	for _, f := range []struct{ name, value string }{
		{"hours", fmt.Sprint(d.Hours)},
		{"dialled", decimal(d.Dialled)},
		{"answered", decimal(d.Answered)},
		{"silent", decimal(d.Silent)},
		{"connected", decimal(d.Connected)},
		{"a_of_b", ratioOf(d.AofB)},
		{"a_of_both", ratioOf(d.AofBoth)},
		{"missing", d.Missing},
	} {
		t.row("day", d.Date, "day", f.name, f.value)
	}
}

func ratioOf(f *float64) string {
	if f == nil {
		return ""
	}
	return strconv.FormatFloat(*f, 'f', 6, 64)
}

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
