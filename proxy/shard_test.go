package proxy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/wire"
)

func TestShardCarriesACall(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.want(b.turn(b.from(0, invite("sip:+393331234567@carrier", 1))), "A 100, ask")
	if a := b.asks[0].Attempt; a.Called != 393331234567 || a.CallerID != "cc" || a.Trunk != "pbx" || a.ID[6]>>4 != 7 {
		t.Errorf("attempt %+v", a)
	}
	b.want(b.turn(b.allow()), "B INVITE")
	out := b.sent[len(b.sent)-1]
	if out.URI != "sip:+393331234567@carrier" || out.CallID != "call1" || out.MaxForwards != 69 ||
		!strings.HasPrefix(out.Contact.URI, "sip:cc@198.51.100.254:5060;tregua=b") {
		t.Errorf("the INVITE changed more than it may: %+v", out)
	}
	b.want(b.turn(b.from(1, b.reply(200, "x"))), "A 200, up")
	target := b.sent[len(b.sent)-1].Contact.URI
	b.want(b.turn(b.from(0, ask("ACK", target, 1, "x", 1))), "B ACK")
	// By its token, and by Call-ID and tags where our Contact is ignored; but
	// not from a trunk that has no part in the call, nor with a forged token.
	b.want(b.turn(b.from(0, ask("INFO", target, 1, "x", 2))), "B INFO")
	b.want(b.turn(b.from(1, b.reply(200, ""))), "A 200")
	b.want(b.turn(b.from(0, ask("INFO", "sip:b@elsewhere", 1, "x", 3))), "B INFO")
	b.want(b.turn(b.from(1, b.reply(200, ""))), "A 200")
	b.want(b.turn(b.from(2, ask("BYE", target, 1, "x", 4))), "A 481")
	forged := strings.Replace(target, "tregua=a0003", "tregua=a0004", 1)
	b.want(b.turn(b.from(2, ask("BYE", forged, 1, "x", 5))), "A 481")
	b.want(b.turn(b.from(0, ask("BYE", target, 1, "x", 6))), "B BYE")
	b.want(b.turn(b.from(1, b.reply(200, ""))), "A 200, record")
	if e := b.recs[0].Ending; e.Outcome != policy.OutcomeExcluded || !e.Forwarded || e.AnsweredAt.IsZero() || e.EndedBy != policy.Caller {
		t.Errorf("ending %+v", e)
	}
	b.now += time.Minute
	b.want(b.turn(), "")
	if !b.shard.Idle() {
		t.Error("something is left a minute later")
	}
}

