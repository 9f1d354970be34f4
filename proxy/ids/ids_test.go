package ids

import (
	"strings"
	"testing"
)

// overhead is what the cipher adds: its synthetic IV.
const overhead = 16

func key(t testing.TB, trunk string) *Key {
	t.Helper()
	k, err := NewKey([]byte("0123456789abcdef0123456789abcdef"), trunk)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestForm holds what stands on the wire: calls must open after an update.
func TestForm(t *testing.T) {
	t.Parallel()
	k := key(t, "telco-a")
	for _, c := range []struct{ got, want string }{
		{k.CallID("a84b4c76e66710@10.0.0.20"), "t-gmHHPjo2PVLgw8tiG0F0lDKCwN_yEPbTUMsyptpM7qdhhG_EjGcaNg"},
		{k.CallID("1"), "t-CTspbVqlhUX2qrIs8qJHdGg"},
		{k.Tag("1"), "t-Vba2UUnFYvjhZc49J5up7uc"},
		{k.Tag("as6f2d1f0c"), "t-FJAyrJY-NwpPrXxk9TRwlOH5U1vliiiUIu8"},
		{k.CallID(""), ""},
		{k.Tag(""), ""},
		{k.Tag("0"), "0"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// TestForeign holds that what was not sealed by this key as it stands is
// sealed, and so comes back from the second Swap and not from the first.
func TestForeign(t *testing.T) {
	t.Parallel()
	k := key(t, "telco-a")
	sealed := k.CallID("a84b4c76e66710@10.0.0.20")
	other := "A"
	if strings.HasSuffix(sealed, other) {
		other = "B"
	}
	for name, id := range map[string]string{
		"cut":                 sealed[:len(sealed)-1],
		"cut to its prefix":   prefix,
		"cut before its text": sealed[:len(prefix)+22],
		"changed":             sealed[:len(sealed)-1] + other,
		"in lower case":       strings.ToLower(sealed),
		"with a host behind":  sealed + "@h",
		"padded":              sealed + "=",
		"with a line end":     sealed + "\n",
		"another trunk's":     key(t, "telco-b").CallID("a84b4c76e66710@10.0.0.20"),
		"a tag for a Call-ID": k.Tag("a84b4c76e66710@10.0.0.20"),
		"another text for it": trailing(k.CallID("1")),
	} {
		there := k.CallID(id)
		if !strings.HasPrefix(there, prefix) || len(there) <= len(id) {
			t.Errorf("%s: %q became %q", name, id, there)
		}
		if back := k.CallID(there); back != id {
			t.Errorf("%s: %q came back as %q", name, id, back)
		}
	}
}

// trailing changes a bit of a text that stands for nothing.
func trailing(sealed string) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(digits, sealed[len(sealed)-1])
	return sealed[:len(sealed)-1] + digits[last^1:last^1+1]
}

func TestNewKeyWantsASecret(t *testing.T) {
	t.Parallel()
	if _, err := NewKey([]byte("short"), "telco-a"); err == nil {
		t.Error("a short secret is taken")
	}
}

// FuzzSwap holds that twice is nothing, for any text, and that what is sealed
// is a token that no other trunk opens.
func FuzzSwap(f *testing.F) {
	k, b := key(f, "telco-a"), key(f, "telco-b")
	for _, id := range []string{"", "0", "1", prefix, "a84b4c76e66710@10.0.0.20", k.CallID("x"), k.Tag("x"), strings.Repeat("ab=", 300), "\x00"} {
		f.Add(id)
	}
	f.Fuzz(func(t *testing.T, id string) {
		for name, swap := range map[string]func(*Key, string) string{"Call-ID": (*Key).CallID, "tag": (*Key).Tag} {
			there := swap(k, id)
			if back := swap(k, there); back != id {
				t.Fatalf("%s %q became %q and %q", name, id, there, back)
			}
			if there == id {
				if id != "" && id != "0" {
					t.Fatalf("%s %q passes as it is", name, id)
				}
				continue
			}
			if strings.HasPrefix(id, prefix) && len(there) < len(id) {
				continue // it was opened
			}
			if strings.Trim(there, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
				t.Fatalf("%s %q became %q, which is no token", name, id, there)
			}
			if limit := len(prefix) + (len(id)+overhead)*4/3 + 1; len(there) > limit {
				t.Fatalf("%s of %d bytes became one of %d", name, len(id), len(there))
			}
			if over := swap(b, there); len(over) < len(there) {
				t.Fatalf("%s %q opens with the key of another trunk", name, there)
			}
		}
	})
}

func BenchmarkSwap(b *testing.B) {
	k := key(b, "telco-a")
	b.ReportAllocs()
	for b.Loop() {
		k.CallID(k.CallID("a84b4c76e66710@10.0.0.20"))
	}
}
