package sim

import (
	"time"

	"tregua/policy"
	"tregua/policy/desk"
	"tregua/policy/gate"
)

// gated are the campaigns that pass by the gate, where a run has one: each is alone
// in its ratio group.
func gated(c policy.CampaignID) bool { return c == 2 || c == 3 }

// gateHold is how long a call waits at the gate of a run.
const gateHold = 4 * time.Second

// gateFigures let more calls go than the law does: so in a minute some go, some wait
// and some are turned away.
func gateFigures(p *policy.GateParams) {
	p.Limit.Value, p.DayLimit.Value, p.StartCredit.Value, p.Hold.Value = 50, 50, 6, gateHold
}

// paceShell is the goroutine round the one gate.
type paceShell struct {
	pace   *desk.Pace
	in     []desk.PaceInput
	out    desk.PaceOutputs
	wake   alarm
	status []gate.Status
}

// newPace puts a gate behind the desks.
func (h *house) newPace() {
	h.pace = &paceShell{pace: desk.NewPace(h.policy, gate.New())}
	for _, d := range h.desks {
		d.desk.Pace(h.paced)
	}
}

// paced reports whether an attempt is to pass by the gate: it is seen whether an
// operator joins it.
func (h *house) paced(a *policy.Attempt) bool {
	for _, t := range h.proxy.Trunks {
		if t.Name == a.Trunk {
			return t.Watch.Mode != policy.WatchOff && gated(a.Campaign) && !a.Aside && a.Called != 0
		}
	}
	return false
}

// tell lets the gate know something, if there is one.
func (h *house) tell(in desk.PaceInput) {
	if p := h.pace; p != nil {
		p.in = append(p.in, in)
		p.wake.plan(h.queue, h.queue.now+h.net.between(0, time.Millisecond), h.turnPace)
	}
}

// turnPace is the goroutine round the gate. After each turn it tells the witness how
// the gate stands.
func (h *house) turnPace() {
	p := h.pace
	inputs := p.in
	p.in = nil
	next := p.pace.Turn(epoch.Add(h.queue.now), inputs, &p.out)
	h.witness.paced(inputs, &p.out)
	h.carryOutPace()
	p.pace.Turn(epoch.Add(h.queue.now), []desk.PaceInput{desk.Survey{Answer: h.surveyed}}, &p.out)
	h.carryOutPace()
	if !next.IsZero() {
		p.wake.plan(h.queue, next.Sub(epoch), h.turnPace)
	}
}

func (h *house) surveyed(all []gate.Status) {
	h.pace.status = all
	h.witness.surveyed(all)
}

func (h *house) carryOutPace() {
	for _, e := range h.pace.out.Entries {
		h.ledger.submit(e)
	}
	for _, a := range h.pace.out.Answers {
		h.answer(a)
	}
	for _, r := range h.pace.out.Releases {
		h.give(h.deskOf(r.Index), r)
	}
}
