package main

import "testing"

// TestReplay runs a small one, without a bar for its time.
func TestReplay(t *testing.T) {
	t.Parallel()
	if err := (options{dir: t.TempDir(), n: 3000, slack: 1000}).run(t.Context()); err != nil {
		t.Fatal(err)
	}
}
