package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/complaint"
	"tregua/policy/ledger"
	"tregua/policy/proof"
	"tregua/policy/report/page"
)

// adminComplaints keeps complaints and answers them.
type adminComplaints struct{ *node }

// takesComplaint reports whether a complaint is of a scope: one that names no
// principal is for who sees all.
func (n *node) takesComplaint(scope access.Scope, c *complaint.Complaint) bool {
	return scope.Whole() || takesPrincipal(scope, n.book.Current(), c.Principal)
}

// Complaints returns those of the scope.
func (a adminComplaints) Complaints(scope access.Scope) []complaint.Complaint {
	return slices.DeleteFunc(a.complaints.All(), func(c complaint.Complaint) bool { return !a.takesComplaint(scope, &c) })
}

func (a adminComplaints) find(scope access.Scope, id string) (complaint.Complaint, error) {
	c, err := a.complaints.Get(id)
	if err == nil && !a.takesComplaint(scope, &c) {
		err = fmt.Errorf("complaint %q: %w; see complaint list", id, complaint.ErrUnknown)
	}
	return c, complaintMistake(err)
}

func complaintMistake(err error) error {
	switch {
	case errors.Is(err, complaint.ErrUnknown):
		return &console.Mistake{Code: http.StatusNotFound, Err: err}
	case errors.Is(err, complaint.ErrInput):
		return &console.Mistake{Code: http.StatusUnprocessableEntity, Err: err}
	case errors.Is(err, complaint.ErrCalls), errors.Is(err, complaint.ErrUncovered):
		return conflict(err)
	}
	return err
}

// OpenComplaint enters a complaint and holds calls to the number back.
func (a adminComplaints) OpenComplaint(ctx context.Context, scope access.Scope, number string, c complaint.Complaint) (complaint.Complaint, error) {
	var err error
	if c.Principal != "" || !scope.Whole() {
		if err = a.adminBook().owns(scope, "complaint", c.Principal); err != nil {
			return c, err
		}
	}
	if c.Principal != "" && !a.book.Current().HasPrincipal(c.Principal) {
		return c, unknownPrincipal("complaint", c.Principal)
	}
	if c.Number, err = a.book.Current().Number(number); err != nil {
		return c, mistake(err)
	}
	var opened complaint.Complaint
	open := func() (err error) {
		opened, err = a.complaints.Open(c, func(id string) ([]string, error) { return a.hold(ctx, scope, id, &c) })
		return err
	}
	err = a.layHold(c.Number, func() error { return a.keeper.purger.Between(open) })
	if err != nil {
		return opened, complaintMistake(mistake(err))
	}
	return opened, a.noteComplaint(ctx, &opened, "opened")
}

// hold lays the holds of a complaint. One that stands already is as good.
func (a adminComplaints) hold(ctx context.Context, scope access.Scope, id string, c *complaint.Complaint) (held []string, err error) {
	for _, p := range a.principals(scope, c) {
		lines, err := a.holds(p, c.Number)
		if err != nil {
			return held, err
		}
		if slices.Contains(lines, evidenceOf(id)) { // of a try that did not end
			held = append(held, p)
		}
		if len(lines) > 0 {
			continue
		}
		if err := a.say(ctx, scope, p, "hold", c.Number, evidenceOf(id), ""); err != nil {
			return held, err
		}
		held = append(held, p)
	}
	return held, nil
}

// principals are those whose calls a complaint may be about.
func (a adminComplaints) principals(scope access.Scope, c *complaint.Complaint) []string {
	if c.Principal == "" {
		return a.adminBook().Names(scope).Principals()
	}
	return []string{c.Principal}
}

func evidenceOf(id string) string { return "complaint " + id }

func (a adminComplaints) say(ctx context.Context, scope access.Scope, principal, change string, n policy.Number, evidence, reason string) error {
	_, err := a.adminBook().Say(ctx, scope, console.Saying{Principal: principal, Change: change, Number: n.String(), Evidence: evidence, Reason: reason})
	return err
}

// holds returns what the holds of a principal on a number rest on.
func (n *node) holds(principal string, of policy.Number) (evidence []string, err error) {
	s := n.book.Current()
	p, err := s.Principal(principal)
	if err != nil {
		return nil, mistake(err)
	}
	lines, err := s.Lines(n.store, p, of)
	for _, l := range lines {
		if l.Kind == "hold" {
			evidence = append(evidence, l.Evidence)
		}
	}
	return evidence, err
}

