package line

import (
	"bytes"
	"math"
	"testing"
	"time"
)

// told is what a packet becomes: its number
// and timestamp beside those of the first, and whether it is marked.
type told struct {
	sequence uint16
	ts       uint32
	mark     bool
}

// lost is what is not sent.
var lost = told{mark: true, ts: 1}

func tell(first, s sent) told {
	return told{s.sequence() - first.sequence(), s.ts() - first.ts(), s.marked()}
}

// TestStories: packets of one source in state Mix, 20 ms each, after 100 ms of
// own ones (numbers 0 to 4). Own packets between them are counted too.
func TestStories(t *testing.T) {
	t.Parallel()
	const s = 7 // its SSRC
	mk := func(at int, sequence uint16, ts, ssrc uint32) step {
		return step{at: time.Duration(at) * ms, p: rtp(8, sequence, ts, ssrc, 160, speechB)}
	}
	cases := map[string][]step{
		"in order":                      {mk(100, 1, 160, s).is(5, 800), mk(120, 2, 320, s).is(6, 960)},
		"a loss keeps the offsets":      {mk(100, 1, 160, s).is(5, 800), mk(140, 3, 480, s).is(7, 1120)},
		"a late one keeps the offsets":  {mk(100, 1, 160, s).is(5, 800), mk(140, 3, 480, s).is(7, 1120), mk(141, 2, 320, s).is(6, 960), mk(160, 4, 640, s).is(8, 1280)},
		"a repetition is dropped":       {mk(100, 1, 160, s).is(5, 800), mk(101, 1, 160, s).gone(), mk(120, 2, 320, s).is(6, 960), mk(121, 1, 160, s).gone()},
		"late and twice":                {mk(100, 1, 160, s).is(5, 800), mk(140, 3, 480, s).is(7, 1120), mk(141, 2, 320, s).is(6, 960), mk(142, 2, 320, s).gone()},
		"one from before it was known":  {mk(100, 2, 320, s).is(5, 800), mk(101, 1, 160, s).gone()},
		"a number that was ours":        {mk(100, 1, 160, s).is(5, 800), mk(185, 3, 480, s).is(8, 1600), mk(186, 2, 320, s).gone(), mk(205, 4, 640, s).is(9, 1760)},
		"late, after own ones":          {mk(100, 1, 160, s).is(5, 800), mk(140, 3, 480, s).is(7, 1120), mk(205, 2, 320, s).gone()},
		"very late":                     {mk(100, 1, 160, s).is(5, 800), mk(120, 66, 320, s).is(70, 960), mk(121, 2, 200, s).gone(), mk(122, 3, 210, s).is(7, 850)},
		"a late one with a new time":    {mk(100, 1, 160, s).is(5, 800), mk(140, 3, 480, s).is(7, 1120), mk(141, 2, 3000, s).gone(), mk(160, 4, 640, s).is(8, 1280)},
		"numbers and time wrap":         {mk(100, 65535, math.MaxUint32-79, s).is(5, 800), mk(120, 0, 80, s).is(6, 960)},
		"another source":                {mk(100, 1, 160, s).is(5, 800), mk(120, 700, 99, 8).is(6, 960), mk(140, 701, 259, 8).is(7, 1120)},
		"a straggler of the one before": {mk(100, 1, 160, s).is(5, 800), mk(120, 700, 99, 8).is(6, 960), mk(121, 2, 320, s).gone(), mk(140, 701, 259, 8).is(7, 1120)},
		"the one before comes back":     {mk(100, 1, 160, s).is(5, 800), mk(120, 700, 99, 8).is(6, 960), mk(180, 4, 640, s).marked(7, 1440)},
		"numbers begin anew":            {mk(100, 1, 160, s).is(5, 800), mk(120, 30000, 320, s).gone(), mk(140, 30001, 480, s).marked(6, 1120)},
		"anew, after a pause":           {mk(100, 1, 160, s).is(5, 800), mk(200, 30000, 320, s).is(8, 1600), mk(220, 30001, 480, s).is(9, 1760)},
		"anew, a little back":           {mk(100, 60, 160, s).is(5, 800), mk(120, 10, 5e6, s).gone(), mk(140, 11, 5e6+160, s).marked(6, 1120)},
		"a little back, after a pause":  {mk(100, 60, 160, s).is(5, 800), mk(200, 10, 5e6, s).is(8, 1600), mk(220, 11, 5e6+160, s).is(9, 1760)},
		"late, after a pause":           {mk(100, 3, 480, s).is(5, 800), mk(200, 2, 320, s).gone(), mk(220, 4, 640, s).is(9, 1760)},
		"one number far off":            {mk(100, 1, 160, s).is(5, 800), mk(120, 30000, 320, s).gone(), mk(140, 3, 480, s).is(7, 1120), mk(160, 30001, 640, s).gone()},
		"time leaps":                    {mk(100, 1, 160, s).is(5, 800), mk(120, 2, 1e6, s).is(6, 960), mk(140, 3, 1e6+160, s).is(7, 1120)},
		"time goes back":                {mk(100, 1, 1e6, s).is(5, 800), mk(120, 2, 320, s).is(6, 960)},
		"two at once are too much":      {mk(100, 1, 0, 1).is(5, 800), mk(100, 1, 0, 2).is(6, 960), mk(100, 1, 0, 3).is(7, 1120), mk(100, 1, 0, 4).is(8, 1280), mk(100, 1, 0, 5).gone(), mk(120, 2, 160, 5).is(9, 1440)},
		"own ones while none come":      {mk(100, 1, 160, s).is(5, 800), mk(200, 2, 320, s).is(8, 1600)},
		"one that comes a little early": {mk(100, 1, 160, s).is(5, 800), mk(175, 2, 320, s).is(7, 1440), mk(195, 3, 480, s).is(8, 1600)},
	}
	for name, steps := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, config())
			r.start(0, Mix)
			for i, s := range steps {
				ok := r.packet(s.at, Mix, s.p)
				got := lost
				if ok {
					got = tell(r.out[0], r.out[len(r.out)-1])
				}
				if got != s.want {
					t.Errorf("packet %d at %v: %+v, want %+v", i, s.at, got, s.want)
				}
			}
		})
	}
}

