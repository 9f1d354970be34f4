package console

import (
	"strings"
	"testing"

	"tregua/policy"
	"tregua/policy/access"
)

// TestNarrow holds what a call centre does not read of facts that its principals
// have: who brought a number, who entered a fact, and what the calls of others
// came to.
func TestNarrow(t *testing.T) {
	t.Parallel()
	c := open(t, &house{})
	facts := policy.Facts{
		Blacklist: policy.BlacklistFact{Known: policy.Present, Source: "entry 4 by token:anna"},
		List:      policy.ListFact{Known: policy.Present, Row: 9, Provider: 7},
		Rings:     policy.RingsFact{Known: policy.Present, Today: 2, Month: 5, Useful: 1, UsefulAt: noon},
	}
	for name, tt := range map[string]struct {
		scope    access.Scope
		source   string
		provider uint32
		today    int
	}{
		"principal":   {access.Scope{Role: access.Compliance, Principal: "acme"}, "entry 4 by token:anna", 7, 2},
		"all":         {access.Scope{Role: access.Auditor}, "entry 4 by token:anna", 7, 2},
		"call centre": {access.Scope{Role: access.Supervisor, CallCentre: "callnow"}, "entry 4", 0, 0},
	} {
		r, err := c.record(t.Context(), tt.scope, &policy.Record{Facts: facts})
		if f := r.Facts; err != nil || f.ListedSource != tt.source || f.List.Provider != tt.provider || f.List.Row != 9 ||
			f.Rings.Today != tt.today || f.Rings.Known != "present" || f.Rings.UsefulAt.IsZero() != (tt.today == 0) {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
	token := token(t, c, `{"name":"nora","role":"supervisor","call_centre":"callnow"}`)
	page := ask(c, token, "GET", "/v1/lookup/+393331234567", "").Body.String()
	if strings.Contains(page, `"today"`) || !strings.Contains(page, `"reached":[{"principal":"acme","known":"present"}]`) {
		t.Error(page)
	}
	if strings.Contains(page, "dataco") || !strings.Contains(page, `"lists":[{"list":"acme/spring","source":"import 9","line":4,"approved":true}]`) {
		t.Error(page)
	}
}
