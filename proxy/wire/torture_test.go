package wire

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tregua/testbed/torture"
)

const tortureDir = "testdata/torture"

// TestTorture reads the messages of RFC 4475 and RFC 5118. What is accepted is
// written byte for byte, but for what stands behind its Content-Length; what
// is refused names the header.
func TestTorture(t *testing.T) {
	t.Parallel()
	for _, c := range torture.Load(t, tortureDir) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			m, err := Read(c.Data)
			got := "accepted"
			if err != nil {
				got = err.Error()
			}
			if c.Legal && m == nil {
				t.Error("it is legal")
			}
			if got != c.Read {
				t.Fatalf("%s, want %s\n%s", got, c.Read, c.Data)
			}
			if m == nil {
				refused(t, err)
				return
			}
			written := m.Write(Edit{})
			if rest, ok := strings.CutPrefix(string(c.Data), string(written)); !ok || rest != "" && c.Name != "dblreq" {
				t.Errorf("written\n%q, came\n%q", written, c.Data)
			}
			laws(t, string(c.Data))
		})
	}
}

// TestTortureComplete wants all messages, once each, and no others.
func TestTortureComplete(t *testing.T) {
	t.Parallel()
	sections := map[string]int{}
	names := map[string]bool{torture.Table: true}
	for _, c := range torture.Load(t, tortureDir) {
		rfc, _, _ := strings.Cut(strings.TrimPrefix(c.Section, "RFC "), " ")
		sections[rfc]++
		if names[c.Name+".dat"] {
			t.Errorf("%s stands twice", c.Name)
		}
		names[c.Name+".dat"] = true
		if c.Title == "" || c.Asks == "" || c.Why == "" {
			t.Errorf("%s: title, asks or why is missing", c.Name)
		}
	}
	if sections["4475"] != 49 || sections["5118"] != 12 || len(sections) != 2 {
		t.Errorf("messages by RFC: %v", sections)
	}
	files, err := os.ReadDir(tortureDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !names[f.Name()] {
			t.Errorf("%s is in no row", filepath.Join(tortureDir, f.Name()))
		}
	}
}

// TestTortureBaddn: the file in the archive of RFC 4475 lacks the empty line,
// which is not what its section is about.
func TestTortureBaddn(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(tortureDir, "baddn.dat"))
	if err != nil {
		t.Fatal(err)
	}
	if bad := malformed(t, string(data)+"\r\n"); bad.Error() != "From: no scheme" {
		t.Error(bad)
	}
}

// TestTortureSipgo holds the column of sipgo. A message that both accept may
// be read differently only as the table of differences says.
func TestTortureSipgo(t *testing.T) {
	t.Parallel()
	for _, c := range torture.Load(t, tortureDir) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			got := "accepted"
			if _, err := readSipgo(string(c.Data)); err != nil {
				got = "refused"
			}
			if got != c.Sipgo {
				t.Errorf("%s, the table says %s", got, c.Sipgo)
			}
			if differ := (got == "accepted") != (c.Read == "accepted"); differ != (c.SipgoWhy != "") {
				t.Errorf("differs %v, explained by %q", differ, c.SipgoWhy)
			}
			explained(t, string(c.Data))
		})
	}
}
