package book

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/numbers"
	"tregua/policy/store"
)

// Limit is how many rows of a file may be rejects. The zero value allows none;
// set both and both hold.
type Limit struct {
	Count   int64   // at most so many
	Percent float64 // or at most so many of 100 rows
}

// DefaultLimit is the limit that fits a kind: what forbids calls, a blacklist and
// re-assigned numbers, is taken whole or not at all, of the others 1 % may be
// rejects.
func DefaultLimit(k Kind) Limit {
	if k == Blacklist || k == Reassigned {
		return Limit{}
	}
	return Limit{Percent: 1}
}

// ParseLimit reads "100" or "1%".
func ParseLimit(text string) (Limit, error) {
	if number, ok := strings.CutSuffix(text, "%"); ok {
		percent, err := strconv.ParseFloat(number, 64)
		if err == nil && percent >= 0 && percent <= 100 {
			return Limit{Percent: percent}, nil
		}
	} else if count, err := strconv.ParseUint(text, 10, 62); err == nil {
		return Limit{Count: int64(count)}, nil
	}
	return Limit{}, wrong("limit %q: write a number of rows (100) or a share (1%%)", text)
}

func (l Limit) allows(rejects, rows int64) bool {
	if l.Percent > 0 {
		return float64(rejects)*100 <= l.Percent*float64(rows) && (l.Count == 0 || rejects <= l.Count)
	}
	return rejects <= l.Count
}

// String writes the limit as [ParseLimit] reads it.
func (l Limit) String() string {
	if l.Percent > 0 {
		return strconv.FormatFloat(l.Percent, 'g', -1, 64) + "%"
	}
	return strconv.FormatInt(l.Count, 10)
}

// ImportRequest is one file and what it is.
type ImportRequest struct {
	Kind       Kind
	Scope      string    // name of the account (registry), list ("principal/list") or principal
	AnsweredAt time.Time // registry: when the registry answered; required
	Actor      string
	MaxRejects Limit
	Reader     io.Reader
	FileName   string
	Format     Format // how the file is written
	// Provider reports whether a row of a list, or a consent, may name a provider;
	// nil: every one that was applied.
	Provider func(name string) bool
	Rejects  io.Writer // CSV of line, reason, row; nil: they are only counted
}

// ImportResult is what became of a file. Rows = Good + Rejects.
type ImportResult struct {
	Rows, Good, Rejects int64
	Fast                int64  // rows whose number the own digit path read, and not the library
	Numbers             int    // different numbers in force by this import
	Generation          uint64 // the one that has it; 0: nothing was activated
	Part                uint32
}

// TooManyRejects is the error of an import that was not activated for them.
type TooManyRejects struct {
	Rejects, Rows int64
	Limit         Limit
}

// Error says how many there are and what may be done.
func (e *TooManyRejects) Error() string {
	return fmt.Sprintf("%d of %d rows are rejects, %s are allowed: nothing was activated; mend the rows or allow more",
		e.Rejects, e.Rows, e.Limit)
}

// Import reads a file and activates its good rows together, as one generation.
// If it fails or the process ends before that, nothing of the file is in
// force. Imports wait for each other, single entries do not wait for imports.
func (b *Book) Import(ctx context.Context, r ImportRequest) (ImportResult, error) {
	scope, err := b.checkImport(r)
	if err != nil {
		return ImportResult{}, err
	}
	if err := b.turn(ctx); err != nil {
		return ImportResult{}, err
	}
	defer b.release()
	defer b.sweepOld()
	id, err := b.nextPart()
	if err != nil {
		return ImportResult{}, err
	}
	run := &importing{book: b, request: r, scope: scope, part: id, sets: map[string]*numbers.Builder{}, cause: "import " + r.Kind.String() + " " + r.Scope}
	for _, name := range r.Kind.files() {
		run.sets[name] = &numbers.Builder{}
	}
	if r.Kind == Lists {
		run.list = newListBuilder()
	}
	result, err := run.do(ctx)
	if err != nil {
		return result, fmt.Errorf("import %s %s: %w", r.Kind, r.FileName, err)
	}
	return result, nil
}

// checkImport checks what can be known before the file is read.
func (b *Book) checkImport(r ImportRequest) (scope uint32, err error) {
	if !slices.Contains(imported, r.Kind) {
		return 0, unknown("import: there is no %s", r.Kind)
	}
	id, _, ok := b.Current().entities.get(r.Kind.scope(), r.Scope)
	if !ok {
		return 0, unknown("import %s: there is no %s %q: apply it first", r.Kind, r.Kind.scope(), r.Scope)
	}
	switch {
	case r.Kind == Registry:
		if err := b.checkAnswered(r.AnsweredAt); err != nil {
			return 0, fmt.Errorf("import registry: %w", err)
		}
	case !r.AnsweredAt.IsZero():
		return 0, wrong("import %s: answered-at is for registry answers only", r.Kind)
	}
	return id, nil
}

