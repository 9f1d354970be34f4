package sim

import (
	"slices"

	"tregua/media"
)

// mediaLaws: where nothing is lost, both peers know where the other's media goes,
// and the relay was told the same: the last word of each is what was agreed last.
func (j judge) mediaLaws(c *caller) {
	t, y := j.trails[c.id], j.calleeOf(c)
	if y == nil || len(c.talks) == 0 || t.anchor.ID == 0 {
		return
	}
	for _, f := range y.forks {
		if f.talk != nil && f.tag == c.talks[0].tag && f.ackd {
			j.flowsTo(t, media.A, c.talks[0])
			j.flowsTo(t, media.B, f.talk)
		}
	}
}

// flowsTo holds what the relay was told of a leg against where its peer listens.
func (j judge) flowsTo(t *trail, leg media.Leg, is *talk) {
	if is.unsure {
		return
	}
	want := mediaOf(is)
	for _, f := range slices.Backward(t.flows) {
		if f.leg == leg {
			if f.peer != want {
				j.broken(t.id, "%q: leg %c listens at %v, the relay sends to %v", is.plan.story, 'a'+leg, want, f.peer)
			}
			return
		}
	}
	j.broken(t.id, "%q: the relay was never told of leg %c", is.plan.story, 'a'+leg)
}
