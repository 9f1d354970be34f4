package console

import (
	"testing"

	"tregua/policy"
)

// TestRecordISUP: a record says what the ISUP in the body said.
func TestRecordISUP(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]policy.Attempt{
		"":                        {},
		"+393331234567":           {Dialled: policy.Dialled{ISUP: policy.ISUP{Form: policy.ISUPDialled, Digits: "9333"}}, ISUPCalled: 393331234567},
		"393331234567 unreadable": {Dialled: policy.Dialled{ISUP: policy.ISUP{Form: policy.ISUPNational, Digits: "393331234567"}}},
		"unreadable":              {Dialled: policy.Dialled{ISUP: policy.ISUP{Form: policy.ISUPUnreadable}}},
	} {
		if got := recordOf(&policy.Record{Attempt: a}).ISUP; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
