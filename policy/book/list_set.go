package book

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"tregua/policy"
	"tregua/policy/numbers"
)

// The columns of a list version besides its numbers, each in the order of the
// numbers. One that says the same of every row is not written.
const (
	columnRows      = "rows"       // u32: line of the imported file
	columnTags      = "tags"       // u8: index into the tags of the manifest
	columnBatches   = "batches"    // u16: index into the batches of the manifest
	columnBatchRows = "batch_rows" // u32: row in the provider's batch, 0 not said
)

// widths are the bytes that a row has in each column.
var widths = map[string]int{columnRows: 4, columnTags: 1, columnBatches: 2, columnBatchRows: 4}

// listManifest is the part of a manifest that only a list version has. What the
// approval must cover stands here: the digest of the manifest pins it.
type listManifest struct {
	Origin       string       `json:"origin"`
	RetainUntil  time.Time    `json:"retain_until,omitzero"`
	Scanned      bool         `json:"scanned,omitempty"`
	InRuns       int64        `json:"in_runs,omitempty"`      // numbers that stand in runs
	Unassignable int64        `json:"unassignable,omitempty"` // rows without a number
	Tags         []listTag    `json:"tags"`
	Batches      []string     `json:"batches,omitempty"`
	Columns      []columnFile `json:"columns"`
}

// listTag is what many rows say alike.
type listTag struct {
	Ground        string            `json:"ground,omitempty"`
	Provider      policy.ProviderID `json:"provider,omitempty"`
	OtherOperator bool              `json:"other_operator,omitempty"`
	Rows          int64             `json:"rows"`
}

type columnFile struct {
	Name   string `json:"name"`
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// listColumns is a list version beside its numbers, in memory: 5 bytes a row at
// most. Where a row stood in a provider's batch stays on the disk.
type listColumns struct {
	manifest *listManifest
	dir      string
	origin   policy.Origin
	tags     []rowTag
	rows     []byte
	tagOf    []byte // nil: all rows have the first tag
}

// rowTag is a listTag as it is looked up.
type rowTag struct {
	ground   policy.Ground
	provider policy.ProviderID
	other    bool
}

// row returns the line in the file of the row at a place, and what it says.
func (l *listColumns) row(place int) (line uint32, tag rowTag) {
	line = binary.LittleEndian.Uint32(l.rows[4*place:])
	if l.tagOf == nil {
		return line, l.tags[0]
	}
	return line, l.tags[l.tagOf[place]]
}

// rowsOf counts the rows that rest on a provider.
func (l *listColumns) rowsOf(p policy.ProviderID) (count int64) {
	for _, t := range l.manifest.Tags {
		if t.Provider == p {
			count += t.Rows
		}
	}
	return count
}

// batch returns where the provider had the row at a place: "" and 0 when the
// file did not say.
func (l *listColumns) batch(place int) (batch string, row uint32, err error) {
	index, err := l.onDisk(columnBatches, place)
	if err != nil {
		return "", 0, err
	}
	if int(index) < len(l.manifest.Batches) {
		batch = l.manifest.Batches[index]
	}
	row, err = l.onDisk(columnBatchRows, place)
	return batch, row, err
}

// onDisk reads one row of a column that is not in memory, 0 when there is no
// such column.
func (l *listColumns) onDisk(name string, place int) (uint32, error) {
	for _, c := range l.manifest.Columns {
		if c.Name != name {
			continue
		}
		f, err := os.Open(filepath.Join(l.dir, filepath.Base(c.File)))
		if err != nil {
			return 0, err
		}
		defer f.Close()
		var value [4]byte
		_, err = f.ReadAt(value[:widths[name]], int64(place)*int64(widths[name]))
		return binary.LittleEndian.Uint32(value[:]), err
	}
	return 0, nil
}

// writeColumn writes a column into the directory of a set that is not finished.
func writeColumn(dir, name string, data []byte) (columnFile, error) {
	sum := sha256.Sum256(data)
	c := columnFile{Name: name, File: fmt.Sprintf("%s.u%d", name, 8*widths[name]), SHA256: hex.EncodeToString(sum[:])}
	return c, writeSynced(filepath.Join(dir, c.File), all(data))
}

// all writes data as it is.
func all(data []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
}

// readList reads what stands beside the numbers of a list version, of which
// there are count.
func readList(dir string, m *listManifest, count int) (*listColumns, error) {
	if m == nil || len(m.Tags) == 0 {
		return nil, fmt.Errorf("%s is none of a list", manifestName)
	}
	l := &listColumns{manifest: m, dir: dir}
	var err error
	if l.origin, err = policy.ParseOrigin(m.Origin); err != nil {
		return nil, err
	}
	for _, t := range m.Tags {
		tag := rowTag{provider: t.Provider, other: t.OtherOperator}
		if t.Ground != "" {
			if tag.ground, err = policy.ParseGround(t.Ground); err != nil {
				return nil, err
			}
		}
		l.tags = append(l.tags, tag)
	}
	for _, c := range m.Columns {
		data, err := readColumn(dir, c, count)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.File, err)
		}
		switch c.Name {
		case columnRows:
			l.rows = data
		case columnTags:
			l.tagOf = data
		}
	}
	return l, l.whole(count)
}

// readColumn reads a column of count rows and holds it against its checksum.
func readColumn(dir string, c columnFile, count int) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(dir, filepath.Base(c.File)))
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != c.SHA256 {
		return nil, fmt.Errorf("%d bytes do not match the checksum in %s", len(data), manifestName)
	}
	if len(data) != count*widths[c.Name] {
		return nil, fmt.Errorf("%d bytes are no column %q of %d rows", len(data), c.Name, count)
	}
	return data, nil
}

// whole says whether every place has its row and every row its tag.
func (l *listColumns) whole(count int) error {
	if len(l.rows) != 4*count {
		return fmt.Errorf("%s names no column %q", manifestName, columnRows)
	}
	if l.tagOf == nil && len(l.tags) != 1 {
		return fmt.Errorf("%s names no column %q", manifestName, columnTags)
	}
	for place, tag := range l.tagOf {
		if int(tag) >= len(l.tags) {
			return fmt.Errorf("row %d has a tag that %s does not name", place, manifestName)
		}
	}
	return nil
}

// writeNumbers writes the numbers of a list version as a column, whatever their
// density: the other columns go by their places.
func writeNumbers(dir string, rows []importedRow) (setFile, error) {
	data := numbers.EncodeColumn(func(yield func(policy.Number) bool) {
		for i := range rows {
			if !yield(rows[i].number) {
				return
			}
		}
	})
	sum := sha256.Sum256(data)
	f := setFile{
		Name: setNumbers, File: setNumbers + "." + numbers.Column.Ext(), Encoding: numbers.Column,
		Count: len(rows), SHA256: hex.EncodeToString(sum[:]),
	}
	return f, writeSynced(filepath.Join(dir, f.File), all(data))
}
