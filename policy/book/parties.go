package book

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/numbers"
	"tregua/policy/store"
)

// callCentre reads what the register of operators has of a call centre.
func (w *work) callCentre(it item, row entityRow) entityRow {
	if field, ok := it.field("country"); ok {
		row.Country = field.text
		if err := (numbers.Plan{Country: field.text}).Validate(); err != nil {
			w.mistakes.add(field.position, "%v", err)
		}
	}
	if field, ok := it.field("roc"); ok {
		row.ROC = field.text
		if strings.Trim(field.text, "0123456789") != "" || field.text == "" || len(field.text) > 10 {
			w.mistakes.add(field.position, "roc %q: write the number of the registration, digits only", field.text)
		}
	}
	row.Notice = w.day(it, "notice")
	row.Dispositions = w.dispositions(it)
	return row
}

// mandate reads a mandate. Its name is who gave it to whom: acme/callnow, or by
// way of a contractor acme/callnow/nearby.
func (w *work) mandate(it item) (row entityRow) {
	row.Principal = policy.PrincipalID(w.refer(it, "principal", kindPrincipal))
	row.CallCentre = policy.CallCentreID(w.refer(it, "call_centre", kindCallCentre))
	row.Contractor = policy.CallCentreID(w.refer(it, "sub_contractor_of", kindCallCentre))
	row.From, row.To = w.day(it, "from"), w.day(it, "to")
	row.Purposes = w.slugs(it, "purposes")
	if row.To != "" && row.To < row.From { // as they are written, days are in order
		w.mistakes.add(it.fields["to"].position, "to %s is before from %s", row.To, row.From)
	}
	if row.Contractor != 0 && row.Contractor == row.CallCentre {
		w.mistakes.add(it.fields["sub_contractor_of"].position, "a call centre is no sub-contractor of itself")
	}
	if row.Principal == 0 || row.CallCentre == 0 {
		return row
	}
	names := []string{it.fields["principal"].text, it.fields["call_centre"].text}
	if row.Contractor != 0 {
		names = slices.Insert(names, 1, it.fields["sub_contractor_of"].text)
	}
	row.Name = strings.Join(names, "/")
	return row
}

// maxBlock is how many digits of a block of caller ids may be open.
const maxBlock = 6

// callerID reads a number, or a block of numbers like 0612345xx, that a call
// centre may show. Its name is the number in E.164, x for each open digit.
func (w *work) callerID(it item) (row entityRow) {
	if field, ok := it.field("number"); ok {
		name, err := blockName(w.reading, field.text)
		if err != nil {
			w.mistakes.add(field.position, "number %q: %v", field.text, err)
		}
		row.Name = name
	}
	row.CallCentre = policy.CallCentreID(w.refer(it, "call_centre", kindCallCentre))
	row.Principal = policy.PrincipalID(w.refer(it, "principal", kindPrincipal))
	row.Notified = oneOf(w, it, "roc", truths)
	row.Tested = w.day(it, "tested")
	if _, ok := it.fields["answered"]; ok {
		row.Answered = oneOf(w, it, "answered", truths)
	}
	_, tested := it.fields["tested"]
	if _, answered := it.fields["answered"]; tested != answered {
		w.mistakes.add(it.position, "a test has a day and a result: write both, as tested: 2026-11-22, answered: true")
	}
	return row
}

// blockName reads a number that may end in open digits. The first and the last
// number of the block must both be numbers.
func blockName(r reading, text string) (string, error) {
	closed := strings.TrimRight(text, "x")
	open := len(text) - len(closed)
	if open > maxBlock {
		return "", fmt.Errorf("%d open digits are too many: %d at most", open, maxBlock)
	}
	first, _, err := r.number(closed + strings.Repeat("0", open))
	if err != nil {
		return "", err
	}
	last, _, err := r.number(closed + strings.Repeat("9", open))
	if err != nil {
		return "", err
	}
	if last-first != power10(open)-1 {
		return "", wrong("the block does not read as one: write it as +39…x")
	}
	digits := first.String()
	return digits[:len(digits)-open] + strings.Repeat("x", open), nil
}

func power10(n int) policy.Number {
	p := policy.Number(1)
	for range n {
		p *= 10
	}
	return p
}

// numberBlock is a number without its open digits, and how many there are.
type numberBlock struct {
	closed policy.Number
	open   int
}

// blockOf reads a name that [blockName] wrote.
func blockOf(name string) (b numberBlock) {
	closed := strings.TrimRight(name, "x")
	n, _ := strconv.ParseUint(strings.TrimPrefix(closed, "+"), 10, 64) // it was written from a number
	return numberBlock{policy.Number(n), len(name) - len(closed)}
}

// first returns the first number of the block.
func (b numberBlock) first() policy.Number { return b.closed * power10(b.open) }

// day reads a field that is a day.
func (w *work) day(it item, name string) string {
	field, ok := it.field(name)
	if !ok {
		return ""
	}
	if at, err := time.Parse(time.DateOnly, field.text); err != nil || at.Before(earliest) || at.Year() > lastYear {
		w.mistakes.add(field.position, "%s %q: write a day from 1980 to %d, as 2026-11-22", name, field.text, lastYear)
		return ""
	}
	return field.text
}

// lastYear keeps days inside what nanoseconds can tell.
const lastYear = 2199

// slugs reads a field that is one name or more, and puts them in order.
func (w *work) slugs(it item, name string) string {
	field, ok := it.field(name)
	if !ok {
		return ""
	}
	list := strings.Fields(field.text)
	if len(list) == 0 {
		list = []string{""} // which is no name
	}
	for _, s := range list {
		if !isSlug(s) {
			w.mistakes.add(field.position, "%s %q: write small letters, digits, '-', '_' and '.', 64 at most, a letter or digit first", name, s)
			return ""
		}
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), ",")
}

// partyChanges tells people what changed of a call centre, mandate or caller id.
func (e *entities) partyChanges(k kind, before, after *entityRow, field func(name, was, is string)) {
	named := func(k kind, id uint32) string { return e.rows[k][id].Name }
	field("sector", before.Sector, after.Sector)
	field("country", before.Country, after.Country)
	field("roc", before.ROC, after.ROC)
	field("notice", before.Notice, after.Notice)
	codeChanges(before.Dispositions, after.Dispositions, field)
	field("from", before.From, after.From)
	field("to", before.To, after.To)
	field("purposes", before.Purposes, after.Purposes)
	if k == kindCallerID {
		field("principal", named(kindPrincipal, uint32(before.Principal)), named(kindPrincipal, uint32(after.Principal)))
		field("roc", wordOf(truths, before.Notified), wordOf(truths, after.Notified))
		field("tested", before.Tested, after.Tested)
		field("answered", wordOf(truths, before.Answered), wordOf(truths, after.Answered))
	}
}

// entered notes when a call centre was first entered.
func (e *entities) entered(k kind, id uint32, at time.Time) {
	if k == kindCallCentre {
		e.since[policy.CallCentreID(id)] = at
	}
}

// loadSince reads when each call centre was first entered from its history.
func (e *entities) loadSince(r store.Reader) error {
	for id := range e.rows[kindCallCentre] { // order: each for itself
		for row, err := range r.Scan(historyPrefix(kindCallCentre, id), nil) {
			if err != nil {
				return fmt.Errorf("reading the history of call centres: %w", err)
			}
			var change historyRow
			if err := decode(row.Key, row.Value, &change); err != nil {
				return err
			}
			e.since[policy.CallCentreID(id)] = change.At.time() // newest first: the last one stays
		}
	}
	return nil
}
