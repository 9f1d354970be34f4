// Package page makes a page for people: HTML that needs nothing besides itself and
// prints well, and PDF, in English and Italian. Both are drawn from one [Sheet], so
// that they say the same. It is pure: the same sheet makes the same bytes. It has the
// words of reports; what else is to be a page brings its own.
package page

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tregua/policy/report"
)

// Proof is what a page says of how the report can be verified; fields that are ""
// are left out.
type Proof struct {
	Digest    string // SHA-256 of the report in JSON, in hex
	Signature string // in base64
}

// Sheet is a page without its form, in words.
type Sheet struct {
	Lang     Lang
	Title    string
	Subject  string
	Foot     string // of each page of a PDF; "": the subject
	Facts    []Fact
	Tiles    []Tile
	Sections []Section
	NotesAre string // the heading of Notes
	Notes    []string
}

// Fact is a line above the tables.
type Fact struct{ Name, Text string }

// Tile is a figure that is to be seen first.
type Tile struct {
	Name, Value, Note string
	Bad               bool
}

// Section is a table. Texts is how many columns have text, from the left; the others
// have figures. Bars says that each row has a bar as long as its share.
type Section struct {
	Title string
	Head  []string
	Texts int
	Bars  bool
	Rows  []Row
}

// Row is a line of a table.
type Row struct {
	Cells []string
	Share float64 // from 0 to 1
	Mark  bool    // it stands out
	Bad   bool    // it is over a limit
}

// newSheet puts a report into words.
func newSheet(r *report.Report, p Proof, l Lang) (*Sheet, error) {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		return nil, fmt.Errorf("the report has the zone %q: %w", r.Zone, err)
	}
	w := &writer{r: r, l: l, zone: zone}
	s := &Sheet{Lang: l, Title: l.word("title"), Subject: w.subject(), Facts: w.facts(p), Tiles: w.tiles(), NotesAre: l.word("s_notes")}
	s.Sections = append(s.Sections, w.ends(), w.answered())
	for _, h := range r.Total.Histograms() {
		s.Sections = append(s.Sections, w.histogram(&h))
	}
	s.Sections = append(s.Sections, w.silent(), w.further(), w.refusals(), w.shadow(),
		w.lines("s_groups", "group", r.Groups, func(l *report.Line) string { return l.Group }),
		w.lines("s_lines", "campaign", r.Lines, func(l *report.Line) string { return l.Campaign }),
		w.days(), w.times(), w.purged(),
		w.names("s_versions", "profile", r.Total.Profiles), w.names("s_versions", "generation", r.Total.Generations),
		w.names("s_callers", "caller", r.Total.Callers))
	s.Sections = slices.DeleteFunc(s.Sections, func(s Section) bool { return len(s.Rows) == 0 })
	s.Notes = []string{
		fmt.Sprintf(l.word("n_ratio"), w.limitSeconds()), l.word("n_machine"), l.word("n_bars"), l.word("n_numbers"),
	}
	return s, nil
}

// writer words the parts of a report.
type writer struct {
	r    *report.Report
	l    Lang
	zone *time.Location
}

func (w *writer) subject() string {
	s, l := &w.r.Subject, w.l
	var parts []string
	for _, f := range []struct{ key, name string }{
		{"campaign", s.Campaign}, {"group", s.Group}, {"principal", s.Principal}, {"call_centre", s.CallCentre},
	} {
		if f.name != "" {
			parts = append(parts, l.word(f.key)+" "+f.name)
		}
	}
	if len(parts) == 0 {
		parts = append(parts, l.word("all"))
	}
	when := l.date(w.r.First)
	if w.r.First != w.r.Last {
		when += " – " + l.date(w.r.Last)
	}
	return l.word(string(w.r.Kind)) + ", " + when + ": " + strings.Join(parts, ", ")
}

func (w *writer) facts(p Proof) []Fact {
	l, hours := w.l, 0.0
	for _, d := range w.r.Days {
		hours += d.Hours
	}
	revision := strconv.Itoa(w.r.Revision)
	if w.r.Open > 0 {
		revision += "; " + l.count(w.r.Open) + " " + l.word("open")
	}
	facts := []Fact{
		{l.word("period"), fmt.Sprintf("%s – %s, %s (%g %s)", l.date(w.r.First), l.date(w.r.Last), w.r.Zone, hours, l.word("hours"))},
		{l.word("made"), l.at(w.r.Made, w.zone)},
		{l.word("revision"), revision},
		{l.word("node"), w.r.Node},
		{l.word("program"), "tregua " + w.r.Program},
		{l.word("anchored"), w.anchored()},
		{l.word("digest"), p.Digest},
		{l.word("signature"), p.Signature},
	}
	return slices.DeleteFunc(facts, func(f Fact) bool { return f.Text == "" })
}

