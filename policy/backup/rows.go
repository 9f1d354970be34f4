package backup

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/fxamacker/cbor/v2"

	"tregua/policy/store"
)

// row is one row of a store. A store is a sequence of them (RFC 8742), in the
// order of their keys: any store can be made of it, whatever keeps its rows.
type row struct {
	_          struct{} `cbor:",toarray"`
	Key, Value []byte
}

// Checked is a store that can hold what is on its disk against checksums. One that
// cannot is taken for whole.
type Checked interface {
	// Check reads everything; what is damaged would otherwise read as missing.
	Check() error
}

func check(st store.Reader) error {
	if c, ok := st.(Checked); ok {
		return c.Check()
	}
	return nil
}

// writeRows writes all rows of a store as they are at one moment.
func writeRows(w io.Writer, st store.Reader) error {
	if err := check(st); err != nil {
		return err
	}
	out := cbor.NewEncoder(w)
	for r, err := range st.Scan(nil, nil) {
		if err != nil {
			return err
		}
		if err := out.Encode(row{Key: r.Key, Value: r.Value}); err != nil {
			return err
		}
	}
	return nil
}

// readRows writes rows into an empty store.
func readRows(r io.Reader, st store.Store) error {
	in := cbor.NewDecoder(bufio.NewReader(r))
	var b store.Batch
	size := 0
	for {
		var one row
		switch err := in.Decode(&one); {
		case errors.Is(err, io.EOF) && len(b.Put) == 0:
			return nil
		case errors.Is(err, io.EOF):
			return st.Commit(b)
		case err != nil:
			return fmt.Errorf("read a row: %w", err)
		}
		if more := len(one.Key) + len(one.Value); len(b.Put) == store.MaxRows || size+more > store.MaxBytes {
			if err := st.Commit(b); err != nil {
				return err
			}
			b, size = store.Batch{}, 0
		}
		b.Put = append(b.Put, store.Row{Key: one.Key, Value: one.Value})
		size += len(one.Key) + len(one.Value)
	}
}
