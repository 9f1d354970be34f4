package desk

import (
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
)

// Window is how long a refusal is repeated from memory (design.md law 6).
const Window = time.Minute

// maxRedials bounds what a desk remembers; beyond it every dial is judged.
const maxRedials = 1 << 16

// redials remembers refusals, so that a dialer that tries the same call again
// and again costs no record each.
type redials struct {
	byNumber map[policy.Number]*refused
	byUser   map[string]*refused // of what was dialled and is no number
	queue    []*refused          // in order of expiry, more or less: see expire
}

type refused struct {
	judged     policy.Judged // with the number, or what was dialled
	generation uint64
	expires    time.Time
	decision   policy.Decision // without its trail, which the record of the first dial has
	of         policy.AttemptID
	repeat     *policy.Record // the repeat record under way; nil: none
	dropped    bool
	next       *refused // of the same number
}

func newRedials() redials {
	return redials{byNumber: map[policy.Number]*refused{}, byUser: map[string]*refused{}}
}

// first returns what is remembered of a number, or of what was dialled when it is
// none.
func (r *redials) first(n policy.Number, user string) *refused {
	if n != 0 {
		return r.byNumber[n]
	}
	return r.byUser[user]
}

// put makes m all that is remembered there.
func (r *redials) put(n policy.Number, user string, m *refused) {
	switch {
	case n == 0 && m == nil:
		delete(r.byUser, user)
	case n == 0:
		r.byUser[user] = m
	case m == nil:
		delete(r.byNumber, n)
	default:
		r.byNumber[n] = m
	}
}

// find returns the refusal that answers a, and counts the repeat.
func (r *redials) find(now time.Time, a *policy.Attempt, generation uint64, out *Outputs) *refused {
	for m := r.first(a.Called, a.User); m != nil; m = m.next {
		if m.judged != a.Judged() {
			continue
		}
		if m.generation != generation || !now.Before(m.expires) {
			r.drop(m, out)
			return nil
		}
		if m.repeat == nil {
			// The repeat record goes by the id of its first re-dial.
			m.repeat = &policy.Record{
				Attempt: *a, Repeat: policy.Repeat{Of: m.of, First: a.At}, Decision: m.decision,
				Facts: policy.Facts{Generation: generation},
			}
		}
		p := &m.repeat.Repeat
		p.Count++
		p.Last = a.At
		return m
	}
	return nil
}

// remember keeps a refusal for the window. Faults are not kept: they may pass
// at any moment. What is refused for the hour is kept to the end of the minute
// at most, because hours begin and end on one.
func (r *redials) remember(now time.Time, rec *policy.Record) {
	expires := now.Add(Window)
	switch rec.Decision.Reason.Class() {
	case policy.ClassPermanent:
	case policy.ClassTemporary:
		expires = now.Truncate(time.Minute).Add(time.Minute)
	default:
		return
	}
	if len(r.queue) >= maxRedials {
		return
	}
	m := &refused{
		judged: rec.Attempt.Judged(), generation: rec.Facts.Generation, expires: expires,
		decision: rec.Decision, of: rec.Attempt.ID,
	}
	m.decision.Trail = nil
	m.next = r.first(m.judged.Called, m.judged.User)
	r.put(m.judged.Called, m.judged.User, m)
	r.queue = append(r.queue, m)
}

// forget drops all that is remembered of a number: something about it changed.
func (r *redials) forget(n policy.Number, out *Outputs) {
	for m := r.byNumber[n]; m != nil; m = m.next {
		r.drop(m, out)
	}
}

func (r *redials) drop(m *refused, out *Outputs) {
	if m.dropped {
		return
	}
	m.dropped = true
	n, user := m.judged.Called, m.judged.User
	if head := r.first(n, user); head == m {
		r.put(n, user, m.next)
	} else {
		for ; head != nil; head = head.next {
			if head.next == m {
				head.next = m.next
				break
			}
		}
	}
	if m.repeat != nil {
		m.repeat.Ending = policy.Ending{
			Outcome: policy.OutcomeRepeated, Reason: m.decision.Reason,
			EndedBy: policy.Tregua, EndedAt: m.repeat.Repeat.Last,
		}
		out.Entries = append(out.Entries, ledger.Entry{Kind: ledger.Repeat, Record: *m.repeat})
	}
}

// expire drops what is past its time. The queue is in order of remembering,
// so an entry may wait behind one that lives longer, a window at most; find
// looks at the time itself.
func (r *redials) expire(now time.Time, out *Outputs) {
	for len(r.queue) > 0 && !now.Before(r.queue[0].expires) {
		r.drop(r.queue[0], out)
		r.queue[0] = nil
		r.queue = r.queue[1:]
	}
}

func (r *redials) next() time.Time {
	if len(r.queue) == 0 {
		return time.Time{}
	}
	return r.queue[0].expires
}

func (r *redials) close(out *Outputs) {
	for _, m := range r.queue {
		r.drop(m, out)
	}
	r.queue = nil
}