func TestShardTurnsAway(t *testing.T) {
	t.Parallel()
	const uri = "sip:+393331234567@carrier"
	cases := map[string]struct {
		change    func(*Config)
		first     []string // sent before, from the PBX
		elsewhere int
		trunk     int
		text      string
		want      string
	}{
		"what cannot be read": {text: strings.Replace(invite(uri, 1), "CSeq: 1 INVITE", "CSeq: 1 BYE", 1), want: "A 400"},
		"another version":     {text: strings.Replace(invite(uri, 1), "SIP/2.0\r\n", "SIP/7.0\r\n", 1), want: "A 505"},
		"a loop":              {first: []string{invite(uri, 1)}, text: strings.ReplaceAll(invite(uri, 1), "branch=z9hG4bK", "branch=z9hG4bKagain"), want: "A 482"},
		"a spiral is a second call": {
			first: []string{invite(uri, 1)},
			text:  strings.ReplaceAll(invite("sip:+393339999999@carrier", 1), "branch=z9hG4bK", "branch=z9hG4bKagain"), want: "A 100, ask",
		},
		"no hops left": {text: strings.Replace(invite(uri, 1), "Max-Forwards: 70", "Max-Forwards: 0", 1), want: "A 483"},
		"an INVITE of several parts": {
			text: strings.Replace(invite(uri, 1), "Content-Length: 0\r\n\r\n", "Content-Type: Multipart/mixed;boundary=x\r\nContent-Length: 2\r\n\r\n--", 1),
			want: "A 488",
		},
		"an INVITE to a list": {
			text: strings.Replace(invite(uri, 1), "Content-Length", "Require: 100rel , Recipient-List-Invite\r\nContent-Length", 1), want: "A 420",
		},
		"an INVITE without Contact": {text: strings.Replace(invite(uri, 1), "Contact: <sip:cc@192.0.2.1:5060>\r\n", "", 1), want: "A 400"},
		"MESSAGE":                   {text: ask("MESSAGE", uri, 1, "", 1), want: "A 405"},
		"MESSAGE where it may pass": {
			change: func(c *Config) { c.Trunks[0].Methods = []string{"MESSAGE"} },
			text:   ask("MESSAGE", uri, 1, "", 1), want: "B MESSAGE",
		},
		"MESSAGE of a carrier":   {trunk: 1, text: ask("MESSAGE", "sip:agent@us", 1, "", 1), want: "A MESSAGE"},
		"SUBSCRIBE":              {text: ask("SUBSCRIBE", uri, 1, "", 1), want: "A 405"},
		"REFER outside a dialog": {text: ask("REFER", uri, 1, "", 1), want: "A 405"},
		"OPTIONS answered here": {
			change: func(c *Config) { c.Trunks[0].AnswersOptions = true },
			text:   ask("OPTIONS", "sip:carrier", 1, "", 1), want: "A 200",
		},
		"REGISTER":            {text: ask("REGISTER", "sip:carrier", 1, "", 1), want: "A 405"},
		"a BYE of nothing":    {text: ask("BYE", uri, 1, "x", 1), want: "A 481"},
		"an ACK of nothing":   {text: ask("ACK", uri, 1, "x", 1), want: ""},
		"a CANCEL of nothing": {text: ask("CANCEL", uri, 1, "", 1), want: "A 481"},
		"a full trunk": {
			change: func(c *Config) { c.Trunks[0].Calls = 1 }, first: []string{invite(uri, 1)},
			text: invite(uri, 2), want: "A 480",
		},
		"a full trunk, but an emergency": {
			change: func(c *Config) { c.Trunks[0].Calls = 1 }, first: []string{invite(uri, 1)},
			text: invite("sip:112@carrier", 2), want: "A 100, ask",
		},
		"a trunk that is full with the calls of other shards": {
			change:    func(c *Config) { c.Trunks[0].Calls = 5 },
			elsewhere: 5, text: invite(uri, 2), want: "A 480",
		},
		"a full node": {
			change: func(c *Config) { c.Calls = 7 }, elsewhere: 2, first: []string{invite(uri, 1)},
			text: invite(uri, 2), want: "A 480",
		},
		"too many transactions, but a BYE of a call": {
			change: func(c *Config) { c.Txn.Max = 1 }, first: []string{invite(uri, 1)},
			text: ask("INFO", uri, 1, "x", 2), want: "A 481",
		},
		"too many transactions, and an OPTIONS": {
			change: func(c *Config) { c.Txn.Max = 1 }, first: []string{invite(uri, 1)},
			text: ask("OPTIONS", "sip:carrier", 2, "", 1), want: "A 480",
		},
		"an offer that cannot be read": {text: withBody(invite(uri, 1), "v=0\r\nm=audio\r\n"), want: "A 488"},
		"too many transactions": {
			change: func(c *Config) { c.Txn.Max = 1 }, first: []string{invite(uri, 1)},
			text: invite(uri, 2), want: "A 480",
		},
		"too many transactions, but an emergency": {
			change: func(c *Config) { c.Txn.Max = 1 }, first: []string{invite(uri, 1)},
			text: invite("sip:112@carrier", 2), want: "A 100, ask",
		},
		"OPTIONS crosses":       {text: ask("OPTIONS", "sip:carrier", 1, "", 1), want: "B OPTIONS"},
		"OPTIONS of a carrier":  {trunk: 1, text: ask("OPTIONS", "sip:us", 1, "", 1), want: "A OPTIONS"},
		"OPTIONS to nobody":     {trunk: 2, text: ask("OPTIONS", "sip:us", 1, "", 1), want: "A 200"},
		"a response of nothing": {trunk: 1, text: strings.Replace(stray, "200 OK", "404 No", 1), want: ""},
		"a 2xx of nothing":      {trunk: 1, text: stray, want: "B ACK, B BYE"},
		"a 2xx to another host": {trunk: 1, text: strings.Replace(stray, "198.51.100.254:", "198.51.100.7:", 1), want: ""},
		"a 2xx to another port": {trunk: 1, text: strings.Replace(stray, "254:5060", "254", 1), want: ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, c.change)
			b.elsewhere = c.elsewhere
			for _, text := range c.first {
				b.turn(b.from(0, text))
			}
			b.want(b.turn(b.from(c.trunk, c.text)), c.want)
		})
	}
}

