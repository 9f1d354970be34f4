package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tregua/configs"
	"tregua/policy/disposition"
)

var (
	fence = regexp.MustCompile("(?ms)^```(yaml|sh)\n(.*?)^```$")
	day   = regexp.MustCompile(`\d{4}-\d\d-\d\dT\S+`)
)

// TestReadmeTrunk: the keys of a trunk that the README shows apart are those
// that a trunk takes.
func TestReadmeTrunk(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, three, _ := strings.Cut(string(text), "## Three seconds")
	keys := fence.FindStringSubmatch(three)
	if keys == nil || !strings.Contains(keys[2], "silent_call") {
		t.Fatal("no block of keys")
	}
	for line := range strings.Lines(keys[2]) {
		key, _, _ := strings.Cut(line, ":")
		config := regexp.MustCompile("(?m)^    "+key+": .*\n").ReplaceAllString(twoSides, "")
		config = strings.Replace(config, "    mode: enforce\n", "    mode: enforce\n    "+line, 1)
		if _, err := configs.Parse("tregua.yaml", []byte(config)); err != nil {
			t.Errorf("%s%v", line, err)
		}
	}
}

// TestReadmePerson: the commands that the README shows for one person are those
// that there are.
func TestReadmePerson(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, person, _ := strings.Cut(string(text), "## What a person said")
	block := fence.FindStringSubmatch(person)
	if block == nil || !strings.Contains(block[2], "request add") {
		t.Fatal("no block of commands")
	}
	word := regexp.MustCompile(`'[^']*'|\S+`)
	for line := range strings.Lines(block[2]) {
		cmd, args, err := rootCommand().Find(word.FindAllString(line, -1)[1:])
		if err == nil {
			err = cmd.ParseFlags(args)
		}
		if err = errors.Join(err, cmd.ValidateRequiredFlags(), cmd.ValidateArgs(cmd.Flags().Args())); err != nil {
			t.Errorf("%s%v", line, err)
		}
	}
}

// TestReadme does what the README says under "First steps", block by block: a
// yaml block is a file, a line of a sh block is a command. Only places and
// dates are changed, so that it runs anywhere and any day.
func TestReadme(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, steps, ok := strings.Cut(string(text), "## First steps")
	if !ok {
		t.Fatal(`the README has no "## First steps"`)
	}
	steps, _, _ = strings.Cut(steps, "\n## ")
	places := strings.NewReplacer(
		"/var/lib/tregua", "data", "/etc/tregua/keys", "keys", "/run/tregua/", "",
		":5060", ":$SIP1", ":5062", ":$SIP2", ":9464", ":$WEB")
	var commands, files strings.Builder
	commands.WriteString("freeport SIP1 SIP2 WEB\nexpand tregua.yaml\n")
	files.WriteString("-- answers.csv --\nnumber,answer\n+393331234567,clear\n" +
		"-- blacklist.csv --\nnumber\n+393331234568\n" +
		"-- consents.csv --\nnumber,purpose,channels,given_at\n+393331234569,energy,operator,2026-01-02\n" +
		"-- contacts.csv --\ncontact,number\nc-1,+393331234567\nc-1,+393331234569\n")
	names := []string{"tregua.yaml", "data.yaml"}
	for _, block := range fence.FindAllStringSubmatch(steps, -1) {
		if block[1] == "yaml" {
			if len(names) == 0 {
				t.Fatal("a yaml block that this test has no file name for")
			}
			files.WriteString("-- " + names[0] + " --\n" + places.Replace(block[2]))
			names = names[1:]
			continue
		}
		for line := range strings.Lines(block[2]) {
			line = day.ReplaceAllString(strings.TrimSpace(line), "$$YESTERDAY")
			if strings.HasPrefix(line, "tregua serve") {
				line += " &daemon&\nuntil admin.sock"
			}
			commands.WriteString("exec " + line + "\n")
		}
	}
	if len(names) > 0 || strings.Count(commands.String(), "exec ") < 6 {
		t.Fatalf("the README lacks what this test expects; it found:\n%s", &commands)
	}
	commands.WriteString("kill -INT daemon\nwait daemon\n")
	script := filepath.Join(t.TempDir(), "readme.txtar")
	if err := os.WriteFile(script, []byte(commands.String()+files.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files: []string{script}, Cmds: scriptCommands,
		Setup: func(env *testscript.Env) error {
			env.Setenv("YESTERDAY", time.Now().Add(-24*time.Hour).UTC().Format(time.RFC3339))
			return nil
		},
	})
}

// TestReadmeDispositions: the table of codes in the README is that of the program.
func TestReadmeDispositions(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := strings.Cut(string(text), "## What an agent enters")
	part, _, _ = strings.Cut(part, "\n## ")
	codes, _ := disposition.ReadyMade("vicidial")
	rows := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| .* \\|(.*)\\|$").FindAllStringSubmatch(part, -1)
	said := map[string]disposition.Kind{}
	for i, row := range rows {
		kind := disposition.ParseKind(row[1])
		if kind != disposition.OK+disposition.Kind(i) {
			t.Errorf("row %d is %q", i, row[1])
		}
		for code := range strings.FieldsFuncSeq(row[2], func(r rune) bool { return r == ',' || r == ' ' }) {
			said[code] = kind
		}
	}
	if len(rows) != int(disposition.Other) {
		t.Errorf("%d rows", len(rows))
	}
	for pair := range strings.SplitSeq(codes.String(), ";") {
		code, word, _ := strings.Cut(pair, "=")
		if word != "other" && said[code].String() != word {
			t.Errorf("%s is %s, the README says %s", code, word, said[code])
		}
		delete(said, code)
	}
	delete(said, "the") // the rest
	delete(said, "rest")
	if len(said) > 0 {
		t.Errorf("the README has %v besides", said)
	}
}

// TestReadmeHandoff: the sinks that the README shows are taken.
func TestReadmeHandoff(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := strings.Cut(string(text), "## Hand-off")
	block := fence.FindStringSubmatch(part)
	if block == nil || !strings.HasPrefix(block[2], "handoff:") {
		t.Fatal("no block of sinks")
	}
	c, err := configs.Parse("tregua.yaml", []byte(twoSides+block[2]))
	if err != nil || len(c.Handoff) != 3 {
		t.Errorf("%v", err)
	}
}