// held returns what forbids to erase a number: a legal hold, an order that holds it
// back from calls, or a complaint that is not answered (GDPR art. 17(3)(e)).
func (n *node) held(number policy.Number) (why string, held bool) {
	if c, found := n.complaints.About(number); found {
		return evidenceOf(c.ID), true
	}
	if order, found := n.keeper.Held(number); found {
		return orderEvidence + order, true
	}
	for principal := range n.book.Current().PrincipalIDs() { // order: one is as good as another
		lines, err := n.holds(principal, number)
		if err != nil {
			return "the holds cannot be read: " + err.Error(), true
		}
		for _, l := range lines {
			if strings.HasPrefix(l, orderEvidence) {
				return l, true
			}
		}
	}
	return "", false
}

// CloseComplaint notes how a complaint ended, and takes its holds away.
func (a adminComplaints) CloseComplaint(ctx context.Context, scope access.Scope, id, outcome, answer string) (complaint.Complaint, error) {
	c, err := a.find(scope, id)
	if err != nil {
		return c, err
	}
	release := func(c complaint.Complaint, all []complaint.Complaint) error {
		// Whoever asked may have gone by now: what is closed holds nothing.
		return a.release(context.WithoutCancel(ctx), scope, &c, all)
	}
	if !c.Open() { // perhaps its holds were left
		if err := release(c, a.complaints.All()); err != nil {
			return c, err
		}
	}
	c, err = a.complaints.Close(id, scope.Actor, outcome, answer, release)
	if err != nil {
		return c, complaintMistake(err)
	}
	return c, a.noteComplaint(ctx, &c, "closed")
}

// release takes away the holds on the number of a complaint that rest on one that is
// closed, but for those that another one still needs: a number has one hold at each
// principal, whoever asked for it first.
func (a adminComplaints) release(ctx context.Context, scope access.Scope, c *complaint.Complaint, all []complaint.Complaint) error {
	closed, needed := map[string]bool{}, map[string]bool{}
	for i := range all {
		switch {
		case all[i].Number != c.Number:
		case all[i].Open():
			needed[all[i].Principal] = true
		default:
			closed[evidenceOf(all[i].ID)] = true
		}
	}
	for _, p := range a.principals(scope, c) {
		if needed[p] || needed[""] {
			continue
		}
		lines, err := a.holds(p, c.Number)
		if err == nil && slices.ContainsFunc(lines, func(l string) bool { return closed[l] }) {
			err = a.say(ctx, scope, p, "release", c.Number, "", evidenceOf(c.ID)+": "+c.Outcome)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// noteComplaint writes that a complaint was opened or closed: not about whom.
func (n *node) noteComplaint(ctx context.Context, c *complaint.Complaint, event string) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"complaint": c.ID, "event": event, "channel": c.Channel, "outcome": c.Outcome})
	if err != nil {
		return err
	}
	note := ledger.Note{ID: policy.AttemptID(id), At: time.Now(), Kind: ledger.NoteComplaint, Actor: c.OpenedBy, Body: body}
	if event == "closed" {
		note.Actor = c.ClosedBy
	}
	if c.Principal != "" {
		if note.Principal, err = n.book.Current().Principal(c.Principal); err != nil {
			return err
		}
	}
	_, err = n.writer.Note(ctx, note)
	return err
}

// AnswerComplaint makes the sheet or the statement of a complaint.
func (a adminComplaints) AnswerComplaint(ctx context.Context, scope access.Scope, q console.AnswerQuery) (f console.ReportFile, about policy.Number, calls int, err error) {
	lang, err := a.language(q.Lang)
	if err != nil {
		return f, 0, 0, err
	}
	c, err := a.find(scope, q.ID)
	if err != nil {
		return f, 0, 0, err
	}
	p, err := a.paper(ctx, scope, &c)
	if err != nil {
		return f, 0, 0, err
	}
	if q.Kind == "statement" {
		if err := p.State(lang); err != nil {
			return f, 0, 0, complaintMistake(err)
		}
	}
	f, err = a.writePaper(&p, q.Form, lang)
	return f, c.Number, len(p.Calls), err
}

func (n *node) language(word string) (complaint.Language, error) {
	lang, err := page.ParseLang(word)
	if err != nil {
		return complaint.Language{}, &console.Mistake{Code: http.StatusUnprocessableEntity, Err: err}
	}
	zone, err := time.LoadLocation("Europe/Rome")
	return complaint.Language{Lang: lang, Zone: zone}, err
}

