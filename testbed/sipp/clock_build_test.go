//go:build testbed

package sipp

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Linux has no clock of the day that is one program's own (a time namespace has only
// the monotonic ones), and to set that of the machine would hit all that runs on it.
// So the test builds a tregua whose Go takes the wall clock from a file, and its
// kernel's opinion of it too; the monotonic clock, and all of tregua, are as always.

const (
	clockVariable = "TREGUA_TESTBED_CLOCK" // names the file
	clockEvery    = 10 * time.Millisecond  // how often it is read
)

// clockReader is added to package proxy. A kernel whose clock is set takes it for
// undisciplined until its time service says otherwise (settimeofday(2), adjtimex(2)).
var clockReader = fmt.Sprintf(`package proxy

import (
	"fmt"
	"os"
	"sync/atomic"
	"time"
	_ "unsafe"

	"golang.org/x/sys/unix"
)

//go:linkname ahead time.ahead
var ahead int64

var kept atomic.Bool

func init() {
	readClock()
	go func() {
		for ; ; time.Sleep(%d) {
			readClock()
		}
	}()
}

func readClock() {
	text, err := os.ReadFile(os.Getenv(%q))
	if err != nil {
		panic(err)
	}
	var seconds int64
	var synced bool
	if _, err := fmt.Sscan(string(text), &seconds, &synced); err != nil {
		panic(err)
	}
	kept.Store(synced)
	atomic.StoreInt64(&ahead, seconds)
}

func adjtimex(x *unix.Timex) (int, error) {
	if !kept.Load() {
		x.Status = unix.STA_UNSYNC
	}
	return 0, nil
}
`, clockEvery, clockVariable)

// build returns a tregua whose wall clock is c.
func (c *clock) build(t *testing.T) string {
	t.Helper()
	dir, root := t.TempDir(), sh(t, "go", "list", "-m", "-f", "{{.Dir}}")
	replaced := map[string]string{}
	replace := func(path, text string) {
		replaced[path] = filepath.Join(dir, fmt.Sprint(len(replaced), ".go"))
		if err := os.WriteFile(replaced[path], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	swap := func(path string, pairs ...string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for old := range slices.Chunk(pairs, 2) {
			if strings.Count(string(text), old[0]) != 1 {
				t.Fatalf("%s does not have %q once: mend this test", path, old[0])
			}
		}
		replace(path, strings.NewReplacer(pairs...).Replace(string(text)))
	}
	const reads, declared = "runtimeNow()\n\tif mono == 0 {", "// Now returns the current local time.\n"
	swap(filepath.Join(sh(t, "go", "env", "GOROOT"), "src/time/time.go"),
		reads, strings.Replace(reads, "\n", "\n\tsec += ahead\n", 1),
		declared, "//go:linkname ahead\nvar ahead int64\n\n"+declared)
	swap(filepath.Join(root, "proxy/clock.go"), "unix.Adjtimex(&x)", "adjtimex(&x)")
	replace(filepath.Join(root, "proxy/clock_of_a_file.go"), clockReader)
	list, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		t.Fatal(err)
	}
	overlay, binary := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "tregua")
	if err := os.WriteFile(overlay, list, 0o600); err != nil {
		t.Fatal(err)
	}
	sh(t, "go", "build", "-overlay", overlay, "-o", binary, filepath.Join(root, "cmd/tregua"))
	return binary
}