func (w *writer) anchored() string {
	a, l := &w.r.Anchor, w.l
	var parts []string
	if !a.At.IsZero() {
		parts = append(parts, fmt.Sprintf(l.word("anchor_up_to"), a.UpTo, l.at(a.At, w.zone)))
	}
	if !a.Since.IsZero() {
		parts = append(parts, fmt.Sprintf(l.word("anchor_since"), l.at(a.Since, w.zone)))
	}
	if len(parts) == 0 {
		return l.word("anchor_none")
	}
	return strings.Join(parts, "; ")
}

func (w *writer) tiles() []Tile {
	l, t := w.l, &w.r.Total
	tiles := make([]Tile, 0, 6)
	for _, f := range []report.Figure{report.Dialled, report.Answered, report.Silent, report.Connected} {
		tiles = append(tiles, Tile{Name: l.word(f.String()), Value: l.count(t.Figures[f])})
	}
	ratio := Tile{Name: "A/B", Value: l.percent(t.AofB), Note: l.word("enforced")}
	if limit := w.limit(w.r.Kind == report.OfDay); limit > 0 {
		ratio.Note += ", " + l.word("limit") + fmt.Sprintf(" %d %%", limit)
		ratio.Bad = over(limit, t.Figures[report.Silent], t.Figures[report.Connected])
		ratio.Note += ": " + l.word(map[bool]string{false: "within", true: "over"}[ratio.Bad])
	}
	return append(tiles, ratio, Tile{Name: "A/(A+B)", Value: l.percent(t.AofBoth), Note: l.word("told")})
}

// limit is how many silent calls to a hundred connected ones are allowed: by the
// strictest of the profiles; 0 for no limit.
func (w *writer) limit(day bool) int {
	least := 0
	for _, one := range w.r.Limits {
		n := one.Ratio
		if day {
			n = one.Day
		}
		if least == 0 || n < least {
			least = n
		}
	}
	return least
}

// over reports whether there are more silent calls than a limit allows.
func over(limit int, silent, connected uint64) bool {
	return limit > 0 && silent*100 > uint64(limit)*connected
}

func (w *writer) limitSeconds() string {
	for _, one := range w.r.Limits {
		return w.l.decimals(fmt.Sprintf("%g", float64(one.SilentMS)/1000))
	}
	return "3"
}

// parts is a table of figures that are parts of a whole.
func (w *writer) parts(title string, whole report.Figure, parts ...report.Figure) Section {
	s := Section{Title: w.l.word(title), Head: []string{w.l.word("figure"), w.l.word("calls"), w.l.word("share")}, Texts: 1, Bars: true}
	f := &w.r.Total.Figures
	for _, part := range parts {
		if f[part] > 0 {
			s.Rows = append(s.Rows, w.part(w.l.word(part.String()), f[part], f[whole]))
		}
	}
	return s
}

func (w *writer) part(name string, n, whole uint64) Row {
	share := float64(n) / float64(max(1, whole))
	return Row{Cells: []string{name, w.l.count(n), w.l.percent(&share)}, Share: share}
}

func (w *writer) ends() Section {
	return w.parts("s_ends", report.Dialled, report.Answered, report.Refused, report.Cancelled, report.Failed, report.Unreachable,
		report.Interrupted, report.HandedOn, report.Unended)
}

func (w *writer) answered() Section {
	return w.parts("s_answered", report.Answered, report.Connected, report.Silent, report.MachineCarrier, report.MachineDialer,
		report.HungUp, report.Unwatched, report.Deaf, report.Unclassed)
}

func (w *writer) histogram(h *report.Histogram) Section {
	title := "s_" + strings.TrimPrefix(h.Name, "seconds_to_")
	s := Section{Title: w.l.word(title), Head: []string{w.l.word("seconds"), w.l.word("calls"), w.l.word("share")}, Texts: 1, Bars: true}
	whole := uint64(0)
	for _, n := range h.Calls {
		whole += n
	}
	for i, n := range h.Calls {
		if whole > 0 {
			s.Rows = append(s.Rows, w.part(w.l.decimals(w.l.word(strings.ReplaceAll(h.Bins[i], "-", " – "))), n, whole))
		}
	}
	return s
}

// plain is a table of figures that are parts of nothing.
func (w *writer) plain(title string, figures ...report.Figure) Section {
	s := Section{Title: w.l.word(title), Head: []string{w.l.word("figure"), w.l.word("calls")}, Texts: 1}
	for _, f := range figures {
		s.Rows = append(s.Rows, Row{Cells: []string{w.l.word(f.String()), w.l.count(w.r.Total.Figures[f])}})
	}
	return s
}

func (w *writer) silent() Section {
	return w.plain("s_silent", report.SilentLive, report.GivenUp, report.Cut, report.Late, report.SilentShadow, report.Bars, report.BarsShadow,
		report.Recontacts, report.RecontactAnswers, report.RecontactMet, report.RecontactSilent)
}

func (w *writer) further() Section {
	return w.plain("s_other", report.Forwarded, report.Rang, report.Repeats, report.OptedOut, report.Would, report.InShadow, report.Bypass,
		report.Emergency, report.Unsynced, report.Erased)
}
