package relay

import (
	"fmt"
	"testing"
	"time"

	"tregua/media"
)

// What a line did before the operator speaks is not his loss: a stall and its
// backlog, then his packets under another SSRC, or under the same one with
// numbers that begin elsewhere.
func TestFirstWord(t *testing.T) {
	t.Parallel()
	for name, before := range map[string][]byte{"quiet": hiss(60), "dead": silence(60)} {
		for _, stall := range []int{0, 4, 10, 25} {
			for _, next := range []voice{{ssrc: 78, seq: 30000}, {ssrc: 77, seq: 25000}, {ssrc: 77, seq: 15000}} {
				if name == "quiet" && next.ssrc == 77 {
					continue // a live source must confirm it
				}
				t.Run(fmt.Sprintf("%s/%d/%d/%d", name, stall, next.ssrc, next.seq), func(t *testing.T) {
					t.Parallel()
					firstWord(t, before, stall, next)
				})
			}
		}
	}
}

func firstWord(t *testing.T, before []byte, stall int, next voice) {
	t.Helper()
	s := newStage(t)
	s.mode(media.Cover)
	v := &voice{ssrc: 77, seq: 20000, kind: 8}
	s.play(v, before[:20*160])
	s.wait(time.Duration(stall) * 20 * ms)
	for i := range stall {
		s.send(media.A, v.next(before[160*i:160*i+160]))
	}
	s.play(v, before[:10*160])
	next.kind, next.ts = 8, 5000
	talk := speech(80)
	if got := s.play(&next, talk); got != 80 {
		t.Errorf("%d packets of the operator are lost", 80-got)
	}
	if got := s.a.word.read().State; got != media.Operator {
		t.Errorf("heard %v, want operator", got)
	}
	ahead := time.Duration(s.last(media.B).ts()-s.got[media.B][0].ts())*125*time.Microsecond - (s.last(media.B).at - s.got[media.B][0].at)
	if ahead > 100*ms {
		t.Errorf("the line stays %v ahead", ahead)
	}
	s.whole()
}
