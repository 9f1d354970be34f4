package handoff

import (
	"iter"

	"tregua/policy/ledger"
)

// Source yields the records of attempts that have ended, in order of Seq from one
// on, as [ledger.Reader.Views]. It may stop early: who wants more asks again from
// where it stopped.
type Source interface {
	Views(from uint64) iter.Seq2[ledger.View, error]
}
