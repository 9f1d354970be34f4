package report

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
)

// rome has the days of the tests.
func rome(t testing.TB) Calendar {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	return Calendar{Zone: zone}
}

func names(a *policy.Attempt) Key {
	principal, _, _ := strings.Cut(a.CampaignName, "/")
	return Key{Principal: principal, CallCentre: "north", Group: principal + "/ads/north", Campaign: a.CampaignName}
}

var silent = &policy.SilentParams{
	Limit: policy.Span{Value: 3 * time.Second}, HungUp: policy.HungUpParam{Value: policy.HungUpApart},
}

// TestDays: what was worked out by hand is what is counted, to the digit.
func TestDays(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/days.txt")
	if err != nil {
		t.Fatal(err)
	}
	c := rome(t)
	days := NewDays(c, names)
	wants := 0
	for n, line := range strings.Split(string(data), "\n") {
		text, want := strings.CutPrefix(line, "want ")
		switch {
		case want:
			wants++
			words := strings.SplitN(text, " ", 4)
			got := fmt.Sprintf("%s %gh %s %s", words[0], c.Hours(words[0]), words[2], told(days, words[0], words[2]))
			if d := cmp.Diff(text, got); d != "" {
				t.Errorf("line %d: %s", n+1, d)
			}
		case line != "" && !strings.HasPrefix(line, "#"):
			rec, personal := readCall(t, line)
			days.Add(&rec, personal)
		}
	}
	if wants != 7 {
		t.Errorf("%d lines say what is wanted", wants)
	}
}

// told writes all that a line counts and is not 0.
func told(days *Days, date, campaign string) string {
	for _, l := range days.Lines(date) {
		if l.Campaign != campaign {
			continue
		}
		var figures, parts []string
		for i, n := range l.Figures {
			if n > 0 {
				figures = append(figures, fmt.Sprintf("%s=%d", slugs[i], n))
			}
		}
		parts = append(parts, strings.Join(figures, " "))
		for _, h := range l.Histograms() {
			var bins []string
			for i, n := range h.Calls {
				if n > 0 {
					bins = append(bins, fmt.Sprintf("%s %d", h.Bins[i], n))
				}
			}
			parts = append(parts, strings.Join(bins, ", "))
		}
		for _, n := range []Names{l.Refusals, l.Shadow, l.Profiles, l.Generations, l.Callers} {
			var list []string
			for _, name := range slices.Sorted(maps.Keys(n)) {
				list = append(list, fmt.Sprintf("%s %d", name, n[name]))
			}
			parts = append(parts, strings.Join(list, ", "))
		}
		return strings.Join(parts, "; ")
	}
	return "nothing"
}

