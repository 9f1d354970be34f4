package ledger

import (
	"testing"

	"tregua/policy/store"
)

// Forge gives the note with a number another body, with the leaf of it: who does
// so holds the disk.
func Forge(t *testing.T, st store.Store, seq uint64, body []byte) {
	t.Helper()
	value, _, err := st.Get(outboxRow(seq))
	if err != nil {
		t.Fatal(err)
	}
	o, err := readOutbox(store.Row{Key: outboxRow(seq), Value: value})
	if err != nil {
		t.Fatal(err)
	}
	var p public
	if err := decode(outboxRow(seq), o.public, &p); err != nil {
		t.Fatal(err)
	}
	p.Note.Body = body
	made := opened{public: p, commitment: o.commitment}
	forged := made.outboxed(&p)
	if err := st.Commit(store.Batch{Put: []store.Row{{Key: outboxRow(seq), Value: forged.row()}}}); err != nil {
		t.Fatal(err)
	}
}
