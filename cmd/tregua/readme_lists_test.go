package main

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"tregua/policy/book"
	"tregua/policy/seal"
	"tregua/policy/store/memory"
)

// TestReadmeLists: what the README says of contact lists can be applied on top
// of its first steps, and its commands are commands.
func TestReadmeLists(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, steps, _ := strings.Cut(string(text), "## First steps")
	_, about, ok := strings.Cut(steps, "## Contact lists")
	if !ok {
		t.Fatal("the README has nothing about contact lists")
	}
	first, blocks := fence.FindAllStringSubmatch(steps, -1), fence.FindAllStringSubmatch(about, 2)
	keys, err := seal.NewKeys(rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	b, err := book.Open(book.Config{Store: memory.New(), Dir: t.TempDir(), Keys: keys, ValidFor: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	data := ""
	for _, block := range first {
		if strings.HasPrefix(block[2], "principals:") {
			data = block[2]
		}
	}
	for _, data := range []string{data, blocks[0][2]} {
		if _, err := b.Apply(t.Context(), "anna", []byte(data), false); err != nil {
			t.Errorf("%s%v", data, err)
		}
	}
	for line := range strings.Lines(blocks[1][2]) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), ` "`) // the reason, which has blanks
		cmd, rest, err := rootCommand().Find(strings.Fields(line)[1:])
		if strings.HasSuffix(line, "--because") {
			rest = append(rest, "x")
		}
		if err == nil {
			err = cmd.ParseFlags(rest)
		}
		if err == nil {
			err = cmd.ValidateArgs(cmd.Flags().Args())
		}
		if err != nil || !cmd.Runnable() || cmd.HasSubCommands() {
			t.Errorf("%s: %v", line, err)
		}
	}
}
