package proxy

import (
	"strings"
	"testing"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/call"
	"tregua/proxy/wire"
)

// watched sets the bench's trunk to a mode.
func watched(mode policy.Watch) func(*Config) {
	return func(c *Config) {
		c.Silent.Limit.Value = 3 * time.Second
		c.Silent.HungUp.Value = policy.HungUpApart
		c.Trunks[0].Watch = call.Watch{Mode: mode, CutAfter: 2900 * time.Millisecond}
		c.Trunks[0].OperatorHeader, c.Trunks[0].MachineHeader = "X-Operator", "X-Machine"
	}
}

// answered is a bench with one call that was answered and acknowledged.
func answered(t *testing.T, mode policy.Watch, uri string) *bench {
	t.Helper()
	b := newBench(t, watched(mode))
	b.answer(uri)
	return b
}

func (b *bench) answer(uri string) {
	b.turn(b.from(0, invite(uri, 1)))
	b.turn(b.allow())
	b.turn(b.from(1, b.reply(200, "x")))
	b.turn(b.from(0, ask("ACK", b.sent[len(b.sent)-1].Contact.URI, 1, "x", 1)))
}

// until turns the shard when its timers are due, up to a time after the answer.
func (b *bench) until(end time.Duration) (words []string) {
	b.t.Helper()
	for end += b.recsAt(); ; {
		at, ok := b.shard.next()
		if !ok || at > end {
			b.now = end
			return words
		}
		b.now = at - time.Millisecond // turn adds one
		if w := b.turn(); w != "" {
			words = append(words, w)
		}
	}
}

// abroad is a bench with one call that was answered and acknowledged, judged by a
// profile: us gives two seconds, fr three, and any other is the node's own.
func abroad(t *testing.T, mode policy.Watch, profile string) *bench {
	t.Helper()
	b := newBench(t, func(c *Config) {
		watched(mode)(c)
		two := c.Silent
		two.Limit.Value = 2 * time.Second
		c.Silents = map[string]policy.SilentParams{"us": two, "fr": c.Silent}
	})
	b.profile = profile
	b.answer(someone)
	return b
}

// TestSilentCallAbroad: a call that another profile judges is cut by its figure,
// whatever the trunk says; one that it gives enough time for is cut by the trunk's.
func TestSilentCallAbroad(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]time.Duration{"us": 1900 * time.Millisecond, "fr": 2900 * time.Millisecond, "it": 2900 * time.Millisecond} {
		b := abroad(t, policy.WatchEnforce, profile)
		if words := b.until(want - time.Millisecond); len(words) > 0 {
			t.Errorf("%s: before its time: %q", profile, words)
		}
		if words := b.until(want); len(words) != 1 || !strings.Contains(words[0], "B BYE") {
			t.Fatalf("%s: at its time: %q", profile, words)
		}
		if e := &b.recs[0].Ending; e.Outcome != policy.OutcomeSilent || e.Ratio != policy.RatioA {
			t.Errorf("%s: ending %+v", profile, e)
		}
	}
}

// TestSilentCallAbroadIsClassed: an operator who comes after the limit of the
// profile that judges the call is too late, and within it in time.
func TestSilentCallAbroadIsClassed(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]policy.Ratio{"us": policy.RatioA, "it": policy.RatioB} {
		b := abroad(t, policy.WatchShadow, profile)
		b.heard = media.Heard{State: media.Operator, Onset: b.recsAt() + 2500*time.Millisecond}
		b.until(time.Minute)
		b.turn(b.from(0, ask("BYE", "sip:b@elsewhere", 1, "x", 2)))
		b.turn(b.from(1, b.reply(200, "")))
		if e := b.recs[0].Ending; e.Ratio != want {
			t.Errorf("%s: ending %+v", profile, e)
		}
	}
}

// recsAt is when the bench's call was answered, in shard time.
func (b *bench) recsAt() time.Duration {
	return b.ups[0].Up.AnsweredAt.Sub(time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC))
}

const someone = "sip:+393331234567@carrier"

