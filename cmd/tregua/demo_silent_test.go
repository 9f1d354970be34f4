package main

import (
	"testing"
	"time"

	"tregua/cmd/tregua/console"
	"tregua/testbed/peers"
)

// ear makes what a callee heard of levels, a tenth of a second each; the last
// level goes on.
func ear(levels ...float32) peers.Heard {
	h := peers.Heard{Packets: 150, SSRC: 7}
	for i := range h.Bins {
		h.Bins[i] = levels[min(i, len(levels)-1)]
	}
	return h
}

func TestCalleeHeard(t *testing.T) {
	t.Parallel()
	torn := ear(-20)
	torn.Gaps = 1
	few := ear(-20)
	few.Packets = 3
	cases := map[string]struct {
		heard peers.Heard
		onset time.Duration
		want  string
	}{
		"an operator at once":            {ear(-20), 0, "heard the operator"},
		"one who clears the throat":      {ear(-34, -34, -20), 0, "heard the operator"},
		"an operator after the ambience": {ear(-34, -34, -34, -34, -34, -34, -20), 500 * time.Millisecond, "heard ambience, then the operator"},
		"an operator at a wrong time":    {ear(-34, -34, -34, -34, -34, -34, -34, -34, -20), 0, "heard the operator at 0.8 s"},
		"ambience":                       {ear(-34), noOperator, "heard ambience"},
		"the first moment of a tone":     {ear(-20, -25, -34), noOperator, "heard ambience"},
		"a tone":                         {ear(-20), noOperator, "heard the operator"},
		"nothing for a moment":           {ear(-90, -34), noOperator, "heard silence"},
		"nothing, then an operator":      {ear(-34, -90, -90, -90, -90, -20), 500 * time.Millisecond, "heard silence"},
		"a lost packet":                  {torn, 0, "heard a torn stream: 0 strangers, 1 gaps, 0 jumps"},
		"hardly anything":                {few, 0, "heard 3 packets"},
	}
	now := time.Now()
	for name, c := range cases {
		s := peers.Seen{Answered: now, Ended: now.Add(cutAfter), Heard: c.heard}
		if got := calleeHeard(&s, &kind{onset: c.onset}); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAnsweredSays(t *testing.T) {
	t.Parallel()
	ms := func(n int64) *int64 { return &n }
	both := console.Heard{CallerPackets: 50, CalleePackets: 50}
	cases := map[string]struct {
		ending console.Ending
		want   string
	}{
		"operator":             {console.Ending{Outcome: "connected", Class: "B", OperatorMS: ms(1130)}, "B, operator at 1.0 s"},
		"operator, too late":   {console.Ending{Outcome: "connected", Class: "B", OperatorMS: ms(1930)}, "B, operator at 1.9 s"},
		"cut":                  {console.Ending{Outcome: "silent", Class: "A", Line: "dead", CutMS: ms(2903)}, "A, dead, cut after 2.9 s"},
		"cut, too late":        {console.Ending{Outcome: "silent", Class: "A", Line: "dead", CutMS: ms(3001)}, "A, dead, cut after 3.0 s"},
		"cut at the last":      {console.Ending{Outcome: "silent", Class: "A", Line: "dead", CutMS: ms(3000)}, "A, dead, cut after 2.9 s"},
		"cut, too early":       {console.Ending{Outcome: "silent", Class: "A", Line: "dead", CutMS: ms(2700)}, "A, dead, cut after 2.7 s"},
		"not cut":              {console.Ending{Outcome: "silent", Class: "A", Line: "none"}, "A, none, not cut"},
		"the callee went":      {console.Ending{Outcome: "hung_up"}, "hung up, neither A nor B"},
		"not watched":          {console.Ending{Outcome: "excluded", Heard: both}, "not watched, heard both"},
		"not watched, no talk": {console.Ending{Outcome: "excluded"}, "not watched, heard 0 and 0 packets"},
	}
	for name, c := range cases {
		if got := answeredSays(&c.ending, &kind{onset: time.Second}); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
