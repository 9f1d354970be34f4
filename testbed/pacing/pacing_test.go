package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func room(n int, law Pacing, story Story, k Keeper) Setting {
	return Setting{Operators: n, Law: law, Lines: 4, Answer: 0.3, Wrap: 25 * time.Second, Story: story, Keeper: k, Seed: 7}
}

// TestSameSeed: a day repeats from its seed.
func TestSameSeed(t *testing.T) {
	t.Parallel()
	s := room(5, Aggressive, Shifts, Credit)
	if d := cmp.Diff(NewRoom(s).Run().Hours, NewRoom(s).Run().Hours); d != "" {
		t.Error(d)
	}
	s.Seed++
	if NewRoom(s).Run().Hours == NewRoom(room(5, Aggressive, Shifts, Credit)).Run().Hours {
		t.Error("another seed is the same day")
	}
}

// TestRoom: the room is one in which it matters who keeps the door. Without a gate
// calls end silent, with one who knows who is idle hardly any does, and nobody
// can be busier than the best.
func TestRoom(t *testing.T) {
	t.Parallel()
	for _, law := range []Pacing{Fixed, Adaptive, Aggressive} {
		open, perfect := NewRoom(room(5, law, Steady, Open)).Run(), NewRoom(room(5, law, Steady, Perfect)).Run()
		if open.Ratio() < 4 || perfect.Ratio() > 1 || perfect.B < 100 {
			t.Errorf("%v: %.2f %% without a gate, %.2f %% of %d with one who knows", law, open.Ratio(), perfect.Ratio(), perfect.B)
		}
		if open.Occupancy < perfect.Occupancy || open.Occupancy > best(open.Set)+0.05 {
			t.Errorf("%v: occupancy %.2f without a gate, %.2f with one who knows", law, open.Occupancy, perfect.Occupancy)
		}
	}
	if r := NewRoom(room(5, Fixed, AwayRings, Open)).Run(); r.Blind < 100 {
		t.Errorf("%d silent calls in an hour in which nobody was there", r.Blind)
	}
}

// TestAway: of a team that is away nobody talks, and all are back later.
func TestAway(t *testing.T) {
	t.Parallel()
	for story, want := range map[Story]int{Steady: 20, HalfAway: 10, AwayPause: 0} {
		r := NewRoom(room(20, Fixed, story, Perfect)).Run()
		for _, p := range r.Line {
			if p.At == awayTo-10*time.Minute && p.There != want || p.At == awayTo+10*time.Minute && p.There != 20 {
				t.Errorf("%v: %d are there at %v", story, p.There, p.At)
			}
		}
	}
}

// TestBars: each bar is missed by a row that lies beyond it, and by no other.
func TestBars(t *testing.T) {
	t.Parallel()
	good := func(s Setting) *Row {
		return &Row{Set: s, MostRatio: mostAtEnd, Worst: mostEver, Blind: mostBlind, Occupancy: best(s), results: []*Result{{Set: s, Hours: [8]Hour{1: {B: 100}, 6: {B: 50}}}}}
	}
	for _, tt := range []struct {
		name string
		set  Setting
		bad  func(*Row)
		want string
	}{
		{"good", room(5, Aggressive, Steady, Credit), func(*Row) {}, ""},
		{"day end", room(5, Fixed, Steady, Credit), func(w *Row) { w.MostRatio = 3.01 }, "at day end"},
		{"a moment", room(5, Fixed, Steady, Credit), func(w *Row) { w.Worst = 3.51 }, "worst moment"},
		{"nobody there", room(20, Fixed, AwayRings, Credit), func(w *Row) { w.Blind = 11 }, "nobody there"},
		{"nobody there, a large team", room(100, Fixed, AwayRings, Credit), func(w *Row) { w.Blind = 11 }, ""},
		{"ratio of a dialer that rings on", room(20, Fixed, AwayRings, Credit), func(w *Row) { w.MostRatio, w.Worst = 9, 9 }, ""},
		{"what is taken for machines", room(20, Fixed, AMD, Credit), func(w *Row) { w.MostRatio, w.Worst = 9, 9 }, ""},
		{"occupancy", room(100, Aggressive, Steady, Credit), func(w *Row) { w.Occupancy = 0.84 * best(w.Set) }, "occupancy"},
		{"recovery", room(3, Fixed, HalfAway, Credit), func(w *Row) { w.results[0].Hours[6].B = 49 }, "after the absence"},
		{"closed for good", room(3, Fixed, AwayRings, Credit), func(w *Row) { w.results[0].Hours = [8]Hour{} }, "closed for good"},
		{"the others have no bars", room(5, Fixed, Steady, Open), func(w *Row) { w.MostRatio, w.Worst = 9, 9 }, ""},
	} {
		w := good(tt.set)
		tt.bad(w)
		got := bars([]*Row{w})
		if tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) != 1 || !strings.Contains(got[0].Error(), tt.want)) {
			t.Errorf("%s: missed %v, want %q", tt.name, got, tt.want)
		}
	}
}
