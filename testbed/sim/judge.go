package sim

import (
	"tregua/media"
	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/proxy/wire"
)

// judge holds the laws against what the witness saw, when all is quiet.
type judge struct {
	*witness
	house  *house
	peers  *peers
	cfg    Config
	counts *ledger.Counters // of the answered calls, as they were at the edge
}

func (j judge) run() {
	j.law = "idle"
	for i, s := range j.house.shards {
		if !s.shard.Idle() || s.shard.Open() != 0 {
			j.broken("", "shard %d is not idle: %d calls are open", i, s.shard.Open())
		}
	}
	if n := j.house.listening(); n > 0 {
		j.broken("", "the media of %d calls was never closed", n)
	}
	for _, t := range j.order {
		if t.lapsed {
			continue // two calls under one name
		}
		j.trailLaws(t)
		j.law = "silence"
		j.silence(t)
		j.law = "watching"
		j.watching(t)
		j.law = "sessionTime"
		j.sessionTime(t)
		j.law = "asides"
		j.asideLaws(t)
	}
	j.law = "policy"
	j.policyLaws()
	j.law = "record"
	j.recordLaws()
	j.law = "bar"
	j.barLaws()
	j.law = "rings"
	j.ringLaws()
	j.law = "gate"
	j.gateLaws()
	j.law = "script"
	j.result.Broken = append(j.result.Broken, j.peers.complaints...)
	if j.cfg.scripted() {
		j.scriptLaws()
	}
}

// trailLaw is a law of one trail.
type trailLaw struct {
	name string
	hold func(*trail) []string
}

// exchangeLaws hold for every INVITE of a call.
var exchangeLaws = []trailLaw{
	{"acknowledged", (*trail).acknowledged},
	{"oneAck", (*trail).oneAck},
	{"offersAnswered", (*trail).offersAnswered},
	{"answersOffers", (*trail).answersOffers},
	{"failuresAcknowledged", (*trail).failuresAcknowledged},
	{"cancelsInTime", (*trail).cancelsInTime},
	{"cancelsCross", (*trail).cancelsCross},
	{"finalsRepeat", (*trail).finalsRepeat},
	{"successRepeats", (*trail).successRepeats},
	{"stopsRepeating", (*trail).stopsRepeating},
	{"provisionalsCross", (*trail).provisionalsCross},
	{"trying", (*trail).trying},
	{"abandoned", (*trail).abandoned},
}

// openingLaws hold for every INVITE that would open a call.
var openingLaws = []trailLaw{
	{"bothEnd", (*trail).bothEnd},
	{"acksFirst", (*trail).acksFirst},
}

// callLaws hold for a call as a whole.
var callLaws = []trailLaw{
	{"oneFinal", (*trail).oneFinal},
	{"requestsRepeat", (*trail).requestsRepeat},
	{"inOrder", (*trail).inOrder},
	{"anchored", (*trail).anchored},
	{"private", (*trail).private},
	{"unchanged", (*trail).unchanged},
	{"emergencyPasses", (*trail).emergencyPasses},
	{"repeatsAnswered", (*trail).repeatsAnswered},
	{"oneBye", (*trail).oneBye},
	{"numbered", (*trail).numbered},
	{"shut", (*trail).shut},
	{"failedEnds", (*trail).failedEnds},
	{"patient", (*trail).patient},
	{"reachTargets", (*trail).reachTargets},
	{"ownLines", (*trail).ownLines},
}

// trailLaws holds all that concerns one call at the edge.
func (j judge) trailLaws(t *trail) {
	hold := func(t *trail, laws []trailLaw) {
		for _, l := range laws {
			j.law = l.name
			for _, what := range l.hold(t) {
				j.broken(t.id, "%s", what)
			}
		}
	}
	for _, p := range t.split() {
		hold(p, exchangeLaws)
		if p.opens {
			hold(p, openingLaws)
		}
	}
	hold(t, callLaws)
}

// is reports whether x is a response to a method with a status in a range.
func (x *crossing) is(in bool, side media.Leg, method string, lo, hi int) bool {
	return x.in == in && x.side == side && !x.msg.IsRequest() && x.msg.CSeq.Method == method &&
		x.msg.Status >= lo && x.msg.Status <= hi
}

// asks reports whether x is a request of that method.
func (x *crossing) asks(in bool, side media.Leg, method string) bool {
	return x.in == in && x.side == side && x.msg.Method == method
}

// first returns the first crossing from index i that fits, -1 for none.
func (t *trail) first(i int, fits func(*crossing) bool) int {
	for ; i < len(t.list); i++ {
		if fits(&t.list[i]) {
			return i
		}
	}
	return -1
}

// forwarded reports whether an INVITE left towards a carrier.
func (t *trail) forwarded() bool {
	return t.first(0, func(x *crossing) bool { return x.asks(false, media.B, "INVITE") }) >= 0
}

// answer returns the final response that tregua gave the caller, nil for none.
func (t *trail) answer() *wire.Message {
	o := t.opening()
	if i := o.first(0, func(x *crossing) bool { return x.is(false, o.from, "INVITE", 200, 699) }); i >= 0 {
		return o.list[i].msg
	}
	return nil
}

// reason is the reason that a refusal carries, "" when it is none of ours.
func reason(m *wire.Message) string {
	for v := range m.Named("X-Tregua-Reason") {
		return v
	}
	return ""
}

// emergencyPasses: an emergency call goes out, always.
func (t *trail) emergencyPasses() []string {
	if !t.inbound && t.attempt.Reading == policy.Emergency && !t.forwarded() {
		return []string{"an emergency call did not go out"}
	}
	return nil
}
