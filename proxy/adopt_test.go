package proxy

import (
	"strings"
	"testing"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/wire"
)

// last is what was kept last, as the next process reads it.
func (b *bench) last() *Kept {
	b.t.Helper()
	k, err := ReadKept(b.keeps[len(b.keeps)-1].Kept.Encode())
	if err != nil {
		b.t.Fatal(err)
	}
	return k
}

// restart is a new process that adopts the call of b, an hour later by its own
// clock, with what was sent before.
func (b *bench) restart(change func(*Config), spoil func(*Adopt)) (next *bench, words string) {
	next = newBench(b.t, func(c *Config) {
		c.Generation = 2
		if change != nil {
			change(c)
		}
	})
	next.sent, next.began = b.sent, b.began+b.now+time.Hour
	in := Adopt{Attempt: b.keeps[0].Attempt, Kept: *b.last(), Anchor: media.Anchor{ID: 5}}
	if in.Over = next.shard.cfg.Over(&in.Kept) != nil; in.Over {
		in.Anchor = media.Anchor{}
	}
	if spoil != nil {
		spoil(&in)
	}
	return next, next.turn(in)
}

// settle turns the shard until none of its timers is left, and nothing else.
func (b *bench) settle() {
	b.t.Helper()
	for at, ok := b.shard.next(); ok; at, ok = b.shard.next() {
		b.now = max(b.now, at)
		b.turn()
	}
	if !b.shard.Idle() {
		b.t.Error("something is left")
	}
}

// target is the Contact that a side was given for the other.
func (b *bench) target(status int) string {
	for _, m := range b.sent {
		if m.Status == status && m.HasContact {
			return m.Contact.URI
		}
	}
	b.t.Fatalf("no %d was sent", status)
	return ""
}

// TestAdopt: a call goes on in the next process, and its peers find it by the
// tokens that they have, or by the ids alone.
func TestAdopt(t *testing.T) {
	t.Parallel()
	b := answered(t, policy.WatchOff, someone)
	for _, uri := range []string{b.target(200), "sip:b@elsewhere"} {
		n, words := b.restart(nil, nil)
		b.want(words, "flow, flow")
		b.want(n.turn(n.from(0, ask("BYE", uri, 1, "x", 2))), "B BYE")
		b.want(n.turn(n.from(1, n.reply(200, ""))), "A 200, record")
		if r := n.recs[0]; r.Attempt.ID != b.asks[0].Attempt.ID || r.Anchor != 5 || !r.Ending.AnsweredAt.Equal(b.ups[0].Up.AnsweredAt) {
			t.Errorf("record %+v, answered at %v", r, b.ups[0].Up.AnsweredAt)
		}
		n.settle()
	}
}

// TestAdoptAgain: a second restart finds the call as the first did.
func TestAdoptAgain(t *testing.T) {
	t.Parallel()
	b := answered(t, policy.WatchOff, someone)
	n, _ := b.restart(nil, nil)
	n.turn(n.from(0, ask("UPDATE", b.target(200), 1, "x", 2)))
	n.turn(n.from(1, strings.Replace(n.reply(200, ""), "198.51.100.1:5060>", "198.51.100.1:5070>", 1)))
	if len(n.keeps) == 0 {
		t.Fatal("a refreshed target was not kept")
	}
	third, words := n.restart(nil, nil)
	b.want(words, "flow, flow")
	b.want(third.turn(third.from(0, ask("BYE", b.target(200), 1, "x", 3))), "B BYE")
	if uri := third.sent[len(third.sent)-1].URI; uri != "sip:b@198.51.100.1:5070" {
		t.Errorf("BYE to %s", uri)
	}
}

// TestAdoptInbound: a call without a record goes on too, and what was kept of
// it is dropped with its end.
func TestAdoptInbound(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.turn(b.from(1, strings.ReplaceAll(invite("sip:100@tregua", 1), "192.0.2.1", "198.51.100.1")))
	b.turn(Judged{Call: b.out.Leases[0], Decision: policy.Decision{Verdict: policy.Allow}, Anchor: media.Anchor{ID: 1}})
	b.turn(b.from(0, b.reply(200, "x")))
	b.turn(b.from(1, ask("ACK", b.target(200), 1, "x", 1)))
	n, words := b.restart(nil, func(a *Adopt) { a.Attempt = policy.Attempt{Dialled: policy.Dialled{ID: a.Attempt.ID}} })
	b.want(words, "flow, flow")
	b.want(n.turn(n.from(1, ask("BYE", b.target(200), 1, "x", 2))), "A BYE")
	b.want(n.turn(n.from(0, n.reply(200, ""))), "B 200, ended 5")
	end := n.keeps[len(n.keeps)-1]
	if end.Kept != nil || end.Attempt.ID != b.keeps[0].Attempt.ID || end.Attempt.CallerID != "cc" {
		t.Errorf("at the end it is kept as %+v", end)
	}
}