// writePaper writes a paper in a form. What is signed is the JSON, whatever the form.
func (n *node) writePaper(p *complaint.Paper, form string, lang complaint.Language) (f console.ReportFile, err error) {
	data, err := p.JSON()
	if err != nil {
		return f, err
	}
	s := n.reports.Sign(p.Name()+".json", data)
	f = console.ReportFile{Name: p.Name() + "." + form, Type: "application/json", Data: data, Digest: s.Digest, Signature: s.Signature}
	switch form {
	case "html":
		f.Type = "text/html; charset=utf-8"
		f.Data, err = p.Sheet(lang).HTML()
	case "pdf":
		f.Type = "application/pdf"
		f.Data, err = p.Sheet(lang).PDF(p.Made)
	}
	return f, err
}

// maxCalls bounds the calls of a paper: who is called more often has a case anyhow.
const maxCalls = 10_000

// paper gathers what there is to say of a complaint.
func (a adminComplaints) paper(ctx context.Context, scope access.Scope, c *complaint.Complaint) (p complaint.Paper, err error) {
	p = complaint.Paper{
		Kind: "sheet", Complaint: c.ID, Number: c.Number.String(), Principal: c.Principal, Channel: c.Channel, Reference: c.Reference,
		CallerID: c.CallerID, Received: c.Received, Deadline: c.Deadline(), Held: c.Held, Outcome: c.Outcome, Answer: c.Answer,
		Made: time.Now().UTC(), Node: fmt.Sprintf("%s (%d)", a.config.Node.Name, a.config.Node.ID), Program: thisBuild().Version,
		Calls: []complaint.Call{}, Asked: []complaint.Asked{},
	}
	// The newest first; the paper tells them in the order of time.
	records, err := a.adminRecords().Attempts(ctx, scope, console.Query{Number: c.Number, Since: c.From, Until: c.Until, Limit: maxCalls})
	if err != nil {
		return p, err
	}
	if c.Principal != "" { // whoever asks gets the same answer
		s := a.book.Current()
		records = slices.DeleteFunc(records, func(r policy.Record) bool { return s.PrincipalName(r.Attempt.Principal) != c.Principal })
	}
	slices.Reverse(records)
	claimed, _ := a.book.Current().Number(c.CallerID) // what is no number matches none
	for i := range records {
		call, asked := a.tell(&records[i])
		call.Claimed = claimed != 0 && sameNumber(a, records[i].Attempt.CallerID, claimed)
		p.Calls, p.Asked = append(p.Calls, call), append(p.Asked, asked...)
	}
	if p.Coverage, err = complaint.Cover(c.From, c.Until, a.summaries(c.From, c.Until)); err != nil {
		return p, err
	}
	if !scope.Whole() {
		p.Coverage.Narrow(a.adminRecords().trunksOf(scope))
	}
	if p.Gone, err = a.reader.Gone(ledger.Span{Since: c.From, Until: c.Until}); err != nil {
		return p, err
	}
	head, err := a.proof.Head(ctx)
	if err != nil && !errors.Is(err, proof.ErrEmpty) {
		return p, err
	}
	p.Checkpoint = string(head.Text)
	if scope.Whole() {
		p.Anchored = a.anchored(p.Made).UpTo
	}
	return p, nil
}

func sameNumber(a adminComplaints, text string, n policy.Number) bool {
	got, err := a.book.Current().Number(text)
	return err == nil && got == n
}

// complaintsDue counts the open complaints, and those of which the answer is due within
// three days.
func (n *node) complaintsDue() (open, due uint64) {
	o, d := n.complaints.Due(time.Now().Add(3 * 24 * time.Hour))
	return uint64(o), uint64(d)
}

// summaries are those of the hours that touch a time. One is written after its hour,
// late when the program did not run.
func (n *node) summaries(from, until time.Time) iter.Seq2[ledger.Summary, error] {
	return func(yield func(ledger.Summary, error) bool) {
		for note, err := range n.reader.Notes(ledger.NoteSummary, from, time.Time{}) {
			var s ledger.Summary
			if err == nil {
				s, err = ledger.ReadSummary(&note.Note)
			}
			switch {
			case err == nil && !s.From.Before(until):
				return
			case err == nil && !s.To.After(from):
				continue
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}
