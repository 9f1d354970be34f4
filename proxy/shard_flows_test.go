package proxy

import (
	"maps"
	"net/netip"
	"strings"
	"testing"
	"time"

	"tregua/media"
	"tregua/policy"
)

// TestShardComesAgain: what comes again as it was is the same attempt; what has
// changed since is judged.
func TestShardComesAgain(t *testing.T) {
	t.Parallel()
	const uri = "sip:+393331234567@carrier"
	again := func(text string) string { return strings.ReplaceAll(text, "CSeq: 1 ", "CSeq: 2 ") }
	other := func(text string) string { return strings.ReplaceAll(text, "z9hG4bKINVITE1-1", "z9hG4bKother") }
	cases := map[string]struct {
		status int
		later  time.Duration
		text   string
		want   string
	}{
		"with credentials":            {407, 0, other(again(invite(uri, 1))), "A 100, B INVITE"},
		"a redirect":                  {302, 0, other(again(invite(uri, 1))), "A 100, B INVITE"},
		"another number":              {407, 0, other(again(invite("sip:+393339999999@carrier", 1))), "A 100, ask"},
		"another caller id":           {407, 0, other(strings.Replace(again(invite(uri, 1)), "<sip:cc@pbx>", "<sip:dd@pbx>", 1)), "A 100, ask"},
		"another call":                {407, 0, other(again(invite(uri, 2))), "A 100, ask"},
		"the CSeq does not go on":     {407, 0, other(invite(uri, 1)), "A 482"},
		"not asked to come again":     {486, 0, other(again(invite(uri, 1))), "A 100, ask"},
		"too late":                    {407, 33 * time.Second, other(again(invite(uri, 1))), "A 100, ask"},
		"in time":                     {407, 31 * time.Second, other(again(invite(uri, 1))), "A 100, B INVITE"},
		"from another trunk":          {407, 0, "trunk", "A 100, ask"},
		"its first transaction again": {407, 0, invite(uri, 1), ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			b.turn(b.from(0, invite(uri, 1)))
			b.turn(b.allow())
			b.turn(b.from(1, b.reply(c.status, "p")))
			b.turn(b.from(0, strings.Replace(ask("ACK", uri, 1, "p", 1), "z9hG4bKACK1-1", "z9hG4bKINVITE1-1", 1)))
			for range 100 {
				b.now += c.later / 100
				b.turn()
			}
			trunk, text := 0, c.text
			if text == "trunk" {
				trunk, text = 2, other(again(invite(uri, 1)))
			}
			b.want(b.turn(b.from(trunk, text)), c.want)
		})
	}
}

// TestShardUnwanted: the 607 of a carrier (RFC 8197) reaches the dialer and the
// record.
func TestShardUnwanted(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.turn(b.from(0, invite("sip:+393331234567@carrier", 1)))
	b.turn(b.allow())
	b.want(b.turn(b.from(1, b.reply(607, "x"))), "B ACK, A 607, record")
	if e := b.recs[0].Ending; e.Outcome != policy.OutcomeFailed || e.Status != 607 {
		t.Errorf("ending %+v", e)
	}
}

// TestShardInbound: a call of the carrier goes to the PBX, unjudged and without
// a record, and its media is ours.
func TestShardInbound(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.want(b.turn(b.from(1, invite("sip:0212345678@us", 1))), "B 100, lease")
	if in := b.out.Inbound; len(in) != 1 || in[0].User != "0212345678" || in[0].CallerID != "cc" || in[0].Trunk != "carrier" {
		t.Errorf("heard %+v", in)
	}
	b.want(b.turn(Judged{Call: b.out.Leases[0], Decision: policy.Decision{Verdict: policy.Allow}, Anchor: media.Anchor{ID: 9}}), "A INVITE")
	b.want(b.turn(b.from(0, b.reply(200, "x"))), "B 200")
	target := b.sent[len(b.sent)-1].Contact.URI
	b.want(b.turn(b.from(1, ask("ACK", target, 1, "x", 1))), "A ACK")
	b.want(b.turn(b.from(1, ask("BYE", target, 1, "x", 2))), "A BYE")
	b.want(b.turn(b.from(0, b.reply(200, ""))), "B 200, ended 9")
	b.now += time.Minute
	if b.want(b.turn(), ""); !b.shard.Idle() || len(b.recs) > 0 {
		t.Errorf("something is left a minute later, or recorded: %v", b.recs)
	}
}

