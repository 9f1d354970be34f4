package book

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// Export is what a scope holds of a kind, ready to be written. It is of the
// moment in which it was made; consents are as they are when they are written.
type Export struct {
	kind     Kind
	scope    *scopeParts            // nil: no import
	entries  []policy.Number        // with single changes, to be written after the imports
	removed  map[policy.Number]bool // came off the blacklist: imports do not say whether they are on it
	rows     store.Reader
	key      func(policy.Number) []byte
	snapshot *Snapshot
}

// Export makes an export of the account or principal named. Broken data cannot
// be exported: the error is [ErrBroken].
func (b *Book) Export(k Kind, scope string) (*Export, error) {
	s := b.Current()
	id, _, ok := s.entities.get(k.scope(), scope)
	if !ok {
		return nil, unknown("export %s: there is no %s %q: apply it first", k, k.scope(), scope)
	}
	e := &Export{kind: k, removed: map[policy.Number]bool{}, rows: b.config.Store, snapshot: s}
	p := policy.PrincipalID(id)
	e.key = func(n policy.Number) []byte { return personKey(p, s.keys.Index(n)) }
	switch k {
	case Registry:
		e.scope = s.registry[policy.AccountID(id)]
	case Blacklist:
		e.scope = s.blacklist[p]
		e.changed(b, p)
	case Consents:
		if former := s.people[Reassigned][p]; former != nil && former.broken != nil {
			return nil, fmt.Errorf("export %s of %s: %w", k, scope, former.broken)
		}
		e.scope = s.people[Consents][p]
		e.changed(b, p)
	case Contacts:
		return nil, wrong("export contacts: the ids of the persons are not kept; take the file that was imported")
	default:
		return nil, wrong("export: %s are not exported: it is registry, blacklist or consents", k)
	}
	if e.scope == nil {
		e.scope = &scopeParts{}
	}
	if e.scope.broken != nil {
		return nil, fmt.Errorf("export %s of %s: %w", k, scope, e.scope.broken)
	}
	return e, nil
}

// changed takes in what single changes made of the numbers of p.
func (e *Export) changed(b *Book, p policy.PrincipalID) {
	for c := range b.Changes() { // order: sorted below
		if c.Principal != p {
			continue
		}
		if e.kind == Blacklist {
			if !c.Removed.IsZero() {
				e.removed[c.Number] = true
			}
			if c.Listed.Known != policy.Present && e.snapshot.Blacklist(p, c.Number, c.Removed).Known != policy.Present {
				continue
			}
		} else if !c.Row {
			continue
		}
		e.entries = append(e.entries, c.Number)
	}
	slices.Sort(e.entries)
}

// Numbers yields each number of the export once.
func (e *Export) Numbers() iter.Seq[policy.Number] {
	return func(yield func(policy.Number) bool) {
		for at, part := range e.scope.parts {
			before := &scopeParts{parts: e.scope.parts[:at]}
			for n := range part.numbers.Each() {
				if !before.contains(n) && !e.removed[n] && !yield(n) {
					return
				}
			}
		}
		for _, n := range e.entries {
			if (!e.scope.contains(n) || e.removed[n]) && !yield(n) {
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
	if rows, err = e.imported(ctx, out); err != nil {
		return rows, err
	}
	for _, n := range e.entries {
		if e.scope.contains(n) && !e.removed[n] {
			continue
		}
		count, err := e.number(out, nil, n)
		if err != nil {
			return rows, err
		}
		rows += count
	}
	out.Flush()
	return rows, out.Error()
}

// imported writes the rows of the numbers that imports name.
func (e *Export) imported(ctx context.Context, out *csv.Writer) (rows int64, err error) {
	for at, part := range e.scope.parts {
		before := &scopeParts{parts: e.scope.parts[:at]}
		for n := range part.numbers.Each() {
			if rows%4096 == 0 && ctx.Err() != nil {
				return rows, context.Cause(ctx)
			}
			if before.contains(n) || e.removed[n] {
				continue // written already, of the newest answers the newest
			}
			count, err := e.number(out, part, n)
			if err != nil {
				return rows, err
			}
			rows += count
		}
	}
	return rows, nil
}

// number writes the rows of one number; part is the import that names it, nil if
// none does.
func (e *Export) number(out *csv.Writer, part *loadedPart, n policy.Number) (rows int64, err error) {
	if e.kind == Blacklist {
		return 1, out.Write([]string{n.String()})
	}
	if e.kind == Registry {
		answer := "clear"
		if part.opposed.Contains(n) {
			answer = "opposed"
		}
		return 1, out.Write([]string{n.String(), answer, part.AnsweredAt.Format(time.RFC3339Nano)})
	}
	return e.consents(out, n)
}

// consents writes those of one number.
func (e *Export) consents(out *csv.Writer, n policy.Number) (rows int64, err error) {
	key := e.key(n)
	row, found, err := getPerson(e.rows, key)
	if err == nil && !found {
		err = fmt.Errorf("%w: row %x: an import names it and it is not there", ErrBroken, key)
	}
	if err != nil {
		return 0, err
	}
	b := believer{e.snapshot, row.passedAt(e.snapshot)}
	for _, t := range row.Consents {
		if !b.believes(t.Parts, t.At) {
			continue
		}
		// Revocations are not in the file, so that each consent says its own.
		c := t.Is
		if revoked := b.revoked(&row, c.Purpose); revoked >= c.GivenAt {
			c.RevokedAt = max(c.RevokedAt, revoked)
		}
		if err := out.Write(append([]string{n.String()}, c.fields()...)); err != nil {
			return rows, err
		}
		rows++
	}
	return rows, nil
}

// fields writes a consent as [chunk.consentRow] reads it.
func (c *consent) fields() []string {
	var hops string
	if c.Hops > 0 {
		hops = strconv.Itoa(int(c.Hops))
	}
	return []string{
		c.Purpose, strings.Join(channelWords(c.Channels), "+"), c.GivenAt.text(), c.RevokedAt.text(), c.Evidence,
		truth(c.Bundled), truth(c.Conditional), hops, truth(c.Broken), "", truth(c.OtherOperator),
	}
}

// truth writes what readTruth reads.
func truth(is bool) string {
	if is {
		return "true"
	}
	return ""
}

// text writes an instant as a file has it.
func (i instant) text() string {
	if i == 0 {
		return ""
	}
	return i.time().Format(time.RFC3339Nano)
}
