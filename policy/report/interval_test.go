package report

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestJoined: a bypass that goes on over full hours is one, and two of a trunk with a
// time between them, or of two trunks, are two.
func TestJoined(t *testing.T) {
	t.Parallel()
	at := func(minute int) time.Time { return time.Date(2026, 11, 22, 10, minute, 0, 0, time.UTC) }
	got := Joined([]Interval{
		{What: Bypassed, Trunk: "b", From: at(60), Until: at(90)},
		{What: Bypassed, Trunk: "a", From: at(60), Until: at(120)},
		{What: Bypassed, Trunk: "a", From: at(30), Until: at(60)},
		{What: Outage, From: at(55), Until: at(65)},
		{What: Bypassed, Trunk: "a", From: at(110), Until: at(115), Who: "ada"},
		{What: Bypassed, Trunk: "a", From: at(121), Until: at(122)},
	})
	want := []Interval{
		{What: Bypassed, Trunk: "a", From: at(30), Until: at(120), Who: "ada"},
		{What: Outage, From: at(55), Until: at(65)},
		{What: Bypassed, Trunk: "b", From: at(60), Until: at(90)},
		{What: Bypassed, Trunk: "a", From: at(121), Until: at(122)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if Joined(nil) != nil {
		t.Error("of none there are some")
	}
}