type step struct {
	at   time.Duration
	p    []byte
	want told
}

func (s step) is(sequence uint16, ts uint32) step { s.want = told{sequence, ts, false}; return s }

func (s step) marked(sequence uint16, ts uint32) step { s.want = told{sequence, ts, true}; return s }

func (s step) gone() step { s.want = lost; return s }

// TestDTX: comfort noise is kept back until an operator is there, and its
// numbers are not missed.
func TestDTX(t *testing.T) {
	t.Parallel()
	r := newRig(t, config())
	r.start(0, Mix)
	give := func(at int, a Action, kind uint8, sequence uint16, ts uint32) bool {
		return r.packet(time.Duration(at)*ms, a, rtp(kind, sequence, ts, 1, 160, speechB))
	}
	give(10, Mix, 8, 1, 0)
	give(30, Mix, noType, 2, 160)
	give(50, Mix, 8, 3, 320)
	give(70, Pass, 8, 4, 480)
	give(90, Pass, noType, 5, 640)
	r.run(500 * ms)
	give(500, Pass, 8, 6, 640+3280)
	give(520, Pass, 8, 7, 640+3440)
	want := []told{{0, 0, true}, {1, 160, false}, {2, 480, true}, {3, 640, false}, {4, 800, false}, {5, 4080, false}, {6, 4240, false}}
	if len(r.out) != len(want) {
		t.Fatalf("%d packets", len(r.out))
	}
	for i, s := range r.out {
		if got := tell(r.out[0], s); got != want[i] {
			t.Errorf("packet %d: %+v, want %+v", i, got, want[i])
		}
	}
}

