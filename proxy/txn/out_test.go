package txn

import (
	"testing"

	"tregua/proxy/wire"
)

func TestEventNames(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for k := range Gone + 1 {
		if s := k.String(); s == "" || s == "unknown" || seen[s] {
			t.Errorf("kind %d is called %q", k, s)
		}
		seen[k.String()] = true
	}
	if s := (Gone + 1).String(); s != "unknown" {
		t.Errorf("a kind that does not exist is called %q", s)
	}
}

// TestOutReset: nothing that was told stays reachable.
func TestOutReset(t *testing.T) {
	t.Parallel()
	o := Out{Sends: []Send{{Data: []byte("x")}}, Events: []Event{{Msg: &wire.Message{}}}}
	o.Reset()
	if len(o.Sends)+len(o.Events) != 0 || o.Sends[:1][0].Data != nil || o.Events[:1][0].Msg != nil {
		t.Errorf("something is left: %v", o)
	}
}
