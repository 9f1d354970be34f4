package book

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/numbers"
)

// chunk is what one block of a file holds. It is made by one goroutine, which
// touches nothing of the import but what does not change.
type chunk struct {
	of      *importing // its request, reading and book
	block   block
	rows    int64
	fast    int64 // rows whose number the own digit path read
	rejects []reject
	err     error // why the file cannot be read on

	clear, opposed numbers.Builder // every number; opposed is for the registry's
	staged         []stagedRow
	keys           []stagedKey // of staged
	people         []contactNumber

	answer func(n policy.Number, opposed bool) error // takes a row of a registry
	reply  func(fields []string) error               // takes a row of a reply to a submission; nil: it is none
	lists  [2][]policy.Number                        // clear and opposed, while the block is read
	zones  map[string]*time.Location
	at     int // the line that is read
}

// reject is a row that is none.
type reject struct {
	line   int
	reason error
	row    string
}

// parse reads the rows of a block.
func (i *importing) parse(t *table, b block) *chunk {
	c := &chunk{of: i, block: b}
	if i.list != nil {
		return c // its rows are taken in one after the other, see take
	}
	c.answer = c.collect
	if i.request.Kind.staged() {
		lines := strings.Count(b.text, "\n") + 1
		c.staged, c.keys = make([]stagedRow, 0, lines), make([]stagedKey, 0, lines)
	}
	c.read(t)
	c.clear.AddMany(c.lists[0])
	c.opposed.AddMany(c.lists[1])
	c.lists = [2][]policy.Number{}
	sortStaged(c.keys)
	return c
}

// again reads a block in which a number has two answers, or another answer
// than before it: row after row, into the sets of the import, so that the row
// that contradicts is known.
func (i *importing) again(t *table, b block) *chunk {
	c := &chunk{of: i, block: b}
	c.answer = i.enter
	c.read(t)
	return c
}

// enter takes one answer of the registry. Two answers for one number contradict
// each other: the number then counts as opposed, whichever came first.
func (i *importing) enter(n policy.Number, opposed bool) error {
	known := !i.sets[setNumbers].Add(n)
	was := i.sets[setOpposed].Contains(n)
	if opposed {
		i.sets[setOpposed].Add(n)
	}
	if known && was != opposed {
		return errors.New("answer: an earlier row has the other answer for this number; it counts as opposed")
	}
	return nil
}

// read takes every row of the block.
func (c *chunk) read(t *table) {
	doubt := t.fits(c.block.text, c.block.first) != nil
	var room rowRoom
	var line string
	for at, text := c.block.first, c.block.text; text != ""; at++ {
		whole := len(text)
		line, text = cutLine(text)
		if whole-len(text) > maxLine {
			c.rows++
			c.reject(at, errLong, strings.ToValidUTF8(line[:80], "")+"…")
			continue
		}
		if doubt {
			if c.err = t.fits(line, at); c.err != nil {
				return
			}
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		c.at = at
		c.rows++
		fields, err := t.row(line, &room)
		if err == nil {
			err = c.row(fields)
		}
		if err != nil {
			c.reject(at, err, line)
		}
	}
}

func (c *chunk) reject(line int, reason error, row string) {
	c.rejects = append(c.rejects, reject{line, reason, row})
}

// row takes one row. An error says why it is none.
func (c *chunk) row(fields []string) error {
	switch {
	case c.reply != nil:
		return c.reply(fields)
	case c.of.list != nil:
		return c.listRow(fields)
	case c.of.request.Kind == Registry:
		return c.registryRow(fields)
	case c.of.request.Kind == Consents:
		return c.consentRow(fields)
	case c.of.request.Kind == Contacts:
		return c.contactRow(fields)
	case c.of.request.Kind.staged():
		return c.personRow(fields)
	default:
		return c.blacklistRow(fields)
	}
}

// number reads the number of a row and its time zone.
func (c *chunk) number(text string) (policy.Number, string, error) {
	if r, ok := c.of.reading.plan.Digits(c.of.reading.form, text); ok {
		c.fast++
		return r.Number, r.Zone, nil
	}
	n, zone, err := c.of.reading.number(text)
	if err != nil {
		return 0, "", fmt.Errorf("number: %w", err)
	}
	return n, zone, nil
}

func (c *chunk) collect(n policy.Number, opposed bool) error {
	list := &c.lists[0]
	if opposed {
		list = &c.lists[1]
	}
	*list = append(*list, n)
	return nil
}

// registryRow takes number, answer, answered_at; number, answered_at when the
// request has the answer of all rows.
func (c *chunk) registryRow(fields []string) error {
	n, _, err := c.number(fields[0])
	if err != nil {
		return err
	}
	answer, answered := c.of.request.Format.Polarity, fields[len(fields)-1]
	if answer == "" {
		answer = fields[answerColumn]
	}
	opposed := strings.EqualFold(answer, "opposed")
	if !opposed && !strings.EqualFold(answer, "clear") {
		return fmt.Errorf("answer %q: it is clear or opposed", answer)
	}
	if answered != "" {
		if err := c.answeredThen(answered); err != nil {
			return err
		}
	}
	return c.answer(n, opposed)
}

// answeredThen refuses a row that was answered at another time than the import
// says: answers of two dates are two imports.
func (c *chunk) answeredThen(text string) error {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fmt.Errorf("answered_at %q: write 2026-03-31T14:05:00+02:00", text)
	}
	if want := c.of.request.AnsweredAt; !at.Equal(want) {
		return fmt.Errorf("answered_at %q: this import is of what was answered at %s; import the others apart",
			text, want.UTC().Format(time.RFC3339Nano))
	}
	return nil
}

func (c *chunk) blacklistRow(fields []string) error {
	n, _, err := c.number(fields[0])
	if err != nil {
		return err
	}
	return c.collect(n, false)
}

// consentRow takes number, purpose, channels, given_at, revoked_at, evidence and
// where the consent comes from.
func (c *chunk) consentRow(fields []string) error {
	n, zone, err := c.number(fields[0])
	if err != nil {
		return err
	}
	consent := consent{Purpose: fields[1], Evidence: fields[5]}
	if !isSlug(consent.Purpose) {
		return fmt.Errorf("purpose %q: it is the name that campaigns have as purpose", consent.Purpose)
	}
	if consent.Channels, err = readChannels(fields[2]); err != nil {
		return err
	}
	if fields[3] == "" {
		return errors.New("given_at is empty")
	}
	if consent.GivenAt, err = c.instant("given_at", fields[3], zone); err != nil {
		return err
	}
	if consent.RevokedAt, err = c.instant("revoked_at", fields[4], zone); err != nil {
		return err
	}
	if consent.RevokedAt != 0 && consent.RevokedAt < consent.GivenAt {
		return errors.New("revoked_at is before given_at")
	}
	if err := checkEvidence(consent.Evidence, n); err != nil {
		return err
	}
	if err := consent.provenance(fields[6:], c.of); err != nil {
		return err
	}
	return c.stage(n, stagedRow{consent: consent})
}
