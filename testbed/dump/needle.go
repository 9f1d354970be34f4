package dump

import (
	"bytes"
	"encoding/binary"
	"strings"

	"github.com/fxamacker/cbor/v2"
)

// forms returns in which forms the number stands in bytes, also within what is
// sealed in them.
func (n *Needle) forms(data []byte) (found []string) {
	for _, f := range []struct {
		form string
		as   []byte
	}{
		{"digits", []byte(strings.TrimPrefix(n.Number.String(), "+"))},
		{"national", []byte(n.National)},
		{"big-endian", binary.BigEndian.AppendUint64(nil, uint64(n.Number))}, // also an integer of CBOR, RFC 8949 3.1
		{"little-endian", binary.LittleEndian.AppendUint64(nil, uint64(n.Number))},
	} {
		if len(f.as) > 0 && bytes.Contains(data, f.as) {
			found = append(found, f.form)
		}
	}
	for at := 0; at+sealedSize <= len(data); at++ {
		if got, err := n.Keys.OpenNumber(data[at : at+sealedSize]); err == nil && got == n.Number {
			found = append(found, "sealed")
			break
		}
	}
	return append(found, n.notes(data)...)
}

// notes opens the byte strings of a CBOR item as sealed notes.
func (n *Needle) notes(data []byte) (found []string) {
	var item any
	if len(n.Notes) == 0 || cbor.Unmarshal(data, &item) != nil {
		return nil
	}
	var visit func(any)
	visit = func(item any) {
		switch v := item.(type) {
		case []byte:
			for _, purpose := range n.Notes {
				if text, err := n.Keys.OpenNote(v, purpose); err == nil {
					for _, form := range n.forms(text) {
						found = append(found, "note, "+form)
					}
				}
			}
		case []any:
			for _, one := range v {
				visit(one)
			}
		case map[any]any:
			for _, one := range v { // order: forms are told as found
				visit(one)
			}
		}
	}
	visit(item)
	return found
}
