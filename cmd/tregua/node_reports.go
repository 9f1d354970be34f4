package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/book"
	"tregua/policy/ledger"
	statistics "tregua/policy/report"
	"tregua/policy/report/archive"
	"tregua/policy/report/page"
)

// openReports makes the archive of reports. Their days are those of the counters.
func (n *node) openReports() (err error) {
	zone, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		return err
	}
	n.reports, err = archive.New(archive.Config{
		Dir: filepath.Join(n.config.Node.Data, "reports"), Records: n.reader, Zone: zone, Log: n.log,
		Names:  func(a *policy.Attempt) statistics.Key { return keyOf(n.book.Current(), a) },
		Frame:  n.reportFrame,
		Closed: func() []string { return closedCampaigns(n.book.Current()) },
		Sign:   n.proof.Key().Sign, Notary: n.writer,
	})
	return err
}

// keyOf says whose an attempt is. A group is called as the book calls it.
func keyOf(s *book.Snapshot, a *policy.Attempt) statistics.Key {
	k := statistics.Key{Principal: s.PrincipalName(a.Principal), CallCentre: s.CallCentreName(a.CallCentre), Campaign: a.CampaignName}
	if a.Group != 0 {
		principal, callCentre := s.Group(a.Group)
		k.Group = principal + "/" + a.Purpose + "/" + callCentre
	}
	return k
}

func closedCampaigns(s *book.Snapshot) (names []string) {
	for _, c := range s.Campaigns() {
		if c.Closed {
			names = append(names, c.Name)
		}
	}
	return names
}

// reportFrame is what every report says of the node.
func (n *node) reportFrame(from, until time.Time) (statistics.Frame, error) {
	f := statistics.Frame{Node: fmt.Sprintf("%s (%d)", n.config.Node.Name, n.config.Node.ID), Program: thisBuild().Version, Anchor: n.anchored(time.Now())}
	for _, p := range append([]policy.Params{n.params}, n.abroad...) {
		if !p.Gate.Enforce {
			continue
		}
		f.Limits = append(f.Limits, statistics.Limits{
			Profile: p.Name, Enforced: "a_of_b", Ratio: p.Gate.Limit.Value, Day: p.Gate.DayLimit.Value,
			SilentMS: p.Silent.Limit.Value.Milliseconds(), Source: p.Gate.Source,
		})
	}
	gone, err := n.reader.Gone(ledger.Span{Since: from, Until: until})
	if err != nil {
		return f, err
	}
	for _, g := range gone {
		f.Purged = append(f.Purged, statistics.Purged(g))
	}
	f.Intervals, err = n.intervals(from, until)
	return f, err
}

// intervals returns when tregua did not run and when a trunk was bypassed: as the
// summaries of the hours have it, and of bypasses since the last one as the book has it.
func (n *node) intervals(from, until time.Time) (all []statistics.Interval, err error) {
	add := func(i statistics.Interval) {
		if i.From.Before(until) && i.Until.After(from) {
			all = append(all, i)
		}
	}
	summed := from
	// The summary of an outage is written after it, at the next full hour.
	for note, err := range n.reader.Notes(ledger.NoteSummary, from, time.Time{}) {
		if err != nil {
			return nil, err
		}
		s, err := ledger.ReadSummary(&note.Note)
		if err != nil {
			return nil, err
		}
		if s.From.After(until) {
			break
		}
		summed = s.To
		intervalsOf(&s, add)
	}
	for _, s := range n.book.Current().Settings() {
		if s.Mode == policy.Bypass && s.Rule == "" && s.Until.After(summed) {
			add(statistics.Interval{What: statistics.Bypassed, Trunk: s.Trunk, From: s.At, Until: s.Until, Who: s.Actor})
		}
	}
	return statistics.Joined(all), nil
}

// intervalsOf gives those of an hour.
func intervalsOf(s *ledger.Summary, add func(statistics.Interval)) {
	for _, g := range s.Gaps {
		add(statistics.Interval{What: statistics.Outage, From: g.From, Until: g.To})
	}
	for _, m := range s.Modes {
		if m.Mode == policy.Bypass.String() {
			add(statistics.Interval{What: statistics.Bypassed, Trunk: m.Trunk, From: m.From, Until: m.To})
		}
	}
}