// days writes whole days as people say them, everything else as Go does.
func days(d time.Duration) string {
	const day = 24 * time.Hour
	if d%day != 0 {
		return d.String()
	}
	return strconv.FormatInt(int64(d/day), 10) + " days"
}

// nextPart gives an id, on the disk before it is used: rows that are staged
// under it may outlive this process.
func (b *Book) nextPart() (uint32, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	last := b.last
	last[kindPart]++
	if err := b.config.Store.Commit(store.Batch{Put: []store.Row{last.row(kindPart)}}); err != nil {
		return 0, fmt.Errorf("import: taking an id: %w", err)
	}
	b.last = last
	return last[kindPart], nil
}

// importing is one import under way.
type importing struct {
	book    *Book
	request ImportRequest
	scope   uint32
	part    uint32
	sets    map[string]*numbers.Builder
	reading reading
	people  []contactNumber     // of contacts: every row
	sellers []policy.ProviderID // of consents, ascending
	list    *listBuilder        // of a list
	result  ImportResult
	rejects *csv.Writer
	cause   string // of the generation

	// Of the registry cycle only.
	submission uint32 // which the rows answer
	sheet      sheet  // how the numbers are written
}

func (i *importing) do(ctx context.Context) (ImportResult, error) {
	source, err := i.read(ctx)
	if err == nil && !i.request.MaxRejects.allows(i.result.Rejects, i.result.Rows) {
		err = &TooManyRejects{Rejects: i.result.Rejects, Rows: i.result.Rows, Limit: i.request.MaxRejects}
	}
	// A blacklist may be empty: that too is news. The others ask for rows.
	if err == nil && i.result.Good == 0 && i.request.Kind != Blacklist {
		err = wrong("it has no good row: nothing was activated")
	}
	if err == nil {
		err = i.activate(source)
	}
	if err != nil {
		return i.result, errors.Join(err, i.unstage(), i.unstageContacts())
	}
	return i.result, nil
}

// activate writes the sets and then the generation that names them.
func (i *importing) activate(source sourceFile) error {
	b, r := i.book, i.request
	b.mu.Lock()
	at := b.stamp()
	b.mu.Unlock()
	part := Part{
		ID: i.part, Kind: r.Kind, Scope: i.scope, Version: fmt.Sprintf("%08d", i.part), At: at,
		AnsweredAt: r.AnsweredAt.UTC(), Count: i.count(), Actor: r.Actor, Source: r.FileName,
	}
	dir := b.partDir(part)
	var err error
	part.Digest, err = i.write(dir, manifest{
		Version: 1, Part: part.ID, Kind: r.Kind.String(), Scope: r.Scope,
		ScopeID: i.scope, At: at, AnsweredAt: part.AnsweredAt, Actor: r.Actor, Source: source,
		Rows: i.result.Rows, Rejects: i.result.Rejects, Submission: i.submission, Sheet: i.sheet,
		Providers: i.sellers,
	})
	if err != nil {
		return fmt.Errorf("writing the sets: %w", err)
	}
	loaded := loadPart(dir, part)
	if loaded.err != nil {
		return fmt.Errorf("reading the sets back: %w", loaded.err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.loaded[part.ID] = loaded
	generation, err := b.activate(store.Batch{}, b.entities, b.with(part), b.stamp(), r.Actor, i.cause)
	if err != nil {
		delete(b.loaded, part.ID)
		return err
	}
	b.forgetUnnamed()
	i.result.Generation, i.result.Part, i.result.Numbers = generation, part.ID, part.Count
	return nil
}

// sold notes who sold the consents of rows.
func (i *importing) sold(rows []stagedRow) {
	for n := range rows {
		p := rows[n].consent.Provider
		if at, known := slices.BinarySearch(i.sellers, p); p != 0 && !known {
			i.sellers = slices.Insert(i.sellers, at, p)
		}
	}
}

// provider returns the id of a provider that a row names.
func (i *importing) provider(name string) (policy.ProviderID, error) {
	id, _, ok := i.book.Current().entities.get(kindProvider, name)
	if may := i.request.Provider; !ok || may != nil && !may(name) {
		return 0, fmt.Errorf("there is no provider %q: apply it first", name)
	}
	return policy.ProviderID(id), nil
}

// count returns how many different numbers there are.
func (i *importing) count() int {
	if i.list != nil {
		return len(i.list.rows)
	}
	return i.sets[setNumbers].Len()
}

// write writes the directory of the part and returns its digest.
func (i *importing) write(dir string, m manifest) ([32]byte, error) {
	if i.list != nil {
		return i.writeList(dir, m)
	}
	return writeSets(dir, m, i.sets, i.request.Kind.files())
}
