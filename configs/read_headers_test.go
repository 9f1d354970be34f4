package configs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHeaderRules holds what ids and headers read as, on both sides of trunks,
// and what is said of a mistake.
func TestHeaderRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		keys string
		hide bool
		want HeaderRules
		err  string // without the place of the trunk
	}{
		{keys: "ids: transparent"},
		{keys: "headers: {}"},
		{keys: "headers: {drop: [], rename: {}, add: {}}"},
		{keys: "ids: hide", hide: true},
		{
			keys: `headers: {drop: [X-Secret, Session-ID], rename: {X-Old: X-New, X-B: x-b}, add: {X-Customer: 5, X-Text: "a: b; c"}}`,
			want: HeaderRules{
				Drop: []string{"X-Secret", "Session-ID"}, Rename: [][2]string{{"X-Old", "X-New"}, {"X-B", "x-b"}},
				Add: [][2]string{{"X-Customer", "5"}, {"X-Text", "a: b; c"}},
			},
		},
		{keys: "headers: {drop: [Diversion], add: {Diversion: <sip:a@b>}}", want: HeaderRules{
			Drop: []string{"Diversion"}, Add: [][2]string{{"Diversion", "<sip:a@b>"}},
		}},
		{keys: "ids: hidden", err: `ids: unknown value "hidden"; did you mean hide?`},
		{keys: "headers: {drop: X-A}", err: `headers.drop: want a list, have "X-A"`},
		{keys: "headers: {drop: [Call-ID]}", err: "headers.drop[0]: Call-ID may not be changed: SIP or tregua itself needs it as it is; remove the rule"},
		{keys: "headers: {drop: [i]}", err: `headers.drop[0]: "i" is no name of a header; write it in full, as X-Account`},
		{keys: "headers: {drop: [CONTENT-Disposition]}", err: "headers.drop[0]: CONTENT-Disposition may not be changed: SIP or tregua itself needs it as it is; remove the rule"},
		{keys: "headers: {drop: [Require]}", err: "headers.drop[0]: Require may not be changed: the other side must understand what it names, or refuse (RFC 3261 section 8.2.2.3); remove the rule"},
		{keys: "headers: {rename: {X-A: Proxy-Authorization}}", err: "headers.rename.X-A: Proxy-Authorization may not be changed: a challenge and its answer must fit each other, or no call is let in (RFC 3261 section 22); remove the rule"},
		{keys: "headers: {rename: {Via: X-A}}", err: "headers.rename.Via: Via may not be changed: SIP or tregua itself needs it as it is; remove the rule"},
		{keys: "headers: {add: {p-asserted-identity: <tel:+39>}}", err: "headers.add.p-asserted-identity: p-asserted-identity may not be changed: the caller is judged by it, and what is judged must be what is sent; remove the rule"},
		{keys: `headers: {add: {"X A": b}}`, err: `headers.add.X A: "X A" is no name of a header; write it in full, as X-Account`},
		{keys: `headers: {add: {X-A: "b\r\nVia: c"}}`, err: `headers.add.X-A: "b\r\nVia: c" has control characters; remove them`},
		{keys: `headers: {add: {X-A: ""}}`, err: "headers.add.X-A: is empty; give a value or remove the key"},
		{keys: "headers: {drop: [X-A, x-a]}", err: "headers.drop[1]: x-a has a rule at line 3 already; keep one"},
		{keys: "headers: {drop: [X-A], rename: {x-a: X-B}}", err: "headers.rename.x-a: x-a has a rule at line 3 already; keep one"},
		{keys: "headers: {rename: {X-A: X-A}}", err: "headers.rename.X-A: keeps its name; remove the rule"},
		{keys: "headers: {remove: [X-A]}", err: "headers.remove: unknown key; did you mean rename?"},
	} {
		pbx := file(c.keys, "")
		carrier := strings.Replace(file("mode2: x", ""), "198.51.100.1\"]", "198.51.100.1\"], "+c.keys, 1)
		carrier = strings.Replace(carrier, ", mode2: x", "", 1)
		for trunk, text := range []string{pbx, carrier} {
			got, err := Parse("t.yaml", []byte(text))
			switch {
			case c.err != "":
				want := strings.Replace("trunks[N].", "N", string(rune('0'+trunk)), 1) + strings.Replace(c.err, "line 3", "line "+string(rune('3'+trunk)), 1)
				if err == nil || !strings.HasSuffix(err.Error(), ": "+want) || strings.Contains(err.Error(), "\n") {
					t.Errorf("%s: %v\nwant %s", c.keys, err, want)
				}
			case err != nil:
				t.Errorf("%s: %v", c.keys, err)
			default:
				if diff := cmp.Diff(c.want, got.Trunks[trunk].Headers); diff != "" || got.Trunks[trunk].HideIDs != c.hide {
					t.Errorf("%s: hide %t (-want +got):\n%s", c.keys, got.Trunks[trunk].HideIDs, diff)
				}
			}
		}
	}
}
