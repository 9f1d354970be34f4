package book

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"tregua/policy"
)

const (
	// maxTags bounds what the rows of one list can say differently: ground,
	// provider, other operator.
	maxTags = 256
	// maxBatches bounds the batches that one file can name.
	maxBatches = 1 << 16
	// maxBatch bounds the name of a batch, in bytes.
	maxBatch = 128
)

// importedRow is a row of a list that is imported.
type importedRow struct {
	number   policy.Number
	line     uint32
	batchRow uint32
	batch    uint16
	tag      uint8
}

// listBuilder collects the rows of a list.
type listBuilder struct {
	rows         []importedRow
	placeOf      map[policy.Number]int
	tags         []listTag
	batches      []string
	batchOf      map[string]uint16
	unassignable int64
}

func newListBuilder() *listBuilder {
	// Batch 0 is that none was named.
	return &listBuilder{placeOf: map[policy.Number]int{}, batches: []string{""}, batchOf: map[string]uint16{"": 0}}
}

// listRow takes number, ground, provider, batch, batch_row, other_operator. A
// number that stands twice has one row, the first; another ground or provider
// for it is said, because nobody can tell which of the two holds.
func (c *chunk) listRow(fields []string) error {
	b := c.of.list
	n, _, err := c.number(fields[0])
	if err != nil {
		b.unassignable++
		return err
	}
	row := importedRow{number: n, line: uint32(c.at)}
	tag, err := c.of.listTag(fields)
	if err != nil {
		return err
	}
	if row.tag, err = b.tag(tag); err != nil {
		return err
	}
	if row.batch, row.batchRow, err = b.batch(fields[3], fields[4]); err != nil {
		return err
	}
	if place, twice := b.placeOf[n]; twice {
		if first := &b.rows[place]; first.tag != row.tag {
			return fmt.Errorf("row %d has this number with another ground or provider; that one is kept", first.line)
		}
		return nil
	}
	b.placeOf[n] = len(b.rows)
	b.rows = append(b.rows, row)
	b.tags[row.tag].Rows++
	return nil
}

// listTag reads what a row says of where its number comes from.
func (i *importing) listTag(fields []string) (tag listTag, err error) {
	if tag.Ground = strings.ToLower(fields[1]); tag.Ground != "" {
		if _, err := policy.ParseGround(tag.Ground); err != nil {
			return tag, err
		}
	}
	e := i.book.Current().entities
	list := e.rows[kindList][i.scope]
	tag.Provider = list.Provider
	if name := fields[2]; name != "" {
		if tag.Provider, err = i.provider(name); err != nil {
			return tag, err
		}
	}
	if tag.Provider == 0 && list.Origin == policy.OriginProvider {
		return tag, errors.New("provider is empty, and the list is of origin provider: say who")
	}
	tag.OtherOperator, err = readYes("other_operator", fields[5])
	return tag, err
}

// readYes reads a yes or no; nothing is a no.
func readYes(name, text string) (bool, error) {
	switch strings.ToLower(text) {
	case "yes", "true", "1":
		return true, nil
	case "no", "false", "0", "":
		return false, nil
	}
	return false, fmt.Errorf("%s %q: it is yes or no", name, text)
}

// tag finds the tag of a row, or makes it.
func (b *listBuilder) tag(t listTag) (uint8, error) {
	for i, known := range b.tags {
		if known.Rows = 0; known == t {
			return uint8(i), nil
		}
	}
	if len(b.tags) == maxTags {
		return 0, fmt.Errorf("the list has more than %d different grounds and providers: split it", maxTags)
	}
	b.tags = append(b.tags, t)
	return uint8(len(b.tags) - 1), nil
}

// batch reads where the provider had the row.
func (b *listBuilder) batch(name, row string) (index uint16, batchRow uint32, err error) {
	if len(name) > maxBatch {
		return 0, 0, fmt.Errorf("batch has %d bytes: %d at most", len(name), maxBatch)
	}
	if row != "" {
		n, err := strconv.ParseUint(row, 10, 32)
		if err != nil {
			return 0, 0, fmt.Errorf("batch_row %q: it is a whole number", row)
		}
		batchRow = uint32(n)
	}
	index, known := b.batchOf[name]
	if !known {
		if len(b.batches) == maxBatches {
			return 0, 0, fmt.Errorf("the file names more than %d batches: is this the right column?", maxBatches-1)
		}
		index = uint16(len(b.batches))
		b.batches = append(b.batches, name)
		b.batchOf[name] = index
	}
	return index, batchRow, nil
}

// writeList writes the columns of a list and the manifest, so that dir is there
// whole or not at all, and returns the digest.
func (i *importing) writeList(dir string, m manifest) (digest [32]byte, err error) {
	b, list := i.list, i.book.Current().entities.rows[kindList][i.scope]
	slices.SortFunc(b.rows, func(x, y importedRow) int { return cmp.Compare(x.number, y.number) })
	scan := &i.book.config.Scanning
	inRuns := inRuns(b.rows, scan.Run.Value)
	m.List = &listManifest{
		Origin: list.Origin.String(), RetainUntil: list.RetainUntil.time(),
		InRuns: inRuns, Unassignable: b.unassignable, Tags: b.tags,
		Scanned: scan.Scanned(m.Rows, b.unassignable, int64(len(b.rows)), inRuns),
	}
	if len(b.batches) > 1 {
		m.List.Batches = b.batches
	}
	temporary := dir + unfinished
	if err := os.MkdirAll(temporary, 0o700); err != nil {
		return digest, err
	}
	set, err := writeNumbers(temporary, b.rows)
	if err != nil {
		return digest, err
	}
	m.Sets = []setFile{set}
	if m.List.Columns, err = b.writeColumns(temporary); err != nil {
		return digest, err
	}
	return writeSets(dir, m, nil, nil)
}

// writeColumns writes the columns that do not say the same of every row.
func (b *listBuilder) writeColumns(dir string) (files []columnFile, err error) {
	batchRows := slices.ContainsFunc(b.rows, func(r importedRow) bool { return r.batchRow != 0 })
	for _, c := range []struct {
		name   string
		write  bool
		append func(data []byte, r *importedRow) []byte
	}{
		{columnRows, true, func(data []byte, r *importedRow) []byte { return binary.LittleEndian.AppendUint32(data, r.line) }},
		{columnTags, len(b.tags) > 1, func(data []byte, r *importedRow) []byte { return append(data, r.tag) }},
		{columnBatches, len(b.batches) > 1, func(data []byte, r *importedRow) []byte { return binary.LittleEndian.AppendUint16(data, r.batch) }},
		{columnBatchRows, batchRows, func(data []byte, r *importedRow) []byte { return binary.LittleEndian.AppendUint32(data, r.batchRow) }},
	} {
		if !c.write {
			continue
		}
		data := make([]byte, 0, widths[c.name]*len(b.rows))
		for i := range b.rows {
			data = c.append(data, &b.rows[i])
		}
		file, err := writeColumn(dir, c.name, data)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}

// inRuns counts the numbers, which are in ascending order, that stand in runs
// of at least so many that follow each other; 0 for runs of nothing.
func inRuns(rows []importedRow, run int) (count int64) {
	for first := 0; first < len(rows) && run > 0; {
		next := first + 1
		for next < len(rows) && rows[next].number == rows[next-1].number+1 {
			next++
		}
		if next-first >= run {
			count += int64(next - first)
		}
		first = next
	}
	return count
}