func withBody(text, body string) string {
	return strings.Replace(text, "Content-Length: 0\r\n\r\n",
		fmt.Sprintf("Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", len(body), body), 1)
}

const stray = "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 198.51.100.254:5060;branch=z9hG4bKnone\r\nFrom: <sip:a@x>;tag=1\r\n" +
	"To: <sip:b@y>;tag=2\r\nCall-ID: z\r\nCSeq: 7 INVITE\r\nContact: <sip:b@198.51.100.1>\r\nContent-Length: 0\r\n\r\n"

func TestShardRefuses(t *testing.T) {
	t.Parallel()
	refuse := func(b *bench, j Judged) string {
		j.Call = b.asks[len(b.asks)-1].Return.Call
		return b.turn(j)
	}
	cases := map[string]struct {
		trunk int
		uri   string
		in    Judged
		want  string
	}{
		"by a decision": {0, "sip:+393331234567@c", Judged{Decision: policy.Decision{Reason: policy.RegistryOpposed}}, "A 603"},
		"for want of a route": {
			0, "sip:+43133123456@c",
			Judged{Decision: policy.Decision{Verdict: policy.Allow}, Open: true, Anchor: media.Anchor{ID: 1}},
			"A 480, record",
		},
		"for want of ports":                   {0, "sip:+393331234567@c", Judged{Decision: policy.Decision{Verdict: policy.Allow}, Open: true}, "A 480, record"},
		"an emergency call goes without them": {0, "sip:112@c", Judged{Decision: policy.Decision{Verdict: policy.Allow}, Open: true}, "B INVITE"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, nil)
			b.turn(b.from(c.trunk, invite(c.uri, 1)))
			b.want(refuse(b, c.in), c.want)
		})
	}
	t.Run("with the reason in words", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, nil)
		b.turn(b.from(0, invite("sip:+393331234567@c", 1)))
		of := policy.AttemptID{1, 2, 3}
		refuse(b, Judged{Decision: policy.Decision{Reason: policy.BlacklistListed}, Of: of})
		text := strings.Join(lines(b.sent[len(b.sent)-1]), "\n")
		if !strings.Contains(text, "X-Tregua-Reason: blacklist.principal") || !strings.Contains(text, of.String()) {
			t.Errorf("the refusal says:\n%s", text)
		}
	})
}

func lines(m *wire.Message) (all []string) {
	for _, l := range m.Lines {
		all = append(all, l.Text)
	}
	return all
}

func TestShed(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	const uri = "sip:+393331234567@c"
	b.turn(b.from(0, invite(uri, 1)))
	over := func(text string) Message {
		m := b.from(0, text)
		m.Shed = true
		return m
	}
	b.want(b.turn(over(invite(uri, 1))), "A 100") // a repeat is no new call
	b.want(b.turn(over(invite(uri, 2))), "A 480")
}

func TestSendFailed(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.turn(b.from(0, invite("sip:+393331234567@c", 1)))
	b.turn(b.allow())
	b.want(b.turn(SendFailed{b.out.Sends[0].ID}), "A 480, record")
}

