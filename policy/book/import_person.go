package book

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tregua/policy"
)

// personColumns are the columns after the number, by kind.
var personColumns = map[Kind][]column{
	Contracts:  {{"contract", true}, {"from", true}, {"ended_at", false}, {"purpose", false}},
	Requests:   {{"at", true}, {"until", true}, {"agreed_at", false}, {"evidence", true}},
	Reassigned: {{"at", true}},
}

// personRow takes a row of contracts, requests or reassigned.
func (i *importing) personRow(fields []string) error {
	n, zone, err := i.book.reading.number(fields[0])
	if err != nil {
		return fmt.Errorf("number: %w", err)
	}
	row := stagedRow{number: n}
	switch i.request.Kind {
	case Contracts:
		row.contract, err = i.contract(fields[1:], n, zone)
	case Requests:
		row.request, err = i.asked(fields[1:], n, zone)
	default:
		row.passing.At, err = i.required("at", fields[1], zone)
	}
	if err != nil {
		return err
	}
	i.sets[setNumbers].Add(n)
	i.staged = append(i.staged, row)
	return nil
}

// contract takes contract, from, ended_at, purpose.
func (i *importing) contract(fields []string, n policy.Number, zone string) (c contract, err error) {
	c = contract{Evidence: fields[0], Purpose: fields[3]}
	if c.Evidence == "" {
		return c, errors.New("contract is empty: give its number at the principal")
	}
	if err := checkEvidence(c.Evidence, n); err != nil {
		return c, err
	}
	if c.Purpose != "" && !isSlug(c.Purpose) {
		return c, fmt.Errorf("purpose %q: it is the name that campaigns have as purpose", c.Purpose)
	}
	if c.From, err = i.required("from", fields[1], zone); err != nil {
		return c, err
	}
	if c.EndedAt, err = i.future("ended_at", fields[2], zone); err != nil {
		return c, err
	}
	if c.EndedAt != 0 && c.EndedAt < c.From {
		return c, errors.New("ended_at is before from")
	}
	return c, nil
}

// asked takes at, until, agreed_at, evidence.
func (i *importing) asked(fields []string, n policy.Number, zone string) (r request, err error) {
	r.Evidence = fields[3]
	if r.Evidence == "" {
		return r, errors.New("evidence is empty: say how the person asked")
	}
	if err := checkEvidence(r.Evidence, n); err != nil {
		return r, err
	}
	if r.At, err = i.required("at", fields[0], zone); err != nil {
		return r, err
	}
	if r.Until, err = i.future("until", fields[1], zone); err != nil {
		return r, err
	}
	if r.AgreedAt, err = i.future("agreed_at", fields[2], zone); err != nil {
		return r, err
	}
	return r, r.check()
}

// check says what is wrong with the times of a request.
func (r request) check() error {
	switch {
	case r.Until <= r.At:
		return errors.New("until is not after at: a request is for some time from when the person asked")
	case r.Until.time().Sub(r.At.time()) > maxValid:
		return fmt.Errorf("the request is for more than %s: it is for one call, say until when", days(maxValid))
	case r.AgreedAt != 0 && (r.AgreedAt < r.At || r.AgreedAt >= r.Until):
		return errors.New("the agreed time is not within the time that the request is for")
	}
	return nil
}

// maxValid bounds how long a request may hold: a wish to be called once that is
// a year old is none.
const maxValid = 366 * 24 * time.Hour

// required reads a time that must be there and not in the future.
func (i *importing) required(name, text, zone string) (instant, error) {
	if text == "" {
		return 0, fmt.Errorf("%s is empty", name)
	}
	return i.instant(name, text, zone)
}

// provenance takes bundled, conditional, hops, broken, provider and
// other_operator of a consent.
func (i *importing) provenance(c *consent, fields []string) (err error) {
	for _, f := range []struct {
		name string
		text string
		to   *bool
	}{
		{"bundled", fields[0], &c.Bundled},
		{"conditional", fields[1], &c.Conditional},
		{"broken", fields[3], &c.Broken},
		{"other_operator", fields[5], &c.OtherOperator},
	} {
		if *f.to, err = readTruth(f.name, f.text); err != nil {
			return err
		}
	}
	if fields[2] != "" {
		hops, err := strconv.ParseUint(fields[2], 10, 8)
		if err != nil {
			return fmt.Errorf("hops %q: write how many handed the consent on, 0 to 255", fields[2])
		}
		c.Hops = uint8(hops)
	}
	if fields[4] != "" {
		return fmt.Errorf("there is no provider %q", fields[4])
	}
	return nil
}

// readTruth reads true or false; empty is false.
func readTruth(name, text string) (bool, error) {
	switch strings.ToLower(text) {
	case "true":
		return true, nil
	case "", "false":
		return false, nil
	}
	return false, fmt.Errorf("%s %q: it is true or false", name, text)
}

// checkEvidence says what is wrong with a reference that is kept in clear.
func checkEvidence(text string, n policy.Number) error {
	if len(text) > maxEvidence {
		return wrong("evidence has %d bytes: give a reference of %d at most", len(text), maxEvidence)
	}
	if tellsNumber(text, n) {
		return wrong("evidence holds the number, and it is kept in clear: give a reference without it")
	}
	return nil
}
