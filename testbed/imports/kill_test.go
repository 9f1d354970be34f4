//go:build testbed

package imports

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tregua/testbed/sipp"
)

var (
	kills = flag.Int("kills", 12, "how many imports the daemon is killed in")
	rows  = flag.Int("rows", 100_000, "rows of a file")
)

// TestKill kills the daemon with SIGKILL at random moments of imports, which are
// spread over them: of registry answers, which are two sets, and of consents, which are rows as
// well. What the next start has in force is the generation before, or the new
// one whole, and nothing of the other is on the disk.
func TestKill(t *testing.T) {
	s := newSite(t)
	d := s.serve(t)
	s.enter(t)
	usual := map[string]time.Duration{}
	for round := range 2 {
		for _, kind := range []string{"registry", "consents"} {
			began := time.Now()
			if out, err := s.importing(t, kind, round).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			usual[kind] = time.Since(began) // the second: rows that are there already
		}
	}
	before, interrupted := s.state(t), 0
	for kill := range *kills {
		kind := []string{"registry", "consents"}[kill%2]
		cmd := s.importing(t, kind, kill+2)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		// One moment from each part of an import's usual time (which is real);
		// the last of each kind is when the import has just been answered.
		if last := *kills-kill <= 2; last {
			err := <-ended
			ended <- err
		} else {
			part := usual[kind] * 5 / 4 / time.Duration(*kills/2)
			time.Sleep(time.Duration(kill/2)*part + rand.N(part))
		}
		d.Kill()
		completed := <-ended == nil
		d = s.serve(t)
		after := s.state(t)
		if after.generation == before.generation {
			interrupted++
		}
		s.judge(t, fmt.Sprintf("kill %d, of %s", kill, kind), before, after, completed)
		before = after
	}
	t.Logf("%d of %d imports were interrupted; they take %v", interrupted, *kills, usual)
	if interrupted*4 < *kills || interrupted == *kills {
		t.Errorf("%d of %d imports were interrupted: the moments are not spread over them", interrupted, *kills)
	}
}

// judge says what is wrong after a kill.
func (s *site) judge(t *testing.T, when string, before, after state, completed bool) {
	t.Helper()
	for i, facts := range after.facts {
		if facts != after.facts[0] {
			t.Errorf("%s: number %d has %q, the first %q: a mixture", when, i, facts, after.facts[0])
		}
	}
	changed := after.facts[0] != before.facts[0]
	if fresh := after.generation == before.generation+1; !fresh && after.generation != before.generation || fresh != changed {
		t.Errorf("%s: generation %d after %d, facts %q after %q", when, after.generation, before.generation, after.facts[0], before.facts[0])
	}
	if completed && after.generation == before.generation {
		t.Errorf("%s: the command said that the import is in force, and it is not", when)
	}
	dirs, err := filepath.Glob(filepath.Join(s.Dir, "data", "sets", "*", "*", "*"))
	if err != nil || len(dirs) != after.parts {
		t.Errorf("%s: %d set directories, %d imports in force, %v", when, len(dirs), after.parts, err)
	}
}

// state is what the daemon says is in force.
type state struct {
	generation uint64
	parts      int
	facts      []string // of the first, the middle and the last number of a file
}

type site struct{ *sipp.Site }

func newSite(t *testing.T) *site {
	t.Helper()
	program := os.Getenv("TREGUA")
	if program == "" {
		t.Fatal("TREGUA does not name a tregua binary; run `make testbed`")
	}
	s, err := sipp.NewSite(t.TempDir(), program, "batch", "off")
	if err != nil {
		t.Fatal(err)
	}
	return &site{s}
}

func (s *site) serve(t *testing.T) *sipp.Daemon {
	t.Helper()
	d, err := s.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Kill)
	return d
}

func (s *site) enter(t *testing.T) {
	t.Helper()
	if out, err := s.tregua(t, "apply", "-f", filepath.Join(s.Dir, "data.yaml")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func (s *site) tregua(t *testing.T, args ...string) *exec.Cmd {
	return exec.CommandContext(t.Context(), s.Program, append(args, "-c", filepath.Join(s.Dir, "tregua.yaml"))...)
}

func number(row int) string { return fmt.Sprintf("+39333%07d", row*9_999_991/(*rows)) }

// importing is the command that imports a file of a kind. Each round has other
// answers for the same numbers.
func (s *site) importing(t *testing.T, kind string, round int) *exec.Cmd {
	t.Helper()
	path := filepath.Join(s.Dir, fmt.Sprintf("%s-%d.csv", kind, round%4))
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	head, rest := "number,answer", []string{"clear", "opposed"}[round/2%2]
	if kind == "consents" {
		head, rest = "number,purpose,channels,given_at,evidence", fmt.Sprintf("energy,operator,2026-01-02,form-%d", round)
	}
	fmt.Fprintln(w, head)
	for row := range *rows {
		fmt.Fprintf(w, "%s,%s\n", number(row), rest)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if kind == "consents" {
		return s.tregua(t, "import", kind, path, "--principal", "acme")
	}
	answered := time.Now().Add(-24*time.Hour + time.Duration(round)*time.Minute).Format(time.RFC3339)
	return s.tregua(t, "import", kind, path, "--account", "rpo", "--answered-at", answered)
}

// state asks the daemon.
func (s *site) state(t *testing.T) (now state) {
	t.Helper()
	var list []struct {
		Generation uint64
		Imports    []struct{}
	}
	s.ask(t, &list, "generations", "-n", "1", "-o", "json")
	now.generation, now.parts = list[0].Generation, len(list[0].Imports)
	for _, row := range []int{0, *rows / 2, *rows - 1} {
		var page struct {
			Registry []struct{ Answer, Source string }
			Consents []struct{ Known, Evidence, Source string }
		}
		s.ask(t, &page, "lookup", number(row), "-o", "json")
		now.facts = append(now.facts, fmt.Sprint(page))
	}
	return now
}

func (s *site) ask(t *testing.T, into any, args ...string) {
	t.Helper()
	cmd := s.tregua(t, args...)
	var words strings.Builder
	cmd.Stderr = &words
	out, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(out, into)
	}
	if err != nil {
		t.Fatalf("tregua %s: %v\n%s", strings.Join(args, " "), err, &words)
	}
}