// TestShardInboundNowhere: no PBX takes calls of the carrier.
func TestShardInboundNowhere(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *Config) { c.Trunks[0].Reach = netip.AddrPort{} })
	b.want(b.turn(b.from(1, invite("sip:0212345678@us", 1))), "B 404")
	if len(b.out.Inbound) != 1 {
		t.Error("whoever called has said nothing")
	}
	if b.turn(b.from(0, invite("sip:+393331234567@carrier", 2))); len(b.out.Inbound) != 0 {
		t.Errorf("a call of the dialer is heard as one of a carrier: %+v", b.out.Inbound)
	}
}

// TestShardAsides: what a PBX wants the carrier to dial is judged, and recorded.
func TestShardAsides(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.turn(b.from(0, invite("sip:+393331234567@carrier", 1)))
	b.turn(b.allow())
	b.turn(b.from(1, b.reply(200, "x")))
	target := b.sent[len(b.sent)-1].Contact.URI
	b.turn(b.from(0, ask("ACK", target, 1, "x", 1)))
	refer := func(cseq int) Message {
		text := ask("REFER", target, 1, "x", cseq)
		return b.from(0, strings.Replace(text, "Content-Length", "Refer-To: <sip:+393330000001@carrier>\r\nContent-Length", 1))
	}
	b.want(b.turn(refer(2)), "ask")
	if a := b.asks[1].Attempt; a.Called != 393330000001 || a.Trunk != "pbx" || a.CallerID != "cc" || a.ID == b.asks[0].Attempt.ID {
		t.Errorf("the target is judged as %+v", a)
	}
	refused := Judged{Call: b.asks[1].Return.Call, Decision: policy.Decision{Reason: policy.RegistryOpposed}}
	b.want(b.turn(refused), "A 603")
	b.want(b.turn(refer(3)), "ask")
	b.want(b.turn(b.allow()), "B REFER")
	b.want(b.turn(b.from(1, b.reply(202, ""))), "A 202, record")
	if r := b.recs[0]; r.Attempt.Called != 393330000001 || r.Ending.Outcome != policy.OutcomeHandedOn || r.Anchor != 0 {
		t.Errorf("record %+v", r)
	}
	// The call ends while the policy is asked: what it allows leads nowhere.
	b.want(b.turn(refer(4)), "ask")
	b.want(b.turn(b.from(0, ask("BYE", target, 1, "x", 5))), "B BYE")
	b.want(b.turn(b.from(1, b.reply(200, ""))), "A 200, record")
	b.want(b.turn(b.allow()), "A 481, record")
	if o := b.recs[2].Ending.Outcome; o != policy.OutcomeCancelled {
		t.Errorf("outcome %s", o)
	}
	b.now += time.Minute
	if b.want(b.turn(), ""); !b.shard.Idle() {
		t.Error("something is left a minute later")
	}
}

// TestShardFollows: a followed redirect closes the attempt and begins another.
func TestShardFollows(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *Config) { c.Trunks[1].Follow = true })
	b.turn(b.from(0, invite("sip:+393331234567@carrier", 1)))
	b.turn(b.allow())
	moved := func(to string) string {
		return strings.Replace(b.reply(302, "p"), "sip:b@198.51.100.1:5060", to, 1)
	}
	b.want(b.turn(b.from(1, moved("sip:+393339999999@198.51.100.1:5090"))), "B ACK, ask, record")
	if r := b.recs[0]; r.Ending.Outcome != policy.OutcomeHandedOn || !r.Ending.Forwarded || r.Anchor != 0 || r.Attempt.Called != 393331234567 {
		t.Errorf("record %+v", r)
	}
	if a := b.asks[1].Attempt; a.Called != 393339999999 || a.ID == b.asks[0].Attempt.ID || a.Trunk != "pbx" {
		t.Errorf("the target is judged as %+v", a)
	}
	j := b.allow()
	j.Anchor = media.Anchor{} // the shell leases none for a call that has one
	if _, _, ok := b.shard.MediaAddrs(j.Call); ok {
		t.Error("media is leased twice")
	}
	b.want(b.turn(j), "B INVITE")
	if m, to := b.sent[len(b.sent)-1], b.out.Sends[0].Hop.Remote.Port(); m.URI != "sip:+393339999999@198.51.100.1:5090" || to != 5090 {
		t.Errorf("%s went to port %d", m.URI, to)
	}
	b.want(b.turn(b.from(1, b.reply(486, "q"))), "B ACK, A 486, record")
	if r := b.recs[1]; r.Attempt.Called != 393339999999 || r.Anchor != 1 || r.Ending.Outcome != policy.OutcomeFailed {
		t.Errorf("record %+v", r)
	}
}

