package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"tregua/configs"
	"tregua/media/relay"
	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/mapping"
	"tregua/policy/seal"
	"tregua/proxy"
	"tregua/proxy/answer"
	"tregua/proxy/call"
)

const twoSides = `
node: {data: data, keys: keys}
listen:
  - {name: pbx, bind: "udp:0.0.0.0:5060", advertise: 192.0.2.1}
  - {name: carrier, bind: "udp:[2001:db8::1]:5062"}
trunks:
  - name: dialer-1
    side: pbx
    listen: pbx
    peers: [192.0.2.0/24, 198.51.100.7]
    profile: vicidial
    call_centre: callnow
    numbers: {country: IT, strip: "9", prefixes: {"7": acme/gas, "77": acme/energia}}
    campaign: [{by: prefix}, {otherwise: only}]
    mode: enforce
    silent_call: {mode: shadow, cut_after: 2s, quiet: {grace: 100ms}}
    operator_header: X-Op
    machine_header: X-Machine
    dial_mode: preview
    fault_answer: reroute
    headers: {drop: [X-A], rename: {X-B: X-C}, add: {X-D: e f}}
    limits: {calls: 10, cps: 5}
  - {name: telco-a, side: carrier, listen: carrier, peers: ["sip:[2001:db8::9]:5070"], ids: hide}
routes: [{from: dialer-1, match: "+39*", to: [telco-a]}, {from: dialer-1, to: [telco-a]}]
limits: {calls: 7}
`