// TestBacklog: of what a stalled peer sends at once half a second passes, but
// no more than keeps the line in time where it is replaced anyway, and nothing
// that comes at its time after it is lost.
func TestBacklog(t *testing.T) {
	t.Parallel()
	for a, most := range map[Action]int{Mix: 27, Replace: 4} {
		backlog(t, a, most)
	}
}

func backlog(t *testing.T, a Action, most int) {
	t.Helper()
	r := newRig(t, config())
	r.start(0, a)
	p := peer{ssrc: 1, sequence: 65500, kind: 8, size: 160, fill: speechB}
	r.packet(0, a, p.next())
	passed := 0
	for range 50 {
		if r.packet(time.Second, a, p.next()) {
			passed++
		}
	}
	if passed < most-2 || passed > most {
		t.Errorf("action %d: %d packets of the backlog pass", a, passed)
	}
	for i := range 50 {
		if !r.packet(time.Second+time.Duration(20*i+20)*ms, a, p.next()) {
			t.Errorf("packet %d after it is lost", i)
		}
	}
	for i, s := range r.out[1:] {
		if was := r.out[i]; s.sequence() != was.sequence()+1 || s.ts()-was.ts() != 160 && !s.marked() {
			t.Errorf("at %v: number %d after %d, a step of %d", s.at, s.sequence(), was.sequence(), s.ts()-was.ts())
		}
	}
}

// TestGiant: a packet of seconds is filled to its end, and what follows it is
// not kept back for seconds.
func TestGiant(t *testing.T) {
	t.Parallel()
	for _, a := range []Action{Replace, Mix} {
		l := New(config())
		amb := sound.Cursor(0)
		in := rtp(8, 1, 0, 1, 20000, speechB)
		if !l.Packet(0, in, a, &amb) {
			t.Fatal("lost")
		}
		if n := bytes.Count(in[headerSize+10000:], []byte{speechB}); n > 9000 {
			t.Errorf("action %d: %d of the last 10000 bytes are as they were", a, n)
		}
		if !l.Packet(20*ms, rtp(8, 1, 0, 2, 160, speechB), a, &amb) {
			t.Errorf("action %d: what follows is lost", a)
		}
	}
}

// TestFadeGoesOn: the ambience fades while nothing comes, too.
func TestFadeGoesOn(t *testing.T) {
	t.Parallel()
	r := newRig(t, config())
	r.start(0, Mix)
	p := peer{ssrc: 1, kind: 8, size: 160, fill: speechB}
	r.packet(20*ms, Mix, p.next())
	r.set(100*ms, Pass) // the last own one ends then
	r.packet(240*ms, Pass, p.next())
	if want := fadeTime - 140*8 - 160; r.line.fade != want {
		t.Errorf("%d samples to go, want %d", r.line.fade, want)
	}
}

// TestPassBelieves: after the watch the peer's clock is the line's.
func TestPassBelieves(t *testing.T) {
	t.Parallel()
	r := newRig(t, config())
	r.start(0, Pass)
	r.packet(0, Pass, rtp(8, 1, 0, 1, 160, speechB))
	r.packet(20*ms, Pass, rtp(8, 2, 1e6, 1, 160, speechB))
	r.packet(40*ms, Pass, rtp(8, 3, 1e6+160, 1, 160, speechB))
	r.packet(60*ms, Pass, rtp(8, 9, 5, 2, 160, speechB))
	r.packet(2060*ms, Pass, rtp(8, 10, 165, 2, 160, speechB)) // it stood still
	r.packet(2080*ms, Pass, rtp(8, 9, 5, 3, 160, speechB))
	want := []told{{0, 0, true}, {1, 1e6, false}, {2, 1e6 + 160, false}, {3, 1e6 + 320, false}, {4, 1e6 + 480, false}, {5, 1e6 + 640, false}}
	for i, s := range r.out {
		if got := tell(r.out[0], s); got != want[i] {
			t.Errorf("packet %d: %+v, want %+v", i, got, want[i])
		}
	}
	if len(r.out) != len(want) {
		t.Errorf("%d packets", len(r.out))
	}
}
