package relay

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tregua/media"
)

// TestCoverLive: the loop's own clock sends ambience, the caller's packets
// join the stream, and the last word is what Close returns.
func TestCoverLive(t *testing.T) {
	t.Parallel()
	told := make(chan uint64, 9)
	r := start(t, Config{Ambience: murmur, Told: func(owner uint64) { told <- owner }})
	a, err := r.Lease(loopback, loopback, owner)
	if err != nil {
		t.Fatal(err)
	}
	caller, callee := newPhone(t, loopback), newPhone(t, loopback)
	r.Set(a.ID, media.B, media.Flow{Mode: media.Pass, Peer: callee.addr, Formats: spoken})
	r.Set(a.ID, media.A, media.Flow{Mode: media.Cover, Peer: caller.addr})
	var got [][]byte
	listen := func(packets int) {
		for range packets {
			got = append(got, callee.next(a.Addr[media.B]))
		}
	}
	listen(5)
	v := &voice{ssrc: 77, kind: 8}
	for sound := speech(50); len(sound) > 0; sound = sound[160:] {
		caller.send(a.Addr[media.A], v.next(sound[:160]))
		listen(1) // one of his own or ours: he speaks in step with them
	}
	select {
	case who := <-told:
		if who != owner {
			t.Errorf("told %d", who)
		}
	case <-time.After(patience):
		t.Error("nobody is told")
	}
	for i, p := range got[1:] {
		if string(p[8:12]) != string(got[0][8:12]) || binary.BigEndian.Uint16(p[2:]) != binary.BigEndian.Uint16(got[i][2:])+1 {
			t.Errorf("packet %d: % x after % x", i+1, p[:12], got[i][:12])
		}
	}
	heard := r.Heard(a.ID)
	if heard.State != media.Operator || heard.Ambience == 0 || heard.Ambience > heard.Onset || heard.Onset > heard.Decided {
		t.Errorf("heard %+v", heard)
	}
	r.Close(a.ID)
	if got := r.Heard(a.ID); got != (media.Heard{}) || len(told) > 0 {
		t.Errorf("after the end: %+v, told %d times more", got, len(told))
	}
}

// TestTapLive: every packet passes as it came, in order, while others read the
// word: who reads an operator reads his times.
func TestTapLive(t *testing.T) {
	t.Parallel()
	c := newCall(t, start(t, Config{}))
	set(t, c.r, c.anchor.ID, media.A, media.Flow{Mode: media.Tap, Peer: c.phone[media.A].addr})
	var readers sync.WaitGroup
	var over atomic.Bool
	for range 2 {
		readers.Go(func() {
			for !over.Load() {
				if h := c.r.Heard(c.anchor.ID); h.State == media.Operator && (h.Onset == 0 || h.Decided < h.Onset) {
					t.Errorf("heard %+v", h)
				}
			}
		})
	}
	v := &voice{ssrc: 77, kind: 8}
	for sound := speech(100); len(sound) > 0; sound = sound[160:] {
		c.talks(media.A, v.next(sound[:160]))
	}
	over.Store(true)
	readers.Wait()
	if got := c.r.Stats(); got.Watched != 1 || got.Operators != 1 || got.Covered != 0 || got.Own != 0 || got.Watching != 0 {
		t.Errorf("got %+v", got)
	}
}

// TestAgenda: the turns come in order, whatever is put off or taken out.
func TestAgenda(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		var a agenda
		in := make(map[*guard]time.Duration)
		guards := make([]guard, 1+r.IntN(20))
		for i := range guards {
			guards[i].place = off
		}
		for range 100 {
			g, at := &guards[r.IntN(len(guards))], time.Duration(r.IntN(50))
			if r.IntN(3) == 0 {
				a.remove(g)
				delete(in, g)
				continue
			}
			a.put(g, at)
			in[g] = at
		}
		var want, got []time.Duration
		for _, at := range in {
			want = append(want, at)
		}
		slices.Sort(want)
		for g := a.due(50); g != nil; g = a.due(50) {
			if a.due(g.next-1) != nil || in[g] != g.next {
				t.Fatal("not its turn")
			}
			got = append(got, g.next)
			a.remove(g)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
}

func TestAgendaWait(t *testing.T) {
	t.Parallel()
	var a agenda
	if got := a.wait(0); got != -1 {
		t.Errorf("nobody: %d", got)
	}
	g := &guard{place: off}
	for _, test := range []struct {
		next, now time.Duration
		want      int
	}{
		{ms, 0, 1},
		{ms + 1, 0, 2},
		{1, 0, 1},
		{ms, ms, 0},
		{ms, time.Hour, 0},
		{math.MaxInt64, 0, 60000},
	} {
		a.put(g, test.next)
		if got := a.wait(test.now); got != test.want {
			t.Errorf("%v at %v: %d, want %d", test.next, test.now, got, test.want)
		}
	}
}