func parse(t *testing.T, text string) *configs.Config {
	t.Helper()
	c, err := configs.Parse(filepath.Join(t.TempDir(), "tregua.yaml"), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestProxyConfig holds that every key of a config reaches the shards.
func TestProxyConfig(t *testing.T) {
	t.Parallel()
	silent := policy.SilentParams{HungUp: policy.HungUpParam{Value: policy.HungUpSilent}}
	abroad := policy.SilentParams{HungUp: policy.HungUpParam{Value: policy.HungUpApart}}
	got := proxyConfig(parse(t, twoSides), &policy.Params{Silent: silent}, policy.Params{Name: "us", Silent: abroad})
	want := &proxy.Config{
		Faces: []call.Face{{Host: "192.0.2.1", Port: 5060}, {Host: "[2001:db8::1]", Port: 5062}},
		Media: []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")},
		Trunks: []proxy.Trunk{
			{
				Name: "dialer-1", PBX: true, Reach: netip.MustParseAddrPort("198.51.100.7:5060"), Calls: 10,
				Answers: answer.ViciDial, Fault: answer.Reroute, OperatorHeader: "X-Op", MachineHeader: "X-Machine",
				Headers: &proxy.Headers{Drop: []string{"X-A"}, Rename: [][2]string{{"X-B", "X-C"}}, Add: []string{"X-D: e f"}},
				Watch:   call.Watch{Mode: policy.WatchShadow, CutAfter: 2 * time.Second, Grace: 100 * time.Millisecond},
			},
			{Name: "telco-a", Listener: 1, Reach: netip.MustParseAddrPort("[2001:db8::9]:5070")},
		},
		Routes: []proxy.Route{{From: 0, Match: "+39*", To: 1}, {From: 0, To: 1}},
		Times:  call.DefaultTimes(), Calls: 7, Silent: silent, Silents: map[string]policy.SilentParams{"us": abroad},
	}
	if diff := cmp.Diff(want, got, addresses); diff != "" {
		t.Errorf("config (-want +got):\n%s", diff)
	}
}

// TestHideIDs holds that a trunk that hides has the same key after a restart.
func TestHideIDs(t *testing.T) {
	t.Parallel()
	c, dir := parse(t, twoSides), t.TempDir()
	sealed := func() string {
		keys, err := seal.LoadKeys(dir, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		p := proxyConfig(c, &policy.Params{})
		if err := hideIDs(p, c, keys); err != nil {
			t.Fatal(err)
		}
		if p.Trunks[0].IDs != nil || p.Trunks[1].IDs == nil {
			t.Fatal("it is not the trunk with ids: hide that hides")
		}
		return p.Trunks[1].IDs.CallID("a84b4c76e66710@10.0.0.20")
	}
	if first, again := sealed(), sealed(); first != again {
		t.Errorf("%s after a restart is %s", first, again)
	}
}

var addresses = cmp.Options{
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
	cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b }),
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
}

// TestAdmission holds whose datagrams are whose.
func TestAdmission(t *testing.T) {
	t.Parallel()
	got := admission(parse(t, twoSides))
	if len(got.Trunks) != 2 || got.Trunks[0].Invites.PerSecond != 5 || got.Trunks[0].Strip != "9" || got.Trunks[1].Invites.PerSecond != 0 {
		t.Errorf("trunks %+v", got.Trunks)
	}
	if codes := strings.Join(got.Trunks[0].Emergency, " "); !strings.Contains(codes, "112") || !strings.Contains(codes, "118") {
		t.Errorf("emergency codes %s", codes)
	}
	gate, from := proxy.NewAdmission(got), netip.MustParseAddr("192.0.2.1")
	for size, want := range map[int]proxy.Verdict{maxDatagram: proxy.Admitted, maxDatagram + 1: proxy.TooLarge, 65507: proxy.TooLarge} {
		if _, v := gate.Admit(0, 0, from, bytes.Repeat([]byte("x"), size)); v != want {
			t.Errorf("a datagram of %d bytes: verdict %d, want %d", size, v, want)
		}
	}
	want := []proxy.Source{
		{Listener: 0, Prefix: netip.MustParsePrefix("192.0.2.0/24"), Trunk: 0},
		{Listener: 0, Prefix: netip.MustParsePrefix("198.51.100.7/32"), Trunk: 0},
		{Listener: 1, Prefix: netip.MustParsePrefix("2001:db8::9/128"), Trunk: 1},
	}
	if diff := cmp.Diff(want, got.Sources, addresses); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
}

// TestMediaPairs holds that media of a listener on every address is bound
// there and told as advertised, that calls can go both ways, and that a pair
// stands once.
func TestMediaPairs(t *testing.T) {
	t.Parallel()
	six := netip.MustParseAddr("2001:db8::1")
	four, all := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("0.0.0.0")
	want := []relay.Pair{
		{Addr: [2]netip.Addr{four, six}, Bind: [2]netip.Addr{all, six}},
		{Addr: [2]netip.Addr{six, four}, Bind: [2]netip.Addr{six, all}},
	}
	if diff := cmp.Diff(want, mediaPairs(parse(t, twoSides)), addresses); diff != "" {
		t.Errorf("pairs (-want +got):\n%s", diff)
	}
}

// TestBookTrunks holds what the book is told of trunks.
func TestBookTrunks(t *testing.T) {
	t.Parallel()
	c := parse(t, twoSides)
	want := []book.Trunk{{
		Name: "dialer-1", CallCentre: "callnow", Country: "IT", Strip: "9",
		Prefixes:  map[string]string{"7": "acme/gas", "77": "acme/energia"},
		Rules:     []mapping.Rule{{By: mapping.ByPrefix}},
		Otherwise: book.OtherwiseOnly, DialMode: policy.Preview,
	}}
	if diff := cmp.Diff(want, bookTrunks(c)); diff != "" {
		t.Errorf("trunks (-want +got):\n%s", diff)
	}
	if got := country(c); got != "IT" {
		t.Errorf("country %q", got)
	}
}

// built is a daemon with media ports of its own, everything open and nothing
// running.
func built(t *testing.T, ports string) *node {
	t.Helper()
	c := parse(t, fmt.Sprintf(`
node: {data: data, keys: keys}
listen: [{name: all, bind: "udp:127.0.0.1:%d"}]
trunks:
  - {name: dialer-1, side: pbx, peers: [127.0.0.1], call_centre: callnow, numbers: {country: IT}, mode: enforce}
  - {name: telco-a, side: carrier, peers: ["sip:127.0.0.2:5064"]}
routes: [{from: dialer-1, to: [telco-a]}]
store: {sync: "off"}
media: {ports: %s}
`, freeUDP(t), ports))
	c.Admin.Socket = filepath.Join(t.TempDir(), "admin.sock")
	n := newNode(c, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		if err := n.close(); err != nil {
			t.Error(err)
		}
	})
	if err := n.build(); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestMetrics builds and runs a daemon and lints every metric that it has.
func TestMetrics(t *testing.T) {
	t.Parallel()
	n := built(t, "27000-27999")
	if err := n.Ready(); err == nil || err.Error() != "starting" {
		t.Errorf("ready before it runs: %v", err)
	}
	families, err := n.registry().Gather()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("lint: %v %v", problems, err)
	}
	ours := 0
	for _, f := range families {
		if strings.HasPrefix(f.GetName(), "tregua_") {
			ours++
		}
	}
	if want := len(gauges) + len(counts) + 8 + len(n.endings.all()) + len(n.taken.all()); ours != want {
		t.Errorf("%d metrics of ours, want %d", ours, want)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := n.run(ctx); err != nil {
		t.Errorf("run: %v", err)
	}
	if err := n.Ready(); err == nil || err.Error() != "draining" {
		t.Errorf("ready after it ran: %v", err)
	}
}

func freeUDP(t *testing.T) int {
	t.Helper()
	c, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).Port
}
