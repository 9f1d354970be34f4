package main

import (
	"math"
	"time"

	"tregua/policy"
)

// Result is how a day was.
type Result struct {
	Set       Setting
	A, B      int
	Turned    int
	Worst     float64 // A/B, in per cent, at any moment after the hundredth connected call
	Away      int     // silent calls in the hour in which all were away
	Blind     int     // of them those that were let through when nobody was there
	Occupancy float64 // share of the operators' time in which they talked
	Hours     [8]Hour
	Places    [policy.PlacePledged + 1]int
	Line      []Point // one a minute
	fact      policy.GateFact
}

// Hour is what happened in one hour of the day.
type Hour struct{ A, B int }

// Point is a moment of the day, for the picture.
type Point struct {
	At                   time.Duration
	Ratio                float64
	Talking, There, Ring int
	Credit               int
}

// Ratio is A of B in per cent; NaN before the first connected call.
func (r *Result) Ratio() float64 { return 100 * float64(r.A) / float64(r.B) }

func (r *Result) good(room *Room) {
	r.B++
	r.Hours[hour(room.now)].B++
}

func (r *Result) silent(room *Room, c *call) {
	r.A++
	r.Hours[hour(room.now)].A++
	if r.B >= 100 {
		r.Worst = math.Max(r.Worst, r.Ratio())
	}
	if room.now > awayFrom && room.now < awayTo {
		r.Away++
		if c.blind {
			r.Blind++
		}
	}
}

func hour(at time.Duration) int { return min(7, int(at/time.Hour)) }

// sample notes a point each minute.
func (r *Result) sample(room *Room) {
	if room.now%time.Minute != 0 {
		return
	}
	r.Line = append(r.Line, Point{
		At: room.now, Ratio: r.Ratio(), Talking: room.counts[busy], There: len(room.staff) - room.counts[absent],
		Ring: room.flying, Credit: r.fact.Credit,
	})
}

func (r *Result) close(room *Room) {
	if room.present > 0 {
		r.Occupancy = float64(room.talked) / float64(room.present)
	}
}