// readCall reads a line of a case file.
func readCall(t *testing.T, line string) (r policy.Record, personal bool) {
	t.Helper()
	words := strings.Fields(line)
	at, err := time.Parse(time.RFC3339, words[0])
	if err != nil {
		t.Fatal(err)
	}
	r.Attempt.At, r.Attempt.Synced, r.Attempt.CampaignName, r.Attempt.Profile = at, true, words[1], "it"
	r.Attempt.Mode = policy.Enforce
	r.Facts.Generation, r.Facts.Caller.Known = 3, policy.Absent
	r.Decision.Verdict = policy.Allow
	r.Ending.Forwarded, r.Ending.Watch = true, policy.WatchEnforce
	personal = true
	for _, word := range words[2:] {
		name, value, _ := strings.Cut(word, "=")
		if name == "erased" {
			personal = false
			continue
		}
		say, ok := sayings[name]
		if !ok {
			t.Fatalf("%s: no word %q", line, name)
		}
		if err := say(&r, value); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	if e := &r.Ending; !e.AnsweredAt.IsZero() {
		e.Rang = true
		e.Outcome, e.Ratio = policy.Classify(silent, e)
		if e.Late(silent.Limit.Value) {
			e.Reason = policy.LawLate
		}
	}
	return r, personal
}

// sayings are the words of a call in a case file.
var sayings = map[string]func(r *policy.Record, value string) error{
	"cancelled":   ended(policy.OutcomeCancelled),
	"failed":      ended(policy.OutcomeFailed),
	"unreachable": ended(policy.OutcomeUnreachable),
	"interrupted": ended(policy.OutcomeInterrupted),
	"handed_on":   ended(policy.OutcomeHandedOn),
	"refused": func(r *policy.Record, value string) (err error) {
		r.Decision.Verdict, r.Ending.Outcome, r.Ending.Forwarded = policy.Refuse, policy.OutcomeRefused, false
		r.Decision.Reason, err = policy.ParseReason(value)
		return err
	},
	"fault": func(r *policy.Record, value string) (err error) {
		r.Ending.Outcome, r.Ending.Forwarded = policy.OutcomeRefused, false
		r.Ending.Reason, err = policy.ParseReason(value)
		return err
	},
	"repeat": func(r *policy.Record, value string) error {
		n, err := strconv.ParseUint(value, 10, 32)
		r.Ending.Outcome, r.Repeat.Count = policy.OutcomeRepeated, uint32(n)
		return err
	},
	"shadow": func(r *policy.Record, value string) error {
		reason, err := policy.ParseReason(value)
		r.Attempt.Mode = policy.Shadow
		r.Decision.Trail = append(r.Decision.Trail, policy.Finding{Rule: "list", Reason: reason, Shadow: true})
		return err
	},
	"caller": func(r *policy.Record, value string) error {
		n, err := strconv.ParseUint(value, 10, 64)
		r.Facts.Caller = policy.CallerFact{Known: policy.Present, Number: policy.Number(n)}
		return err
	},
	"generation": func(r *policy.Record, value string) (err error) {
		r.Facts.Generation, err = strconv.ParseUint(value, 10, 64)
		return err
	},
	"end": answered(func(e *policy.Ending, at time.Time) { e.EndedAt = at }),
	"operator": answered(func(e *policy.Ending, at time.Time) {
		e.OperatorAt, e.Line = at, policy.LineOperator
		e.Due = at.Sub(e.AnsweredAt) > silent.Limit.Value
	}),
	"cut":       answered(func(e *policy.Ending, at time.Time) { e.CutAt, e.Due, e.EndedBy = at, true, policy.Tregua }),
	"ambience":  answered(func(e *policy.Ending, at time.Time) { e.AmbienceAt = at }),
	"rang":      is(func(r *policy.Record) { r.Ending.Rang = true }),
	"opted_out": is(func(r *policy.Record) { r.Ending.OptedOut = true }),
	"quiet":     is(func(r *policy.Record) { r.Ending.Line = policy.LineQuiet }),
	"deaf":      is(func(r *policy.Record) { r.Ending.Deaf = true }),
	"off":       is(func(r *policy.Record) { r.Ending.Watch = policy.WatchOff }),
	"watch":     is(func(r *policy.Record) { r.Ending.Watch = policy.WatchShadow }),
	"bypass":    is(func(r *policy.Record) { r.Attempt.Mode = policy.Bypass }),
	"emergency": is(func(r *policy.Record) { r.Attempt.Reading = policy.Emergency }),
	"unsynced":  is(func(r *policy.Record) { r.Attempt.Synced = false }),
	"recontact": is(func(r *policy.Record) { r.Decision.Claim = policy.ClaimContact }),
	"by": func(r *policy.Record, value string) error {
		r.Ending.EndedBy = map[string]policy.Side{"caller": policy.Caller, "callee": policy.Callee}[value]
		return nil
	},
	"machine": func(r *policy.Record, value string) error {
		r.Ending.Machine = map[string]policy.Machine{"carrier": policy.CarrierMachine, "dialer": policy.DialerMachine}[value]
		return nil
	},
}

func is(f func(r *policy.Record)) func(*policy.Record, string) error {
	return func(r *policy.Record, _ string) error { f(r); return nil }
}

func ended(o policy.Outcome) func(*policy.Record, string) error {
	return is(func(r *policy.Record) { r.Ending.Outcome = o })
}

// answered reads seconds after the answer, which comes 5 s after the INVITE.
func answered(f func(e *policy.Ending, at time.Time)) func(*policy.Record, string) error {
	return func(r *policy.Record, value string) error {
		s, err := strconv.ParseFloat(value, 64)
		r.Ending.AnsweredAt = r.Attempt.At.Add(5 * time.Second)
		f(&r.Ending, r.Ending.AnsweredAt.Add(time.Duration(s*1000+0.5)*time.Millisecond))
		return err
	}
}
