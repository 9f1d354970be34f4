package book

import (
	"cmp"
	"iter"
	"slices"
	"sync"
	"time"

	"tregua/policy"
	"tregua/policy/numbers"
)

// checks are what one account knows of the numbers that are worth asking about.
// They change only with the parts they rest on, and counting tens of millions of
// numbers takes seconds: so generations that leave those parts alone share them.
type checks struct {
	account policy.AccountID
	format  fileFormat
	listed  []*loadedPart // whose numbers they are
	answers []*loadedPart // newest answer first
	open    []*loadedPart // submissions without an answer, newest first
	broken  error         // is ErrBroken: what stands in the rest is not known
	count   func() map[standing]int
}

// standing is what an account knows of one number.
type standing struct {
	answer  *loadedPart // with the newest answer, nil: there is none
	opposed bool        // what it says
	asked   *loadedPart // the newest open submission that has the number, nil: none
}

// addChecks gives every account its checks, those of the snapshot before where
// they rest on the same.
func (s *Snapshot) addChecks(before *Snapshot) {
	s.checks = map[policy.AccountID]*checks{}
	for id, row := range s.entities.rows[kindAccount] {
		c := &checks{account: policy.AccountID(id), format: row.Format}
		c.listed, c.broken = s.listed(c.account, row.Principal)
		if scope := s.registry[c.account]; scope != nil {
			c.answers = scope.parts
		}
		if scope := s.submissions[c.account]; scope != nil {
			for _, part := range slices.Backward(scope.parts) {
				if s.answeredBy(part.ID) == 0 {
					c.open = append(c.open, part)
				}
			}
		}
		c.count = sync.OnceValue(c.tally)
		if before != nil && before.checks[c.account].same(c) {
			c.count = before.checks[c.account].count
		}
		s.checks[c.account] = c
	}
}

func (c *checks) same(other *checks) bool {
	return c != nil && slices.Equal(c.listed, other.listed) && slices.Equal(c.answers, other.answers) && slices.Equal(c.open, other.open)
}

// standings yields every listed number once, in ascending order, with what the
// account knows of it.
func (c *checks) standings() iter.Seq2[policy.Number, standing] {
	return func(yield func(policy.Number, standing) bool) {
		all := &numbers.Builder{}
		for _, part := range c.listed {
			for n := range part.numbers.Each() {
				all.Add(n)
			}
		}
		for n := range all.Each() {
			known := standing{answer: holder(c.answers, n), asked: holder(c.open, n)}
			known.opposed = known.answer != nil && known.answer.opposed.Contains(n)
			if !yield(n, known) {
				return
			}
		}
	}
}

// holder returns the first of the parts that has n, nil if none has.
func holder(parts []*loadedPart, n policy.Number) *loadedPart {
	for _, part := range parts {
		if part.numbers.Contains(n) {
			return part
		}
	}
	return nil
}

func (c *checks) tally() map[standing]int {
	count := map[standing]int{}
	for _, known := range c.standings() {
		count[known]++
	}
	return count
}

// checks returns those of an account by name, if they can be asked for.
func (b *Book) checks(account string, within time.Duration) (*checks, error) {
	s := b.Current()
	id, _, ok := s.entities.get(kindAccount, account)
	c := s.checks[policy.AccountID(id)]
	switch {
	case !ok:
		return nil, unknown("there is no account %q: apply it first", account)
	case within < 0 || within >= b.config.ValidFor:
		return nil, wrong("within %s: an answer holds for %s, so write less than that", within, days(b.config.ValidFor))
	case c.broken != nil:
		return nil, c.broken
	}
	return c, nil
}

// dueness says why a number is due.
type dueness uint8

const (
	notDue    dueness = iota
	unchecked         // it has no answer
	expired           // its answer holds no more
	ending            // its answer ends soon
)

// due says whether a number must be asked about again. That an answer holds, and
// until when, is as rule registry has it.
func (b *Book) due(known standing, now time.Time, within time.Duration) dueness {
	if known.answer == nil {
		return unchecked
	}
	switch left := b.ends(known.answer).Sub(now); {
	case left < 0:
		return expired
	case left <= within:
		return ending
	}
	return notDue
}

// ends is when the answers of a part stop to hold.
func (b *Book) ends(answer *loadedPart) time.Time { return answer.AnsweredAt.Add(b.config.ValidFor) }

