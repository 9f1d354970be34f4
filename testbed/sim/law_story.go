package sim

import (
	"fmt"
	"slices"
	"time"

	"tregua/media"
)

// complete: where nothing is lost, both sides of an orderly call see all that the
// other says, in its order: the story that they meant to play came true.
func (j judge) complete(c *caller) {
	t := j.trails[c.id]
	a, ok := j.answered(t)
	if !c.plan.orderly() || ok && (a.byes[0] != nil || a.byes[1] != nil) || j.troubled(t) || reasonOf(t) != "" {
		return
	}
	for _, of := range []media.Leg{media.A, media.B} {
		said, heard := t.said(of, true), t.said(of, false)
		if !slices.Equal(said, heard) {
			at := 0
			for at < min(len(said), len(heard)) && said[at] == heard[at] {
				at++
			}
			j.broken(t.id, "%q: of %d messages %d arrived; from the %d. on: said %.5q, heard %.5q", c.plan.story,
				len(said), len(heard), at+1, said[at:], heard[at:])
		}
	}
}

func reasonOf(t *trail) string {
	if m := t.answer(); m != nil {
		return reason(m)
	}
	return ""
}

// said lists what came from a side, or what of it left towards the other: the
// first copy of everything that concerns both ends.
func (t *trail) said(of media.Leg, in bool) (list []string) {
	seen := map[string]bool{}
	for i := range t.list {
		x := &t.list[i]
		if x.in != in || !t.endToEnd(x) || (x.side == of) != in {
			continue
		}
		line := fmt.Sprint(x.msg.Method, x.msg.Status, x.msg.CSeq, x.msg.From.Tag, x.msg.To.Tag, number(x.msg, "RSeq"))
		if !seen[line] {
			seen[line] = true
			list = append(list, line)
		}
	}
	return list
}

// endToEnd reports whether a message concerns both ends, and is not between one
// of them and tregua.
func (t *trail) endToEnd(x *crossing) bool {
	return x.msg.Status != 100 && x.msg.CSeq.Method != "CANCEL" && !t.hopByHop(x)
}

// orderly reports whether nobody does anything in a call by which tregua has
// something to say itself.
func (p *plan) orderly() bool {
	wrong := func(a act) bool {
		return a.deed == twice || a.deed == goesBack || a.deed == strays || a.deed == cancels
	}
	twoAnswer := 0
	for _, s := range p.steps {
		if s.status == 200 {
			twoAnswer++
		}
	}
	switch {
	case p.kind.refusal() != 0, p.cancelAfter != never, p.dumb, p.deaf, p.forgets, p.skipsAck, p.lazy, p.impatient:
		return false
	case p.transfer.refusal() != 0, p.moved != 0, p.ringsFirst, twoAnswer > 1, len(p.steps) == 0, slices.ContainsFunc(slices.Concat(p.acts, p.calleeActs), wrong):
		return false
	case len(p.acts) == 1 && p.acts[0].after > p.talkFor-time.Second: // it may meet the BYE
		return false
	}
	return p.steps[len(p.steps)-1].after < 100*time.Second && slices.ContainsFunc(p.steps, func(s step) bool { return s.status >= 200 })
}
