package sim

import (
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/policy/bar"
)

// barLeast is how long a bar lasts at least.
const barLeast = 120 * time.Hour

// barLaws: a silent call leaves a bar on its number, marked where it binds
// nobody. A later contact with an operator takes nothing of its days away.
func (j judge) barLaws() {
	rows := map[string]bool{}
	for row, err := range j.house.ledger.store.Scan([]byte{0x30}, nil) {
		if err != nil {
			j.broken("", "the bars cannot be read: %v", err)
			return
		}
		rows[string(row.Key)] = true
	}
	seen := map[policy.Number]bool{}
	for _, t := range j.order {
		n := t.attempt.Called
		if n == 0 || seen[n] {
			continue
		}
		seen[n] = true
		key := bar.Key(j.house.ledger.keys.Index(n))
		delete(rows, string(key))
		j.barOf(t, n, key)
	}
	if len(rows) > 0 {
		j.broken("", "%d bars are on numbers that were never called", len(rows))
	}
}

// lastBar returns the call whose bar a number must have, nil for none, and
// whether an operator has spoken with the person since.
func (j judge) lastBar(n policy.Number) (last *policy.Ending, of policy.AttemptID, met bool) {
	for i := range j.ends[n] {
		e := &j.ends[n][i].ending
		switch {
		case e.Ratio == policy.RatioA && (last == nil || e.AnsweredAt.After(last.AnsweredAt)):
			last, of, met = e, j.ends[n][i].id, false
		case e.Ratio == policy.RatioB && last != nil && !last.AnsweredAt.After(e.AnsweredAt):
			met = true
		}
	}
	return last, of, met
}

// barOf holds the row of one number. All its calls are of one trunk and of the
// same parties, so that it has one bar at most: that of the newest silent call.
func (j judge) barOf(t *trail, n policy.Number, key []byte) {
	last, of, met := j.lastBar(n)
	value, found, err := j.house.ledger.store.Get(key)
	if err != nil || found != (last != nil) {
		j.broken(t.id, "a silent call was answered: %t; the number has a bar: %t, %v", last != nil, found, err)
		return
	}
	if last == nil {
		return
	}
	bars, err := bar.Decode(value)
	if err != nil || len(bars) != 1 {
		j.broken(t.id, "%d bars, %v", len(bars), err)
		return
	}
	b := bars[0]
	b.Until = time.Time{}
	want := bar.Bar{Of: of, At: b.At, CallCentre: 1, Principal: 1, Shadow: last.Watch == policy.WatchShadow, Met: met}
	if b != want || !b.At.Equal(last.AnsweredAt) || bars[0].Until.Before(b.At.Add(barLeast)) {
		j.broken(t.id, "the bar is %+v, the silent call was answered at %v: want %+v", bars[0], last.AnsweredAt, want)
	}
}

// barred reports whether an enforced bar was on a number at a time, and since
// when. No run is so long that one ends.
func (j judge) barred(n policy.Number, at time.Duration) (since time.Duration, is bool) {
	for _, e := range j.ends[n] {
		if e.ending.Ratio == policy.RatioA && e.ending.Watch == policy.WatchEnforce {
			return e.at, e.at <= at
		}
	}
	return 0, false
}

// redialled: a number with a bar is refused, and nothing of it reaches a carrier.
func (j judge) redialled(t *trail) {
	n := t.attempt.Called
	if i := t.first(0, func(x *crossing) bool { return x.asks(false, media.B, "INVITE") }); i >= 0 {
		if since, is := j.barred(n, t.list[i].at); is && t.list[i].at > since+j.onItsWay(t) {
			j.broken(t.id, "a carrier got a number that was barred %v before", t.list[i].at-since)
		}
	}
	m := t.answer()
	if _, is := j.barred(n, t.askedAt); !is || m == nil || t.cancelledEarly() || j.troubled(t) {
		return
	}
	if why := reason(m); m.Status != 480 && why == policy.BarSilent.String() ||
		why != policy.BarSilent.String() && why != policy.BlacklistListed.String() {
		j.broken(t.id, "a number with a bar was answered %d %s", m.Status, why)
	}
}
