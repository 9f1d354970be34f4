//go:build testbed

package sipp

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tregua/testbed/rtp"
)

// TestLeavesNoAudioAndNoNumber places calls with known voices, answered and cut,
// refused and unreadable, and searches whatever the daemon wrote, said in its log or
// tells in its metrics: there is no sound of anybody, and no number in clear.
func TestLeavesNoAudioAndNoNumber(t *testing.T) {
	s, d := watched(t, "enforce")
	talking, plain := Allowed(20), Plan(Numbers)[100:160] // other numbers
	voices := [2]rtp.Source{rtp.Quiet(7), callee(7)}
	k := talk{
		sites: s.sites(), dialer: "three_uac_wait", carrier: "three_uas", dir: s.Dir, calls: talking, rate: 20,
		voices: func(string) [2]rtp.Source { return voices },
	}
	if _, err := k.place(t.Context()); err != nil {
		t.Fatal(err)
	}
	dialer, carrier := between(t, s, Rows(plain), false)
	if _, err := dialer.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := carrier.Stop(); err != nil {
		t.Fatal(err)
	}
	s.awaits(t, "tregua_attempts_total", len(talking)+len(plain))
	metrics := page(t, s)
	if err := d.Stop(); err != nil {
		t.Fatal(err)
	}
	audio := windows(voices, 140)
	numbers := nationals(slices.Concat(talking, plain))
	search := func(name string, text []byte) {
		if at := audio.in(text); at >= 0 {
			t.Errorf("%s has sound of a call at byte %d", name, at)
		}
		for _, n := range numbers {
			if bytes.Contains(text, []byte(n)) {
				t.Errorf("%s has the number %s", name, n)
			}
		}
	}
	search("the metrics", metrics)
	files := 0
	err := filepath.WalkDir(s.Dir, func(path string, e fs.DirEntry, err error) error {
		name, _ := filepath.Rel(s.Dir, path)
		if err != nil || !e.Type().IsRegular() || name != "serve.log" && !strings.HasPrefix(name, "data/") {
			return err // what SIPp and the test wrote
		}
		text, err := os.ReadFile(path)
		files++
		search(name, text)
		return err
	})
	if err != nil || files < 10 {
		t.Errorf("%d files were searched: %v", files, err)
	}
	// What is searched for can be found.
	if frame := voices[1](20).Payload; audio.in(slices.Concat([]byte("x"), frame)) != 1 || audio.in(frame[:15]) >= 0 {
		t.Error("a frame that was planted is not found")
	}
	if text, err := os.ReadFile(filepath.Join(s.Dir, "uac.csv")); err != nil || !slices.ContainsFunc(numbers, func(n string) bool { return bytes.Contains(text, []byte(n)) }) {
		t.Errorf("the numbers are not found where they are: %v", err)
	}
}

// page is what the metrics say.
func page(t *testing.T, s *Site) []byte {
	t.Helper()
	res, err := http.Get("http://" + s.Web.String() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil || len(text) == 0 {
		t.Fatalf("the metrics: %v", err)
	}
	return text
}

// nationals are the national numbers of calls: what every form of a number ends with.
func nationals(calls []Planned) (numbers []string) {
	for _, c := range calls {
		if at := strings.Index(c.User, "333"); at >= 0 && len(c.User[at:]) == 10 {
			numbers = append(numbers, c.User[at:])
		}
	}
	return numbers
}

// window is a length of sound that no chance repeats.
const window = 16

// sounds are the windows of streams.
type sounds map[[window]byte]bool

// windows are those of the first frames of two sources, but for what is silence: a
// few values over and over are found anywhere.
func windows(sources [2]rtp.Source, frames int) sounds {
	all := sounds{}
	for _, source := range sources {
		for n := range frames {
			for part := range slices.Chunk(source(n).Payload, window) {
				if len(part) == window && varied(part) {
					all[[window]byte(part)] = true
				}
			}
		}
	}
	return all
}

func varied(part []byte) bool {
	values := map[byte]bool{}
	for _, b := range part {
		values[b] = true
	}
	return len(values) >= window/2
}

// in returns where a window stands in a text; -1: nowhere.
func (s sounds) in(text []byte) int {
	for at := 0; at+window <= len(text); at++ {
		if s[[window]byte(text[at:])] {
			return at
		}
	}
	return -1
}
