package desk

import (
	"bytes"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/gate"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// Wanting is an attempt that the rules let go and that wants a place at the gate:
// its Open entry as the desk judged it.
type Wanting struct {
	Entry ledger.Entry
	Index seal.Index
}

// Resuming is a call that goes on from before the start; Joined when its operator
// had been heard.
type Resuming struct {
	Attempt policy.Attempt
	Joined  bool
}

// Survey wants to know how all teams stand after the turn.
type Survey struct{ Answer func([]gate.Status) }

// Expecting says that a campaign may call, by the profile of home, and how many
// operators it declares.
type Expecting struct {
	Campaign   policy.CampaignID
	Group      policy.GroupID
	CallCentre policy.CallCentreID
	Operators  int
}

// PaceInput is what can be put to a [Pace]: Wanting, Resuming, Told, Expecting or
// Survey.
type PaceInput interface{ paceInput() }

// Told is something of which the gate is to know.
type Told struct{ gate.Input }

func (Wanting) paceInput()   {}
func (Resuming) paceInput()  {}
func (Told) paceInput()      {}
func (Expecting) paceInput() {}
func (Survey) paceInput()    {}

// PaceOutputs is what a turn wants done: entries for the ledger, answers that
// wait for nothing, and releases for the desks of their numbers.
type PaceOutputs struct {
	Entries  []ledger.Entry
	Answers  []Answer
	Releases []Release
}

func (o *PaceOutputs) clear() {
	o.Entries, o.Answers, o.Releases = o.Entries[:0], o.Answers[:0], o.Releases[:0]
}

// Pace is the last step of judging: the gate, which is one for all desks, with
// the attempts that wait at it. It is a value with one owner, as a [Desk] is.
type Pace struct {
	policy *policy.Policy
	gate   *gate.Gate
	held   map[policy.AttemptID]*Wanting
	out    gate.Outputs
	learnt map[string]gate.State // by key: not written down yet
	saved  time.Time
}

// NewPace makes the last step round a gate.
func NewPace(p *policy.Policy, g *gate.Gate) *Pace {
	return &Pace{policy: p, gate: g, held: map[policy.AttemptID]*Wanting{}, learnt: map[string]gate.State{}}
}

// Held returns how many attempts wait for a place.
func (p *Pace) Held() int { return len(p.held) }

// Turn handles the inputs in order. It returns when it wants the next turn, zero
// for never.
func (p *Pace) Turn(now time.Time, in []PaceInput, out *PaceOutputs) time.Time {
	out.clear()
	tell := make([]gate.Input, 0, len(in))
	var gone []policy.AttemptID
	var surveys []Survey
	for _, i := range in {
		switch i := i.(type) {
		case Wanting:
			p.held[i.Entry.Record.Attempt.ID] = &i
			tell = append(tell, p.ask(&i.Entry.Record))
		case Resuming:
			r := policy.Record{Attempt: i.Attempt}
			tell = append(tell, gate.Resumed{Ask: p.ask(&r), Joined: i.Joined})
		case Told:
			tell = append(tell, i.Input)
			if g, ok := i.Input.(gate.Gone); ok {
				gone = append(gone, g.ID)
			}
		case Expecting:
			tell = append(tell, p.expect(&i)...)
		case Survey:
			surveys = append(surveys, i)
		}
	}
	next := p.turn(now, tell, out)
	for _, id := range gone {
		p.gone(now, id, out)
	}
	for _, s := range surveys {
		s.Answer(p.gate.Status(now))
	}
	p.learn(now, out)
	return next
}

// turn turns the gate until it has nothing to take back.
func (p *Pace) turn(now time.Time, tell []gate.Input, out *PaceOutputs) (next time.Time) {
	for first := true; first || len(tell) > 0; first = false {
		next = p.gate.Turn(now, tell, &p.out)
		tell = nil
		for _, g := range p.out.Granted {
			if !p.settle(now, g.ID, &g.Fact, out) { // by a place that this call may not have
				tell = append(tell, gate.Gone{ID: g.ID})
			}
		}
		for _, t := range p.out.Turned {
			p.settle(now, t.ID, &t.Fact, out)
		}
		for _, s := range p.out.States {
			p.learnt[string(s.Key())] = s
		}
	}
	return next
}

// expect enters a campaign before it calls.
func (p *Pace) expect(e *Expecting) []gate.Input {
	a := policy.Attempt{Campaign: e.Campaign, Group: e.Group, CallCentre: e.CallCentre}
	return []gate.Input{
		gate.Expected{Campaign: a.Campaign, Group: a.Group, CallCentre: a.CallCentre, Figures: p.figures(&a, &policy.Facts{})},
		gate.Declared{Campaign: a.Campaign, Group: a.Group, CallCentre: a.CallCentre, Operators: e.Operators},
	}
}

// ask wants a place for an attempt.
func (p *Pace) ask(r *policy.Record) gate.Ask {
	a := &r.Attempt
	return gate.Ask{
		ID: a.ID, Campaign: a.Campaign, Group: a.Group, CallCentre: a.CallCentre,
		Figures: p.figures(a, &r.Facts),
		Reserve: r.Decision.Claim == policy.ClaimOperator,
		Pledged: a.Pledged || a.DialMode == policy.Preview || a.DialMode == policy.Manual,
	}
}

// figures are those of the profile that judges the attempt. Where the rule decides
// nothing the gate counts, and holds nobody.
func (p *Pace) figures(a *policy.Attempt, f *policy.Facts) gate.Figures {
	of := &p.policy.Params(a.Profile).Gate
	return gate.Figures{
		Limit: of.Limit.Value, DayLimit: of.DayLimit.Value, StartCredit: of.StartCredit.Value,
		Hold: of.Hold.Value, Probe: of.Probe.Value, Zone: of.Zone,
		Shadow: !p.policy.Enforces("gate", a, f),
	}
}

// settle judges an attempt with what the gate has said, and reports whether it
// goes.
func (p *Pace) settle(now time.Time, id policy.AttemptID, fact *policy.GateFact, out *PaceOutputs) bool {
	w := p.held[id]
	if w == nil {
		return true // it was asked for twice
	}
	delete(p.held, id)
	r := &w.Entry.Record
	r.Facts.Gate = *fact
	r.Decision = p.policy.Judge(&r.Attempt, &r.Facts)
	if r.Decision.Verdict == policy.Allow {
		out.Entries = append(out.Entries, w.Entry)
		return true
	}
	p.refuse(w, policy.Ending{
		Outcome: policy.OutcomeRefused, Reason: r.Decision.Reason, EndedBy: policy.Tregua, EndedAt: now,
	}, out)
	return false
}

// gone writes down an attempt that its dialer gave up while it waited.
func (p *Pace) gone(now time.Time, id policy.AttemptID, out *PaceOutputs) {
	w := p.held[id]
	if w == nil {
		return // it has its place, and its end is to come
	}
	delete(p.held, id)
	w.Entry.Record.Facts.Gate = policy.GateFact{ // its answer was to come: judged anew it is let go, as it was
		Known: policy.Present, Place: policy.PlaceUnasked, Held: now.Sub(w.Entry.Record.Attempt.At),
	}
	p.refuse(w, policy.Ending{Outcome: policy.OutcomeCancelled, Status: 487, EndedBy: policy.Caller, EndedAt: now}, out)
}

// End turns away who still waits: tregua stops.
func (p *Pace) End(now time.Time, out *PaceOutputs) {
	out.clear()
	ids := make([]policy.AttemptID, 0, len(p.held))
	for id := range p.held { // order: sorted below
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(x, y policy.AttemptID) int { return bytes.Compare(x[:], y[:]) })
	for _, id := range ids {
		w := p.held[id]
		w.Entry.Record = w.Entry.Refused(policy.Draining, now).Record
		p.refuse(w, w.Entry.Record.Ending, out)
	}
	clear(p.held)
	p.saved = time.Time{}
	p.learn(now, out)
}

// refuse closes an attempt that does not go out and gives back what it took.
func (p *Pace) refuse(w *Wanting, end policy.Ending, out *PaceOutputs) {
	a, to := &w.Entry.Record.Attempt, w.Entry.Return
	w.Entry.Kind, w.Entry.Return, w.Entry.Record.Ending = ledger.Closed, policy.Return{}, end
	answer := w.Entry.Record.Decision
	if answer.Verdict == policy.Allow { // it was given up: nobody hears the answer
		answer = policy.Decision{Rule: "gate", Reason: policy.GateThrottled}
	}
	out.Entries = append(out.Entries, w.Entry)
	out.Answers = append(out.Answers, Answer{Return: to, Decision: answer})
	out.Releases = append(out.Releases, Release{a.ID, a.Called, w.Index, a.Principal})
}

// saving is how often what the gate has learnt is written down. The counts are
// those of the records, so that nothing but some practice is lost in a crash.
const saving = time.Minute

func (p *Pace) learn(now time.Time, out *PaceOutputs) {
	if len(p.learnt) == 0 || now.Sub(p.saved) < saving {
		return
	}
	p.saved = now
	keys := make([]string, 0, len(p.learnt))
	for key := range p.learnt { // order: sorted below
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		s := p.learnt[key]
		out.Entries = append(out.Entries, ledger.Entry{Kind: ledger.Learn, Learnt: store.Row{Key: s.Key(), Value: s.Encode()}})
	}
	clear(p.learnt)
}
