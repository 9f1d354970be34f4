package seal_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tregua/policy"
	"tregua/policy/seal"
)

func newKeys(t testing.TB, seed byte) *seal.Keys {
	t.Helper()
	k, err := seal.NewKeys(rand.NewChaCha8([32]byte{seed}))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestLoadKeys(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "etc", "keys")
	first, err := seal.LoadKeys(dir, rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	again, err := seal.LoadKeys(dir, rand.NewChaCha8([32]byte{2}))
	if err != nil {
		t.Fatal(err)
	}
	if first.Fingerprint() != again.Fingerprint() || first.Index(39333) != again.Index(39333) {
		t.Error("the second start has other keys")
	}
	if first.Fingerprint() == newKeys(t, 2).Fingerprint() {
		t.Error("two keys have one fingerprint")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v: want the key file alone", entries, err)
	}
	info, err := entries[0].Info()
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestLoadKeysRefuses(t *testing.T) {
	t.Parallel()
	line := func(name string) string { return name + " " + strings.Repeat("ab", 32) + "\n" }
	good := line("number") + line("master")
	for _, c := range []struct {
		name, content string
		mode          os.FileMode
		want          string // after "keys PATH: "
	}{
		{"good", good, 0o600, ""},
		{"read only", good, 0o400, ""},
		{"group may read", good, 0o640, "mode 0640 lets others read them; run chmod 600 on the file"},
		{"world may read", good, 0o604, "mode 0604 lets others read them; run chmod 600 on the file"},
		{"empty", "", 0o600, `line 1 is not "number " and 64 hexadecimal digits; restore the file`},
		{"cut", line("number") + "master abab", 0o600, `line 2 is not "master " and 64 hexadecimal digits; restore the file`},
		{"digits", strings.Replace(good, "abab", "zzzz", 1), 0o600, "line 1: not hexadecimal; restore the file"},
		{"more", good + "x", 0o600, "more than two lines; restore the file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "node.keys")
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			_, err := seal.LoadKeys(filepath.Dir(path), rand.NewChaCha8([32]byte{}))
			var got string
			if err != nil {
				got = strings.TrimPrefix(err.Error(), "keys "+path+": ")
			}
			if got != c.want {
				t.Errorf("error %q, want %q", got, c.want)
			}
		})
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := seal.LoadKeys(filepath.Join(file, "keys"), rand.NewChaCha8([32]byte{}))
	if want := "not a directory"; err == nil || !strings.HasSuffix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v, want one line that ends with %q", err, want)
	}
}

// TestIndexIsKeyedByE164 computes the index of compliance.md 2.4 by itself.
func TestDerive(t *testing.T) {
	t.Parallel()
	derive := func(seed byte, purpose string) string {
		secret, err := newKeys(t, seed).Derive(purpose)
		if err != nil || len(secret) != 32 {
			t.Fatalf("%d bytes, %v", len(secret), err)
		}
		return string(secret)
	}
	if first, again := derive(1, "a"), derive(1, "a"); first != again {
		t.Error("the same keys give another secret")
	}
	if derive(1, "a") == derive(2, "a") || derive(1, "a") == derive(1, "b") {
		t.Error("other keys, or another purpose, give the same secret")
	}
}

func TestIndexIsKeyedByE164(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	number := bytes.Repeat([]byte{0xab}, 32)
	content := fmt.Sprintf("number %x\nmaster %x\n", number, number)
	if err := os.WriteFile(filepath.Join(dir, "node.keys"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	k, err := seal.LoadKeys(dir, rand.NewChaCha8([32]byte{}))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, number)
	mac.Write([]byte("+393331234567"))
	if got, want := k.Index(393331234567), seal.Index(mac.Sum(nil)[:16]); got != want {
		t.Errorf("index %x, want %x", got, want)
	}
}

// TestIndex wants an index of its own for whatever must not be joined.
func TestIndex(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 1)
	m1, _, err1 := k.NewMonth("2026-11")
	m2, _, err2 := k.NewMonth("2026-12")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	seen := map[seal.Index]string{}
	for text, h := range map[string]seal.Index{
		"number":         k.Index(393331234567),
		"other number":   k.Index(393331234568),
		"user":           k.IndexUser("+393331234567"),
		"other key":      newKeys(t, 2).Index(393331234567),
		"month":          m1.Index(k.Index(393331234567)),
		"other month":    m2.Index(k.Index(393331234567)),
		"no number":      k.Index(0),
		"empty user":     k.IndexUser(""),
		"month of other": m1.Index(k.Index(393331234568)),
	} {
		if other, twice := seen[h]; twice {
			t.Errorf("%s and %s have one index", text, other)
		}
		seen[h] = text
	}
}

func TestSealNumber(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 1)
	for _, n := range []policy.Number{0, 1, 393331234567, 1<<64 - 1} {
		sealed, err := k.SealNumber(n)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := k.OpenNumber(sealed); err != nil || got != n {
			t.Errorf("%d comes back as %d, %v", n, got, err)
		}
		if _, err := newKeys(t, 2).OpenNumber(sealed); !errors.Is(err, seal.ErrGone) {
			t.Errorf("another key opens it: %v", err)
		}
		for i := range sealed {
			sealed[i] ^= 1
			if _, err := k.OpenNumber(sealed); err == nil {
				t.Errorf("byte %d may be changed", i)
			}
			sealed[i] ^= 1
		}
		if _, err := k.OpenNumber(sealed[:5]); err == nil {
			t.Error("a cut one opens")
		}
		other, err := k.SealNumber(n)
		if err != nil || bytes.Equal(sealed, other) {
			t.Errorf("two seals of one number are equal, %v", err)
		}
	}
}

// BenchmarkIndex is what each attempt costs before its desk is known.
func BenchmarkIndex(b *testing.B) {
	k := newKeys(b, 1)
	b.ReportAllocs()
	for b.Loop() {
		k.Index(393331234567)
	}
}
