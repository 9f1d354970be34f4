package book

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tregua/policy"
)

// ListLine is a row of a contact list that holds a number, for the person who
// asks where it comes from (GDPR art. 15(1)(g)).
type ListLine struct {
	List        string // principal/list
	Source      string // "import 7 spring.csv"
	Line        uint32 // of that file
	Approved    bool   // the version is in force; false: it waits
	Ground      string // that the row names, "" for none
	Provider    string // "" for none
	Suspended   time.Time
	Batch       string // of the provider, "" not said
	BatchRow    uint32
	RetainUntil time.Time // zero: without an end
}

// ListRows returns every row of the principal's lists that holds n, by the name
// of the list. Unlike [Snapshot.List] it chooses none. A list that cannot be read
// is an error: it may hold the number.
func (s *Snapshot) ListRows(p policy.PrincipalID, n policy.Number) ([]ListLine, error) {
	var lines []ListLine
	for _, l := range slices.SortedFunc(maps.Values(s.contacts), func(x, y *contactList) int { return cmp.Compare(x.id, y.id) }) {
		row := s.entities.rows[kindList][uint32(l.id)]
		if row.Principal != p {
			continue
		}
		for _, version := range []*loadedPart{l.approved, l.pending} {
			line, found, err := s.listLine(l, version, n)
			if err != nil {
				return nil, fmt.Errorf("list %s: %w", row.Name, err)
			}
			if found {
				line.List = row.Name
				lines = append(lines, line)
			}
		}
	}
	slices.SortStableFunc(lines, func(x, y ListLine) int { return strings.Compare(x.List, y.List) })
	return lines, nil
}

// listLine is the row of n in a version, which may be none.
func (s *Snapshot) listLine(l *contactList, version *loadedPart, n policy.Number) (line ListLine, found bool, err error) {
	if version == nil {
		return line, false, nil
	}
	if version.err != nil {
		return line, false, version.err
	}
	place, found := version.numbers.Find(n)
	if !found {
		return line, false, nil
	}
	at, tag := version.list.row(place)
	line = ListLine{
		Source: version.source(), Line: at, Approved: version == l.approved,
		Provider:    s.entities.rows[kindProvider][uint32(tag.provider)].Name,
		Suspended:   s.SuspendedSince(tag.provider),
		RetainUntil: earlier(l.ends, version.list.manifest.RetainUntil),
	}
	if tag.ground != policy.NoGround {
		line.Ground = tag.ground.String()
	}
	line.Batch, line.BatchRow, err = version.list.batch(place)
	return line, true, err
}