// TestShardRedirectsLeadHere: what a peer would find elsewhere goes round us,
// whatever it asked for.
func TestShardRedirectsLeadHere(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	moved := func() string {
		return strings.Replace(b.reply(302, ""), "sip:b@198.51.100.1:5060", "sip:+393330000001@elsewhere", 1)
	}
	leads := func(host string) {
		t.Helper()
		if m := b.sent[len(b.sent)-1]; m.Status != 302 || m.Contact.URI != "sip:+393330000001@"+host+":5060" {
			t.Errorf("%d %s", m.Status, m.Contact.URI)
		}
	}
	b.turn(b.from(0, ask("OPTIONS", "sip:carrier", 9, "", 1)))
	b.want(b.turn(b.from(1, moved())), "A 302")
	leads("192.0.2.254")
	b.turn(b.from(1, ask("MESSAGE", "sip:pbx", 8, "", 1)))
	b.want(b.turn(b.from(0, moved())), "B 302")
	leads("198.51.100.254")
	b.turn(b.from(0, invite("sip:+393331234567@carrier", 1)))
	b.turn(b.allow())
	b.turn(b.from(1, b.reply(200, "x")))
	target := b.sent[len(b.sent)-1].Contact.URI
	b.turn(b.from(0, ask("ACK", target, 1, "x", 1)))
	reinvite := strings.NewReplacer("tag=f1", "tag=x", ";tag=x\r\nCall-ID", ";tag=f1\r\nCall-ID").Replace(ask("INVITE", "sip:us", 1, "x", 5))
	b.want(b.turn(b.from(1, reinvite)), "B 100, A INVITE")
	b.want(b.turn(b.from(0, moved())), "A ACK, B 302")
	leads("198.51.100.254")
}

// TestShardReadsAgain: what comes again is read like what came first.
func TestShardReadsAgain(t *testing.T) {
	t.Parallel()
	const uri = "sip:+393331234567@carrier"
	b := newBench(t, nil)
	b.turn(b.from(0, invite(uri, 1)))
	b.turn(b.allow())
	b.turn(b.from(1, b.reply(407, "p")))
	text := strings.NewReplacer("CSeq: 1 ", "CSeq: 2 ", "z9hG4bK", "z9hG4bKagain",
		"Content-Length: 0\r\n\r\n", "Content-Type: application/sdp\r\nContent-Length: 2\r\n\r\nxx").Replace(invite(uri, 1))
	b.want(b.turn(b.from(0, text)), "A 488")
}

// TestShardAlarms: a peer that has a timer started over and over makes nothing
// grow.
func TestShardAlarms(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.turn(b.from(0, invite("sip:+393331234567@carrier", 1)))
	b.turn(b.allow())
	ring := b.reply(180, "x")
	for range 5000 {
		b.turn(b.from(1, ring))
	}
	if n := len(b.shard.alarms.list); n > 2*fewAlarms {
		t.Errorf("%d alarms for one call", n)
	}
	if next, ok := b.shard.next(); !ok || next > b.now+181*time.Second {
		t.Errorf("Timer C is lost: %v", next)
	}
}

// TestShardOptOut: the relay is told by which key the callee of a dialer's call
// opts out, and nothing of the caller's.
func TestShardOptOut(t *testing.T) {
	t.Parallel()
	b := newBench(t, func(c *Config) { c.Trunks[0].OptOut = 10 })
	told := map[media.Leg]media.Key{}
	note := func(string) {
		for _, f := range b.out.Flows {
			told[f.Leg] = f.Flow.OptOut
		}
	}
	const body = "v=0\r\ns=-\r\nc=IN IP4 192.0.2.77\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
	note(b.turn(b.from(0, withBody(invite("sip:+393331234567@carrier", 1), body))))
	note(b.turn(b.allow()))
	note(b.turn(b.from(1, withBody(b.reply(200, "x"), body))))
	if want := map[media.Leg]media.Key{media.A: 0, media.B: 10}; !maps.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}
