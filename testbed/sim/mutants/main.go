// Command mutants breaks the rules of wire, txn, call and desk, one at a time,
// and sees whether a law of the simulation notices:
//
//	go run ./testbed/sim/mutants [-run REGEXP] [-for 60s]
//
// Each fault is a text of one file and what stands there instead, laid over the
// source (go build -overlay): the tree is not touched. It prints which law caught
// it with which seed, and ends with 1 when one was caught by none.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// mutant is a rule that is broken: in a file, old becomes new.
type mutant struct{ name, file, old, new string }

func main() {
	which := flag.String("run", "", "only the faults whose names match")
	limit := flag.Duration("for", time.Minute, "how long the simulation may look for one")
	flag.Parse()
	if err := run(*which, *limit); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(which string, limit time.Duration) error {
	pattern, err := regexp.Compile(which)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	tried, free := 0, []string{}
	fmt.Printf("%-62s %-22s %6s %7s\n", "fault", "caught by", "seed", "seconds")
	for _, m := range mutants {
		if !pattern.MatchString(m.name) {
			continue
		}
		tried++
		began := time.Now()
		law, seed, err := m.hunt(dir, limit)
		if err != nil {
			return fmt.Errorf("%q: %w", m.name, err)
		}
		if law == "" {
			law, free = "NOBODY", append(free, m.name)
		}
		fmt.Printf("%-62s %-22s %6s %7.1f\n", m.name, law, seed, time.Since(began).Seconds())
	}
	fmt.Printf("%d of %d caught\n", tried-len(free), tried)
	if len(free) > 0 {
		return fmt.Errorf("not caught: %s", strings.Join(free, "; "))
	}
	return nil
}

// caught is the first line of a sweep that found something.
var caught = regexp.MustCompile(`(?m)seed (\d+): (?:\S+@\S+: )?([A-Za-z]+): `)

// hunt builds the simulation with the fault and lets it run.
func (m mutant) hunt(dir string, limit time.Duration) (law, seed string, err error) {
	list, err := m.overlay(dir)
	if err != nil {
		return "", "", err
	}
	binary := filepath.Join(dir, "sim.test")
	build := exec.Command("go", "test", "-c", "-vet=off", "-overlay", list, "-o", binary, "./testbed/sim")
	if out, err := build.CombinedOutput(); err != nil {
		return "", "", fmt.Errorf("it does not compile: %w\n%s", err, out)
	}
	out, err := exec.Command(binary, "-test.run", "^TestSweep$", "-seeds", "1000000", "-for", limit.String()).CombinedOutput()
	if err == nil {
		return "", "", nil
	}
	if found := caught.FindSubmatch(out); found != nil {
		return string(found[2]), string(found[1]), nil
	}
	if bytes.Contains(out, []byte("panic:")) {
		return "a panic", "-", nil
	}
	return "", "", fmt.Errorf("the simulation did not run: %w\n%.2000s", err, out)
}

// overlay writes the changed copy of the file, and returns the list for go build
// -overlay. It must be run at the root of the module.
func (m mutant) overlay(dir string) (list string, err error) {
	source, err := os.ReadFile(m.file)
	if err != nil {
		return "", fmt.Errorf("%w: run it at the root of the module", err)
	}
	changed, err := m.apply(source)
	if err != nil {
		return "", err
	}
	path, err := filepath.Abs(m.file)
	if err != nil {
		return "", err
	}
	replacement := filepath.Join(dir, "changed.go")
	text, err := json.Marshal(map[string]map[string]string{"Replace": {path: replacement}})
	if err != nil {
		return "", err
	}
	list = filepath.Join(dir, "overlay.json")
	return list, errors.Join(os.WriteFile(replacement, changed, 0o600), os.WriteFile(list, text, 0o600))
}

// apply returns the source with the fault.
func (m mutant) apply(source []byte) ([]byte, error) {
	if n := bytes.Count(source, []byte(m.old)); n != 1 {
		return nil, fmt.Errorf("%q stands %d times in %s: say the fault anew", m.old, n, m.file)
	}
	return bytes.Replace(source, []byte(m.old), []byte(m.new), 1), nil
}
