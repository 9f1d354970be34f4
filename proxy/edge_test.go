package proxy

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/txn"
	"tregua/proxy/wire"
)

// flows are what must work the same whoever hides.
var flows = map[string]func(w *twins){
	"a call": func(w *twins) {
		w.begin()
		w.both(time.Second, "B INVITE") // a repeat
		w.get(0, 1, w.answers("INVITE", 100, ""), "")
		w.get(0, 1, w.answers("INVITE", 183, "carrier-tag"), "A 183")
		w.get(0, 0, w.called("INVITE", "sip:+393331234567@carrier", 1), "A 183") // a repeat
		w.get(0, 0, w.called("PRACK", w.target(), 2, "RAck: 1 1 INVITE"), "B PRACK")
		w.get(0, 1, w.answers("PRACK", 200, ""), "A 200")
		w.get(0, 1, w.answers("INVITE", 200, "carrier-tag"), "A 200, up")
		w.both(time.Second, "A 200")                                      // until the ACK comes
		w.get(0, 1, w.answers("INVITE", 200, "carrier-tag"), "")          // a repeat
		w.get(0, 0, w.called("ACK", w.target(), 1), "B ACK")              // end to end
		w.get(0, 1, w.answers("INVITE", 200, "carrier-tag"), "B ACK")     // once more
		w.get(0, 0, w.called("INFO", "sip:b@elsewhere", 3), "B INFO")     // found by its ids
		w.get(0, 1, w.answers("INFO", 200, ""), "A 200")                  //
		w.get(0, 1, w.calls("INFO", "", 7, "carrier-tag"), "A INFO")      // found by its token
		w.get(0, 0, w.fromA("INFO", 200), "B 200")                        //
		w.get(0, 1, w.calls("INFO", "", 7, "carrier-tag"), "B 200")       // a repeat
		w.get(0, 1, w.calls("BYE", "sip:x@y", 8, "carrier-tag"), "A BYE") // found by its ids
		w.get(0, 0, w.fromA("BYE", 200), "B 200, record")
	},
	"a CANCEL": func(w *twins) {
		w.begin()
		w.get(0, 1, w.answers("INVITE", 180, "carrier-tag"), "A 180")
		w.get(0, 0, w.called("CANCEL", "sip:+393331234567@carrier", 1), "A 200, B CANCEL")
		w.both(time.Second, "B CANCEL")
		w.get(0, 1, w.answers("CANCEL", 200, "carrier-tag"), "")
		w.get(0, 1, w.answers("INVITE", 487, "carrier-tag"), "B ACK, A 487, record")
		w.get(0, 1, w.answers("INVITE", 487, "carrier-tag"), "B ACK")
		w.get(0, 0, strings.Replace(w.called("ACK", "sip:+393331234567@carrier", 1), "z9hG4bKACK", "z9hG4bKINVITE", 1), "")
		w.both(time.Second, "")
	},
	"a fork that answers late": func(w *twins) {
		w.begin()
		w.get(0, 1, w.answers("INVITE", 180, "carrier-tag"), "A 180")
		w.get(0, 1, w.answers("INVITE", 200, "carrier-tag"), "A 200, up")
		w.get(0, 1, w.answers("INVITE", 200, "carrier-tag-2"), "B ACK, B BYE")
		w.get(0, 1, w.answers("BYE", 200, ""), "")
	},
	"an answer of nobody's": func(w *twins) {
		w.begin()
		text := w.answers("INVITE", 200, "carrier-tag")
		w.get(0, 1, strings.ReplaceAll(text, "branch=z9hG4bK", "branch=z9hG4bKno"), "B ACK, B BYE")
	},
	"our own BYEs": func(w *twins) {
		w.answered()
		w.both(0, "B BYE, A BYE, record", Kick{Reason: policy.Draining})
		w.both(time.Second, "B BYE, A BYE")
	},
	"a branch without the cookie": func(w *twins) {
		old := strings.NewReplacer("z9hG4bKINVITE1-1", "1", "z9hG4bKACK1-1", "1").Replace
		w.get(0, 0, old(w.called("INVITE", "sip:+43133123456@c", 1)), "A 100, ask")
		w.get(0, 0, old(w.called("INVITE", "sip:+43133123456@c", 1)), "A 100")
		w.both(0, "A 480, record", w.allow()) // no route
		w.get(0, 0, old(w.called("ACK", "sip:+43133123456@c", 1)), "")
		w.both(time.Second, "")
	},
	"OPTIONS": func(w *twins) {
		w.get(0, 0, w.called("OPTIONS", "sip:carrier", 1), "B OPTIONS")
		w.get(0, 1, w.answers("OPTIONS", 200, "carrier-tag"), "A 200")
	},
	"a BYE of nothing": func(w *twins) {
		w.get(0, 0, strings.Replace(w.called("BYE", "sip:x@y", 1), "@y>", "@y>;tag=gone", 1), "A 481")
	},
	"a call of the carrier": func(w *twins) {
		its := strings.NewReplacer("call1", "carrier-call", "tag=f1", "tag=carrier-tag").Replace
		w.get(0, 1, its(invite("sip:0212345678@us", 1)), "B 100, lease")
		w.both(0, "A INVITE", Judged{Call: w.out.Leases[0], Decision: policy.Decision{Verdict: policy.Allow}, Anchor: media.Anchor{ID: 9}})
		w.get(0, 0, w.reply(200, "f1-caller"), "B 200")
		ok := w.sent[len(w.sent)-1]
		w.get(0, 1, its(ask("ACK", ok.Contact.URI, 1, ok.To.Tag, 1)), "A ACK")
		w.get(0, 1, its(ask("BYE", ok.Contact.URI, 1, ok.To.Tag, 2)), "A BYE")
		w.get(0, 0, w.reply(200, ""), "B 200, ended 9")
	},
	"a challenge": func(w *twins) {
		w.begin()
		w.get(0, 1, w.answers("INVITE", 407, "carrier-tag"), "B ACK, A 407")
		w.get(0, 0, strings.Replace(w.called("ACK", "sip:+393331234567@carrier", 1), "z9hG4bKACK", "z9hG4bKINVITE", 1), "")
		w.get(0, 0, w.called("INVITE", "sip:+393331234567@carrier", 2, "Proxy-Authorization: Digest x=y"), "A 100, B INVITE")
	},
	"an attended transfer": func(w *twins) {
		w.answered()
		peer := w.sent[len(w.sent)-1] // the ACK: this is how the carrier knows the call
		w.get(0, 0, w.called("REFER", w.target(), 2,
			"Refer-To: <sip:+393330000001@carrier?Replaces=call1%3Bto-tag%3D"+w.lastTag()+"%3Bfrom-tag%3Df1-caller>"), "ask")
		if a := w.asks[len(w.asks)-1].Attempt; a.CallID != "call1" || a.FromTag != "f1-caller" {
			w.t.Errorf("the attempt has Call-ID %s and From tag %s, which its dialer does not know", a.CallID, a.FromTag)
		}
		w.both(0, "B REFER", w.allow())
		want := "<sip:+393330000001@carrier?Replaces=" + peer.CallID + "%3Bto-tag%3Dcarrier-tag%3Bfrom-tag%3D" + peer.From.Tag + ">"
		if got := slices.Collect(w.sent[len(w.sent)-1].Named("Refer-To"))[0]; got != want {
			w.t.Errorf("the carrier is told of a call that it does not know:\n%s\nwant %s", got, want)
		}
	},
	"dialogs that are spoken of": func(w *twins) {
		w.answered()
		peer := w.sent[len(w.sent)-1]
		w.get(0, 0, w.called("INFO", w.target(), 2, "Target-Dialog: call1;local-tag=f1-caller;remote-tag="+w.lastTag()), "B INFO")
		if got := slices.Collect(w.sent[len(w.sent)-1].Named("Target-Dialog"))[0]; got != peer.CallID+";local-tag="+peer.From.Tag+";remote-tag=carrier-tag" {
			w.t.Errorf("the carrier is told of a dialog that it does not know: %s", got)
		}
	},
}