// TestAdoptEnds: what cannot go on is ended on the sides that are there, and
// recorded in its class.
func TestAdoptEnds(t *testing.T) {
	t.Parallel()
	unacked := newBench(t, nil)
	unacked.turn(unacked.from(0, invite(someone, 1)))
	unacked.turn(unacked.allow())
	unacked.turn(unacked.from(1, unacked.reply(200, "x")))
	gone := func(name string) func(*Config) {
		return func(c *Config) {
			for i := range c.Trunks {
				if c.Trunks[i].Name == name {
					c.Trunks[i].Name = "another"
				}
			}
		}
	}
	for name, c := range map[string]struct {
		b      *bench
		change func(*Config)
		spoil  func(*Adopt)
		want   string
		why    string
		ratio  policy.Ratio
	}{
		"under watch": {
			answered(t, policy.WatchEnforce, someone), nil, nil, "B BYE, A BYE, record", "nobody had been heard", policy.RatioA,
		},
		"not acknowledged": {unacked, nil, nil, "B BYE, A BYE, record", "its answer had not", policy.RatioNone},
		"the carrier is gone": {
			answered(t, policy.WatchOff, someone), gone("carrier"), nil, "A BYE, record", `trunk "carrier"`, policy.RatioNone,
		},
		"the PBX is gone": {
			answered(t, policy.WatchOff, someone), gone("pbx"), nil, "B BYE, record", `trunk "pbx"`, policy.RatioNone,
		},
		"its ports are taken": {
			answered(t, policy.WatchOff, someone), nil, func(a *Adopt) { a.Over, a.Anchor = true, media.Anchor{} },
			"B BYE, A BYE, record", "", policy.RatioNone,
		},
	} {
		n, words := c.b.restart(c.change, c.spoil)
		if words != c.want {
			t.Errorf("%s: %s, want %s", name, words, c.want)
		}
		if why := n.shard.cfg.Over(c.b.last()); c.why != "" && (why == nil || !strings.Contains(why.Error(), c.why)) {
			t.Errorf("%s: %v, want %s", name, why, c.why)
		}
		if e := n.recs[0].Ending; e.Ratio != c.ratio || e.Reason != policy.Interrupted || e.EndedBy != policy.Tregua {
			t.Errorf("%s: ending %+v", name, e)
		}
		n.settle()
	}
	both := &Config{Trunks: []Trunk{{Name: "new"}}}
	if err := both.Adoptable(unacked.last()); err == nil {
		t.Error("a call between two unknown trunks is adopted")
	}
}

// TestHungUpIsKept: a BYE on its way is known to the next process, unless it was
// challenged.
func TestHungUpIsKept(t *testing.T) {
	t.Parallel()
	b := answered(t, policy.WatchOff, someone)
	n := len(b.keeps)
	b.turn(b.from(0, ask("BYE", b.target(200), 1, "x", 2)))
	if len(b.keeps) != n+1 || !b.keeps[n].Leaving || b.keeps[n].Kept != nil {
		t.Fatalf("kept %+v", b.keeps[n:])
	}
	b.turn(b.from(1, b.reply(407, "")))
	if len(b.keeps) != n+2 || b.keeps[n+1].Kept == nil {
		t.Fatalf("challenged, kept %+v", b.keeps[n:])
	}
	b.turn(b.from(0, ask("BYE", b.target(200), 1, "x", 3)))
	b.turn(b.from(1, b.reply(200, "")))
	if len(b.keeps) != n+3 || !b.keeps[n+2].Leaving {
		t.Errorf("and again, kept %+v", b.keeps[n:])
	}
}