// TestSilentCall: the shard ends it in time by itself, and the record has what
// the word of the media was then.
func TestSilentCall(t *testing.T) {
	t.Parallel()
	b := answered(t, policy.WatchEnforce, someone)
	if len(b.ups) != 1 || !b.ups[0].Up.Watching || b.ups[0].Up.Watch != policy.WatchEnforce || b.ups[0].Attempt != b.asks[0].Attempt.ID {
		t.Fatalf("up rows %+v", b.ups)
	}
	b.heard = media.Heard{State: media.Tone, Ambience: b.recsAt() + 4*time.Millisecond}
	if words := b.until(2899 * time.Millisecond); len(words) > 0 {
		t.Errorf("before its time: %q", words)
	}
	b.then = &media.Heard{State: media.Operator} // too late: the cut was made
	words := b.until(2900 * time.Millisecond)
	if len(words) != 1 || words[0] != "flow, flow, B BYE, A BYE, record" {
		t.Fatalf("at its time: %q", words)
	}
	r := b.recs[0]
	e := &r.Ending
	after := func(at time.Time) time.Duration { return at.Sub(e.AnsweredAt) }
	if e.Outcome != policy.OutcomeSilent || e.Ratio != policy.RatioA || e.Reason != policy.SilentCut || e.Line != policy.LineTone ||
		!e.Due || after(e.CutAt) != 2900*time.Millisecond || after(e.AmbienceAt) != 4*time.Millisecond || !e.OperatorAt.IsZero() {
		t.Errorf("ending %+v", e)
	}
	if r.Attempt.Called != 393331234567 {
		t.Errorf("the record is of %+v", r.Attempt)
	}
}

// TestToldOfAnOperator: the watch ends, and what the line carried is recorded
// at the end of the call.
func TestToldOfAnOperator(t *testing.T) {
	t.Parallel()
	b := answered(t, policy.WatchEnforce, someone)
	onset := b.recsAt() + time.Second
	b.heard = media.Heard{State: media.Operator, Onset: onset, Decided: onset + 100*time.Millisecond}
	b.want(b.turn(Told{Call: b.asks[0].Return.Call}), "up")
	b.want(b.turn(Told{Call: b.asks[0].Return.Call}, Told{Call: 99}), "")
	if words := b.until(time.Minute); len(words) > 0 {
		t.Errorf("a minute later: %q", words)
	}
	b.turn(b.from(0, ask("BYE", "sip:b@elsewhere", 1, "x", 2)))
	b.turn(b.from(1, b.reply(200, "")))
	e := b.recs[0].Ending
	if e.Outcome != policy.OutcomeConnected || e.Ratio != policy.RatioB || e.OperatorAt.Sub(e.AnsweredAt) != time.Second ||
		e.DecidedAt.Sub(e.AnsweredAt) != 1100*time.Millisecond || !e.CutAt.IsZero() {
		t.Errorf("ending %+v", e)
	}
}

// TestWordIsReadAtTheDeadline: nothing depends on being told.
func TestWordIsReadAtTheDeadline(t *testing.T) {
	t.Parallel()
	b := answered(t, policy.WatchEnforce, someone)
	b.heard = media.Heard{State: media.Operator}
	if words := b.until(time.Minute); len(words) != 1 || words[0] != "up" {
		t.Errorf("got %q", words)
	}
}

// TestNotWatched: emergency calls and trunks without the watch are left alone.
func TestNotWatched(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]*bench{
		"emergency": answered(t, policy.WatchEnforce, "sip:112@carrier"),
		"off":       answered(t, policy.WatchOff, someone),
	} {
		if words := b.until(30 * time.Second); len(words) > 0 || b.ups[0].Up.Watch != policy.WatchOff {
			t.Errorf("%s: %q, %+v", name, words, b.ups)
		}
	}
}

// TestShadow: silence changes nothing on the wire and is class A all the same.
func TestShadow(t *testing.T) {
	t.Parallel()
	b := answered(t, policy.WatchShadow, someone)
	for _, w := range b.until(time.Minute) {
		if w != "" && w != "flow" {
			t.Errorf("on the wire: %s", w)
		}
	}
	b.turn(b.from(0, ask("BYE", "sip:b@elsewhere", 1, "x", 2)))
	b.turn(b.from(1, b.reply(200, "")))
	if e := b.recs[0].Ending; e.Ratio != policy.RatioA || !e.Due || !e.CutAt.IsZero() || e.Watch != policy.WatchShadow {
		t.Errorf("ending %+v", e)
	}
}

