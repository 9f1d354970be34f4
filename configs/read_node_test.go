package configs

import (
	"strings"
	"testing"
	"time"
)

// TestStop holds what a node does when it stops, as the file says it.
func TestStop(t *testing.T) {
	t.Parallel()
	rest := `
listen: [{name: all, bind: "udp:192.0.2.1:5060"}]
trunks:
  - {name: d, side: pbx, peers: [198.51.100.10], call_centre: ccx, numbers: {country: IT}, mode: enforce}
  - {name: c, side: carrier, peers: ["sip:198.51.100.1"]}
routes: [{from: d, to: [c]}]
`
	for node, want := range map[string]struct {
		drain time.Duration
		stop  Stop
		err   string
	}{
		"{}":                           {0, StopEnd, ""},
		"{drain_max: 10m, stop: keep}": {10 * time.Minute, StopKeep, ""},
		"{drain_max: 24h, stop: end}":  {24 * time.Hour, StopEnd, ""},
		"{drain_max: 10}":              {err: `node.drain_max: "10" is no duration; write as 10m, or 0s`},
		"{drain_max: 25h}":             {err: "node.drain_max: 25h is no time to wait; use 0s to 24h"},
		"{drain_max: -1s}":             {err: "node.drain_max: -1s is no time to wait; use 0s to 24h"},
		"{stop: drop}":                 {err: `node.stop: unknown value "drop"; use end or keep`},
	} {
		c, err := Parse("node.yaml", []byte("node: "+node+rest))
		switch {
		case want.err != "":
			if err == nil || !strings.HasSuffix(err.Error(), want.err) {
				t.Errorf("%s: %v, want %s", node, err, want.err)
			}
		case err != nil:
			t.Errorf("%s: %v", node, err)
		case c.Node.DrainMax != want.drain || c.Node.Stop != want.stop:
			t.Errorf("%s: %+v", node, c.Node)
		}
	}
}
