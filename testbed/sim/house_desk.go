package sim

import (
	"encoding/binary"
	"errors"
	"time"

	"tregua/configs"
	"tregua/policy"
	"tregua/policy/desk"
	"tregua/policy/gate"
	"tregua/policy/ledger"
	"tregua/policy/numbers"
	"tregua/policy/rules"
	"tregua/policy/seal"
	"tregua/proxy"
)

func (c Config) newWorld(keys *seal.Keys) world {
	return world{plan: numbers.Plan{Country: "IT"}, keys: keys, caps: c.Caps, gate: c.Gate}
}

func (c Config) newPolicy() (*policy.Policy, error) {
	profile := configs.Policy{Profile: "it"}
	if c.Caps {
		profile.Overlays = []string{"it-code"}
	}
	params, err := profile.Params()
	if err != nil {
		return nil, err
	}
	if c.Gate {
		gateFigures(&params.Gate)
	}
	return policy.New(rules.Table(), params)
}

// ask takes an attempt to the desk of its number, an emergency call past it.
func (h *house) ask(a policy.Attempt, to policy.Return) {
	if a.Reading == policy.Emergency {
		rec := policy.Record{Attempt: a}
		rec.Decision = h.policy.Judge(&rec.Attempt, &rec.Facts)
		h.ledger.submit(ledger.Entry{Kind: ledger.Open, Record: rec})
		h.answer(desk.Answer{Return: to, Decision: rec.Decision, Open: true})
		return
	}
	q := desk.Ask{Attempt: a, Return: to, Index: h.index(&a)}
	if d := h.deskOf(q.Index); !h.here(d, &q) {
		h.give(d, q)
	}
}

// here lets the desk judge an attempt at once while nothing waits there; now and
// then it is busy.
func (h *house) here(d *deskShell, q *desk.Ask) (ok bool) {
	if len(d.in) > 0 || h.net.chance(0.5) {
		return false
	}
	ok = d.desk.Try(epoch.Add(h.queue.now), h.world, q, &d.out)
	h.carryOutDesk(d)
	d.wake.plan(h.queue, h.queue.now+desk.Window, func() { h.turnDesk(d) })
	return ok
}

// close takes the end of an attempt to the desk of its number, that of an
// emergency call past it.
func (h *house) close(a policy.Attempt, e policy.Ending) {
	if a.Reading == policy.Emergency {
		h.ledger.submit(ledger.Entry{Kind: ledger.Close, ID: a.ID, Ending: e})
		return
	}
	i := h.index(&a)
	h.give(h.deskOf(i), desk.Closing{Attempt: a, Ending: e, Index: i})
	h.tell(desk.Told{Input: gate.Ended{
		ID: a.ID, Ratio: e.Ratio, AnsweredAt: e.AnsweredAt,
		Wanted: !e.AnsweredAt.IsZero() && e.Machine == policy.NoMachine,
	}})
}

// withdraw says of an attempt that it was given up, behind the attempt.
func (h *house) withdraw(a *policy.Attempt) {
	if a.Reading != policy.Emergency {
		h.witness.givenUp[a.ID] = h.queue.now
		h.give(h.deskOf(h.index(a)), desk.Withdrawn{ID: a.ID})
	}
}

// object puts an objection to the desk of its number.
func (h *house) object(n policy.Number) {
	h.give(h.deskOf(h.ledger.keys.Index(n)), desk.Change{
		Principal: 1, Number: n, At: epoch,
		Listed: policy.BlacklistFact{Known: policy.Present, Since: epoch, Source: "phone"},
	})
}

// index is that of the number of an attempt, or of what was dialled when it is
// none.
func (h *house) index(a *policy.Attempt) seal.Index {
	if a.Called == 0 {
		return h.ledger.keys.IndexUser(a.User)
	}
	return h.ledger.keys.Index(a.Called)
}

func (h *house) deskOf(i seal.Index) *deskShell {
	return h.desks[binary.BigEndian.Uint64(i[:])%uint64(len(h.desks))]
}

func (h *house) give(d *deskShell, in desk.Input) {
	d.in = append(d.in, in)
	d.wake.plan(h.queue, h.queue.now+h.net.between(0, time.Millisecond), func() { h.turnDesk(d) })
}

// turnDesk is the goroutine round a desk.
func (h *house) turnDesk(d *deskShell) {
	inputs := d.in
	d.in = nil
	next := d.desk.Turn(epoch.Add(h.queue.now), h.world, h.ledger.store, inputs, &d.out)
	for _, i := range inputs {
		switch i := i.(type) {
		case desk.Change:
			h.witness.objected(i.Number)
		case desk.Closing:
			h.witness.closed(i)
		}
	}
	h.carryOutDesk(d)
	if !next.IsZero() {
		d.wake.plan(h.queue, next.Sub(epoch), func() { h.turnDesk(d) })
	}
}

func (h *house) carryOutDesk(d *deskShell) {
	for _, e := range d.out.Entries {
		h.ledger.submit(e)
	}
	for i := range d.out.Wanting {
		h.tell(d.out.Wanting[i])
	}
	for _, id := range d.out.Gone {
		h.tell(desk.Told{Input: gate.Gone{ID: id}})
	}
	for _, a := range d.out.Answers {
		h.answer(a)
	}
	for _, f := range d.out.Freed {
		h.give(h.deskOf(f.Index), f)
	}
}

// answer takes a decision back to the call that waits.
func (h *house) answer(a desk.Answer) {
	h.put(h.shards[a.Return.Shard], proxy.Judged{Call: a.Return.Call, Decision: a.Decision, Of: a.Of, Open: a.Open}, 0)
}

// posted takes the receipts of a commit back to the calls that wait.
func (h *house) posted(receipts []ledger.Receipt) {
	for _, r := range receipts {
		switch {
		case errors.Is(r.Err, errStore) && r.Return != (policy.Return{}):
			i := h.ledger.keys.Index(r.Claim)
			h.give(h.deskOf(i), desk.Release{ID: r.ID, Number: r.Claim, Index: i, Principal: r.Principal})
			h.tell(desk.Told{Input: gate.Gone{ID: r.ID}})
			h.answer(desk.Answer{Return: r.Return, Decision: policy.Decision{Rule: "fault", Reason: policy.StoreDown}})
		case r.Err != nil:
			h.witness.broken("", "the ledger took no %s of %s: %v", r.Kind, r.ID, r.Err)
		case r.Kind == ledger.Open && r.Return != (policy.Return{}):
			h.answer(desk.Answer{Return: r.Return, Decision: policy.Decision{Verdict: policy.Allow}, Open: true})
		}
	}
}

// end lets the desks write down what they remember.
func (h *house) end() {
	for _, d := range h.desks {
		d.desk.Close(&d.out)
		h.carryOutDesk(d)
	}
}
