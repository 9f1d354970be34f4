package main

import (
	"bytes"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/proxy"
	"tregua/proxy/call"
)

// upCall is what is kept of a call between two trunks.
func upCall(inbound bool, trunks ...string) string {
	side := func(host string) call.Side {
		return call.Side{Target: "sip:x@" + host, Remote: netip.AddrPortFrom(netip.MustParseAddr(host), 5060)}
	}
	k := proxy.Kept{Version: 1, Call: 7, Trunks: [2]string(trunks), State: call.State{
		CallID: "c1", From: "<sip:a@x>;tag=a", FromTag: "a", To: "<sip:b@x>;tag=b", ToTag: "b", Stream: -1,
		Answered: time.Second, Acked: true, Inbound: inbound, Sides: [2]call.Side{side("198.51.100.7"), side("192.0.2.9")},
	}}
	return k.Encode()
}

// TestAdoption: what can be told its end at least is taken; of the rest a line
// says why it is lost.
func TestAdoption(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		left ledger.Left
		why  string // "" is taken
	}{
		{"up", ledger.Left{Open: true, Call: upCall(false, "dialer-1", "telco-a")}, ""},
		{"inbound", ledger.Left{Call: upCall(true, "telco-a", "dialer-1")}, ""},
		{"one trunk is gone", ledger.Left{Open: true, Call: upCall(false, "dialer-1", "telco-z")}, ""},
		{"both are gone", ledger.Left{Open: true, Call: upCall(false, "dialer-9", "telco-z")}, `neither trunk \"dialer-9\" nor \"telco-z\"`},
		{"erased", ledger.Left{Err: seal.ErrGone}, "the key is gone"},
		{"spoilt", ledger.Left{Open: true, Call: "x"}, "what was kept of a call"},
		{"without its open row", ledger.Left{Call: upCall(false, "dialer-1", "telco-a")}, "no open row"},
	} {
		var log bytes.Buffer
		n := newNode(parse(t, twoSides), slog.New(slog.NewTextHandler(&log, nil)))
		c.left.Attempt.ID = policy.AttemptID{1}
		taken := n.adoption()(c.left)
		if taken != (c.why == "") || len(n.left) != map[bool]int{true: 1}[taken] || !strings.Contains(log.String(), c.why) {
			t.Errorf("%s: taken %t, %d gathered; %s", c.name, taken, len(n.left), log.String())
		}
	}
}
