// Package complaint keeps what persons and authorities complain of, and answers
// them: with a sheet of the calls that were made, or with a statement that none was.
package complaint

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tregua/policy"
)

// Complaint is one complaint about calls to a number.
type Complaint struct {
	ID        string        // C1, C2, … in the order of entry
	Number    policy.Number // that was called
	Principal string        // on whose behalf, as the complaint says; "": it does not
	Channel   string        // by what way it came, see Channels
	Reference string        // of who forwards it, a file number; may be ""
	CallerID  string        // as the person saw it; "": they do not know
	From      time.Time     // when the calls are said to have been ...
	Until     time.Time     // ... and before when
	Received  time.Time

	OpenedAt time.Time
	OpenedBy string
	Held     []string // principals whose calls to the number it holds back

	ClosedAt time.Time // zero: it is open
	ClosedBy string
	Outcome  string // see Outcomes
	Answer   string // what was answered, without the number
}

// Answering is how long there is for an answer at most.
const Answering = 30 * 24 * time.Hour

// Deadline is when the answer is due: after a month (GDPR art. 12(3)), which has 28 days
// in February, and after 30 days at the latest.
func (c *Complaint) Deadline() time.Time {
	month := c.Received.AddDate(0, 1, 0)
	if over := month.Day(); over < c.Received.Day() { // the next month lacks the day
		month = month.AddDate(0, 0, -over)
	}
	if last := c.Received.Add(Answering); last.Before(month) {
		return last
	}
	return month
}

// Open reports whether c is still to be answered.
func (c *Complaint) Open() bool { return c.ClosedAt.IsZero() }

// Channels are the ways by which a complaint comes.
func Channels() []string { return []string{"garante", "agcom", "monitoring_body", "customer_care"} }

// Outcomes are the ends of a complaint.
func Outcomes() []string { return []string{"upheld", "rejected", "not_ours"} }

// ErrInput is what the error of a complaint is that cannot be entered as it is.
var ErrInput = errors.New("the complaint cannot be entered")

func wrong(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrInput, fmt.Errorf(format, args...))
}

// maxWindow bounds the time that a complaint is about: what records are kept of.
const maxWindow = 2 * 366 * 24 * time.Hour

// check says what is wrong with a complaint that is to be opened.
func (c *Complaint) check(now time.Time) error {
	switch {
	case c.Number == 0:
		return wrong("it names no number")
	case !slices.Contains(Channels(), c.Channel):
		return wrong("channel %q: use one of %s", c.Channel, strings.Join(Channels(), ", "))
	case c.Received.IsZero() || c.Received.After(now):
		return wrong("received %s: write when it came, a time that is past", c.Received.Format(time.RFC3339))
	case !c.From.Before(c.Until):
		return wrong("from %s until %s is no time", c.From.Format(time.RFC3339), c.Until.Format(time.RFC3339))
	case c.Until.After(now):
		return wrong("until %s has not come yet", c.Until.Format(time.RFC3339))
	case c.Until.Sub(c.From) > maxWindow:
		return wrong("from %s until %s is more than two years: records are kept no longer", c.From.Format(time.RFC3339), c.Until.Format(time.RFC3339))
	}
	return nil
}

// close returns c closed.
func (c Complaint) close(at time.Time, by, outcome, answer string) (Complaint, error) {
	switch {
	case !c.Open():
		return c, wrong("%s was closed on %s as %s", c.ID, c.ClosedAt.Format(time.DateOnly), c.Outcome)
	case !slices.Contains(Outcomes(), outcome):
		return c, wrong("outcome %q: use one of %s", outcome, strings.Join(Outcomes(), ", "))
	}
	c.ClosedAt, c.ClosedBy, c.Outcome, c.Answer = at, by, outcome, answer
	return c, nil
}
