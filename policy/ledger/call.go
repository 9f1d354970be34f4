package ledger

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"tregua/policy"
	"tregua/policy/seal"
)

// keptCall is the value of a call row: what an answered call needs to go on
// after a restart. It is written anew when that changes, and removed with the
// end of the call.
type keptCall struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Index   []byte // whose subject key sealed it
	Sealed  []byte
	Leaving bool // a side has hung up
}

func (r *keptCall) version() uint8 { return r.Version }

// maxCall bounds what is kept of a call: a batch of rows must fit into a
// transaction. A call beyond it is closed at the next start, like one of which
// nothing is kept.
const maxCall = 16 << 10

// keep writes the row of a call. An attempt has an open row until its end, after
// which nothing is kept; an inbound call has none and is removed by a Drop.
func (c *Committer) keep(e *Entry) error {
	id := e.attempt()
	if c.past.has(id) || len(e.Call) > maxCall {
		return nil
	}
	h := caller(c.cfg.Keys, &e.Record.Attempt)
	if o := c.open[id]; o != nil {
		h = o.index
	}
	key, err := c.cfg.Subjects.Key(h)
	if err != nil {
		return err
	}
	sealed, err := key.SealCall(id, []byte(e.Call), c.cfg.Random)
	if err != nil {
		return err
	}
	c.setCall(id, encode(&keptCall{Version: version, Index: h[:], Sealed: sealed}))
	return nil
}

// leaves marks the row of a call of which a side has hung up. It costs no seal:
// mostly it is gone with the same commit.
func (c *Committer) leaves(id policy.AttemptID) error {
	value := c.calls[id]
	if value == nil {
		return nil
	}
	var row keptCall
	if err := decode(callRow(id), value, &row); err != nil {
		return err
	}
	row.Leaving = true
	c.setCall(id, encode(&row))
	return nil
}

// setCall writes the row of a call, or with nil removes it.
func (c *Committer) setCall(id policy.AttemptID, row []byte) {
	old := c.calls[id]
	if old == nil && row == nil {
		return
	}
	if _, ok := c.undo.calls[id]; !ok {
		c.undo.calls[id] = old
	}
	put(c.calls, id, row)
	c.turn.set(callRow(id), row)
}

// put sets a value of a map; nil deletes it.
func put(m map[policy.AttemptID][]byte, id policy.AttemptID, row []byte) {
	if row == nil {
		delete(m, id)
	} else {
		m[id] = row
	}
}

// caller returns the index of the person an inbound call is about: whoever
// calls.
func caller(keys *seal.Keys, a *policy.Attempt) seal.Index {
	if digits, plus := strings.CutPrefix(a.CallerID, "+"); plus {
		if n, err := strconv.ParseUint(digits, 10, 64); err == nil && n != 0 {
			return keys.Index(policy.Number(n))
		}
	}
	return keys.IndexUser(string(clip(a.CallerID)))
}

// openCall opens a call row.
func openCall(subjects *seal.Subjects, id policy.AttemptID, value []byte) (call string, leaving bool, err error) {
	var row keptCall
	var h seal.Index
	if err := decode(callRow(id), value, &row); err != nil {
		return "", false, err
	}
	if err := fixed(h[:], row.Index, "index"); err != nil {
		return "", false, err
	}
	key, err := subjects.Find(h)
	if err != nil {
		return "", false, err
	}
	text, err := key.OpenCall(id, row.Sealed)
	return string(text), row.Leaving, err
}

// Left is a call that the last run left answered.
type Left struct {
	Attempt policy.Attempt // of an inbound call its ID alone
	Open    bool           // it has an open row: its end is to be told by a Close, else by a Drop
	Call    string         // what was kept of it last
	Leaving bool           // a side had hung up: its end was on its way to the other
	Joined  bool           // an operator had been heard, or nobody listened any more
	Err     error          // why that cannot be read; nothing else is known then but the ID
}

// adopted offers the calls that the last run left answered, in their order, to
// who may go on with them, and returns those that were taken.
func (c Config) adopted(s *State, r *Reader) map[policy.AttemptID]bool {
	taken := map[policy.AttemptID]bool{}
	if c.Adopt == nil {
		return taken
	}
	ids := make([]policy.AttemptID, 0, len(s.calls))
	for id := range s.calls { // order: sorted below
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b policy.AttemptID) int { return bytes.Compare(a[:], b[:]) })
	for _, id := range ids {
		if c.Adopt(r.left(s, id)) {
			taken[id] = true
		}
	}
	return taken
}

// left reads what there is of a call.
func (r *Reader) left(s *State, id policy.AttemptID) Left {
	l := Left{Attempt: policy.Attempt{Dialled: policy.Dialled{ID: id}}}
	if l.Call, l.Leaving, l.Err = openCall(r.subjects, id, s.calls[id]); l.Err != nil {
		return l
	}
	o := s.open[id]
	if o == nil {
		return l
	}
	l.Joined = o.up != nil && !o.up.Watching
	v, err := r.viewOpen(o)
	if err == nil && !v.Personal {
		err = seal.ErrGone
	}
	if l.Open, l.Err = true, err; err == nil {
		l.Attempt = v.Record.Attempt
	}
	return l
}