// TestAdoptClasses: a call whose operator was heard before is class B when it
// ends, whatever the media says now.
func TestAdoptClasses(t *testing.T) {
	t.Parallel()
	b := answered(t, policy.WatchEnforce, someone)
	onset := b.recsAt() + time.Second
	b.heard = media.Heard{State: media.Operator, Onset: onset, Decided: onset + time.Second/10}
	b.turn(Told{Call: b.asks[0].Return.Call})
	n, _ := b.restart(watched(policy.WatchEnforce), nil)
	n.now += time.Minute
	n.turn(n.from(0, ask("BYE", "sip:b@elsewhere", 1, "x", 2)))
	n.turn(n.from(1, n.reply(200, "")))
	e := n.recs[0].Ending
	if e.Outcome != policy.OutcomeConnected || e.Ratio != policy.RatioB || e.OperatorAt.Sub(e.AnsweredAt) != time.Second {
		t.Errorf("ending %+v", e)
	}
}

// TestAdoptedCallIsAskedAgain: the callee repeats its 2xx, whose transaction was
// in the last process: it gets the ACK, and no BYE as a stranger's would.
func TestAdoptedCallIsAskedAgain(t *testing.T) {
	t.Parallel()
	b := answered(t, policy.WatchOff, someone)
	var req *wire.Message
	for _, m := range b.sent {
		if m.Method == "INVITE" {
			req = m
		}
	}
	n, _ := b.restart(nil, nil)
	n.sent = []*wire.Message{req}
	again, fork := n.reply(200, "x"), n.reply(200, "y")
	b.want(n.turn(n.from(1, again)), "B ACK")
	b.want(n.turn(n.from(1, fork)), "B ACK, B BYE")
}

// TestIDsOfGenerations: no call of a process has the id of one of an earlier.
func TestIDsOfGenerations(t *testing.T) {
	t.Parallel()
	seen := map[uint64]bool{}
	for g := range uint64(5) {
		s := NewShard(&Config{Generation: g}, 3, nil)
		for range 100 {
			id := s.newID()
			if seen[id] || id>>shardBits != 3 {
				t.Fatalf("generation %d: id %x", g, id)
			}
			seen[id] = true
		}
	}
}

// TestLeave: calls that the next process can go on with are spared, the others
// have until the last kick.
func TestLeave(t *testing.T) {
	t.Parallel()
	b := answered(t, policy.WatchOff, someone)
	b.turn(b.from(0, invite("sip:+39333@carrier", 2)))
	b.turn(b.allow())
	b.want(b.turn(Kick{Reason: policy.Draining, Leave: true}), "A 480")
	b.turn(b.from(1, b.reply(100, "")))
	if n := b.shard.Open(); n != 1 {
		t.Errorf("%d calls are waited for, want the one that is cancelled", n)
	}
	b.want(b.turn(Kick{Reason: policy.Draining, Leave: true, Last: true}), "record")
	w := answered(t, policy.WatchEnforce, someone)
	w.want(w.turn(Kick{Reason: policy.Draining, Leave: true}), "")
	if w.shard.Open() != 1 {
		t.Error("a call under watch is left")
	}
	w.heard = media.Heard{State: media.Operator, Onset: w.now, Decided: w.now}
	w.turn(Told{Call: w.asks[0].Return.Call})
	if w.shard.Open() != 0 {
		t.Error("its watch is over, and it is still waited for")
	}
	w.want(w.turn(Kick{Reason: policy.Draining}), "B BYE, A BYE, record") // a second signal
}

// TestDrain: no call begins, and those that run go on.
func TestDrain(t *testing.T) {
	t.Parallel()
	b := answered(t, policy.WatchOff, someone)
	b.want(b.turn(Drain{}), "")
	b.want(b.turn(b.from(0, invite("sip:+39333@carrier", 2))), "A 480")
	b.want(b.turn(b.from(0, ask("OPTIONS", "sip:tregua", 3, "", 1))), "A 503")
	refer := strings.Replace(ask("REFER", b.target(200), 1, "x", 2), "Content-Length", "Refer-To: <sip:+39333@carrier>\r\nContent-Length", 1)
	b.want(b.turn(b.from(0, refer)), "A 480")
	b.want(b.turn(b.from(0, ask("BYE", b.target(200), 1, "x", 3))), "B BYE")
	if b.shard.Open() != 1 {
		t.Error("a call whose BYE is on its way is not waited for")
	}
	b.want(b.turn(b.from(1, b.reply(200, ""))), "A 200, record")
	if b.shard.Open() != 0 {
		t.Error("nothing is left, and it is waited for")
	}
}
