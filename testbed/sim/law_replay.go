package sim

import (
	"tregua/policy/replay"
	"tregua/policy/rules"
)

// replay returns what judges the records of a run anew.
func (j judge) replay() *replay.Report {
	return replay.New(replay.Config{Judge: j.house.policy, Needs: rules.Needs()})
}

// replayed: a record has all that its decision rested on, so that every attempt is
// judged anew as it was, to the word.
func (j judge) replayed(r *replay.Report) {
	if r.Erased > 0 || r.Total.Reworded > 0 {
		j.broken("", "replay: %d records have no facts, %d trails have other words", r.Erased, r.Total.Reworded)
	}
	for _, d := range r.Differences() {
		j.broken("", "replay: rule %s of %s and %d others said %s, and now %s", d.Rule, d.Examples[0], d.Count-1, d.From.Reason, d.To.Reason)
	}
}
