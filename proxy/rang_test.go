package proxy

import (
	"strings"
	"testing"
	"time"
)

// TestRang: a call counts when the phone was heard to ring; on a carrier that
// never tells of that, when it was tried for three seconds (compliance.md 3.3).
func TestRang(t *testing.T) {
	t.Parallel()
	const moment = time.Millisecond // a turn takes one
	for name, c := range map[string]struct {
		mute   bool
		said   []int         // provisionals of the carrier
		tried  time.Duration // from the first of them to the failure
		cancel bool          // after the first provisional
		want   bool
	}{
		"nothing":                        {},
		"tried for long, and told of it": {said: []int{100}, tried: time.Minute},
		"180":                            {said: []int{100, 180}, tried: time.Second, want: true},
		"183":                            {said: []int{183}, tried: time.Second, want: true},
		"180 behind a CANCEL":            {said: []int{100, 180}, cancel: true, tried: time.Second, want: true},
		"100 and a CANCEL":               {said: []int{100}, cancel: true, tried: time.Second},
		"mute, nothing":                  {mute: true},
		"mute, a moment less than 3 s":   {mute: true, said: []int{100}, tried: triedFor - moment},
		"mute, 3 s":                      {mute: true, said: []int{100}, tried: triedFor, want: true},
		"mute, 3 s and then a CANCEL":    {mute: true, said: []int{100}, cancel: true, tried: triedFor, want: true},
		"mute, and it told all the same": {mute: true, said: []int{180}, tried: moment, want: true},
	} {
		b := newBench(t, func(config *Config) { config.Trunks[1].Mute = c.mute })
		b.turn(b.from(0, invite(someone, 1)))
		b.turn(b.allow())
		final := b.reply(486, "x")
		if c.cancel {
			final = b.reply(487, "x")
		}
		said := make([]string, len(c.said))
		for i, status := range c.said {
			said[i] = b.reply(status, "x")
		}
		began := b.now
		for i := range said {
			b.turn(b.from(1, said[i]))
			if i > 0 {
				continue
			}
			if began = b.now; c.cancel { // it has the branch of its INVITE
				cancel := strings.Replace(ask("CANCEL", someone, 1, "", 1), "bKCANCEL", "bKINVITE", 1)
				b.want(b.turn(b.from(0, cancel)), "A 200, B CANCEL")
			}
		}
		b.now = began + c.tried - moment
		b.turn(b.from(1, final))
		if len(b.recs) != 1 {
			t.Errorf("%s: %d records", name, len(b.recs))
		} else if e := b.recs[0].Ending; e.Rang != c.want {
			t.Errorf("%s: rang %t, ending %+v", name, e.Rang, e)
		}
	}
}
