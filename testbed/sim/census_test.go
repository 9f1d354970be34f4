package sim

import (
	"testing"
)

// reached are the things that the peers do beside what their stories are named
// after, and that must happen now and then for the laws to mean something.
var reached = []string{
	"PRACK", "offer in PRACK", "answer in PRACK", "reliable provisional", "early UPDATE",
	"UPDATE, media moves", "UPDATE", "UPDATE, target refresh", "INFO", "REFER", "NOTIFY", "NOTIFY behind the BYE", "CANCEL", "CANCEL of a re-INVITE",
	"re-INVITE: hold", "re-INVITE: resume", "re-INVITE: media moves", "re-INVITE: target refresh", "re-INVITE: delayed offer",
	"re-INVITE: cancelled", "early offer in a re-INVITE", "re-INVITE: crossing", "re-INVITE: refresh", "488 to a re-INVITE", "491", "session refresh",
	"401 to an INVITE, which came again", "407 to an INVITE, which came again", "422 to an INVITE, which came again",
	"challenged re-INVITE, which came again", "407 to UPDATE, which came again", "401 to BYE, which came again",
	"REFER to a free number", "REFER to an opposed number", "OPTIONS outside a dialog", "MESSAGE outside a dialog",
	"partition", "wrong: a number that went by", "wrong: a second one too early", "wrong: a strange tag",
	"wrong: a phone speaks behind the end of its dialog", "wrong: another number after a challenge or redirect",
}

// TestCensus: in 3,000 calls every story is played and all that the peers can do
// happens, and yet most calls are plain.
func TestCensus(t *testing.T) {
	t.Parallel()
	var total sweepTotal
	for seed := range uint64(10) {
		c := swept(seed, 300)
		r := mustHold(t, c)
		total.add(c, &r)
	}
	const floor = 3
	for _, what := range reached {
		if n := total.census[what]; n < floor {
			t.Errorf("%q happened %d times", what, n)
		}
	}
	plain := 0
	for _, deck := range [][]story{stories, featureStories} {
		for _, s := range deck {
			n := total.census["story: "+s.name]
			if n < floor {
				t.Errorf("the story %q was told %d times", s.name, n)
			}
			if s.cards > 4 {
				plain += n
			}
		}
	}
	if plain += total.census["story: forbidden"]; plain*2 < total.attempts {
		t.Errorf("%d of %d calls are plain", plain, total.attempts)
	}
}
