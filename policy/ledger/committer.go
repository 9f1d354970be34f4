package ledger

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/gate"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// MaxTurn is how many entries one turn takes: their rows fit into one
// transaction of any store, with those that a failed commit left in doubt.
const MaxTurn = 128

// Config is what a committer works with.
type Config struct {
	Node     uint32 // node.id of the config
	Keys     *seal.Keys
	Subjects *seal.Subjects
	Random   io.Reader      // nonces
	Params   *policy.Params // what bar a silent call leaves, for Recover
	// Adopt is asked by Recover for each call that the last run left answered;
	// true: it goes on, and will be ended. nil: none does.
	Adopt func(Left) bool
}

// Committer decides which rows a batch of entries becomes. It is a value with
// one owner: a turn is applied at once, and the owner says next whether the
// batch was committed. The rows it writes are written by nobody else.
type Committer struct {
	cfg    Config
	boot   uint64
	next   uint64 // Seq of the next record
	open   map[policy.AttemptID]*opened
	counts map[Tally]Counters
	calls  map[policy.AttemptID][]byte // values of the call rows
	past   recent
	hour   hour
	told   []byte // value of the row of the last Beat

	turn  changes
	made  []outboxed // the turn's records, in the order of Seq
	undo  undo
	err   error    // why the turn has no batch
	doubt [][]byte // keys of batches whose commit failed: they may be written or not
}

// undo is what a turn changed.
type undo struct {
	next   uint64
	open   map[policy.AttemptID]*opened // nil: was not open
	counts map[Tally]Counters           // as they were
	calls  map[policy.AttemptID][]byte  // nil: there was no row
	past   []policy.AttemptID
	hour   hour // its lines: those the turn touched, as they were; nil: there was none
	told   []byte
}

// State is what the last run left, see [Load]. The zero value is that of an
// empty store.
type State struct {
	Boot   uint64 // how often the node was started, this time included
	Next   uint64 // Seq of the next record
	open   map[policy.AttemptID]*opened
	counts map[Tally]Counters
	calls  map[policy.AttemptID][]byte
	hour   hour
	told   []byte
	marked bool // hour has its row
}

// NewCommitter returns a committer that goes on from s.
func NewCommitter(c Config, s State) *Committer {
	m := &Committer{cfg: c, boot: s.Boot, next: s.Next, open: s.open, counts: s.counts, calls: s.calls, hour: s.hour, told: s.told}
	if m.open == nil {
		m.open = map[policy.AttemptID]*opened{}
	}
	if m.counts == nil {
		m.counts = map[Tally]Counters{}
	}
	if m.calls == nil {
		m.calls = map[policy.AttemptID][]byte{}
	}
	if m.hour.lines == nil {
		m.hour.lines = map[line]map[string]uint64{}
	}
	m.settle()
	return m
}

// Next returns the Seq that the next record gets: all before are written.
func (c *Committer) Next() uint64 { return c.next }

// Boot returns how often the node was started, this time included.
func (c *Committer) Boot() uint64 { return c.boot }

// Opens returns how many attempts are open.
func (c *Committer) Opens() int { return len(c.open) }

// Doubtful reports whether a commit failed and nothing was committed since.
// The next batch then says of each row in doubt how it must be; so that such
// rows cannot pile up, the owner commits an empty turn before it goes on.
func (c *Committer) Doubtful() bool { return len(c.doubt) > 0 }

// Turn applies at most [MaxTurn] entries, in order, and returns the batch to be
// committed and a receipt for each. The owner must call [Committer.Committed]
// or [Committer.Failed] before the next turn. When the turn as a whole cannot be
// made, nothing is applied, the batch is empty, each receipt has the error, and
// so has [Committer.Err].
func (c *Committer) Turn(now time.Time, in []Entry) (store.Batch, []Receipt) {
	c.turn.reset()
	c.err = nil
	receipts := make([]Receipt, len(in))
	for i := range in {
		e := &in[i]
		before := c.next
		receipts[i] = e.receipt(c.take(now, e))
		if c.next > before {
			receipts[i].Seq = before
		}
	}
	rows, err := c.cfg.Subjects.Sync()
	if err != nil {
		c.rollback()
		c.err = err
		for i := range receipts {
			receipts[i].Err = errors.Join(receipts[i].Err, err)
		}
		return store.Batch{}, receipts
	}
	for t := range c.undo.counts {
		c.turn.set(t.key(), c.counts[t].row())
	}
	for l := range c.undo.hour.lines { // order: the batch is sorted
		c.turn.set(l.key(), c.hour.row(l))
	}
	for _, r := range rows {
		c.turn.set(r.Key, r.Value)
	}
	c.mend()
	b := c.turn.batch()
	slices.SortFunc(b.Put, func(x, y store.Row) int { return bytes.Compare(x.Key, y.Key) })
	slices.SortFunc(b.Delete, bytes.Compare)
	return b, receipts
}

// Err returns why the last turn could not be made, nil when it was.
func (c *Committer) Err() error { return c.err }

// Committed says that the batch of the last turn is in the store.
func (c *Committer) Committed() {
	if c.err == nil {
		c.cfg.Subjects.Stored()
		c.doubt = nil
	}
	c.settle()
}

