package sim

import (
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/rings"
	"tregua/policy/seal"
)

// mostRings is the cap of a day (profile it-code). No run passes midnight.
const mostRings = 3

// ringLaws: what reached each number stands in its row, and no person's phones
// rang more often than may be.
func (j judge) ringLaws() {
	reader, err := j.house.ledger.reader()
	if err != nil {
		j.broken("", "the ledger cannot be read: %v", err)
		return
	}
	j.ringRows(reader)
	if !j.cfg.Caps {
		return
	}
	rang := map[policy.Number]int{}
	for _, t := range j.order {
		if who := j.person(t); who != 0 && t.rang() {
			if rang[who]++; rang[who] > mostRings {
				j.broken(t.id, "the phones of one person rang %d times", rang[who])
			}
		}
		if i := t.first(0, func(x *crossing) bool { return x.asks(false, media.B, "INVITE") }); i >= 0 {
			if since, is := j.spokenTo(t); is && t.list[i].at > since+j.onItsWay(t) {
				j.broken(t.id, "a carrier got the number of a person who was spoken to %v before", t.list[i].at-since)
			}
		}
	}
}

// ringRows holds the rows against the records.
func (j judge) ringRows(reader *ledger.Reader) {
	want := map[seal.Index]rings.Rings{}
	for v, err := range reader.Each() {
		if err != nil {
			j.broken("", "a record cannot be read: %v", err)
			return
		}
		if r := &v.Record; r.Ending.Rang && r.Attempt.Called != 0 {
			i := j.house.ledger.keys.Index(r.Attempt.Called)
			want[i], _ = want[i].With(rings.Of(r.Attempt.ID, r.Attempt.At, false), r.Attempt.At)
		}
	}
	for one, err := range ledger.Rings(j.house.ledger.store) {
		if err != nil || len(want[one.Index]) != len(one.Rings) {
			j.broken("", "a row has %d rings, the records %d, %v", len(one.Rings), len(want[one.Index]), err)
			return
		}
		delete(want, one.Index)
	}
	if len(want) > 0 {
		j.broken("", "%d numbers have records that rang, and no row", len(want))
	}
}

// person returns who is called; one number alone is a person, too.
func (j judge) person(t *trail) policy.Number {
	n := t.attempt.Called
	if t.inbound || n == 0 {
		return 0
	}
	if who := j.house.world.personOf(n); who != 0 {
		return who
	}
	return n
}

// rang reports whether the phone was heard to ring, or was answered. A ringing
// that the network lets come behind the final answer is heard by nobody: the
// transaction has ended (RFC 3261 17.1.1.2).
func (t *trail) rang() bool {
	over := map[string]bool{} // by branch
	for i := range t.list {
		switch x := &t.list[i]; {
		case t.ended != 0 && x.at > t.ended:
			return false
		case x.is(true, media.B, "INVITE", 200, 299), x.is(true, media.B, "INVITE", 180, 199) && !over[x.msg.Via.Branch]:
			return true
		case x.is(true, media.B, "INVITE", 300, 699):
			over[x.msg.Via.Branch] = true
		}
	}
	return false
}

// spokenTo returns when the person of a call was spoken to for long enough to be
// left alone for a month.
func (j judge) spokenTo(t *trail) (since time.Duration, is bool) {
	p := &j.house.policy.Params("").Frequency
	for _, o := range j.order {
		if j.person(o) == 0 || j.person(o) != j.person(t) {
			continue
		}
		for i := range j.ends[o.attempt.Called] {
			e := &j.ends[o.attempt.Called][i]
			if rings.Useful(&e.ending, p) && (!is || e.at < since) {
				since, is = e.at, true
			}
		}
	}
	return since, is
}

// contacted: who is refused for a contact has had one.
func (j judge) contacted(t *trail) {
	if since, is := j.spokenTo(t); !is || since > t.askedAt+patience {
		j.broken(t.id, "refused for a useful contact that there was not")
	}
}

// tooOften: who is refused for the cap was called as often, or may have been.
func (j judge) tooOften(t *trail) {
	n := 0
	for _, o := range j.order {
		if o == t || j.person(o) != j.person(t) || o.askedAt > t.askedAt+patience {
			continue
		}
		if may := o.ended == 0 || o.ended+patience >= t.askedAt; o.forwarded() && (o.rang() || may) || o.waits(t.askedAt) {
			n++
		}
	}
	if n < mostRings {
		j.broken(t.id, "refused for the cap, and %d rang or could ring", n)
	}
}

// waits reports whether an attempt that was asked about had no final answer at a
// time: it has its place until the ledger could not write it.
func (t *trail) waits(at time.Duration) bool {
	i := t.first(0, func(x *crossing) bool { return x.is(false, media.A, "INVITE", 200, 699) })
	return t.askedAt <= at && (i < 0 || t.list[i].at >= at)
}
