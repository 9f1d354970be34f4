package policy

import (
	"strings"
	"testing"
)

// TestTroubles: every row is complete, and no name stands twice.
func TestTroubles(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, tr := range Troubles() {
		if seen[tr.Name] {
			t.Errorf("%s stands twice", tr.Name)
		}
		seen[tr.Name] = true
		if _, known := tr.Reason.row(); !known || tr.What == "" || tr.Source == "" || !strings.HasSuffix(tr.Mend, ".") {
			t.Errorf("%+v lacks something", tr)
		}
		if tr.Goes && tr.Always {
			t.Errorf("%s: it goes and is refused", tr.Name)
		}
	}
	for _, name := range []string{"data.broken", "registry.stale", "blacklist.stale", "store.failed", "ledger.full", "clock.unsynced", "campaign.unknown", "number.unreadable", "media.deaf"} {
		if !seen[name] {
			t.Errorf("compliance.md 3.6 has %s", name)
		}
	}
}

func TestTroubleDoes(t *testing.T) {
	t.Parallel()
	for want, tr := range map[string]Trouble{
		"A new call is refused with ledger.full.":              {Reason: LedgerFull},
		"A new call over the limit is refused with overload.":  {Reason: Overload, Only: "over the limit"},
		"A new call in another codec goes, marked media.deaf.": {Reason: MediaDeaf, Only: "in another codec", Goes: true},
	} {
		if got := tr.Does(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
