package wire

import (
	"strings"
	"testing"

	"tregua/testbed/torture"
)

// stuffed are the longest messages of the kinds that a reader may be slow on.
// Each has one part of the invite replaced by one that is repeated.
var stuffed = []struct {
	name, old, before, again, after string
}{
	{"Via parameters", via, "SIP/2.0/UDP h", ";a", ""},
	{"Via parameters with values", via, "SIP/2.0/UDP h", `;a="\""`, ""},
	{"Vias in a line", via, "SIP/2.0/UDP h", ",SIP/2.0/UDP h;x", ""},
	{"Vias with folds", via, "SIP/2.0/UDP h", ",\r\n SIP/2.0/UDP\r\n h", ""},
	{"From parameters", from, "<sip:a@x>", ";a", ""},
	{"From parameters with spaces", from, "<sip:a@x>", " ; a = b", ""},
	{"URI parameters", from, "<sip:a@x", ";a=b", ">"},
	{"URI headers", from, "<sip:a@x?", "a=b&", ">"},
	{"escapes", from, "<sip:", "%61", "@x>"},
	{"escapes in the Request-URI", "+390612345678", "", "%31", ""},
	{"display name", from, "", "a ", "<sip:a@x>"},
	{"quoted string", from, `"`, "a", `" <sip:a@x>`},
	{"quoted string of escapes", from, `"`, `\"`, `" <sip:a@x>`},
	{"quoted string of controls", from, `"`, "\\\x01", `" <sip:a@x>`},
	{"quoted string without end", from, `"`, `\"`, ""},
	{"backslashes before a control", from, `"`, `\`, "\x01"},
	{"folds", "dialer 1.0", "", "\r\n x", ""},
	{"empty folds", "dialer 1.0", "", "\r\n ", "x"},
	{"empty folds to the end", "dialer 1.0", "", "\r\n ", ""},
	{"folds in a display name", from, "", "a\r\n ", "<sip:a@x>"},
	{"folds in a quoted string", from, `"`, "\r\n ", `a" <sip:a@x>`},
	{"folds before the Call-ID", "a84b4c76e66710", "", "\r\n ", "a"},
	{"white space", "102 INVITE", "102", " ", "INVITE"},
	{"contacts", "<sip:0212345678@10.0.0.20:5060;transport=udp>", "<sip:a@x>", ",<sip:a@x>;q=1", ""},
	{"contacts without brackets", "<sip:0212345678@10.0.0.20:5060;transport=udp>", "sip:a", ",sip:a", ""},
	{"contact of many tokens", "transport=udp>", "tregua=x", ";maddr=x;tregua=x", ">"},
	{"routes", "User-Agent", "Route: <sip:a;lr>", ",<sip:a;lr>", "\r\nUser-Agent"},
	{"angle brackets", from, "", "<", ""},
	{"quotes", from, "", `"`, ""},
	{"commas", "dialer 1.0", "", ",", ""},
	{"colons", from, "", ":", ""},
	{"zeros", "102 INVITE", "", "0", " INVITE"},
	{"one header again and again", "User-Agent: ", "User-Agent: ", "\r\nTo: <sip:a@x>", ""},
	{"foreign headers", "User-Agent: ", "User-Agent: ", "\r\nx:", ""},
	{"lines without a colon", "User-Agent: ", "User-Agent: ", "\r\nx", ""},
	{"bare LF", "dialer 1.0", "", "\n", ""},
	{"bare CR", "dialer 1.0", "", "\r", ""},
	{"line ends before it", "INVITE sip", "", "\r\n", "INVITE sip"},
	{"spaces in the request line", "INVITE sip", "INVITE", " ", "sip"},
	{"spaces behind the request line", "SIP/2.0\r\nVia", "SIP/2.0", " ", "\r\nVia"},
	{"method", "INVITE sip", "", "I", " sip"},
	{"body", "v=0\r\n", "v=0\r\n", "\r\n", ""},
}

// every does with a datagram all that the proxy does with one, and more.
func every(datagram string) {
	Peek([]byte(datagram))
	hop := hopOf("10.0.0.20:5060")
	m, err := Read([]byte(datagram))
	if err != nil {
		if m = err.(*Malformed).Partial; m != nil { //nolint:errorlint // Read documents its one error type
			Reply(m, Vias(m, hop), 400, "Bad Request", "t")
		}
		return
	}
	ReplyTo(m, hop)
	Reply(m, Vias(m, hop), 486, "Busy Here", "t")
	HopByHop(m, "CANCEL", "")
	m.Write(Edit{
		Vias: []string{"Via: x"}, Contact: ContactLine(m, "192.0.2.9", 5070, "tregua=x"), MaxForwards: 1,
		SetRoutes: true, SetBody: true, Body: m.Body, Drop: []string{"X-Private"},
	})
	m.SDP()
	for _, h := range [...]Header{HFrom, HTo, HContact, HRoute, HRecordRoute} {
		for value := range m.Values(h) {
			_, _ = ParseNameAddrs(value)
		}
	}
	for _, uri := range [...]string{m.URI, m.From.URI, m.Contact.URI} {
		u, _ := ParseURI(uri)
		_, _ = Unescape(u.User)
	}
}

// TestLinear: no message that one peer can write costs more than its length.
func TestLinear(t *testing.T) { //nolint:paralleltest // it compares times
	for _, c := range stuffed {
		t.Run(c.name, func(t *testing.T) {
			torture.Linear(t, func(size int) string {
				return with(t, c.old, c.before+torture.Times(c.again, size)+c.after)
			}, every)
		})
	}
}

// BenchmarkTorture says what each costs by kB (make torture).
func BenchmarkTorture(b *testing.B) {
	for _, c := range torture.Load(b, tortureDir) {
		b.Run(c.Name, func(b *testing.B) { torture.PerKB(b, string(c.Data), every) })
	}
	for _, c := range stuffed {
		b.Run(strings.ReplaceAll(c.name, " ", "_"), func(b *testing.B) {
			torture.PerKB(b, with(b, c.old, c.before+torture.Times(c.again, 62<<10)+c.after), every)
		})
	}
}
