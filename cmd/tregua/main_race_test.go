//go:build race

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestMain gives the stories a tregua without the race detector. They start it some
// three hundred times, and what they start is what the other tests of this package
// run with the detector; with it the stories took two thirds of all tests.
func TestMain(m *testing.M) {
	code, err := withProgram(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tregua for the stories:", err)
		code = 2
	}
	os.Exit(code)
}

// withProgram runs tests while tregua is in the path.
func withProgram(run func() int) (int, error) {
	dir, err := os.MkdirTemp("", "tregua-stories-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "tregua"), ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%w: %s", err, out)
	}
	if err := os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH")); err != nil {
		return 0, err
	}
	return run(), nil
}
