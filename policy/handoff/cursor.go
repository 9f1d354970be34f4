package handoff

import (
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"tregua/policy/store"
)

// spaceCursor is the first byte of the rows of cursors (compliance.md 2.4): sink →
// where it stands. The months of the ledger have one there too, by another name.
const spaceCursor = 0x51

func cursorKey(sink string) []byte { return append([]byte{spaceCursor}, "handoff/"+sink...) }

// cursorVersion is the version of the value of a row.
const cursorVersion = 1

// cursor is where a sink stands: one row, written after its target has what lies
// before.
type cursor struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Next    uint64 // Seq of the first record that it has not had
	Place   Place
	Told    uint64  // hourly: how many hours were handed off
	Hours   []int64 // hourly: hours since 1970 that have news which was not handed off
}

// Place is where a [Folder] has come to; other targets have none.
type Place struct {
	_    struct{} `cbor:",toarray"`
	File string   // that is written to; "": none yet
	Size int64    // bytes of it that count
}

func readCursor(r store.Reader, sink string) (cursor, error) {
	c := cursor{Version: cursorVersion}
	key := cursorKey(sink)
	value, found, err := r.Get(key)
	if err != nil || !found {
		return c, err
	}
	if err := cbor.Unmarshal(value, &c); err != nil {
		return c, fmt.Errorf("row %x: %w", key, err)
	}
	if c.Version != cursorVersion {
		return c, fmt.Errorf("row %x: version %d, this program reads %d", key, c.Version, cursorVersion)
	}
	return c, nil
}

func (c *cursor) write(st store.Store, sink string) error {
	value, err := cbor.Marshal(c)
	if err != nil {
		return err
	}
	return st.Commit(store.Batch{Put: []store.Row{{Key: cursorKey(sink), Value: value}}})
}
