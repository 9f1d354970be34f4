package book

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tregua/policy"
)

// every is how often, in rows, an import looks whether it must stop.
const every = 4096

// columnsOf are the columns of a file of kind k.
func columnsOf(k Kind) []column {
	columns := []column{{"number", true}}
	switch k {
	case Registry:
		columns = append(columns, column{"answer", true})
	case Consents:
		columns = append(columns, column{"purpose", true}, column{"channels", true}, column{"given_at", true},
			column{"revoked_at", false}, column{"evidence", false}, column{"bundled", false}, column{"conditional", false},
			column{"hops", false}, column{"broken", false}, column{"provider", false}, column{"other_operator", false})
	case Contracts, Requests, Reassigned:
		columns = append(columns, personColumns[k]...)
	case Blacklist:
	}
	return columns
}

// read takes every row of the file.
func (i *importing) read(ctx context.Context) (sourceFile, error) {
	t, err := openTable(i.request.Reader, columnsOf(i.request.Kind))
	if err != nil {
		return sourceFile{}, err
	}
	if i.request.Rejects != nil {
		i.rejects = csv.NewWriter(i.request.Rejects)
		if err := i.rejects.Write([]string{"line", "reason", "row"}); err != nil {
			return sourceFile{}, fmt.Errorf("writing rejects: %w", err)
		}
	}
	if err := errors.Join(i.rows(ctx, t), i.flush()); err != nil {
		return sourceFile{}, err
	}
	return sourceFile{Name: i.request.FileName, Bytes: t.read, SHA256: t.sum()}, nil
}

func (i *importing) rows(ctx context.Context, t *table) error {
	for {
		more, err := t.next()
		if err != nil {
			return err
		}
		if !more {
			return i.stage()
		}
		if err := i.row(t); err != nil {
			return err
		}
		if i.result.Rows%every == 0 && ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// flush writes out the rejects, those of a file that cannot be read on too.
func (i *importing) flush() error {
	if i.rejects == nil {
		return nil
	}
	i.rejects.Flush()
	if err := i.rejects.Error(); err != nil {
		return fmt.Errorf("writing rejects: %w", err)
	}
	return nil
}

// row takes one row. An error is one of the store or of the rejects writer; a
// bad row is none.
func (i *importing) row(t *table) error {
	i.result.Rows++
	problem := t.problem
	if problem == nil {
		switch i.request.Kind {
		case Registry:
			problem = i.registryRow(t.fields)
		case Consents:
			problem = i.consentRow(t.fields)
		case Contracts, Requests, Reassigned:
			problem = i.personRow(t.fields)
		default:
			problem = i.blacklistRow(t.fields)
		}
	}
	if problem == nil {
		i.result.Good++
		return i.stageFull()
	}
	i.result.Rejects++
	if i.rejects == nil {
		return nil
	}
	if err := i.rejects.Write([]string{strconv.Itoa(t.line), problem.Error(), t.text}); err != nil {
		return fmt.Errorf("writing rejects: %w", err)
	}
	return nil
}

// registryRow takes number, answer. Two answers for one number contradict each
// other: the number then counts as opposed, whichever came first.
func (i *importing) registryRow(fields []string) error {
	n, _, err := i.book.reading.number(fields[0])
	if err != nil {
		return fmt.Errorf("number: %w", err)
	}
	opposed := strings.EqualFold(fields[1], "opposed")
	if !opposed && !strings.EqualFold(fields[1], "clear") {
		return fmt.Errorf("answer %q: it is clear or opposed", fields[1])
	}
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

func (i *importing) blacklistRow(fields []string) error {
	n, _, err := i.book.reading.number(fields[0])
	if err != nil {
		return fmt.Errorf("number: %w", err)
	}
	i.sets[setNumbers].Add(n)
	return nil
}

// consentRow takes number, purpose, channels, given_at, revoked_at, evidence and
// where the consent comes from.
func (i *importing) consentRow(fields []string) error {
	n, zone, err := i.book.reading.number(fields[0])
	if err != nil {
		return fmt.Errorf("number: %w", err)
	}
	c := consent{Purpose: fields[1], Evidence: fields[5]}
	if !isSlug(c.Purpose) {
		return fmt.Errorf("purpose %q: it is the name that campaigns have as purpose", c.Purpose)
	}
	if c.Channels, err = readChannels(fields[2]); err != nil {
		return err
	}
	if fields[3] == "" {
		return errors.New("given_at is empty")
	}
	if c.GivenAt, err = i.instant("given_at", fields[3], zone); err != nil {
		return err
	}
	if c.RevokedAt, err = i.instant("revoked_at", fields[4], zone); err != nil {
		return err
	}
	if c.RevokedAt != 0 && c.RevokedAt < c.GivenAt {
		return errors.New("revoked_at is before given_at")
	}
	if err := checkEvidence(c.Evidence, n); err != nil {
		return err
	}
	if err := i.provenance(&c, fields[6:]); err != nil {
		return err
	}
	i.sets[setNumbers].Add(n)
	i.staged = append(i.staged, stagedRow{number: n, consent: c})
	return nil
}

// readChannels reads "operator", "automated" or both, with a space, + or |
// between them.
func readChannels(text string) (set policy.ChannelSet, err error) {
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r == ' ' || r == '+' || r == '|' }) {
		found := false
		for _, c := range channels {
			if c.word == word {
				set |= 1 << c.value
				found = true
			}
		}
		if !found {
			return 0, fmt.Errorf("channels %q: it is operator, automated or operator+automated", text)
		}
	}
	if set == 0 {
		return 0, errors.New("channels is empty: it is operator, automated or operator+automated")
	}
	return set, nil
}
