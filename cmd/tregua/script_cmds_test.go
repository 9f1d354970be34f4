package main

import (
	"compress/gzip"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tregua/policy/anchor/anchortest"
	"tregua/policy/seal"
)

// exitcode N tregua ARGS... runs tregua and wants it to end with code N.
func exitcode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exitcode N program ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// ago NAME DURATION sets the variable to the time so long ago.
func ago(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: ago NAME DURATION")
	}
	long, err := time.ParseDuration(args[1])
	ts.Check(err)
	ts.Setenv(args[0], time.Now().Add(-long).UTC().Format(time.RFC3339))
}

// oldstore SCHEMA KEYS FILE writes the keys of the golden store of a schema into a
// directory, and its backup into a file.
func oldStore(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: oldstore SCHEMA KEYS FILE")
	}
	_, err := seal.LoadKeys(ts.MkAbs(args[1]), rand.NewChaCha8([32]byte{1})) // as the maker of the store does
	ts.Check(err)
	packed, err := os.Open(filepath.Join("..", "..", "policy", "backup", "testdata", "golden", args[0]+".tar.gz"))
	ts.Check(err)
	defer packed.Close()
	file, err := gzip.NewReader(packed)
	ts.Check(err)
	data, err := io.ReadAll(file)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), data, 0o600))
}

// freeport NAME... sets each variable to a UDP port of 127.0.0.1 that was free
// a moment ago.
func freeport(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: freeport NAME...")
	}
	for _, name := range args {
		c, err := net.ListenPacket("udp4", "127.0.0.1:0")
		ts.Check(err)
		defer c.Close() // after the loop, so that no port is given twice
		_, port, err := net.SplitHostPort(c.LocalAddr().String())
		ts.Check(err)
		ts.Setenv(name, port)
	}
}

// mailbox NAME DIR opens a mailbox on 127.0.0.1, sets the variable to its port, and saves
// what is attached to mails in a directory.
func mailbox(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mailbox NAME DIR")
	}
	dir := ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(dir, 0o700))
	box := anchortest.NewMailbox(dir, anchortest.StartTLS)
	ts.Defer(box.Close)
	ts.Setenv(args[0], strconv.Itoa(box.Port))
}

// expand FILE... replaces $NAME in the files by variables of the script.
func expand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: expand FILE...")
	}
	for _, name := range args {
		text := os.Expand(ts.ReadFile(name), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

// until FILE waits until the file is there, whose name may be a pattern: the admin
// socket of a daemon that was started in the background.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: until FILE")
	}
	path := ts.MkAbs(args[0])
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if found, err := filepath.Glob(path); err == nil && len(found) > 0 {
			return
		}
	}
	ts.Fatalf("%s did not come", args[0])
}

// pick NAME FILE PATTERN sets a variable to what the first group of the pattern
// finds in a file.
func pick(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: pick NAME FILE PATTERN")
	}
	pattern, err := regexp.Compile(args[2])
	ts.Check(err)
	found := pattern.FindStringSubmatch(ts.ReadFile(args[1]))
	if len(found) < 2 {
		ts.Fatalf("%s has nothing that fits %s", args[1], args[2])
	}
	ts.Setenv(args[0], found[1])
}
