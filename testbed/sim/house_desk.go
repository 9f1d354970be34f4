package sim

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/dchest/siphash"

	"tregua/configs"
	"tregua/policy"
	"tregua/policy/desk"
	"tregua/policy/ledger"
	"tregua/policy/numbers"
	"tregua/policy/rules"
	"tregua/proxy"
)

func newWorld() world { return world{plan: numbers.Plan{Country: "IT"}} }

func newPolicy() (*policy.Policy, error) {
	params, err := configs.Policy{Profile: "it"}.Params()
	if err != nil {
		return nil, err
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
	h.give(h.deskOf(a.Called, a.User), desk.Ask{Attempt: a, Return: to})
}

// object puts an objection to the desk of its number.
func (h *house) object(o desk.Objection) { h.give(h.deskOf(o.Number, ""), o) }

func (h *house) deskOf(n policy.Number, user string) *deskShell {
	key := []byte(user)
	if n != 0 {
		key = binary.BigEndian.AppendUint64(nil, uint64(n))
	}
	return h.desks[siphash.Hash(0, 0, key)%uint64(len(h.desks))]
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
		if o, ok := i.(desk.Objection); ok {
			h.witness.objected(o.Number)
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
	for _, a := range d.out.Answers {
		h.answer(a)
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

// Elsewhere: the limits of trunks are not what is simulated.
func (world) Elsewhere(int) int { return 0 }