// Failed says that the batch of the last turn could not be committed: the turn
// is undone, its sequence numbers will be given again. Whether its rows are in
// the store is not known; the next batch sets that right.
func (c *Committer) Failed() {
	for _, r := range c.turn.rows {
		switch r.Key[0] {
		case seal.SlotPrefix: // Subjects repeats those itself
		case gate.Space: // what is learnt may be lost
		case spaceBar, spaceRings:
			// The entry that brought the row is tried again, before any newer one
			// about the same number (see Writer), and says the row once more. If a
			// crash comes first, the row in the store is the old one or this one.
			// Recover then adds the same bar to either, and adding it twice changes
			// nothing; where it does not know that the attempt was answered, this row
			// may know better than the record, and it is what happened. So it is with
			// rings: one that is there already is not added.
		default:
			c.doubt = append(c.doubt, r.Key)
		}
	}
	slices.SortFunc(c.doubt, bytes.Compare)
	c.doubt = slices.CompactFunc(c.doubt, bytes.Equal)
	c.rollback()
}

func (c *Committer) settle() {
	c.undo = undo{
		next: c.next, open: map[policy.AttemptID]*opened{}, counts: map[Tally]Counters{},
		calls: map[policy.AttemptID][]byte{},
		hour:  hour{since: c.hour.since, first: c.hour.first, lines: map[line]map[string]uint64{}}, told: c.told,
	}
	c.turn.reset()
	c.made = c.made[:0]
}

func (c *Committer) rollback() {
	c.next = c.undo.next
	for id, o := range c.undo.open {
		if o == nil {
			delete(c.open, id)
		} else {
			c.open[id] = o
		}
	}
	for t, n := range c.undo.counts {
		if n.empty() {
			delete(c.counts, t)
		} else {
			c.counts[t] = n
		}
	}
	for id, row := range c.undo.calls {
		put(c.calls, id, row)
	}
	c.past.forget(c.undo.past)
	c.rollbackHour()
	c.settle()
}

// take applies one entry, wholly or not at all.
func (c *Committer) take(now time.Time, e *Entry) error {
	id := e.attempt()
	if id == (policy.AttemptID{}) && e.Kind != Forget && e.Kind != Learn && e.Kind != Beat {
		return ErrNoID
	}
	switch e.Kind {
	case Up:
		return c.answered(id, e.Up)
	case Keep:
		return c.keep(e)
	case Leave:
		return c.leaves(id)
	case Drop:
		c.setCall(id, nil)
		return nil
	case Noted:
		return c.note(e)
	case Open, Close, Closed, Repeat:
		return c.takeRecord(now, e)
	case Forget, Learn, Reach, Beat:
	}
	c.takeRow(e)
	return nil
}

// takeRow applies an entry that is one row and makes no record.
func (c *Committer) takeRow(e *Entry) {
	switch e.Kind {
	case Forget:
		c.turn.set(e.Rings.Key, nil)
	case Learn:
		c.turn.set(e.Learnt.Key, e.Learnt.Value)
	case Reach:
		c.turn.set(e.Rings.Key, e.Rings.Value)
	case Beat:
		c.beat(e.Hour)
	default: // it is none of them
	}
}

// takeRecord applies an entry that begins or ends an attempt.
func (c *Committer) takeRecord(now time.Time, e *Entry) error {
	id := e.attempt()
	switch {
	case c.past.has(id) || e.Kind != Close && c.open[id] != nil:
		return ErrTwice
	case e.Kind == Close:
		return c.close(now, e)
	}
	o, err := c.seal(now, e)
	if err != nil {
		return err
	}
	if e.Kind == Open {
		c.set(id, o)
		c.turn.set(openRow(id), o.row())
		return nil
	}
	c.finish(o, &o.public)
	return nil
}

// seal makes the record of an entry, without a number.
func (c *Committer) seal(now time.Time, e *Entry) (*opened, error) {
	r, end := &e.Record, e.ending(now)
	o := &opened{public: newPublic(r, &end, now), index: subject(c.cfg.Keys, &r.Attempt)}
	o.public.Node, o.public.Boot = c.cfg.Node, c.boot
	key, err := c.cfg.Subjects.Key(o.index)
	if err != nil {
		return nil, err
	}
	p := newPersonal(r)
	o.sealed, o.commitment, err = key.Seal(r.Attempt.ID, encode(&p), c.cfg.Random)
	return o, err
}

func (c *Committer) close(now time.Time, e *Entry) error {
	id := e.ID
	o := c.open[id]
	if o == nil {
		return ErrNotOpen
	}
	p := o.public
	p.Ending = newEnding(&e.Ending)
	if p.Ending.EndedAt == 0 {
		p.Ending.EndedAt = stamp(now)
	}
	c.set(id, nil)
	c.turn.set(openRow(id), nil)
	if o.up != nil {
		c.turn.set(upRow(id), nil)
	}
	c.setCall(id, nil)
	for row := range e.left {
		c.turn.set(row.Key, row.Value)
	}
	c.finish(o, &p)
	return nil
}

// finish gives a record its number, counts it and puts it into the outbox.
func (c *Committer) finish(o *opened, p *public) {
	p.Seq = c.next
	c.next++
	made := o.outboxed(p)
	c.turn.set(outboxRow(p.Seq), made.row())
	c.made = append(c.made, made)
	c.count(p)
	c.touch(p)
	id := p.id()
	c.past.add(id)
	c.undo.past = append(c.undo.past, id)
}

func (c *Committer) count(p *public) {
	if p.Note != nil {
		return
	}
	t := p.tally()
	n := c.counts[t]
	if _, ok := c.undo.counts[t]; !ok {
		c.undo.counts[t] = n.clone()
	}
	n.add(p)
	c.counts[t] = n
}

// set opens an attempt, or with nil closes it.
func (c *Committer) set(id policy.AttemptID, o *opened) {
	if _, ok := c.undo.open[id]; !ok {
		c.undo.open[id] = c.open[id]
	}
	if o == nil {
		delete(c.open, id)
	} else {
		c.open[id] = o
	}
}