func TestHide(t *testing.T) {
	t.Parallel()
	for who, hidden := range map[string][]int{"the carrier": {1}, "the PBX": {0}, "both": {0, 1}} {
		for name, flow := range flows {
			t.Run(name+", "+who+" hides", func(t *testing.T) {
				t.Parallel()
				flow(newTwins(t, hidden...))
			})
		}
	}
}

// TestHideAsItCame holds that what is answered without a call goes back with
// the identifiers it came with, and that an attempt has those of its dialer.
func TestHideAsItCame(t *testing.T) {
	t.Parallel()
	const uri = "sip:+393331234567@carrier"
	full := func(c *Config) { c.Txn.Max = 1 }
	old := strings.NewReplacer("z9hG4bKINVITE", "").Replace
	for name, c := range map[string]struct {
		change func(*Config)
		first  string
		text   string
		shed   bool
		want   string
	}{
		"what cannot be read":     {text: strings.Replace(invite(uri, 1), "CSeq: 1 INVITE", "CSeq: 1 BYE", 1), want: "A 400"},
		"an INVITE over the rate": {text: invite(uri, 1), shed: true, want: "A 480"},
		"too many transactions":   {change: full, first: invite(uri, 2), text: invite(uri, 1), want: "A 480"},
		"a repeat of an emergency that was let in": {
			change: full, first: old(invite("sip:112@carrier", 1)), text: old(invite("sip:112@carrier", 1)), want: "A 100",
		},
		"a new call": {text: invite(uri, 1), want: "A 100, ask"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTwins(t, 0)
			if c.change != nil {
				c.change(w.shard.cfg)
				w.shard.layer = txn.New(w.shard.cfg.Txn)
				w.turn(w.from(0, invite(uri, 3)))
			}
			if c.first != "" {
				w.turn(w.from(0, c.first))
			}
			m := w.from(0, c.text)
			m.Shed = c.shed
			w.want(w.turn(m), c.want)
			if got := w.sent[len(w.sent)-1]; got.CallID != "call1" || got.From.Tag != "f1" {
				t.Errorf("answered with Call-ID %s and From tag %s", got.CallID, got.From.Tag)
			}
			for _, a := range w.asks {
				if a := a.Attempt; !strings.HasPrefix(a.CallID, "call") || !strings.HasPrefix(a.FromTag, "f") {
					t.Errorf("the attempt has Call-ID %s and From tag %s, which its dialer does not know", a.CallID, a.FromTag)
				}
			}
		})
	}
}

