package ledger_test

import (
	"testing"

	"github.com/fxamacker/cbor/v2"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
)

func TestRecoverRefuses(t *testing.T) {
	t.Parallel()
	put := func(key string, value any) func(*house) {
		return func(h *house) {
			b, err := cbor.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			if err := h.state.Commit(store.Batch{Put: []store.Row{{Key: []byte(key), Value: b}}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name   string
		change func(h *house)
		want   string
	}{
		{"newer schema", put("\x01schema", []int{1, 8}), "the store has schema 8, this program knows up to 7; use a newer tregua"},
		{
			"older schema", put("\x01schema", []int{1, 2}),
			"the store has schema 2: a development version wrote it, and this program reads 6 to 7 only; begin with an empty data directory",
		},
		{"the schema before", put("\x01schema", []int{1, 6}), "the store has schema 6, this program writes 7; run tregua migrate"},
		{"newer value", put("\x01schema", []int{2, 1}), "row 01736368656d61: version 2, this program reads 1"},
		{"other node", put("\x01node", []int{1, 8}), "the store is of node 8, the config says 7; node.id never changes"},
		{"other keys", func(h *house) {
			var err error
			if h.keys, err = seal.NewKeys(h.random); err != nil {
				t.Fatal(err)
			}
		}, "the store was written with keys 8d840e9d96f93256, these are 51381277677699c3; restore the key file"},
		{"a hole in the outbox", func(h *house) {
			if err := h.state.Commit(store.Batch{Delete: [][]byte{{0x50, 0, 0, 0, 0, 0, 0, 0, 0}}}); err != nil {
				t.Fatal(err)
			}
		}, "the outbox has row 500000000000000001 where record 0 must be; restore the store"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, 1)
			h.start(noon)
			h.turn(noon, refusal(0, 393331234567, noon, policy.BlacklistListed), refusal(1, 393331234567, noon, policy.BlacklistListed))
			h.kill()
			c.change(h)
			subjects, err := seal.NewSubjects(h.slots, h.state, h.keys, 0)
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = ledger.Recover(ledger.Config{Node: 7, Keys: h.keys, Subjects: subjects, Random: h.random}, h.state, noon)
			if err == nil || err.Error() != c.want {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
}

func TestRecoverCloses(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	const n = ledger.MaxTurn + 3
	for i := range n {
		h.turn(noon, opening(record(i, 393331234567, noon)))
	}
	h.kill()
	later := noon.AddDate(0, 0, 3)
	h.start(later)
	if rep := h.verify(); rep.Records != n || rep.Open != 0 {
		t.Fatalf("%+v", rep)
	}
	v, err := h.reader.Attempt(attemptID(n - 1))
	if err != nil {
		t.Fatal(err)
	}
	want := policy.Ending{
		Outcome: policy.OutcomeInterrupted, Reason: policy.Interrupted, Forwarded: true, Rang: true,
		EndedBy: policy.Tregua, EndedAt: later,
	}
	if v.Record.Ending != want || v.Seq != n-1 || v.Boot != 1 {
		t.Errorf("record %d of boot %d ends %+v", v.Seq, v.Boot, v.Record.Ending)
	}
	h.turn(later, refusal(1000, 393331234567, later, policy.BlacklistListed))
	if v, err := h.reader.Attempt(attemptID(1000)); err != nil || v.Boot != 2 || v.Seq != n {
		t.Errorf("record %d of boot %d, %v", v.Seq, v.Boot, err)
	}
	counts, err := h.reader.Counters()
	if err != nil || counts[ledger.Tally{Group: 15, Campaign: 11, Day: 20261122}].Interrupted != n {
		t.Errorf("counters %v, %v", counts, err)
	}
}
