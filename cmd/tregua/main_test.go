//go:build !race

package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the stories call this program as tregua.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"tregua": main})
}
