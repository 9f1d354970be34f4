package proof_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy"
	"tregua/policy/keep"
	"tregua/policy/ledger"
	"tregua/policy/proof"
	"tregua/policy/store"
)

// TestRemoval audits a ledger after the records of a month were removed: what is missing
// is told and is no finding, and the leaves that the month says they had are held against
// the log, and with it against an anchor of before.
func TestRemoval(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(t *testing.T, h *house)
		want string
	}{
		"as a purge does":  {func(*testing.T, *house) {}, ""},
		"of other records": {func(t *testing.T, h *house) { h.lie(t) }, "records 0 to 299 of 2026-11: purge 01a20320-a200-7000-8000-00000001869c removed 300 records with other leaves than the log has"},
		"and one of another month": {func(_ *testing.T, h *house) {
			(&forger{h}).drop(0xA0, 400)
		}, "record 400: record 400 is missing"},
		"and a leaf of it": {func(_ *testing.T, h *house) {
			(&forger{h}).file("tile/entries/000", 2+34*123, 0xFF)
		}, "records 0 to 299 of 2026-11: purge"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.write(records(600)...)
			h.run()
			before := proof.Anchor{Name: "before", Head: h.head()}
			h.remove(t, keep.Public.Keep.After(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)))
			h.run()
			c.do(t, h)
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(40 * 365 * 24 * time.Hour) // the bubble begins in 2000
				r, err := h.log.Audit(t.Context(), h.reader, []proof.Anchor{before})
				if err != nil {
					t.Fatal(err)
				}
				said := make([]string, 0, len(r.Findings))
				for _, f := range r.Findings {
					said = append(said, f.String())
				}
				if got := strings.Join(said, "\n"); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
					t.Errorf("%s\nwant %s", got, c.want)
				}
				if c.want == "" && (r.Removed != 300 || r.Records != r.Leaves-300 || r.Anchored != 600) {
					t.Errorf("%+v", r)
				}
			})
		})
	}
}

// remove purges November, and removes its records.
func (h *house) remove(t *testing.T, now time.Time) {
	t.Helper()
	n := 99_999
	p := &ledger.Purger{
		State: h.state, Shelf: h.shelf, Keys: h.keys, Reader: h.reader, Terms: keep.CallCentre.Terms(), Term: keep.Public.Keep,
		Proved: h.log.Size,
		NewID:  func() (policy.AttemptID, error) { n--; return attemptID(n + 1), nil },
		Note: func(_ context.Context, note ledger.Note) error {
			h.commit([]ledger.Entry{{Kind: ledger.Noted, Note: note}})
			return nil
		},
	}
	// In two purges: the personal parts go by the first one's name.
	for _, at := range []time.Time{now.AddDate(-1, 0, 0), now} {
		if _, err := p.Purge(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		h.write()
	}
}

// lie changes the hash of the leaves where the month says what was removed.
func (h *house) lie(t *testing.T) {
	t.Helper()
	st := h.months["2026-11"]
	for row, err := range st.Scan([]byte("\x01removed"), nil) {
		if err != nil {
			t.Fatal(err)
		}
		at := bytes.Index(row.Value, []byte{0x58, 32}) // the hash
		row.Value[at+2] ^= 0xFF
		if err := st.Commit(store.Batch{Put: []store.Row{row}}); err != nil {
			t.Fatal(err)
		}
	}
}
