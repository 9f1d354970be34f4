package book

import (
	"errors"
	"fmt"
	"strconv"
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
func (c *chunk) personRow(fields []string) error {
	n, zone, err := c.number(fields[0])
	if err != nil {
		return err
	}
	var row stagedRow
	switch c.of.request.Kind {
	case Contracts:
		row.contract, err = c.contract(fields[1:], n, zone)
	case Requests:
		row.request, err = c.asked(fields[1:], n, zone)
	default:
		row.passing.At, err = c.required("at", fields[1], zone)
	}
	if err != nil {
		return err
	}
	return c.stage(n, row)
}

// stage takes a row for the row of its number.
func (c *chunk) stage(n policy.Number, r stagedRow) error {
	c.keys = append(c.keys, stagedKey{c.of.book.config.Keys.Index(n), int32(len(c.staged))})
	c.staged = append(c.staged, r)
	return c.collect(n, false)
}

// contract takes contract, from, ended_at, purpose.
func (c *chunk) contract(fields []string, n policy.Number, zone string) (k contract, err error) {
	k = contract{Evidence: fields[0], Purpose: fields[3]}
	if k.Evidence == "" {
		return k, errors.New("contract is empty: give its number at the principal")
	}
	if err := checkEvidence(k.Evidence, n); err != nil {
		return k, err
	}
	if k.Purpose != "" && !isSlug(k.Purpose) {
		return k, fmt.Errorf("purpose %q: it is the name that campaigns have as purpose", k.Purpose)
	}
	if k.From, err = c.required("from", fields[1], zone); err != nil {
		return k, err
	}
	if k.EndedAt, err = c.future("ended_at", fields[2], zone); err != nil {
		return k, err
	}
	if k.EndedAt != 0 && k.EndedAt < k.From {
		return k, errors.New("ended_at is before from")
	}
	return k, nil
}

// asked takes at, until, agreed_at, evidence.
func (c *chunk) asked(fields []string, n policy.Number, zone string) (r request, err error) {
	r.Evidence = fields[3]
	if r.Evidence == "" {
		return r, errors.New("evidence is empty: say how the person asked")
	}
	if err := checkEvidence(r.Evidence, n); err != nil {
		return r, err
	}
	if r.At, err = c.required("at", fields[0], zone); err != nil {
		return r, err
	}
	if r.Until, err = c.future("until", fields[1], zone); err != nil {
		return r, err
	}
	if r.AgreedAt, err = c.future("agreed_at", fields[2], zone); err != nil {
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
func (c *chunk) required(name, text, zone string) (instant, error) {
	if text == "" {
		return 0, fmt.Errorf("%s is empty", name)
	}
	return c.instant(name, text, zone)
}

// provenance takes bundled, conditional, hops, broken, provider and
// other_operator of a consent.
func (c *consent) provenance(fields []string, i *importing) (err error) {
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
		if *f.to, err = readYes(f.name, f.text); err != nil {
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
		c.Provider, err = i.provider(fields[4])
	}
	return err
}

// checkEvidence says what is wrong with a reference that is kept in clear.
func checkEvidence(text string, n policy.Number) error {
	if len(text) > maxEvidence {
		return wrong("evidence has %d bytes: give a reference of %d at most", len(text), maxEvidence)
	}
	if TellsNumber(text, n) {
		return wrong("evidence holds the number, and it is kept in clear: give a reference without it")
	}
	return nil
}