// TestPledge: the operator header of the trunk is believed, and only that.
func TestPledge(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{"X-Operator: anna": true, "x-operator: No": false, "X-Other: yes": false} {
		b := newBench(t, watched(policy.WatchEnforce))
		text := invite(someone, 1)
		b.turn(b.from(0, text[:len(text)-len("Content-Length: 0\r\n\r\n")]+value+"\r\nContent-Length: 0\r\n\r\n"))
		if got := b.asks[0].Attempt.Pledged; got != want {
			t.Errorf("%s: %t", value, got)
		}
	}
}

// TestPrivateOptions: nor does it leave in what is asked outside a call.
func TestPrivateOptions(t *testing.T) {
	t.Parallel()
	b := newBench(t, watched(policy.WatchEnforce))
	text := strings.Replace(ask("OPTIONS", "sip:carrier", 1, "", 1), "Content-Length", "X-operator: anna\r\nContent-Length", 1)
	b.want(b.turn(b.from(0, text)), "B OPTIONS")
	for v := range b.sent[0].Named("X-Operator") {
		t.Errorf("the carrier is told %q", v)
	}
}

// TestMishapInTheWatch: a call that panics is hung up on both sides; who met
// silence is counted and barred.
func TestMishapInTheWatch(t *testing.T) {
	t.Parallel()
	b := answered(t, policy.WatchEnforce, someone)
	b.want(b.poison(), "B BYE, A BYE, record")
	if e := b.recs[0].Ending; e.Outcome != policy.OutcomeInterrupted || e.Ratio != policy.RatioA || len(b.out.Mishaps) != 1 {
		t.Errorf("ending %+v", e)
	}
}

// TestMishapWhileItRings: the caller hears of it, and who picks up all the same
// is not left on a dead line.
func TestMishapWhileItRings(t *testing.T) {
	t.Parallel()
	b := newBench(t, watched(policy.WatchEnforce))
	b.turn(b.from(0, invite(someone, 1)))
	b.turn(b.allow())
	b.turn(b.from(1, b.reply(180, "x")))
	pick := b.reply(200, "x")
	b.want(b.poison(), "A 480, B CANCEL")
	b.want(b.turn(b.from(1, pick)), "B ACK, B BYE, record")
}

// TestHeldUp: a shard that could not turn for a while takes what was due before
// a BYE came before that BYE.
func TestHeldUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		came time.Duration // the BYE, after the answer
		want policy.Reason
		by   policy.Side
	}{
		"after the time":  {2950 * time.Millisecond, policy.LawLate, policy.Tregua},
		"before the time": {2850 * time.Millisecond, policy.OK, policy.Callee},
	} {
		b := answered(t, policy.WatchEnforce, someone)
		inv := b.sent[1]
		bye := strings.NewReplacer("From: ", "To: ", "To: ", "From: ").Replace(ask("BYE", inv.Contact.URI, 1, "x", 9))
		m := b.from(1, bye)
		m.At = b.recsAt() + c.came
		b.now = b.recsAt() + 6*time.Second
		b.turn(m)
		if len(b.recs) == 0 {
			b.turn(b.from(0, strings.Replace(b.reply(200, ""), "198.51.100.1", "192.0.2.1", 1)))
		}
		if e := b.recs[0].Ending; e.Reason != c.want || e.EndedBy != c.by {
			t.Errorf("%s: %s by %s", name, e.Reason, e.EndedBy)
		}
	}
}

// TestByeOfOursFails: that a peer may go on is told.
func TestByeOfOursFails(t *testing.T) {
	t.Parallel()
	b := answered(t, policy.WatchEnforce, someone)
	b.until(2900 * time.Millisecond)
	var bye *wire.Message
	for _, m := range b.sent {
		if m.Method == "BYE" && strings.Contains(m.URI, "198.51.100.1") {
			bye = m
		}
	}
	b.sent = append(b.sent, bye)
	b.turn(b.from(1, b.reply(407, "")))
	if u := b.out.Unended; len(u) != 1 || u[0].Trunk != 1 || u[0].Status != 407 || u[0].Attempt != b.asks[0].Attempt.ID {
		t.Errorf("told %+v", u)
	}
}
