package isup

import (
	"strings"
	"testing"
)

// iam is an initial address message with that called party number, and an
// optional part with a calling party number.
func iam(called string) string {
	return "\x01\x10\x20\x01\x0a\x00\x02" + string(rune(2+len(called))) + string(rune(len(called))) + called +
		"\x0a\x04\x83\x13\x44\x04\x00"
}

func TestCalledNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, base, body, want string }{
		{"international", "itu-t92+", iam("\x04\x10\x93\x33\x13\x32\x54\x76"), "4 393331234567"},
		{"international with end of pulsing", "etsi356", iam("\x84\x10\x93\x33\x13\x32\x54\x76\x0f"), "4 393331234567"},
		{"even with end of pulsing", "", iam("\x03\x90\x33\x13\x32\x54\xf6"), "3 333123456"},
		{"odd with end of pulsing", "itu-t88", iam("\x83\x10\x33\x13\x32\x54\x76\x0f"), "3 3331234567"},
		{"odd", "ttc93+", iam("\x81\x10\x33\x03"), "1 333"},
		{"of unknown nature", "X-net", iam("\x02\x10\x00\x93"), "2 0039"},
		{"the pointer leads further", "", "\x01\x10\x20\x01\x0a\x00\x03\x00\xff\x03\x83\x10\x05", "3 5"},
		{"32 digits", "", iam("\x02\x10" + strings.Repeat("\x11", 16)), "2 " + strings.Repeat("1", 32)},

		{"33 digits", "", iam("\x82\x10" + strings.Repeat("\x11", 16) + "\x01"), "error of 33 digits"},
		{"ANSI", "ANSI00", iam("\x04\x10\x93"), "error is not read"},
		{"Bellcore", "gr317", iam("\x04\x10\x93"), "error is not read"},
		{"nothing", "", "", "error no initial address message"},
		{"another message", "", "\x06" + iam("\x04\x10\x93")[1:], "error no initial address message"},
		{"cut in the fixed part", "", "\x01\x10\x20\x01\x0a\x00\x02", "error without a called number"},
		{"no called number", "", "\x01\x10\x20\x01\x0a\x00\x00\x00\x02", "error at octet 6 of 9"},
		{"a pointer to the other pointer", "", "\x01\x10\x20\x01\x0a\x00\x01\x03\x84\x10\x93", "error at octet 7 of 11"},
		{"a pointer behind the end", "", "\x01\x10\x20\x01\x0a\x00\x09\x00\x02", "error at octet 15 of 9"},
		{"a pointer to the end", "", "\x01\x10\x20\x01\x0a\x00\x02\x00", "error at octet 8 of 8"},
		{"cut in the number", "", "\x01\x10\x20\x01\x0a\x00\x02\x00\x04\x84\x10\x93", "error longer than the message"},
		{"no digits", "", iam("\x04\x10"), "error without digits"},
		{"nothing but the end of pulsing", "", iam("\x84\x10\x0f"), "error of 0 digits"},
		{"nature 0", "", iam("\x00\x10\x93"), "error nature 0"},
		{"network specific", "", iam("\x05\x10\x93"), "error nature 5"},
		{"a routing number", "", iam("\x08\x10\x93"), "error nature 8"},
		{"operator", "", iam("\xf1\x10\x93"), "error nature 113"},
		{"telex", "", iam("\x04\x40\x93"), "error plan 4"},
		{"no plan", "", iam("\x04\x00\x93"), "error plan 0"},
		{"a filler that is a digit", "", iam("\x84\x10\x13"), "error too many"},
		{"code 11", "", iam("\x04\x10\x9b"), "error signal 11 at 1"},
		{"end of pulsing in the middle", "", iam("\x04\x10\xf3\x93"), "error signal 15 at 2"},
	} {
		n, err := CalledNumber(c.base, c.body)
		got := string(rune('0'+n.Nature)) + " " + n.Digits
		word, wrong := strings.CutPrefix(c.want, "error ")
		if err != nil {
			got = err.Error()
		}
		if wrong != (err != nil) || !wrong && got != c.want || wrong && !strings.Contains(got, word) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// FuzzCalledNumber: what is read is digits, and the message that says just that
// number reads the same.
func FuzzCalledNumber(f *testing.F) {
	f.Add("itu-t92+", iam("\x04\x10\x93\x33\x13\x32\x54\x76"))
	f.Add("", iam("\x83\x90\x33\x13\x32\x54\x76\x0f"))
	f.Add("ansi88", "\x01\x10\x20\x01\x0a\x00\x03\x00\xff\x03\x83\x10\x05")
	f.Fuzz(func(t *testing.T, base, body string) {
		n, err := CalledNumber(base, body)
		if err != nil {
			if n != (Number{}) {
				t.Fatalf("%v, and %+v", err, n)
			}
			return
		}
		if n.Digits == "" || len(n.Digits) > 32 || strings.Trim(n.Digits, "0123456789") != "" {
			t.Fatalf("%+v", n)
		}
		if again, err := CalledNumber(base, iam(write(n))); err != nil || again != n {
			t.Fatalf("%+v became %+v, %v", n, again, err)
		}
	})
}

// write is the called party number that says n.
func write(n Number) string {
	out := []byte{byte(n.Nature), 0x10}
	for i := range len(n.Digits) {
		d := n.Digits[i] - '0'
		if i%2 == 0 {
			out = append(out, d)
		} else {
			out[len(out)-1] |= d << 4
		}
	}
	if len(n.Digits)%2 == 1 {
		out[0] |= 0x80
	}
	return string(out)
}