// Report makes a report of the calls that lie in a scope.
func (r adminRecords) Report(ctx context.Context, scope access.Scope, q console.ReportQuery) (f console.ReportFile, err error) {
	lang, err := page.ParseLang(q.Lang)
	if err != nil {
		return f, &console.Mistake{Code: http.StatusUnprocessableEntity, Err: err}
	}
	query := archive.Query{Kind: statistics.Kind(q.Kind), First: q.First, Last: q.Last, Subject: statistics.Subject{
		Principal: q.Principal, CallCentre: q.CallCentre, Group: q.Group, Campaign: q.Campaign,
	}}
	made, err := r.reports.Make(ctx, query, func(k statistics.Key) bool { return scope.Takes(k.Principal, k.CallCentre) })
	if errors.Is(err, archive.ErrQuery) {
		return f, &console.Mistake{Code: http.StatusUnprocessableEntity, Err: err}
	}
	if err != nil {
		return f, err
	}
	// A slip in a name must not read as a clean bill.
	if query.Subject != (statistics.Subject{}) && len(made.Lines) == 0 {
		return f, &console.Mistake{Code: http.StatusNotFound, Err: fmt.Errorf("there are no calls of %s from %s to %s", subjectOf(&q), made.First, made.Last)}
	}
	r.narrowReport(scope, made)
	return r.writeReport(made, q.Form, lang)
}

func subjectOf(q *console.ReportQuery) string {
	var parts []string
	for _, f := range []struct{ what, name string }{
		{"campaign", q.Campaign}, {"group", q.Group}, {"principal", q.Principal}, {"call centre", q.CallCentre},
	} {
		if f.name != "" {
			parts = append(parts, f.what+" "+f.name)
		}
	}
	return strings.Join(parts, ", ")
}

// narrowReport takes from a report what is of others: of trunks, of the node, and of
// who did what.
func (r adminRecords) narrowReport(scope access.Scope, made *statistics.Report) {
	if scope.Whole() {
		return
	}
	made.Open = 0 // nobody knows whose these are
	trunks := r.trunksOf(scope)
	made.Intervals = slices.DeleteFunc(made.Intervals, func(i statistics.Interval) bool {
		return i.Trunk != "" && !slices.Contains(trunks, i.Trunk)
	})
	for i := range made.Intervals {
		made.Intervals[i].Who = ""
	}
}

// writeReport writes a report in a form. What is signed is the JSON, whatever the form.
func (r adminRecords) writeReport(made *statistics.Report, form string, lang page.Lang) (f console.ReportFile, err error) {
	data, err := made.JSON()
	if err != nil {
		return f, err
	}
	stem := string(made.Kind) + "-" + made.First
	if made.First != made.Last {
		stem += "-" + made.Last
	}
	s := r.reports.Sign(stem+".json", data)
	f = console.ReportFile{Name: stem + "." + form, Type: "application/json", Data: data, Digest: s.Digest, Signature: s.Signature}
	proof := page.Proof{Digest: s.Digest, Signature: s.Signature}
	switch form {
	case "csv":
		f.Type = "text/csv; charset=utf-8"
		f.Data, err = made.CSV()
	case "html":
		f.Type = "text/html; charset=utf-8"
		f.Data, err = page.HTML(made, proof, lang)
	case "pdf":
		f.Type = "application/pdf"
		f.Data, err = page.PDF(made, proof, lang)
	}
	return f, err
}

// Today counts the calls since midnight by campaign, of those of a scope.
func (r adminRecords) Today(_ context.Context, scope access.Scope) (list []console.Today, err error) {
	all, err := r.reader.Counters()
	if err != nil {
		return nil, err
	}
	s, today := r.book.Current(), ledger.DayOf(time.Now())
	names := map[policy.CampaignID]string{}
	for _, c := range s.Campaigns() {
		if takesCampaign(scope, s, c) {
			names[c.ID] = c.Name
		}
	}
	for of, c := range all { // order: sorted below
		name, takes := names[of.Campaign]
		if !takes || of.Day != today {
			continue
		}
		t := console.Today{Campaign: name, Attempts: c.Attempts, Forwarded: c.Forwarded, Answered: c.Answered, Silent: c.Silent, Connected: c.Connected}
		for _, n := range c.Refused { // order: a sum
			t.Refused += n
		}
		if c.Connected > 0 {
			ratio := float64(c.Silent) / float64(c.Connected)
			t.AofB = &ratio
		}
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b console.Today) int { return cmp.Compare(a.Campaign, b.Campaign) })
	return list, nil
}
