//go:build testbed

package sipp

import (
	"math"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// bought is data.yaml of a campaign that calls the numbers of one list only,
// which a provider sold.
const bought = `providers:
  - {name: dataco}
lists:
  - {name: bought, principal: acme, origin: provider, provider: dataco}
campaigns:
  - {name: energia, principal: acme, call_centre: callnow, account: rpo, purpose: energy, channel: operator, ground: directory, lists: [bought]}
`

// TestProviderUnderLoad suspends a provider while the numbers of its list are
// dialled all the time. No INVITE to one of them leaves later than a second
// after the answer of the API.
func TestProviderUnderLoad(t *testing.T) {
	rig(t)
	const (
		targets = 300
		before  = 3 * time.Second
		after   = 4 // seconds
		limit   = time.Second
	)
	s, d := site(t, "batch")
	list := []string{"number"}
	for i := range targets {
		list = append(list, "+39"+target(i))
	}
	if err := s.Write(map[string]string{"bought.yaml": bought, "bought.csv": strings.Join(list, "\n")}); err != nil {
		t.Fatal(err)
	}
	s.tregua(t, "apply", "-f", s.file("bought.yaml"))
	s.tregua(t, "import", "list", s.file("bought.csv"), "--principal", "acme", "--list", "bought")
	approve(t, s)

	var rows [][]string
	for i := range rate * (int(before/time.Second) + after) {
		user := "+39" + target(i%targets)
		rows = append(rows, []string{user, user})
	}
	dialer, carrier := between(t, s, rows, false)
	time.Sleep(before) // real time: the load is real
	suspended := time.Now()
	if err := s.ask(t.Context(), http.MethodPost, "/v1/providers/dataco/suspend", strings.NewReader(`{"because":"web"}`), nil); err != nil {
		t.Fatal(err)
	}
	answered := time.Now()
	if _, err := dialer.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	stats, err := carrier.Stop()
	if err != nil || stats.Failed > 0 || stats.Unexpected > 0 {
		t.Errorf("carrier: %+v, %v", stats, err)
	}
	log, err := carrier.Log()
	if err != nil || len(log) < rate {
		t.Fatalf("%d calls reached the carrier, %v", len(log), err)
	}
	latest := time.Duration(math.MinInt64)
	for _, line := range log {
		at, _ := arrival(t, line)
		latest = max(latest, at.Sub(answered))
	}
	if latest > limit {
		t.Errorf("an INVITE came %s after the provider was suspended", latest)
	}
	if err := d.Stop(); err != nil {
		t.Error(err)
	}
	t.Logf("%d of %d calls reached the carrier; the latest came %s after the API's answer, which took %s",
		len(log), len(rows), latest, answered.Sub(suspended))
}

// target is a number of the list: they do not follow each other, as those of a
// generated list would.
func target(i int) string { return allowed.national(3 * i) }

// tregua runs a command against the daemon of the site and returns what it said.
func (s *Site) tregua(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), s.Program, append(args, "-c", s.file("tregua.yaml"))...).CombinedOutput()
	if err != nil {
		t.Fatalf("tregua %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// approve puts the list in force: who imported it proposes that, and somebody
// else, who has a token, confirms it.
func approve(t *testing.T, s *Site) {
	t.Helper()
	var list struct {
		Pending struct {
			Version int    `json:"version"`
			Digest  string `json:"digest"`
		} `json:"pending"`
	}
	if err := s.ask(t.Context(), http.MethodGet, "/v1/lists/acme/bought", nil, &list); err != nil {
		t.Fatal(err)
	}
	token := s.tregua(t, "token", "add", "anna", "--role", "compliance", "--principal", "acme")
	if err := s.Write(map[string]string{"anna.token": token}); err != nil {
		t.Fatal(err)
	}
	s.tregua(t, "list", "approve", "acme/bought", strconv.Itoa(list.Pending.Version), "--digest", list.Pending.Digest)
	s.tregua(t, "confirm", "1", "--token-file", s.file("anna.token"))
}