// TestMishap: a call that panics, and again when it is to be hung up, is given
// up; the others go on.
func TestMishap(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	for n := range 2 {
		b.turn(b.from(0, invite("sip:+393331234567@c", n)))
		b.turn(b.allow())
	}
	b.shard.calls[b.asks[0].Return.Call].call = nil
	b.want(b.turn(b.from(0, ask("INFO", "sip:+393331234567@c", 0, "x", 2))), "record")
	if b.recs[0].Ending.Outcome != policy.OutcomeInterrupted || b.recs[0].Anchor != 1 || len(b.out.Mishaps) != 2 {
		t.Errorf("the record says %+v, mishaps %v", b.recs[0], b.out.Mishaps)
	}
	b.want(b.turn(b.from(1, b.reply(200, "x"))), "A 200, up")
}

// TestMishapBeforeTheDecision: of a call that panics while it is judged the policy
// hears that it is over, and a row that it has by then is closed.
func TestMishapBeforeTheDecision(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		decided Judged
		want    int
	}{
		"allowed": {Judged{Open: true, Decision: policy.Decision{Verdict: policy.Allow}}, 1},
		"refused": {Judged{Decision: policy.Decision{Reason: policy.GateThrottled}}, 0},
	} {
		b := newBench(t, nil)
		b.turn(b.from(0, invite("sip:+393331234567@c", 1)))
		was := b.asks[0]
		b.shard.calls[was.Return.Call].call = nil
		b.poison()
		if w := b.out.Withdrawn; len(w) != 1 || w[0].ID != was.Attempt.ID {
			t.Fatalf("%s: withdrawn %v, mishaps %v", name, w, b.out.Mishaps)
		}
		c.decided.Call = was.Return.Call
		for range 2 { // told twice it is one end
			b.turn(c.decided)
		}
		if len(b.recs) != c.want || len(b.shard.orphans) != 0 {
			t.Fatalf("%s: %d records, %d are kept", name, len(b.recs), len(b.shard.orphans))
		}
		if c.want == 1 && (b.recs[0].Attempt.ID != was.Attempt.ID || b.recs[0].Ending.Outcome != policy.OutcomeInterrupted) {
			t.Errorf("%s: the record says %+v", name, b.recs[0])
		}
	}
}

func TestKickEndsEveryCall(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.turn(b.from(0, invite("sip:+393331234567@c", 1)))
	b.turn(b.allow())
	b.turn(b.from(1, b.reply(200, "x")))
	b.turn(b.from(0, ask("ACK", "sip:b@c", 1, "x", 1)))
	b.turn(b.from(0, invite("sip:+393331234568@c", 2)))
	b.want(b.turn(Kick{Reason: policy.Draining}), "B BYE, A BYE, A 480, record")
	b.want(b.turn(b.from(0, invite("sip:+393331234569@c", 3))), "A 480")
	if b.shard.Open() != 2 {
		t.Errorf("%d calls are open: one waits for its BYEs, one for its decision", b.shard.Open())
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	k := tokens{[]byte("secret")}
	uri := "sip:cc@192.0.2.254:5060;transport=udp;" + k.make(0xabcdef0123, media.B)
	if id, side, ok := k.read(uri); !ok || id != 0xabcdef0123 || side != media.B {
		t.Errorf("read %x %d %t from %s", id, side, ok, uri)
	}
	for i := range len(uri) {
		if uri[i] < '0' || uri[i] > '9' || i < strings.Index(uri, "tregua=") {
			continue
		}
		forged := uri[:i] + string('0'+(uri[i]-'0'+1)%10) + uri[i+1:]
		if _, _, ok := k.read(forged); ok {
			t.Errorf("a forged token is believed: %s", forged)
		}
	}
	if _, _, ok := (tokens{[]byte("other")}).read(uri); ok {
		t.Error("a token of another key is believed")
	}
}
