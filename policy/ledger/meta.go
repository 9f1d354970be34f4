package ledger

import (
	"tregua/policy/store"
)

// Meta is what a state store says of itself.
type Meta struct {
	Schema  uint64 `json:"schema"`
	Node    uint64 `json:"node"`
	Boot    uint64 `json:"boot"`    // how often the node has started
	Keys    string `json:"keys"`    // fingerprint of its keys, see [seal.Keys.Fingerprint]
	Records uint64 `json:"records"` // that have ended: the next Seq
}

// ReadMeta reads it. Of a store that was never opened for writing it is zero.
func ReadMeta(r store.Reader) (m Meta, err error) {
	for _, n := range []struct {
		name string
		to   *uint64
	}{{metaSchema, &m.Schema}, {metaNode, &m.Node}, {metaBoot, &m.Boot}} {
		if *n.to, _, err = readNumber(r, metaRow(n.name)); err != nil {
			return Meta{}, err
		}
	}
	value, found, err := r.Get(metaRow(metaKeys))
	if err != nil {
		return Meta{}, err
	}
	if found {
		var mark text
		if err := decode(metaRow(metaKeys), value, &mark); err != nil {
			return Meta{}, err
		}
		m.Keys = string(mark.Text)
	}
	if m.Records, err = tail(r); err != nil {
		return Meta{}, err
	}
	return m, nil
}
