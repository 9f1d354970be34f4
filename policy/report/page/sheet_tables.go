package page

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tregua/policy"
	"tregua/policy/report"
)

// refusals tells the reasons with the law, the most frequent first. What a reason is in
// words is told in English, the language of its table.
func (w *writer) refusals() Section {
	s := Section{Title: w.l.word("s_refusals"), Head: []string{w.l.word("reason"), w.l.word("law"), w.l.word("calls")}, Texts: 2}
	for _, slug := range frequent(w.r.Total.Refusals) {
		name, law := slug, ""
		if reason, err := policy.ParseReason(slug); err == nil {
			law = reason.Law()
			if w.l == English {
				name += ": " + reason.Text()
			}
		}
		s.Rows = append(s.Rows, Row{Cells: []string{name, law, w.l.count(w.r.Total.Refusals[slug])}})
	}
	return s
}

func (w *writer) shadow() Section {
	return w.names("s_shadow", "rule", w.r.Total.Shadow)
}

func (w *writer) names(title, head string, n report.Names) Section {
	s := Section{Title: w.l.word(title), Head: []string{w.l.word(head), w.l.word("attempts")}, Texts: 1}
	for _, name := range frequent(n) {
		s.Rows = append(s.Rows, Row{Cells: []string{w.l.word(name), w.l.count(n[name])}})
	}
	return s
}

// frequent returns the names, the most frequent first.
func frequent(n report.Names) []string {
	return slices.SortedFunc(maps.Keys(n), func(a, b string) int { return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a, b)) })
}

func (w *writer) head(first string) []string {
	return []string{first, w.l.word("dialled"), w.l.word("answered"), "A", "B", "A/B", "A/(A+B)"}
}

func (w *writer) lines(title, head string, lines []report.Line, name func(*report.Line) string) Section {
	s := Section{Title: w.l.word(title), Head: w.head(w.l.word(head)), Texts: 1}
	for i := range lines {
		one, l := &lines[i], w.l
		called := name(one)
		if called == "" {
			called = l.word("none")
		}
		f := &one.Figures
		s.Rows = append(s.Rows, Row{Bad: over(w.limit(w.r.Kind == report.OfDay), f[report.Silent], f[report.Connected]), Cells: []string{
			called, l.count(f[report.Dialled]), l.count(f[report.Answered]), l.count(f[report.Silent]), l.count(f[report.Connected]),
			l.percent(one.AofB), l.percent(one.AofBoth),
		}})
	}
	return s
}

func (w *writer) days() Section {
	s := Section{Title: w.l.word("s_days"), Head: w.head(w.l.word("day")), Texts: 1}
	for i := range w.r.Days {
		d, l := &w.r.Days[i], w.l
		s.Rows = append(s.Rows, Row{Mark: d.Date == w.r.Peak || d.Date == w.r.Worst, Bad: over(w.limit(true), d.Silent, d.Connected), Cells: []string{
			w.day(d), l.count(d.Dialled), l.count(d.Answered), l.count(d.Silent), l.count(d.Connected), l.percent(d.AofB), l.percent(d.AofBoth),
		}})
	}
	return s
}

// day names a day, with what is to be said of it.
func (w *writer) day(d *report.Day) string {
	text := w.l.date(d.Date)
	var more []string
	if d.Hours != 24 {
		more = append(more, fmt.Sprintf("%g %s", d.Hours, w.l.word("hours")))
	}
	if d.Missing != "" {
		more = append(more, w.l.word("missing"))
	}
	if len(w.r.Days) > 1 && d.Date == w.r.Peak {
		more = append(more, w.l.word("peak"))
	}
	if len(w.r.Days) > 1 && d.Date == w.r.Worst {
		more = append(more, w.l.word("highest"))
	}
	if len(more) == 0 {
		return text
	}
	return text + " (" + strings.Join(more, ", ") + ")"
}

func (w *writer) times() Section {
	l := w.l
	s := Section{Title: l.word("s_times"), Head: []string{l.word("what"), l.word("trunk"), l.word("from"), l.word("until"), l.word("who")}, Texts: 5}
	for _, i := range w.r.Intervals {
		what := l.word(i.What)
		if i.What == report.Bypassed {
			what = l.word("bypass_of")
		}
		until := l.word("goes_on")
		if !i.Until.IsZero() {
			until = l.at(i.Until, w.zone)
		}
		s.Rows = append(s.Rows, Row{Cells: []string{what, i.Trunk, l.at(i.From, w.zone), until, i.Who}})
	}
	return s
}

// purged tells of which records nobody can say any more whom they were about.
func (w *writer) purged() Section {
	l := w.l
	s := Section{Title: l.word("s_purged"), Head: []string{l.word("month"), l.word("calls"), l.word("until")}, Texts: 3}
	for _, p := range w.r.Purged {
		s.Rows = append(s.Rows, Row{Cells: []string{p.Month, l.word("p_" + p.Class), l.at(p.Until, w.zone)}})
	}
	return s
}
