package main

import (
	"fmt"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptCommands are the words that stories have besides those of testscript.
var scriptCommands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"ago":      ago,
	"capture":  capture,
	"dial":     dial,
	"exitcode": exitcode,
	"expand":   expand,
	"freeport": freeport,
	"mailbox":  mailbox,
	"oldstore": oldStore,
	"pick":     pick,
	"until":    until,
}

// mediaDrawn counts the ranges of ports that stories were given.
var mediaDrawn atomic.Int64

// mediaPorts is a range that no other story has meanwhile: below those that a system
// gives to anybody, and those of the other tests.
func mediaPorts() string {
	const first, ports, ranges = 10_000, 100, 100
	at := first + ports*int(mediaDrawn.Add(1)%ranges)
	return fmt.Sprintf("%d-%d", at, at+ports-1)
}

// TestScript runs the stories of testdata/script: what a user types, what the
// program says, how it ends.
func TestScript(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("TZ", "Europe/Rome")
			env.Setenv("YESTERDAY", time.Now().Add(-24*time.Hour).UTC().Format(time.RFC3339))
			env.Setenv("MEDIA", mediaPorts())
			env.Setenv("MEDIA2", mediaPorts())
			return nil
		},
		Cmds:          scriptCommands,
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}
