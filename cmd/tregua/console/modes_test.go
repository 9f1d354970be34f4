package console

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// TestLoosen goes the way of a bypass: nothing is done until a second person,
// whose trunk it is too, confirms what stands there.
func TestLoosen(t *testing.T) {
	t.Parallel()
	h := &house{}
	c := open(t, h)
	secrets := map[string]string{"root": ""}
	for name, request := range map[string]string{
		"anna": `{"name":"anna","role":"compliance","principal":"acme"}`, "ada": `{"name":"ada","role":"admin"}`,
		"nora": `{"name":"nora","role":"supervisor","call_centre":"callnow"}`, "otto": `{"name":"otto","role":"auditor"}`,
	} {
		secrets[name] = token(t, c, request)
	}
	const bypass = `{"mode":"bypass","until":"2026-11-22T14:00:00Z","why":"the switch"}`
	for _, who := range []string{"nora", "otto"} {
		if rec := ask(c, secrets[who], "PUT", "/v1/trunks/d/mode", bypass); rec.Code != http.StatusForbidden {
			t.Errorf("%s proposes: %d %s", who, rec.Code, rec.Body)
		}
	}
	for _, pair := range [][2]string{{"root", "ada"}, {"ada", "anna"}, {"anna", "root"}} {
		var set ModeSet
		rec := ask(c, secrets[pair[0]], "PUT", "/v1/trunks/d/mode", bypass)
		if err := json.Unmarshal(rec.Body.Bytes(), &set); err != nil || rec.Code != http.StatusAccepted || set.Proposal == nil || set.Generation != 0 {
			t.Fatalf("%s proposes: %d %s", pair[0], rec.Code, rec.Body)
		}
		if got := h.calls(); len(got) > 0 {
			t.Errorf("done before it was confirmed: %q", got)
		}
		path := "/v1/proposals/" + string(rune('0'+set.Proposal.ID))
		var p Proposal
		rec = ask(c, secrets[pair[1]], "GET", path, "")
		if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil || p.What != "put trunk d to bypass until 2026-11-22T14:00:00Z" || p.Why != "the switch" {
			t.Fatalf("%s reads: %d %s", pair[1], rec.Code, rec.Body)
		}
		digest := `{"digest":"` + p.Digest + `"}`
		for who, code := range map[string]int{pair[0]: http.StatusForbidden, "nora": http.StatusNotFound, "otto": http.StatusForbidden} {
			if rec := ask(c, secrets[who], "POST", path+"/confirm", digest); rec.Code != code {
				t.Errorf("%s confirms: %d %s", who, rec.Code, rec.Body)
			}
		}
		if rec := ask(c, secrets[pair[1]], "POST", path+"/confirm", digest); rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), `"result":"generation 8 is in force"`) {
			t.Errorf("%s confirms: %d %s", pair[1], rec.Code, rec.Body)
		}
		name := func(who string) string { return map[bool]string{true: "0:root", false: "token:" + who}[who == "root"] }
		want := "mode by " + name(pair[0]) + ", confirmed by " + name(pair[1]) + ": d/ bypass 0% until 2026-11-22T14:00:00Z the switch"
		if got := strings.Join(h.calls(), "; "); got != want {
			t.Errorf("asked %q, want %q", got, want)
		}
	}
}

// TestModeText holds what the second person reads.
func TestModeText(t *testing.T) {
	t.Parallel()
	for want, m := range map[string]Mode{
		"put trunk d to shadow":                                    {Trunk: "d", Mode: "shadow"},
		"put trunk d to bypass until 2026-11-22T12:00:00Z":         {Trunk: "d", Mode: "bypass", Until: noon},
		"put rule hours on every trunk to shadow":                  {Rule: "hours", Mode: "shadow"},
		"put rule hours on d to enforce for 12.5 % of the numbers": {Rule: "hours", Trunk: "d", Mode: "enforce", Percent: 12.5},
	} {
		if got, number := m.text(); got != want || number != 0 {
			t.Errorf("%q %v, want %q", got, number, want)
		}
	}
}
