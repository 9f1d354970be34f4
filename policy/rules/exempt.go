package rules

import (
	"cmp"
	"time"

	"tregua/policy"
)

// exemptions is the table of compliance.md 3.1: what a contract, a request of
// the person and a service campaign lift of what each rule finds. A rule that
// is not here, or a cell that is not filled, lifts nothing. No rule knows of
// it: [Table] puts it around them.
//
// What has no row there and is read from another page: ground and consent are
// lifted with registry, because either ground holds by itself (compliance.md
// 1.1). A number that asked to be called needs no list (1.3), and one for which
// something else speaks does not rest on its provider alone (1.5). Who asks for
// a call after having said "not now" has changed that word.
var exemptions = [...]exemption{
	{rule: "number"},
	{rule: "campaign"},
	{rule: "mandate"},
	{rule: "callcentre"},
	{rule: "callerid"},
	{rule: "origin"},
	{rule: "sector"},
	{rule: "scanning"},
	{rule: "list", request: always},
	{rule: "provider", contract: always, request: always},
	{rule: "blacklist", request: newer, service: unlessAll, since: listed},
	{rule: "freshness"},
	{rule: "hold"},
	{rule: "ground", contract: always, request: always, service: always},
	{rule: "registry", contract: always, request: always, service: always},
	{rule: "consent", contract: always, request: always, service: always},
	{rule: "bar", request: newer, service: always, since: silenced},
	{rule: "operator"},
	{rule: "refusal", request: newer, since: refused},
	{rule: "hours", request: agreed, service: always},
	{rule: "frequency", contract: ownCap, request: ownCap, service: ownCap},
	{rule: "gate"},
}

// exemption is the row of a rule.
type exemption struct {
	rule                       string
	contract, request, service lift
	since                      func(*policy.Facts) time.Time // of the fact that a request must be newer than
}

// lift is a cell: whether what stands over the column lifts what the rule finds.
type lift uint8

const (
	never     lift = iota
	always         // whenever the contract, request or campaign holds
	newer          // the request is newer than the fact
	agreed         // the request agrees on a time, and it is that time
	unlessAll      // the person has not said that it means service calls too
	ownCap         // such calls have a cap of their own, and it is not reached
)

// The times of the facts that a request must be newer than, zero for none.
func listed(f *policy.Facts) time.Time   { return f.Blacklist.Since }
func silenced(f *policy.Facts) time.Time { return f.Bar.Since }
func refused(f *policy.Facts) time.Time  { return f.Refusal.At }

// exempt puts the exemptions around the rules of the steps that can refuse.
func exempt(t policy.Table) policy.Table {
	for _, step := range [][]policy.Rule{t.Veto, t.Ground, t.NotNow, t.Pace} {
		for i := range step {
			for j := range exemptions {
				if e := &exemptions[j]; e.rule == step[i].Name && e.any() {
					step[i] = e.around(step[i])
				}
			}
		}
	}
	return t
}

func (e *exemption) any() bool { return e.contract|e.request|e.service != never }

// around returns r with what e lifts of it.
func (e *exemption) around(r policy.Rule) policy.Rule {
	if e.contract != never {
		r.Needs |= policy.NeedsContract
	}
	if e.request != never {
		r.Needs |= policy.NeedsRequest
	}
	judge, notes := r.Judge, newNotes(r.Reasons)
	r.Judge = func(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
		found := judge(p, a, f)
		if found.Reason == policy.OK {
			return found
		}
		return e.lifted(found, p, a, f, notes)
	}
	return r
}

// lifted returns what is left of a refusal. Where it is not known whether there
// is something that lifts it, that is what the finding says: the refusal must
// not look more lasting than it may be. A refusal that says nothing of its own
// tells of what is on file and came near to lifting it.
func (e *exemption) lifted(found policy.Finding, p *policy.Params, a *policy.Attempt, f *policy.Facts, notes notes) policy.Finding {
	if e.service != never && a.Service && e.meets(e.service, p, f) {
		return abstain(notes.of(found.Reason, byService))
	}
	unread, miss := false, ""
	for by, cell := range [...]lift{byContract: e.contract, byRequest: e.request} {
		if cell == never {
			continue
		}
		switch got := e.ask(by, cell, p, a, f); got.Reason {
		case policy.OK:
			return abstain(notes.of(found.Reason, by))
		case policy.NotRead:
			unread = true
		default:
			miss = cmp.Or(miss, got.Note)
		}
	}
	if unread && found.Reason != policy.NotRead {
		found.Reason, found.Note = policy.NotRead, "what might lift it was not read"
	}
	found.Note = cmp.Or(found.Note, miss)
	return found
}

// ask says whether a contract or a request holds and meets the condition of its
// cell: it abstains if so, and else says what is amiss.
func (e *exemption) ask(by int, cell lift, p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
	ground := contractHolds(p, a, f)
	if by == byRequest {
		ground = requestHolds(p, a, f)
	} else if cell == ownCap && !p.Frequency.Contract.Value {
		return refuse(policy.GroundNone, "")
	}
	if ground.Reason == policy.OK && !e.meets(cell, p, f) {
		return refuse(policy.GroundNone, cell.miss())
	}
	return ground
}

// meets reports whether the condition of a cell is met. Whether the contract,
// request or campaign holds at all has been asked before.
func (e *exemption) meets(l lift, p *policy.Params, f *policy.Facts) bool {
	switch l {
	case always:
		return true
	case newer:
		since := e.since(f)
		return !since.IsZero() && f.Request.At.After(since)
	case agreed:
		return !f.Request.AgreedAt.IsZero()
	case unlessAll:
		return f.Blacklist.Known == policy.Present && !f.Blacklist.All
	case ownCap:
		return f.Rings.Known != policy.Unknown && !reached(f.Rings.Today, p.Frequency.Own)
	case never:
	}
	return false
}

// miss says why a request that holds does not lift.
func (l lift) miss() string {
	switch l {
	case agreed:
		return "the request agrees on no time"
	case ownCap:
		return "the cap of such calls is reached"
	case never, always, newer, unlessAll:
	}
	return "the request is not newer"
}

// What lifts, as the notes name it.
const (
	byContract = iota
	byRequest
	byService
	byAll
)

// notes are what a trail says of each reason that was lifted, made once so that
// judging allocates nothing.
type notes struct {
	reasons []policy.Reason
	texts   [][byAll]string // by the index of reasons; the last is of what was not read
}

func newNotes(reasons []policy.Reason) notes {
	n := notes{reasons: reasons}
	for _, r := range reasons {
		n.texts = append(n.texts, textsOf(r.String()))
	}
	n.texts = append(n.texts, textsOf("not read"))
	return n
}

func textsOf(what string) [byAll]string {
	return [byAll]string{
		byContract: what + ", lifted by the contract",
		byRequest:  what + ", lifted by the request",
		byService:  what + ", lifted for service calls",
	}
}

func (n notes) of(r policy.Reason, by int) string {
	for i, known := range n.reasons {
		if known == r {
			return n.texts[i][by]
		}
	}
	return n.texts[len(n.reasons)][by]
}
