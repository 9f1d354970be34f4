package desk

import (
	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/seal"
)

// Input is what can be put to a desk: Ask, Withdrawn, Closing, Useful, Release,
// Freed, Change or Look.
// Index is that of the called number ([seal.Keys.Index]); whoever chose the
// desk by it has it already.
type Input interface{ input() }

// Ask wants a decision on an attempt; the answer goes to Return.
type Ask struct {
	Attempt policy.Attempt
	Return  policy.Return
	Index   seal.Index
}

// Withdrawn says that the dialer gave up an attempt that was asked for. It is for the
// [Pace], and goes the way of the attempt so as not to overtake it.
type Withdrawn struct{ ID policy.AttemptID }

// Closing is the end of an allowed attempt, classified: its Outcome and Ratio
// are those of [policy.Classify]. What it leaves on the number is in force when the
// turn returns.
type Closing struct {
	Attempt policy.Attempt
	Ending  policy.Ending
	Index   seal.Index
}

// Useful says that an attempt in which an operator was heard was a useful contact:
// the person gave an answer (compliance.md 1.13). It counts where the attempt does,
// on its own day, however late this is known.
type Useful struct {
	Attempt policy.Attempt
	Index   seal.Index
}

// Release gives back what an allowed attempt claimed: its open row could not be
// written, so it never went out.
type Release struct {
	ID        policy.AttemptID
	Number    policy.Number
	Index     seal.Index
	Principal policy.PrincipalID
}

// Freed says that an attempt at another number of the person gave back what it
// took: what was refused for that may pass now.
type Freed book.Member

// Look wants to know how an attempt would be judged now. Turn fills Facts and
// Decision; it leaves no trace: no record, no claim, no memory.
type Look struct {
	Attempt  policy.Attempt
	Index    seal.Index
	Facts    policy.Facts
	Decision policy.Decision
}

func (Ask) input()       {}
func (Withdrawn) input() {}
func (Closing) input()   {}
func (Useful) input()    {}
func (Release) input()   {}
func (Freed) input()     {}
func (Change) input()    {}
func (*Look) input()     {}
