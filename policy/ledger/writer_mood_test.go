package ledger

import (
	"testing"

	"tregua/policy"
	"tregua/policy/store/memory"
)

// TestMention: Run is woken for an entry unless it writes in time by itself.
func TestMention(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mood    int32
		kind    Kind
		waiting int
		want    int
	}{
		"it sleeps":                    {mood: awake, kind: Closed, want: 1},
		"a refusal, it is patient":     {mood: patient, kind: Closed},
		"an end, it is patient":        {mood: patient, kind: Close},
		"an open, it is patient":       {mood: patient, kind: Open, want: 1},
		"an open, it writes for one":   {mood: hurried, kind: Open},
		"a refusal, it writes for one": {mood: hurried, kind: Closed},
		"the batch is full":            {mood: hurried, kind: Closed, waiting: 2, want: 1},
	} {
		w := NewWriter(WriterConfig{Queue: 4}, nil, memory.New())
		w.mood.Store(c.mood)
		w.room.Store(3)
		for range c.waiting {
			w.in <- Entry{}
		}
		if !w.Submit(Entry{Kind: c.kind, Record: policy.Record{}}) {
			t.Fatalf("%s: not taken", name)
		}
		if got := len(w.wake); got != c.want {
			t.Errorf("%s: woken %d times, want %d", name, got, c.want)
		}
	}
}
