package wire

import (
	"slices"
	"strings"
	"testing"
)

// marked shows what was taken for an identifier.
var marked = DialogIDs{
	CallID: func(id string) string { return "C(" + id + ")" },
	Tag:    func(tag string) string { return "T-" + tag },
}

func TestDialogIDs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		// RFC 3891 section 6.1, RFC 3911 section 7.1, RFC 4538 section 7.
		{"Replaces: 98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff", "Replaces: C(98732@sip.example.com);from-tag=T-r33th4x0r;to-tag=T-ff87ff"},
		{"Replaces: 1;to-tag=2;from-tag=3;early-only", "Replaces: C(1);to-tag=T-2;from-tag=T-3;early-only"},
		{"join:1 ; From-Tag =\r\n 3 ;x=\"to-tag=9\";to-tag= 2 ", "join:C(1) ; From-Tag =\r\n T-3 ;x=\"to-tag=9\";to-tag= T-2 "},
		{"TARGET-Dialog: fa77as7dad8-sd98ajzz@h;local-tag=kkaz-;remote-tag=6544", "TARGET-Dialog: C(fa77as7dad8-sd98ajzz@h);local-tag=T-kkaz-;remote-tag=T-6544"},
		{"Replaces: 1;to-tag;from-tag=", "Replaces: C(1);to-tag;from-tag="},
		{"Replaces: 1;to-tag=2, 3;to-tag=4", "Replaces: C(1);to-tag=T-2, C(3);to-tag=T-4"},
		{"Replaces: 1 2;to-tag=4", "Replaces: C(1) C(2);to-tag=T-4"},
		{"Replaces: ;;to-tag=4", "Replaces: ;;to-tag=T-4"},
		{"Replaces:", "Replaces:"},
		{"X-Replaces: 1;to-tag=2", "X-Replaces: 1;to-tag=2"},
		// RFC 3891 section 3, RFC 3515 section 2.1.
		{
			"Refer-To: <sip:b@h?Replaces=12345%40h%3Bto-tag%3D12345%3Bfrom-tag%3D5FFE>;x=y",
			"Refer-To: <sip:b@h?Replaces=C(12345%40h)%3Bto-tag%3DT-12345%3Bfrom-tag%3DT-5FFE>;x=y",
		},
		{
			"r:\t\"<a?join=9> <c>\" <sip:b@h;p=q?Subject=x%20y&rEPLACES=1%3bto-tag%3d2&Body=%3Bto-tag%3D2>",
			"r:\t\"<a?join=9> <c>\" <sip:b@h;p=q?Subject=x%20y&rEPLACES=C(1)%3Bto-tag%3DT-2&Body=%3Bto-tag%3D2>",
		},
		{"Refer-To: Why? <sip:b@h?%4Aoin=1;to-tag=2>", "Refer-To: Why? <sip:b@h?%4Aoin=C(1)%3Bto-tag%3DT-2>"},
		{"Refer-To: sip:b@h?Replaces=1%3Bto-tag%3D2", "Refer-To: sip:b@h?Replaces=C(1)%3Bto-tag%3DT-2"},
		{"Refer-To: <sip:b@h?Replaces=1%zz>", "Refer-To: <sip:b@h?Replaces=1%zz>"},
		{"Refer-To: <sip:b@h?Replaces>", "Refer-To: <sip:b@h?Replaces>"},
		{"Refer-To: <sip:b@h>", "Refer-To: <sip:b@h>"},
		{"Refer-To: \"?", "Refer-To: \"?"},
		{"Refer-To:", "Refer-To:"},
		{"Referred-By: <sip:b@h?Replaces=1>", "Referred-By: <sip:b@h?Replaces=1>"},
	} {
		m := mustRead(t, strings.Replace(base, "X-1:a", c.in, 1))
		got := string(m.Write(Edit{Dialogs: &marked}))
		if want := strings.Replace(base, "X-1:a", c.want, 1); got != want {
			t.Errorf("\n%s\nwant\n%s", got, want)
		}
	}
}

// flip exchanges two letters, so that twice is nothing.
var flip = strings.NewReplacer("a", "b", "b", "a").Replace

// FuzzDialogIDs holds that identifiers are read again as they were written,
// that nothing else changes, and that twice is as it was, but for the choice
// of escapes in a Refer-To.
func FuzzDialogIDs(f *testing.F) {
	corpus(f, func(text string) { f.Add(text) })
	for _, line := range []string{
		"Replaces: 1a@b;to-tag=b;from-tag=aa", "Join : b ;x=\"b\"; to-tag =\r\n a", "Target-Dialog: b;local-tag=a;remote-tag=b,a",
		"r: \"?\" <sip:b@h?Replaces=a%40b%3bto-tag%3Da&join=a>", "Refer-To: a?Replaces=%61%",
	} {
		f.Add(strings.Replace(base, "X-1:a", line, 1))
	}
	flipped := func(m *Message) *Message {
		return &Message{CallID: flip(m.CallID), From: NameAddr{Tag: flip(m.From.Tag)}, To: NameAddr{Tag: flip(m.To.Tag)}}
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := Read([]byte(text))
		if err != nil {
			return
		}
		cross := func(m *Message) *Message {
			to := flipped(m)
			return reread(t, m.Write(Edit{
				CallID: to.CallID, FromTag: to.From.Tag, ToTag: to.To.Tag, Dialogs: &DialogIDs{CallID: flip, Tag: flip},
			}))
		}
		there := cross(m)
		if want := flipped(m); there.CallID != want.CallID || there.From.Tag != want.From.Tag || there.To.Tag != want.To.Tag {
			t.Fatalf("%q became %q", texts(m), texts(there))
		}
		back := cross(there)
		for i, l := range m.Lines {
			if got := back.Lines[i]; got.Text != l.Text && !sameName(l.Name(), "Refer-To") {
				t.Fatalf("%q came back as %q", l.Text, got.Text)
			}
		}
		if again := cross(back); !slices.Equal(texts(again), texts(there)) {
			t.Fatalf("%q, the third time %q", texts(there), texts(again))
		}
	})
}
