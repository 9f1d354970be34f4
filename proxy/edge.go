package proxy

import (
	"tregua/proxy/ids"
	"tregua/proxy/txn"
	"tregua/proxy/wire"
)

// Headers are changes of the headers that pass through tregua untouched.
type Headers struct {
	Drop   []string    // names
	Rename [][2]string // old and new name
	Add    []string    // complete lines
}

// The edge lies between the transactions and the calls. On its outer side a
// message is as its trunk has it: transactions match, repeat and acknowledge
// with the trunk's own identifiers, and what is answered without a transaction
// goes back with the identifiers it came with. On its inner side a call is
// known by one set of identifiers, whichever trunks it joins. Each message is
// rewritten once, when it passes; its repeats are not. A trunk that hides
// nothing and has no rules pays nothing.

// hide returns the edit that takes the identifiers of m across the edge, the
// same one for both directions.
func hide(k *ids.Key, m *wire.Message) wire.Edit {
	return wire.Edit{
		CallID: k.CallID(m.CallID), FromTag: k.Tag(m.From.Tag), ToTag: k.Tag(m.To.Tag),
		Dialogs: &wire.DialogIDs{CallID: k.CallID, Tag: k.Tag},
	}
}

// known returns the identifiers of a call as the trunk knows them, from those
// that the calls have.
func (t *Trunk) known(callID, tag string) (theirID, theirTag string) {
	if t.IDs == nil {
		return callID, tag
	}
	return t.IDs.CallID(callID), t.IDs.Tag(tag)
}

// inward returns a message of a trunk as the calls have it. One that would be
// over 64 kB so stays as it came: its identifiers are then a stranger's.
func (t *Trunk) inward(m *wire.Message) *wire.Message {
	if t.IDs == nil {
		return m
	}
	if opened, err := wire.Read(m.Write(hide(t.IDs, m))); err == nil {
		return opened
	}
	return m
}

// outward returns m, whose bytes are raw, as it leaves for the trunk; nil for m
// means that raw was not read yet. One that is over 64 kB so cannot be sent,
// and fails like any other that cannot.
func (t *Trunk) outward(m *wire.Message, raw []byte) (*wire.Message, []byte) {
	if t.IDs == nil && t.Headers == nil {
		return m, raw
	}
	if m == nil {
		var err error
		if m, err = wire.Read(raw); err != nil {
			return nil, raw // what we write we can read: a mistake of ours, and no reason to be silent
		}
	}
	var edit wire.Edit
	if t.IDs != nil {
		edit = hide(t.IDs, m)
	}
	if h := t.Headers; h != nil {
		edit.Drop, edit.Rename, edit.Add = h.Drop, h.Rename, h.Add
	}
	raw = m.Write(edit)
	if sealed, err := wire.Read(raw); err == nil {
		m = sealed
	}
	return m, raw
}

// ask sends a request of a call in a client transaction.
func (s *Shard) ask(hop wire.Hop, m *wire.Message, raw []byte) txn.ID {
	m, raw = s.cfg.Trunks[hop.Trunk].outward(m, raw)
	return s.layer.Request(s.now.Mono, m, raw, hop, &s.tx)
}

// respond sends a response of a call by a server transaction.
func (s *Shard) respond(id txn.ID, status int, raw []byte) {
	_, raw = s.cfg.Trunks[s.layer.Hop(id).Trunk].outward(nil, raw)
	s.layer.Respond(s.now.Mono, id, status, raw, &s.tx)
}

// send sends a message of a call without a transaction.
func (s *Shard) send(hop wire.Hop, raw []byte) {
	_, raw = s.cfg.Trunks[hop.Trunk].outward(nil, raw)
	s.tx.Sends = append(s.tx.Sends, txn.Send{Hop: hop, Data: raw})
}
