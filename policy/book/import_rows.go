package book

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"tregua/policy"
)

// answerColumn is the place of "answer" among the columns of a registry file.
const answerColumn = 1

// columnsOf are the columns of a file of kind k.
func columnsOf(k Kind) []column {
	columns := []column{{"number", true}}
	switch k {
	case Registry:
		columns = append(columns, column{"answer", true}, column{"answered_at", false})
	case Consents:
		columns = append(columns, column{"purpose", true}, column{"channels", true}, column{"given_at", true},
			column{"revoked_at", false}, column{"evidence", false}, column{"bundled", false}, column{"conditional", false},
			column{"hops", false}, column{"broken", false}, column{"provider", false}, column{"other_operator", false})
	case Contacts:
		columns = append(columns, column{"contact", true})
	case Contracts, Requests, Reassigned:
		columns = append(columns, personColumns[k]...)
	case Lists:
		columns = append(columns, column{"ground", false}, column{"provider", false}, column{"batch", false},
			column{"batch_row", false}, column{"other_operator", false})
	case Blacklist, Submissions:
	}
	return columns
}

// read takes every row of the file.
func (i *importing) read(ctx context.Context) (sourceFile, error) {
	f := i.request.Format
	columns, err := f.columns(i.request.Kind)
	if err != nil {
		return sourceFile{}, err
	}
	if i.reading, err = f.reading(i.book.reading); err != nil {
		return sourceFile{}, err
	}
	l, err := newLines(i.request.Reader, f)
	if err != nil {
		return sourceFile{}, err
	}
	table, rest, err := openTable(l, columns, f)
	if err != nil {
		return sourceFile{}, err
	}
	if err := i.openRejects(); err != nil {
		return sourceFile{}, err
	}
	if err := errors.Join(i.blocks(ctx, l, table, rest), i.flush()); err != nil {
		return sourceFile{}, err
	}
	return i.source(l), nil
}

func (i *importing) openRejects() error {
	if i.request.Rejects == nil {
		return nil
	}
	i.rejects = csv.NewWriter(i.request.Rejects)
	if err := i.rejects.Write([]string{"line", "reason", "row"}); err != nil {
		return fmt.Errorf("writing rejects: %w", err)
	}
	return nil
}

// source tells the file when all of it has been read.
func (i *importing) source(l *lines) sourceFile {
	return sourceFile{Name: i.request.FileName, Bytes: l.source.bytes, SHA256: l.source.sum()}
}

// blocks reads the rows of several blocks at a time and takes them in in the
// order of the file, so that what is said of a line is what a reader of line
// after line would say. It leaves one core to the calls: what runs long on all
// of them would let a packet wait for its turn.
func (i *importing) blocks(ctx context.Context, l *lines, t *table, first block) error {
	var readers sync.WaitGroup
	defer readers.Wait()
	var waiting []chan *chunk
	start := func(b block) {
		done := make(chan *chunk, 1)
		waiting = append(waiting, done)
		readers.Go(func() { done <- i.parse(t, b) })
	}
	start(first)
	for more := true; ; {
		for more && len(waiting) < max(1, runtime.GOMAXPROCS(0)-1) {
			var b block
			var err error
			if b, more, err = l.next(); err != nil {
				return fmt.Errorf("line %d: %w", l.line+1, err)
			}
			if more {
				start(b)
			}
		}
		if len(waiting) == 0 {
			return i.stageContacts()
		}
		next := <-waiting[0]
		waiting = waiting[1:]
		if err := i.take(ctx, t, next); err != nil {
			return err
		}
	}
}

// take takes in what one block holds.
func (i *importing) take(ctx context.Context, t *table, c *chunk) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	switch {
	case i.list != nil:
		c.read(t)
	case i.request.Kind == Registry && i.contradicts(c):
		c = i.again(t, c.block)
	}
	i.result.Rows += c.rows
	i.result.Good += c.rows - int64(len(c.rejects))
	i.result.Rejects += int64(len(c.rejects))
	i.result.Fast += c.fast
	for _, r := range c.rejects {
		if i.rejects == nil {
			break
		}
		if err := i.rejects.Write([]string{strconv.Itoa(r.line), r.reason.Error(), r.row}); err != nil {
			return fmt.Errorf("writing rejects: %w", err)
		}
	}
	if c.err != nil {
		return c.err
	}
	i.sets[setNumbers].Merge(&c.clear)
	i.sets[setNumbers].Merge(&c.opposed)
	if i.request.Kind == Registry {
		i.sets[setOpposed].Merge(&c.opposed)
	}
	i.people = append(i.people, c.people...)
	i.sold(c.staged)
	return i.stage(ctx, c)
}

// contradicts reports whether a number of c has two answers, or another one
// than in the rows before.
func (i *importing) contradicts(c *chunk) bool {
	return c.opposed.Common(&c.clear) > 0 || c.clear.Common(i.sets[setOpposed]) > 0 ||
		c.opposed.Common(i.sets[setNumbers]) != c.opposed.Common(i.sets[setOpposed])
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