// TestHideTooLarge holds what becomes of a message that grows over 64 kB: one
// that comes keeps its identifiers, and so belongs to nothing; one that goes
// fails as any other that cannot be sent.
func TestHideTooLarge(t *testing.T) {
	t.Parallel()
	header := "Replaces: 1" + strings.Repeat(",1", 4000)
	w := newTwins(t, 1)
	w.answered()
	tr := &w.shard.cfg.Trunks[1]
	m := w.from(0, w.called("INFO", w.target(), 2, header))
	if _, raw := tr.outward(nil, m.Msg.Write(wire.Edit{})); len(raw) <= wire.MaxSize || bytes.Contains(raw, []byte("call1")) {
		t.Errorf("%d bytes leave", len(raw))
	}
	if got := tr.inward(m.Msg); got != m.Msg {
		t.Errorf("it came as %d bytes", len(got.Write(wire.Edit{})))
	}
	w.shard.Turn(w.time(), w, []Input{m}, &w.out)
	w.want(w.turn(SendFailed{w.out.Sends[0].ID}), "A 408")
}

func TestShardOfHiddenCall(t *testing.T) {
	t.Parallel()
	w := newTwins(t, 1)
	sealed := strings.Replace(invite("sip:x@y", 1), "call1", w.keys[1].CallID("call1"), 1)
	for trunk, text := range []string{invite("sip:x@y", 1), sealed} {
		if got := string(w.shard.cfg.CallID(trunk, []byte(text))); got != "call1" {
			t.Errorf("of trunk %d: %s", trunk, got)
		}
	}
	s := &Server{cfg: ServerConfig{Config: w.shard.cfg}, shards: make([]*worker, 1000)}
	if a, b := s.shardOf(0, []byte(invite("sip:x@y", 1))), s.shardOf(1, []byte(sealed)); a != b {
		t.Errorf("its two sides go to the shards %d and %d", a, b)
	}
}
