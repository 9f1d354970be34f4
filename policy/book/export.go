package book

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// Export is what a scope holds of a kind, ready to be written. It is of the
// moment in which it was made; consents are as they are when they are written.
type Export struct {
	kind    Kind
	scope   *scopeParts // nil: no import
	entries []policy.Number
	rows    store.Reader
	key     func(policy.Number) []byte
	known   map[uint32]bool // parts of consents that are believed
}

// Export makes an export of the account or principal named. Broken data cannot
// be exported: the error is [ErrBroken].
func (b *Book) Export(k Kind, scope string) (*Export, error) {
	s := b.Current()
	id, _, ok := s.entities.get(k.scope(), scope)
	if !ok {
		return nil, unknown("export %s: there is no %s %q: apply it first", k, k.scope(), scope)
	}
	e := &Export{kind: k, rows: b.config.Store, known: s.believed}
	p := policy.PrincipalID(id)
	e.key = func(n policy.Number) []byte { return personKey(p, s.keys.Index(n)) }
	switch k {
	case Registry:
		e.scope = s.registry[policy.AccountID(id)]
	case Blacklist:
		e.scope = s.blacklist[p]
		for c := range b.Entries() {
			if c.Principal == p {
				e.entries = append(e.entries, c.Number)
			}
		}
		slices.Sort(e.entries)
	case Consents:
		e.scope = s.consents[p]
	case Contacts:
		return nil, wrong("export contacts: the ids of the persons are not kept; take the file that was imported")
	case Lists, Submissions:
		return nil, wrong("export %s: it is for registry, blacklist and consents", k)
	}
	if e.scope == nil {
		e.scope = &scopeParts{}
	}
	if e.scope.broken != nil {
		return nil, fmt.Errorf("export %s of %s: %w", k, scope, e.scope.broken)
	}
	return e, nil
}

// Numbers yields each number of the export once.
func (e *Export) Numbers() iter.Seq[policy.Number] {
	return func(yield func(policy.Number) bool) {
		for at, part := range e.scope.parts {
			before := &scopeParts{parts: e.scope.parts[:at]}
			for n := range part.numbers.Each() {
				if !before.contains(n) && !yield(n) {
					return
				}
			}
		}
		for _, n := range e.entries {
			if !e.scope.contains(n) && !yield(n) {
				return
			}
		}
	}
}

// Write writes the export as a file that an import of the kind reads, and
// returns how many rows it has. It needs no memory for them.
func (e *Export) Write(ctx context.Context, w io.Writer) (rows int64, err error) {
	out := csv.NewWriter(w)
	columns := columnsOf(e.kind)
	head := make([]string, len(columns))
	for at, c := range columns {
		head[at] = c.name
	}
	if err := out.Write(head); err != nil {
		return 0, err
	}
	for at, part := range e.scope.parts {
		before := &scopeParts{parts: e.scope.parts[:at]}
		for n := range part.numbers.Each() {
			if rows%4096 == 0 && ctx.Err() != nil {
				return rows, context.Cause(ctx)
			}
			if before.contains(n) {
				continue // written already, of the newest answers the newest
			}
			count, err := e.number(out, part, n)
			if err != nil {
				return rows, err
			}
			rows += count
		}
	}
	for _, n := range e.entries {
		if e.scope.contains(n) {
			continue
		}
		if err := out.Write([]string{n.String()}); err != nil {
			return rows, err
		}
		rows++
	}
	out.Flush()
	return rows, out.Error()
}

// number writes the rows of one number.
func (e *Export) number(out *csv.Writer, part *loadedPart, n policy.Number) (rows int64, err error) {
	switch e.kind {
	case Registry:
		answer := "clear"
		if part.opposed.Contains(n) {
			answer = "opposed"
		}
		return 1, out.Write([]string{n.String(), answer, part.AnsweredAt.Format(time.RFC3339Nano)})
	case Blacklist:
		return 1, out.Write([]string{n.String()})
	case Consents, Lists, Contacts, Submissions: // only the first is exported
	}
	var row personRow
	key := e.key(n)
	found, err := get(e.rows, key, &row)
	if err == nil && !found {
		err = fmt.Errorf("%w: row %x: an import names it and it is not there", ErrBroken, key)
	}
	if err != nil {
		return 0, err
	}
	for _, c := range row.Consents {
		if !slices.ContainsFunc(c.Parts, func(p uint32) bool { return e.known[p] }) {
			continue
		}
		if err := out.Write([]string{n.String(), c.Purpose, channelWords(c.Channels), c.GivenAt.text(), c.RevokedAt.text(), c.Evidence}); err != nil {
			return rows, err
		}
		rows++
	}
	return rows, nil
}

// channelWords writes channels as readChannels reads them.
func channelWords(set policy.ChannelSet) string {
	var words []string
	for _, c := range channels {
		if set&(1<<c.value) != 0 {
			words = append(words, c.word)
		}
	}
	return strings.Join(words, "+")
}

// text writes an instant as a file has it.
func (i instant) text() string {
	if i == 0 {
		return ""
	}
	return i.time().Format(time.RFC3339Nano)
}
