package proxy

import (
	"strings"
	"testing"
)

// TestMappedBy: what a campaign may be known by reaches the attempt, bounded.
func TestMappedBy(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 60)
	for _, c := range []struct{ lines, display, headers string }{
		{"From: \"V1123045959000012345\" <sip:1@pbx>", "V1123045959000012345", ""},
		{"From: ACME Energia <sip:1@pbx>", "ACME Energia", ""},
		{"From: <sip:1@pbx>", "", ""},
		{"From: \"" + long + "abcdefgh\" <sip:1@pbx>", long + "abcd", ""},
		{"From: \"" + long + "abc\u00e8\" <sip:1@pbx>", long + "abc", ""},
		{"From: <sip:1@pbx>|X-Campaign: sales|X-Other: 1", "", "X-Campaign: sales"},
		{"From: <sip:1@pbx>|x-campaign:  a  b |s: hello", "", "Subject: hello\nX-Campaign: a  b"},
		{"From: <sip:1@pbx>|X-Campaign: " + long + "abcdefgh", "", "X-Campaign: " + long + "abcd"},
		{"From: <sip:1@pbx>" + strings.Repeat("|X-Campaign: a", 9), "", strings.TrimSuffix(strings.Repeat("X-Campaign: a\n", 4), "\n")},
		{"From: <sip:1@pbx>|X-Campaign: a\r\n b", "", "X-Campaign: a b"},
	} {
		b := newBench(t, func(cfg *Config) { cfg.Trunks[0].Mapped = []string{"Subject", "X-Campaign"} })
		b.turn(b.from(0, withCaller(c.lines)))
		if len(b.asks) != 1 {
			t.Errorf("%s: %d asks", c.lines, len(b.asks))
			continue
		}
		a := b.asks[0].Attempt
		if a.Display != c.display || a.Headers != c.headers || a.SourcePort != pbxAddr.Port() {
			t.Errorf("%s: got %q, %q, port %d", c.lines, a.Display, a.Headers, a.SourcePort)
		}
	}
}

// TestMappedByOfPBX: the name of whoever calls from a carrier is nobody's to keep.
func TestMappedByOfPBX(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.turn(b.from(1, withCaller("From: \"Maria Rossi\" <sip:0612345670@carrier>")))
	if len(b.out.Inbound) != 1 || b.out.Inbound[0].Display != "" || b.out.Inbound[0].SourcePort != 0 {
		t.Errorf("inbound %+v", b.out.Inbound)
	}
}
