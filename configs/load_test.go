package configs

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"tregua/policy"
)

var update = flag.Bool("update", false, "write the golden files")

// TestBad loads every testdata/bad/*.txtar: a config, and the problems that a
// human has checked.
func TestBad(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/bad/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse("t.yaml", a.Files[0].Data)
			if err == nil {
				t.Fatal("no problem found")
			}
			got := err.Error() + "\n"
			if *update {
				a.Files = []txtar.File{a.Files[0], {Name: "problems", Data: []byte(got)}}
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(a.Files[1].Data), got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			checkPlaces(t, err, a.Files[0].Data)
		})
	}
}

// checkPlaces holds that every problem is one line and points into the file.
func checkPlaces(t *testing.T, err error, data []byte) {
	t.Helper()
	var ps Problems
	if !errors.As(err, &ps) || len(ps) == 0 {
		t.Fatalf("error is no Problems: %v", err)
	}
	lines := strings.Count(string(data), "\n") + strings.Count(string(data), "\r") + 2
	for _, p := range ps {
		if p.Line < 1 || p.Line > lines || p.Column < 1 {
			t.Errorf("place %d:%d is not in the file: %v", p.Line, p.Column, p)
		}
		if p.Text == "" || strings.ContainsAny(p.Error(), "\n\r") {
			t.Errorf("problem is not one line: %q", p.Error())
		}
	}
}

func TestDefault(t *testing.T) {
	t.Parallel()
	c, err := Parse("/etc/tregua/tregua.yaml", Default)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Trunks) != 2 || c.Trunks[0].Limits.CPS != 50 || !c.Store.Sync || c.Limits.MemoryPercent != 70 {
		t.Errorf("default.yaml reads as %+v", c)
	}
}

// TestDefaultHasEveryKey holds that default.yaml leaves out no key that is built.
func TestDefaultHasEveryKey(t *testing.T) {
	t.Parallel()
	r := &reader{file: "default.yaml", at: map[string]place{}}
	root, ok := r.tree(Default)
	if !ok {
		t.Fatal(r.problems)
	}
	r.asked = map[string]bool{}
	r.config(root)
	step := regexp.MustCompile(`^(trunks.0..campaign|handoff|ledger.anchor.to)\[\d+\]`)
	given, missing := map[string]bool{}, []string{}
	for key := range r.at {
		given[step.ReplaceAllString(key, "$1")] = true
	}
	for key := range r.asked {
		if key = step.ReplaceAllString(key, "$1"); !given[key] && !slices.Contains(missing, key) {
			missing = append(missing, key)
		}
	}
	slices.Sort(missing)
	// What one trunk or step has, the others need not repeat.
	want := []string{
		"listen[1].advertise", "trunks[1].options",
	}
	if diff := cmp.Diff(want, missing); diff != "" {
		t.Errorf("keys that default.yaml does not show (-want +got):\n%s", diff)
	}
}

// TestSmall holds what a file that leaves everything out gets.
func TestSmall(t *testing.T) {
	t.Parallel()
	c, err := Parse("dir/small.yaml", []byte(`
listen: [{name: all, bind: "udp:0.0.0.0:5060", advertise: 192.0.2.1}]
trunks:
  - {name: d, side: pbx, peers: [198.51.100.10], call_centre: ccx, numbers: {country: IT}, mode: enforce}
  - {name: c, side: carrier, peers: ["sip:198.51.100.1"]}
routes: [{from: d, to: [c]}]
policy: {overlays: [it-code, demo.yaml]}
`))
	if err != nil {
		t.Fatal(err)
	}
	d := c.Trunks[0]
	if d.Listen != "all" || d.Otherwise != OtherwiseOnly || d.Profile != "generic" || d.Sources[0].String() != "198.51.100.10/32" {
		t.Errorf("trunk reads as %+v", d)
	}
	if got := d.Target.String(); got != "198.51.100.10:5060" {
		t.Errorf("calls to the PBX go to %s, want its only address", got)
	}
	if got, want := d.Silent, (Silent{policy.WatchEnforce, 2900 * time.Millisecond, 0}); got != want || c.Trunks[1].Silent != (Silent{}) {
		t.Errorf("silent_call reads as %+v, want %+v, and nothing on a carrier", got, want)
	}
	if got, want := c.Media.Ambience, (Ambience{Level: -34}); got != want {
		t.Errorf("ambience reads as %+v, want %+v", got, want)
	}
	if got := c.Trunks[1].Target.String(); got != "198.51.100.1:5060" {
		t.Errorf("target = %s, want the default port", got)
	}
	if got := c.Policy.Overlays; got[0] != "it-code" || got[1] != filepath.Join("dir", "demo.yaml") {
		t.Errorf("overlays = %q", got)
	}
}

func TestLoadWithoutFile(t *testing.T) {
	t.Parallel()
	_, err := Load(filepath.Join(t.TempDir(), "none.yaml"))
	if err == nil || !strings.HasSuffix(err.Error(), "none.yaml: no such file or directory") {
		t.Errorf("err = %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(string(Default))
	files, _ := filepath.Glob("testdata/bad/*.txtar")
	for _, file := range files {
		if a, err := txtar.ParseFile(file); err == nil {
			f.Add(string(a.Files[0].Data))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse("t.yaml", []byte(text))
		if err != nil {
			checkPlaces(t, err, []byte(text))
			return
		}
		if len(c.Listen) == 0 || len(c.Routes) == 0 {
			t.Errorf("accepted without listeners or routes: %+v", c)
		}
		for _, route := range c.Routes {
			for _, name := range []string{route.From, route.To} {
				if !slices.ContainsFunc(c.Trunks, func(t Trunk) bool { return t.Name == name }) {
					t.Errorf("accepted with unknown trunk %q", name)
				}
			}
		}
	})
}
