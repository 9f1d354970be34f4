package configs

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
)

// file is a small config with more keys of its pbx trunk and more sections.
func file(trunk, more string) string {
	return fmt.Sprintf(`listen: [{name: all, bind: "udp:192.0.2.1:5060"}]
trunks:
  - {name: d, side: pbx, peers: [198.51.100.10], call_centre: ccx, numbers: {country: IT}, mode: enforce, %s}
  - {name: c, side: carrier, peers: ["sip:198.51.100.1"]}
routes: [{from: d, to: [c]}]
%s
`, trunk, more)
}

// TestSilent holds what silent_call reads as, and what is said of it.
func TestSilent(t *testing.T) {
	t.Parallel()
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	for _, c := range []struct {
		keys string
		want Silent
		warn string
	}{
		{"{}", Silent{policy.WatchEnforce, ms(2900), 0}, ""},
		{"{mode: shadow}", Silent{policy.WatchShadow, ms(2900), 0}, ""},
		{"{mode: off, cut_after: 4s}", Silent{policy.WatchOff, ms(4000), 0}, ""},
		{"{cut_after: 0.5s, quiet: cut}", Silent{policy.WatchEnforce, ms(500), 0}, ""},
		{"{quiet: {grace: 50ms}}", Silent{policy.WatchEnforce, ms(2900), ms(50)}, ""},
		{"{cut_after: 2.95s}", Silent{policy.WatchEnforce, ms(2950), 0}, ""},
		{
			"{cut_after: 2951ms}",
			Silent{policy.WatchEnforce, ms(2951), 0},
			"t.yaml:3:121: trunks[0].silent_call.cut_after: 2.951s leaves the BYE 49ms until the limit of the policy (silent.limit); leave it 50ms",
		},
		{
			"{quiet: {grace: 0.1s}}",
			Silent{policy.WatchEnforce, ms(2900), ms(100)},
			"t.yaml:3:129: trunks[0].silent_call.quiet.grace: 3s with cut_after leaves the BYE 0s until the limit of the policy (silent.limit); leave it 50ms",
		},
	} {
		got, err := Parse("t.yaml", []byte(file("silent_call: "+c.keys, "")))
		if err != nil {
			t.Errorf("%s: %v", c.keys, err)
			continue
		}
		if warn := Problems(got.Warnings).Error(); got.Trunks[0].Silent != c.want || warn != c.warn {
			t.Errorf("%s: %+v %q\nwant %+v %q", c.keys, got.Trunks[0].Silent, warn, c.want, c.warn)
		}
	}
}

// TestHeaders holds which names of headers are a dialer's own.
func TestHeaders(t *testing.T) {
	t.Parallel()
	for name, ok := range map[string]bool{
		"": true, "X-Tregua-Operator": true, "x_op": true, "Operator": true, "X-Content-Type": true, "Paths": true,
		"i": false, "Via": false, "CALL-ID": false, "Content-Anything": false, "Record-Route": false, "Min-SE": false,
		"P-Charging-Vector": false, "X Op": false, "X-Op:": false, "X-Op\r\nVia": false, "X-Ü": false,
		strings.Repeat("X", 65): false,
	} {
		if got, err := readHeader(name); (err == nil) != ok || ok && got != name {
			t.Errorf("%q: %q %v", name, got, err)
		}
	}
}

// short is an overlay with a limit of its own.
const short = `name: short
silent:
  binding: practice
  source: ours
  as_of: 2026-11-22
  limit: {value: 2s, binding: practice, source: ours, as_of: 2026-11-22}
  hung_up: {value: apart, binding: practice, source: ours, as_of: 2026-11-22}
`

// TestLoadOthers holds that LoadWithSound looks at the files that a config
// names, Load at those of the policy, and Parse at none.
func TestLoadOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, data := range map[string][]byte{
		"short.yaml": []byte(short),
		"good.wav":   wav(62, 1000), "short.wav": wav(1, 1000), "still.wav": wav(62, 0), "none.wav": []byte("RIFF"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ keys, more, want string }{
		{"", "media: {ambience: good.wav, ambience_level: -40.5}", ""},
		{"", "media: {ambience: short.wav}", ":6:9: media.ambience: DIR/short.wav: wav: 1.0 s long: give at least 62 s, so that no repetition is heard"},
		{"", "media: {ambience: still.wav}", ":6:9: media.ambience: DIR/still.wav: wav: quieter than -70 dBFS: nothing to be heard"},
		{"", "media: {ambience: none.wav}", ":6:9: media.ambience: DIR/none.wav: wav: read the head: unexpected EOF"},
		{"", "media: {ambience: ./absent}", ":6:9: media.ambience: DIR/absent: no such file or directory"},
		{"silent_call: {cut_after: 1.9s}", "policy: {overlays: [short.yaml]}", ""},
		{"silent_call: {mode: off}", "policy: {overlays: [short.yaml]}", ""},
		{"silent_call: {cut_after: soon}", "policy: {overlays: [short.yaml]}", `:3:132: trunks[0].silent_call.cut_after: "soon" is no duration; write as 2.9s`},
		{"", "policy: {overlays: [short.yaml]}", ":3:5: trunks[0].silent_call.cut_after: 2.9s is past the 2s that the policy allows (silent.limit); make it at most 1.95s"},
	} {
		path := filepath.Join(dir, "t.yaml")
		text := []byte(file(c.keys, c.more))
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Parse(path, text); err != nil && !strings.Contains(c.keys, "soon") {
			t.Errorf("%s: Parse: %v", c.more, err)
		}
		got := ""
		if _, err := Load(path); err != nil && strings.Contains(c.more, "media") {
			t.Errorf("%s: Load: %v", c.more, err)
		}
		if _, err := LoadWithSound(path); err != nil {
			got = strings.ReplaceAll(strings.TrimPrefix(err.Error(), path), dir, "DIR")
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s %s: (-want +got):\n%s", c.keys, c.more, diff)
		}
	}
}

// TestSound holds that both kinds of sound can be had.
func TestSound(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "good.wav")
	if err := os.WriteFile(path, wav(62, 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, a := range []Ambience{{Level: -34}, {File: path, Level: -20}} {
		if s, err := a.Sound(1); err != nil || s.Len() < 61*8000 {
			t.Errorf("%+v: %v", a, err)
		}
	}
	a := Ambience{File: path, Level: -34}
	(&reader{}).checkAmbience(&a)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Sound(1); err != nil {
		t.Errorf("it is read twice: %v", err)
	}
}

// wav is a file of noise, mono, 8 kHz, 16 bit.
func wav(seconds, amplitude int) []byte {
	var b bytes.Buffer
	size := uint32(2 * 8000 * seconds)
	b.WriteString("RIFF")
	for _, v := range []any{36 + size, [8]byte([]byte("WAVEfmt ")), uint32(16), uint16(1), uint16(1), uint32(8000), uint32(16000), uint16(2), uint16(16), [4]byte([]byte("data")), size} {
		binary.Write(&b, binary.LittleEndian, v) //nolint:errcheck // a buffer takes all
	}
	state := uint32(1)
	for range 8000 * seconds {
		state = state*1664525 + 1013904223
		v := 0
		if amplitude > 0 {
			v = int(state>>16)%(2*amplitude+1) - amplitude
		}
		binary.Write(&b, binary.LittleEndian, int16(v)) //nolint:errcheck // a buffer takes all
	}
	return b.Bytes()
}