// waits reports whether a number was submitted and its answer may still come.
// Nobody waits for longer than an answer holds: the file may be lost.
func (b *Book) waits(known standing, now time.Time) bool {
	return known.asked != nil && now.Sub(known.asked.At) <= b.config.ValidFor
}

// Due is how many numbers an account must ask the registry about. A number
// counts once, whatever lists it stands on.
type Due struct {
	Account, Principal string
	Listed             int // numbers that are worth asking about
	Unchecked          int // of these: without an answer
	Expired            int // with an answer that holds no more
	Ending             int // with one that ends within the time asked for
	Waiting            int // of all that are due: submitted already, the answer may come
}

// Numbers are all that are due.
func (d Due) Numbers() int { return d.Unchecked + d.Expired + d.Ending }

// Due counts the numbers that are due under an account, by what is in force now:
// those of which it has no answer, or none that holds for longer than within.
func (b *Book) Due(account string, within time.Duration) (Due, error) {
	c, err := b.checks(account, within)
	if err != nil {
		return Due{}, err
	}
	d := Due{Account: account, Principal: b.Current().principalOf(c.account)}
	now := b.config.Now()
	for known, count := range c.count() { // order: sums
		d.Listed += count
		switch b.due(known, now, within) {
		case notDue:
			continue
		case unchecked:
			d.Unchecked += count
		case expired:
			d.Expired += count
		case ending:
			d.Ending += count
		}
		if b.waits(known, now) {
			d.Waiting += count
		}
	}
	return d, nil
}

// The times before the end of a check at which its account is warned.
const (
	WarnSoon = 72 * time.Hour
	WarnLast = 24 * time.Hour
)

// AccountStatus is how far the numbers of an account are checked.
type AccountStatus struct {
	Account, Principal string
	Listed             int       // numbers that are worth asking about
	Clear, Opposed     int       // of these: with an answer that holds
	Unchecked          int       // without
	Ends               time.Time // when the first of the answers stops to hold, zero: none holds
	EndSoon, EndLast   int       // answers that end within [WarnSoon], within [WarnLast]
	Open               []Submission
	Broken             error // is ErrBroken: nothing of the above is known but the names
}

// Accounts returns the status of every account, by name.
func (b *Book) Accounts() []AccountStatus {
	s, now := b.Current(), b.config.Now()
	all := make([]AccountStatus, 0, len(s.checks))
	for id, c := range s.checks {
		a := AccountStatus{Account: s.AccountName(id), Principal: s.principalOf(id), Broken: c.broken}
		if c.broken == nil {
			b.count(&a, c, now)
			for _, part := range c.open {
				a.Open = append(a.Open, s.submissionOf(part))
			}
		}
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b AccountStatus) int { return cmp.Compare(a.Account, b.Account) })
	return all
}

func (b *Book) count(a *AccountStatus, c *checks, now time.Time) {
	for known, count := range c.count() { // order: sums and a minimum
		a.Listed += count
		if state := b.due(known, now, 0); state == unchecked || state == expired {
			a.Unchecked += count
			continue
		}
		if known.opposed {
			a.Opposed += count
		} else {
			a.Clear += count
		}
		ends := b.ends(known.answer)
		if a.Ends.IsZero() || ends.Before(a.Ends) {
			a.Ends = ends
		}
		if left := ends.Sub(now); left <= WarnLast {
			a.EndLast += count
			a.EndSoon += count
		} else if left <= WarnSoon {
			a.EndSoon += count
		}
	}
}

// principalOf returns the name of the principal that an account belongs to.
func (s *Snapshot) principalOf(id policy.AccountID) string {
	account := s.entities.rows[kindAccount][uint32(id)]
	return s.entities.rows[kindPrincipal][uint32(account.Principal)].Name
}

// checkAnswered checks a time at which the registry answered.
func (b *Book) checkAnswered(at time.Time) error {
	now := b.config.Now()
	switch {
	case at.IsZero():
		return wrong("answered-at is missing: say when the registry answered")
	case at.After(now):
		return wrong("answered-at %s is in the future", at.Format(time.RFC3339))
	case now.Sub(at) > b.config.ValidFor:
		return wrong("answered-at %s is more than %s ago: those answers count no more, ask again",
			at.Format(time.RFC3339), days(b.config.ValidFor))
	}
	return nil
}
