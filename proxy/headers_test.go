package proxy

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// carried are headers that say who calls, through whom, and who vouches for
// it, in the forms that peers write.
var carried = []string{
	"Privacy: id;critical",
	"PRIVACY :\r\n\tuser ; header",
	"P-Asserted-Identity: \"Acme, S.p.A.\" <sip:+390212345678@acme.example>, <tel:+390212345678>",
	"p-asserted-identity:<tel:+390212345679>",
	"P-Preferred-Identity:   <sip:02@h>",
	"Diversion: <sip:+390611111111@h>;reason=user-busy;privacy=\"full\";counter=2",
	"HISTORY-INFO: <sip:b@h?Reason=SIP%3Bcause%3D302>;index=1,\r\n  <sip:c@h>;index=1.1",
	"Identity: eyJhbGciOiJFUzI1NiJ9..c2ln;info=<https://h/c.pem>;alg=ES256\r\n\t;ppt=shaken",
	"y:\"c2lnbmF0dXJl\"",
	"n :<https://h/c.cer>;alg=rsa-sha1 ",
	"Remote-Party-ID: \"x\" <sip:x@h>;party=calling;screen=yes",
}

// others are the lines of a message that tregua does not write.
func others(text []byte) (lines []string) {
	head, _, _ := strings.Cut(string(text), "\r\n\r\n")
	for _, line := range strings.Split(strings.ReplaceAll(strings.ReplaceAll(head, "\r\n ", "\x00 "), "\r\n\t", "\x00\t"), "\r\n")[1:] {
		name, _, _ := strings.Cut(line, ":")
		switch strings.TrimSpace(name) {
		case "Via", "From", "To", "Call-ID", "CSeq", "Contact", "Max-Forwards", "Content-Length":
		default:
			lines = append(lines, strings.ReplaceAll(line, "\x00", "\r\n"))
		}
	}
	return lines
}

// TestCarriedUntouched holds that such headers cross byte for byte in requests
// and responses, both ways, whoever hides.
func TestCarriedUntouched(t *testing.T) {
	t.Parallel()
	for who, hidden := range map[string][]int{"nobody": nil, "the carrier": {1}, "the PBX": {0}} {
		t.Run(who+" hides", func(t *testing.T) {
			t.Parallel()
			w := newTwins(t, hidden...)
			with := func(text string) string {
				return strings.Replace(text, "Content-Length", strings.Join(carried, "\r\n")+"\r\nContent-Length", 1)
			}
			check := func(what string) {
				t.Helper()
				if got := others(w.out.Sends[len(w.out.Sends)-1].Data); !slices.Equal(got, carried) {
					t.Errorf("%s leaves with\n%q\nwant\n%q", what, got, carried)
				}
			}
			w.get(0, 0, with(w.called("INVITE", "sip:+393331234567@carrier", 1)), "A 100, ask")
			w.both(0, "B INVITE", w.allow())
			check("INVITE")
			w.get(0, 1, with(w.answers("INVITE", 183, "carrier-tag")), "A 183")
			check("183")
			w.get(0, 1, with(w.answers("INVITE", 200, "carrier-tag")), "A 200, up")
			check("200")
			w.get(0, 0, with(w.called("ACK", w.target(), 1)), "B ACK")
			check("ACK")
			w.get(0, 1, with(w.calls("BYE", "", 8, "carrier-tag")), "A BYE")
			check("BYE")
			w.get(0, 0, with(w.fromA("BYE", 200)), "B 200, record")
			check("200 to BYE")
		})
	}
}

// TestHeaderRules holds that what leaves for a trunk is changed by its rules,
// and nothing else is.
func TestHeaderRules(t *testing.T) {
	t.Parallel()
	const lines = "X-Secret: 1\r\nx-secret:2\r\nX-Old :  a\r\n  b\r\nX-Kept: c\r\n"
	with := func(text string) string { return strings.Replace(text, "Content-Length", lines+"Content-Length", 1) }
	rules := &Headers{Drop: []string{"X-SECRET", "X-None"}, Rename: [][2]string{{"x-old", "X-New"}}, Add: []string{"X-Customer: 5"}}
	kept := []string{"X-Secret: 1", "x-secret:2", "X-Old :  a\r\n  b", "X-Kept: c"}
	changed := []string{"X-New :  a\r\n  b", "X-Kept: c", "X-Customer: 5"}
	for who, hidden := range map[string][]int{"nobody": nil, "the carrier": {1}} {
		t.Run(who+" hides", func(t *testing.T) {
			t.Parallel()
			w := newTwins(t, hidden...)
			w.shard.cfg.Trunks[1].Headers = rules
			want := func(what string, want []string) {
				t.Helper()
				if got := others(w.out.Sends[len(w.out.Sends)-1].Data); !slices.Equal(got, want) {
					t.Errorf("%s leaves with\n%q\nwant\n%q", what, got, want)
				}
			}
			w.turn(w.from(0, with(w.called("INVITE", "sip:+393331234567@carrier", 1))))
			want("100", nil)
			w.turn(w.allow())
			want("INVITE", changed)
			w.now += 600 * time.Millisecond
			w.turn()
			want("the INVITE's repeat", changed)
			w.turn(w.from(1, with(w.answers("INVITE", 180, "carrier-tag"))))
			want("180 towards the PBX", kept)
			w.turn(w.from(1, with(w.answers("INVITE", 200, "carrier-tag"))))
			w.turn(w.from(0, with(w.called("ACK", w.target(), 1))))
			want("ACK", changed)
			w.turn(w.from(1, with(w.calls("INFO", "", 7, "carrier-tag"))))
			want("INFO towards the PBX", kept)
			w.turn(w.from(0, with(w.fromA("INFO", 200))))
			want("200 to INFO", changed)
			w.turn(w.from(1, ask("BYE", "sip:x@y", 9, "gone", 1)))
			want("an answer of ours", []string{"X-Customer: 5"})
		})
	}
}
