package sim

import (
	"slices"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/policy/bar"
	"tregua/policy/ledger"
	"tregua/policy/seal"
)

// settled is how long what a turn of a shard says may be on its way into the
// store.
const settled = 20 * time.Millisecond

// crash is SIGKILL and a new start, which takes no call: shards, desks, network
// and what was not committed are gone. left is what it was offered.
func (l *ledgerShell) crash() (left map[policy.AttemptID]ledger.Left, err error) {
	l.store, l.waiting, l.kept = l.store.Crash(), nil, nil
	if l.subjects, err = seal.NewSubjects(l.slots, l.store, l.keys, 0); err != nil {
		return nil, err
	}
	left, c := map[policy.AttemptID]ledger.Left{}, l.config()
	c.Adopt = func(one ledger.Left) bool {
		left[one.Attempt.ID] = one
		return false
	}
	l.made, _, err = ledger.Recover(c, l.store, epoch.Add(l.queue.now))
	return left, err
}

// crashLaws: after a crash every call that had left has its record, and one that
// was cut off after its answer counts by what was known of its operator.
func (j judge) crashLaws() {
	j.law = "crash"
	left, err := j.house.ledger.crash()
	if err != nil {
		j.broken("", "the ledger does not start again: %v", err)
		return
	}
	defer func() { j.keptLaws(left) }()
	reader, ok := j.soundLedger()
	if !ok {
		return
	}
	j.ringRows(reader)
	records, err := j.calls(reader)
	if err != nil {
		j.broken("", "a record cannot be read: %v", err)
		return
	}
	for _, t := range j.order {
		if !t.inbound && !t.lapsed {
			j.survived(t, records[t.id])
		}
	}
}

// survived holds what is left of a call, nil for no record. An emergency call waits
// for no row: the crash may have come before that was written.
func (j judge) survived(t *trail, r *policy.Record) {
	switch {
	case r == nil && t.forwarded() && t.attempt.Reading != policy.Emergency:
		j.broken(t.id, "an INVITE had left, and after the crash there is no record of it")
	case r != nil && r.Ending.Outcome == policy.OutcomeInterrupted:
		j.interrupted(t, &r.Ending)
	}
}

// calls returns the records of calls by their trail.
func (j judge) calls(reader *ledger.Reader) (map[string]*policy.Record, error) {
	records := map[string]*policy.Record{}
	for v, err := range reader.Each() {
		if err != nil {
			return nil, err
		}
		r := v.Record
		if r.Ending.Outcome == policy.OutcomeRepeated || isAside(r.Attempt.Called) {
			continue
		}
		id := r.Attempt.CallID
		if isSmuggled(r.Attempt.Called) {
			id += "~"
		}
		records[id] = &r
		j.result.Outcomes[r.Ending.Outcome.String()]++
	}
	return records, nil
}

// interrupted holds the record of a call that the crash cut off.
func (j judge) interrupted(t *trail, e *policy.Ending) {
	if t.ended != 0 {
		if t.ended+settled < j.queue.now {
			j.broken(t.id, "the record of a call that ended at %v was lost", t.ended)
		}
		return
	}
	a, ok := j.answered(t)
	if ok {
		j.answerCutOff(t, &a, e)
	} else if !e.AnsweredAt.IsZero() || e.Ratio != policy.RatioNone {
		j.broken(t.id, "nobody was told of an answer, the record says %v, class %d", e.AnsweredAt, e.Ratio)
	}
}

func (j judge) answerCutOff(t *trail, a *answered, e *policy.Ending) {
	switch {
	case e.AnsweredAt.IsZero() && t.ups[0].at+settled >= j.queue.now:
		return // the answer was lost with the crash
	case !e.AnsweredAt.Equal(epoch.Add(a.came)):
		j.broken(t.id, "answered at %v, the record says %v", epoch.Add(a.came), e.AnsweredAt)
	}
	if may := j.classesCutOff(t, a); !slices.Contains(may, e.Ratio) {
		j.broken(t.id, "cut off in class %d, it may be %d", e.Ratio, may)
	}
	if e.Ratio == policy.RatioA {
		j.barLeft(t, a)
	}
}

// classesCutOff is where a call may count that was cut off: what was found just before may
// or may not have been kept.
func (j judge) classesCutOff(t *trail, a *answered) []policy.Ratio {
	m, now := t.media, j.queue.now
	switch {
	case a.watch.Mode == policy.WatchOff:
		return []policy.Ratio{policy.RatioNone}
	case m.word(now).State == media.Operator:
		return spokenCutOff(m, a, now)
	case !m.voice.deaf || now < a.came+a.watch.CutAfter:
		return []policy.Ratio{policy.RatioA}
	case a.due+settled < now:
		return []policy.Ratio{policy.RatioNone}
	}
	return []policy.Ratio{policy.RatioA, policy.RatioNone} // one that cannot be heard has no grace
}

// spokenCutOff is that of a call whose operator has spoken.
func spokenCutOff(m *hearing, a *answered, now time.Duration) []policy.Ratio {
	known := m.decided + gather
	if m.voice.lost { // the word is read when the time is over, and at the end
		known = a.due
	}
	late := a.watch.Mode == policy.WatchShadow && m.word(now).Decided > a.due // he may be heard of
	if !late && known >= m.decided && known+settled < now {
		return []policy.Ratio{policy.RatioB}
	}
	return []policy.Ratio{policy.RatioA, policy.RatioB}
}

// barLeft: a call cut off in class A leaves its bar.
func (j judge) barLeft(t *trail, a *answered) {
	value, found, err := j.house.ledger.store.Get(bar.Key(j.house.ledger.keys.Index(t.attempt.Called)))
	if err != nil || !found {
		j.broken(t.id, "cut off in class A, and no bar was left: %v", err)
		return
	}
	at := epoch.Add(a.came)
	bars, err := bar.Decode(value)
	if err != nil || len(bars) != 1 || bars[0].At.Before(at) || bars[0].Until.Before(at.Add(barLeast)) ||
		bars[0].Shadow != (a.watch.Mode == policy.WatchShadow) {
		j.broken(t.id, "cut off in class A at %v, watch %d: bars %+v, %v", at, a.watch.Mode, bars, err)
	}
}
