package rights_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"tregua/policy/rights"
)

// TestStrike: each way to write the number is struck out at its length, and
// nothing else is.
func TestStrike(t *testing.T) {
	t.Parallel()
	forms := []string{"393331234567", "3331234567"}
	for text, want := range map[string]string{
		"number\n+393331234567\n":        "number\n+************\n",
		"393331234567,3331234567,x":      "************,**********,x",
		`{"called":"+39 333 123-4567"}`:  `{"called":"+** *** ***-****"}`,
		"00393331234567;sip:3331234567@": "00************;sip:**********@",
		"3331234567\n3331234567":         "**********\n**********",
		"+3933312345678 13331234567":     "+3933312345678 13331234567",
		"a3331234567 3331234567b":        "a3331234567 3331234567b",
		"+393331234568":                  "+393331234568",
		"":                               "",
	} {
		dir := t.TempDir()
		plain, packed := filepath.Join(dir, "done", "a.csv"), filepath.Join(dir, "b.csv.gz")
		write(t, plain, []byte(text))
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		_, err := w.Write([]byte(text))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		write(t, packed, z.Bytes())
		found, err := rights.Strike([]string{dir, dir + "-none"}, forms, true)
		if err != nil || (found > 0) != (text != want) {
			t.Errorf("%q: %d places, %v", text, found, err)
		}
		if again, err := rights.Strike([]string{dir}, forms, false); again != found || err != nil {
			t.Errorf("%q: %d places, the dry run had %d, %v", text, again, found, err)
		}
		if got, err := os.ReadFile(plain); string(got) != want || err != nil {
			t.Errorf("%q became %q, want %q, %v", text, got, want, err)
		}
		if got := unpack(t, packed); got != want {
			t.Errorf("packed %q became %q, want %q", text, got, want)
		}
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func unpack(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
