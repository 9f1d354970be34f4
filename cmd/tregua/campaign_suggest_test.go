package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tregua/cmd/tregua/console"
	"tregua/configs"
	"tregua/policy"
	"tregua/policy/mapping"
	"tregua/policy/suggest"
)

// TestSuggestionIsConfig: what campaign suggest prints is the campaign key of a
// trunk, and is read as what was proposed.
func TestSuggestionIsConfig(t *testing.T) {
	t.Parallel()
	learner := suggest.New(1000)
	r := rand.New(rand.NewPCG(6, 6))
	names := map[policy.CampaignID]string{1: "acme/energia", 2: "beta/gas", 3: "beta/fibra"}
	for i := range 600 {
		id := policy.CampaignID(1 + i%3)
		learner.Add(suggest.Seen{
			CallerID: fmt.Sprintf("+39061234%04d", id), Display: fmt.Sprintf("Sala \"%d\"", id), Headers: fmt.Sprintf("X-Camp: c:%d #", id),
			SourcePort: []uint16{5060, 5062, 5062}[i%3], Holders: []policy.CampaignID{id},
		})
		learner.Listed(id, []policy.CampaignID{id})
		if r.IntN(10) == 0 {
			learner.Add(suggest.Seen{CallerID: "anonymous", Holders: []policy.CampaignID{id}})
		}
	}
	p := learner.Propose(names)
	if p.Mapped != p.Kept || len(p.Rules) != 5 {
		t.Fatalf("%+v", p)
	}
	s := console.SuggestionOf("d", &p, nil)
	var text strings.Builder
	printSuggestion(&text, &s)
	c, err := configs.Parse("t.yaml", fmt.Appendf(nil, `
listen: [{name: all, bind: "udp:192.0.2.1:5060"}]
routes: [{from: d, to: [c]}]
trunks:
  - {name: c, side: carrier, peers: ["sip:198.51.100.1"]}
  - name: d
    side: pbx
    peers: [198.51.100.10]
    call_centre: ccx
    numbers: {country: IT}
    mode: enforce
    %s`, strings.ReplaceAll(text.String(), "\n", "\n    ")))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text.String())
	}
	var want []mapping.Rule
	for _, r := range p.Rules {
		want = append(want, r.Rule)
	}
	if diff := cmp.Diff(want, c.Trunks[1].Mapping); diff != "" {
		t.Errorf("(-want +got):\n%s\n%s", diff, text.String())
	}
}
