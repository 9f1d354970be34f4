package ledger

import (
	"bytes"
	"fmt"
	"maps"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// The rows of the hour: 42 and a byte that says which.
const (
	hourMark  = 0 // → when the last summary ended, and the number after its own
	hourTrunk = 1 // mode, trunk → counts by outcome
	hourNotes = 2 // → counts by kind
	hourTold  = 3 // → what the process said of itself last
)

func hourRow(what byte) []byte { return []byte{spaceHour, what} }

// mark is the value of the row of the last summary.
type mark struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Since   int64
	First   uint64
}

func (r *mark) version() uint8 { return r.Version }

// tellings is the value of a row of counts.
type tellings struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Counts  map[string]uint64
}

func (r *tellings) version() uint8 { return r.Version }

// told is the value of the row of the last Beat.
type told struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Alive   int64
	Starts  []toldStart
	Gaps    [][2]int64
	Modes   []toldMode
}

func (r *told) version() uint8 { return r.Version }

type toldStart struct {
	_       struct{} `cbor:",toarray"`
	Boot    uint64
	At      int64
	Program string
	Policy  string
}

type toldMode struct {
	_     struct{} `cbor:",toarray"`
	Trunk string
	Mode  string
	From  int64
	To    int64
}

func (l line) key() []byte {
	if l.note {
		return hourRow(hourNotes)
	}
	return append([]byte{spaceHour, hourTrunk, byte(l.mode)}, l.trunk...)
}

// lineOfKey reads the key of a row of counts.
func lineOfKey(key []byte) (line, error) {
	switch {
	case bytes.Equal(key, hourRow(hourNotes)):
		return line{note: true}, nil
	case len(key) >= 3 && key[1] == hourTrunk:
		return line{mode: policy.Mode(key[2]), trunk: string(key[3:])}, nil
	}
	return line{}, fmt.Errorf("row %x counts nothing that this program knows", key)
}

// row returns the value of a line, nil for none.
func (h *hour) row(l line) []byte {
	if len(h.lines[l]) == 0 {
		return nil
	}
	return encode(&tellings{Version: version, Counts: h.lines[l]})
}

func (h *hour) mark() []byte {
	return encode(&mark{Version: version, Since: stamp(h.since), First: h.first})
}

// rightHour returns the value that a row of the hour must have.
func (c *Committer) rightHour(key []byte) []byte {
	switch key[1] {
	case hourMark:
		return c.hour.mark()
	case hourTold:
		return c.told
	}
	l, err := lineOfKey(key)
	if err != nil {
		return nil // no turn writes such a row
	}
	return c.hour.row(l)
}

// touch counts a record in the hour.
func (c *Committer) touch(p *public) {
	l, _ := p.lineOf()
	c.save(l)
	c.hour.add(p)
}

// save keeps a line as it was before the turn.
func (c *Committer) save(l line) {
	if _, ok := c.undo.hour.lines[l]; !ok {
		c.undo.hour.lines[l] = maps.Clone(c.hour.lines[l])
	}
}

// beginHour begins to count anew, after a summary.
func (c *Committer) beginHour(since time.Time) {
	for l := range c.hour.lines { // order: each is kept and dropped, whatever the order
		c.save(l)
		delete(c.hour.lines, l)
	}
	c.hour.since, c.hour.first = since, c.next
	c.turn.set(hourRow(hourMark), c.hour.mark())
}

func (c *Committer) rollbackHour() {
	c.hour.since, c.hour.first, c.told = c.undo.hour.since, c.undo.hour.first, c.undo.told
	for l, counts := range c.undo.hour.lines { // order: each on its own
		if counts == nil {
			delete(c.hour.lines, l)
		} else {
			c.hour.lines[l] = counts
		}
	}
}

// beat keeps what the process says of itself.
func (c *Committer) beat(h *Hour) {
	if h == nil {
		return
	}
	t := told{Version: version, Alive: stamp(h.Alive)}
	for _, s := range h.Starts {
		t.Starts = append(t.Starts, toldStart{Boot: s.Boot, At: stamp(s.At), Program: s.Program, Policy: s.Policy})
	}
	for _, g := range h.Gaps {
		t.Gaps = append(t.Gaps, [2]int64{stamp(g.From), stamp(g.To)})
	}
	for _, m := range h.Modes {
		t.Modes = append(t.Modes, toldMode{Trunk: m.Trunk, Mode: m.Mode, From: stamp(m.From), To: stamp(m.To)})
	}
	c.told = encode(&t)
	c.turn.set(hourRow(hourTold), c.told)
}

// Told returns what the last run said of itself last, without what the last
// summary says already. Before the first summary, From is zero.
func (c *Committer) Told() (Hour, error) {
	h := Hour{From: c.hour.since}
	if c.told == nil {
		return h, nil
	}
	var t told
	if err := decode(hourRow(hourTold), c.told, &t); err != nil {
		return h, err
	}
	h.Alive = unstamp(t.Alive)
	for _, s := range t.Starts {
		h.Starts = append(h.Starts, Start{s.Boot, unstamp(s.At), s.Program, s.Policy})
	}
	for _, g := range t.Gaps {
		h.Gaps = append(h.Gaps, Gap{unstamp(g[0]), unstamp(g[1])})
	}
	for _, m := range t.Modes {
		h.Modes = append(h.Modes, ModeSpan{m.Trunk, m.Mode, unstamp(m.From), unstamp(m.To)})
	}
	if !h.From.IsZero() {
		_, h = h.Cut(h.From)
	}
	return h, nil
}

// loadHour reads the rows of the hour. A store without them counts from its next
// record on.
func (s *State) loadHour(r store.Reader) error {
	s.hour = hour{first: s.Next, lines: map[line]map[string]uint64{}}
	for row, err := range r.Scan([]byte{spaceHour}, nil) {
		if err != nil {
			return err
		}
		if err := s.readHour(row); err != nil {
			return err
		}
	}
	return nil
}

func (s *State) readHour(row store.Row) error {
	switch {
	case bytes.Equal(row.Key, hourRow(hourMark)):
		var m mark
		if err := decode(row.Key, row.Value, &m); err != nil {
			return err
		}
		s.hour.since, s.hour.first, s.marked = unstamp(m.Since), m.First, true
		return nil
	case bytes.Equal(row.Key, hourRow(hourTold)):
		s.told = row.Value
		return nil
	}
	l, err := lineOfKey(row.Key)
	if err != nil {
		return err
	}
	var t tellings
	if err := decode(row.Key, row.Value, &t); err != nil {
		return err
	}
	s.hour.lines[l] = t.Counts
	return nil
}

// markHour writes from which record on the first summary counts.
func (s *State) markHour(st store.Store) error {
	if s.marked {
		return nil
	}
	if err := st.Commit(store.Batch{Put: []store.Row{{Key: hourRow(hourMark), Value: s.hour.mark()}}}); err != nil {
		return fmt.Errorf("begin the first hour: %w", err)
	}
	s.marked = true
	return nil
}
