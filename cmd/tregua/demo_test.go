package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"tregua/configs"
	"tregua/policy"
	"tregua/policy/numbers"
	"tregua/testbed/peers"
)

// TestPlans: the demo dials at least 200 calls of at least ten kinds, and what
// it dials means the number that it enters into the lists.
func TestPlans(t *testing.T) {
	t.Parallel()
	all := kinds()
	list := plans(all)
	if len(all) < 10 || len(list) < 200 {
		t.Errorf("%d calls of %d kinds", len(list), len(all))
	}
	if mixing <= len(list) {
		t.Errorf("%d calls are too many for mixing", len(list))
	}
	dialPlan := numbers.Plan{Country: "IT", Prefixes: []string{byDirectory, byConsent, farAway, ofEnergy, byList, byTeam}}
	seen := map[string]bool{}
	for _, p := range list {
		got := dialPlan.Read(p.user)
		want := policy.Readable
		switch p.kind.name {
		case "emergency":
			want = policy.Emergency
		case "unreadable number":
			want = policy.Unreadable
		}
		if got.Reading != want || want == policy.Readable && got.Number.String() != p.number {
			t.Errorf("%s: %q is read as %v %v, want %v %s", p.kind.name, p.user, got.Reading, got.Number, want, p.number)
		}
		if seen[p.user] && p.user != "112" {
			t.Errorf("%q is dialled for two plans", p.user)
		}
		seen[p.user] = true
	}
}

// TestOpenNow: whatever the hour, it is open in Rome and closed in New York.
func TestOpenNow(t *testing.T) {
	t.Parallel()
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	york, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for minute := range 24 * 60 {
		now := time.Date(2026, 11, 22, 0, minute, 30, 0, rome)
		var overlay struct {
			Hours struct {
				Sunday struct{ Value []policy.Window }
			}
		}
		if err := yaml.Unmarshal([]byte(openNow(now)), &overlay); err != nil {
			t.Fatal(err)
		}
		open := func(at time.Time) (is bool) {
			for _, w := range overlay.Hours.Sunday.Value {
				is = is || w.Holds(at.Clock())
			}
			return is
		}
		for _, later := range []time.Duration{0, 90 * time.Second} {
			if at := now.Add(later); !open(at) || open(at.In(york)) {
				t.Fatalf("%s: Rome is open %t, New York %t\n%s", now, open(at), open(at.In(york)), openNow(now))
			}
		}
	}
}

// TestHowMany: wherever the number of calls is told, it is told alike and to
// the nearest ten.
func TestHowMany(t *testing.T) {
	t.Parallel()
	calls := 0
	for _, k := range kinds() {
		calls += k.calls * max(k.dials, 1)
	}
	want := fmt.Sprintf("some %d calls", (calls+5)/10*10)
	places := map[string]string{"tregua help": demoCommand().Short}
	for _, name := range []string{"README.md", "Makefile"} {
		text, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		places[name] = string(text)
	}
	for name, text := range places {
		if !strings.Contains(text, want) {
			t.Errorf("%s does not say %q", name, want)
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	all := []kind{{name: "busy", calls: 2, want: word{"486", "486", "failed 486"}}}
	good := placed{plan: plan{kind: &all[0]}, want: all[0].want, got: all[0].want}
	bad := good
	bad.got.record = "connected"
	cases := map[string]struct {
		calls []placed
		ok    bool
		says  string
	}{
		"all agree":      {[]placed{good, good}, true, "486      failed 486  ok"},
		"a call is lost": {[]placed{good}, false, "DISAGREE"},
		"a record lies":  {[]placed{good, bad}, false, "1x failed 486; 1x connected"},
		"it is said how": {[]placed{good, bad}, false, `busy: 2 calls should say: dialer "486", carrier "486", record "failed 486"`},
	}
	for name, c := range cases {
		var out strings.Builder
		if ok := printTable(&out, all, c.calls); ok != c.ok || !strings.Contains(out.String(), c.says) {
			t.Errorf("%s: %t\n%s", name, ok, out.String())
		}
	}
}

func TestHeard(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		heard peers.Heard
		want  string
	}{
		"the other side":        {peers.Heard{Packets: 50, SSRC: 7}, "heard the callee"},
		"too little":            {peers.Heard{Packets: 3, SSRC: 7}, "heard 3 packets"},
		"another call":          {peers.Heard{Packets: 50, SSRC: 8}, "heard somebody else"},
		"another call among it": {peers.Heard{Packets: 50, SSRC: 7, Strangers: 1}, "heard somebody else"},
	}
	for name, c := range cases {
		if got := heard("the callee", c.heard, 7); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestStage: what the demo writes is a config without a mistake.
func TestStage(t *testing.T) {
	t.Parallel()
	s := stage{dir: t.TempDir(), carrier: loopback(5070)}
	if err := s.write(plans(kinds())); err != nil {
		t.Fatal(err)
	}
	config, err := configs.Load(s.file("tregua.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if config.Admin.Socket != s.file("admin.sock") || len(config.Warnings) > 0 {
		t.Errorf("admin socket %s, warnings %v", config.Admin.Socket, config.Warnings)
	}
	params, err := config.Policy.Params()
	if err != nil || !params.Hours.Enforce {
		t.Errorf("hours are %+v, %v", params.Hours, err)
	}
}
