package main

import (
	"fmt"
	"time"
)

// Setting is one day of one call centre.
type Setting struct {
	Operators int
	Law       Pacing
	Lines     float64 // per idle operator; of an adaptive dialer the most
	Answer    float64 // share of the calls that somebody answers
	Wrap      time.Duration
	Story     Story
	Keeper    Keeper
	Seed      uint64
}

// Story is what the team does in a day of eight hours.
type Story uint8

// The stories.
const (
	Steady      Story = iota
	Shifts            // a third comes two hours later, a third leaves two hours earlier; a break of 15 minutes each
	HalfAway          // half the team is away from the third hour to the fourth
	AwayPause         // all are away then, and the dialer stops
	AwayRings         // all are away then, and the dialer rings on
	AMD               // the dialer looks for machines first: a fifth of the answers are, and one person in a hundred is taken for one
	AnswerMoves       // the answer rate is halved in the third hour and doubled in the fifth
)

var storyNames = [...]string{"steady", "shifts", "half away", "all away", "rings on", "amd", "moving"}

// String returns the name of s.
func (s Story) String() string { return storyNames[s] }

// Pacing is how the dialer decides how many to call.
type Pacing uint8

// The laws of pacing.
const (
	Fixed      Pacing = iota // so many lines an idle operator
	Adaptive                 // a level that follows the idle operators and a drop target, as ViciDial's ADAPT_HARD_LIMIT
	Aggressive               // fixed, and a line for each operator in wrap-up
)

var pacingNames = [...]string{"fixed", "adaptive", "aggressive"}

// String returns the name of p.
func (p Pacing) String() string { return pacingNames[p] }

// Keeper is who decides whether a call may go.
type Keeper uint8

// The keepers.
const (
	Credit  Keeper = iota // the gate of policy/gate
	Naive                 // peak talking in ten minutes less talking now, at least 1
	Open                  // nobody
	Perfect               // knows who is idle: exactly one line each
)

var keeperNames = [...]string{"gate", "naive", "none", "perfect 1:1"}

// String returns the name of k.
func (k Keeper) String() string { return keeperNames[k] }

// String writes a setting in a line.
func (s Setting) String() string {
	return fmt.Sprintf("%d operators, %v %g, answers %g, wrap-up %v, %v, %v, seed %d",
		s.Operators, s.Law, s.Lines, s.Answer, s.Wrap, s.Story, s.Keeper, s.Seed)
}

// The day, and the hour in which people are away.
const (
	day      = 8 * time.Hour
	awayFrom = 3 * time.Hour
	awayTo   = 4 * time.Hour
)

// stopsWithOperators reports whether the dialer of a story calls only while
// somebody is there.
func (s Setting) stopsWithOperators() bool { return s.Story != AwayRings }
