package desk

import (
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/bar"
	"tregua/policy/ledger"
)

// dial is ask at a time, in a dial mode.
func dial(id byte, n policy.Number, at time.Time, mode policy.DialMode) Ask {
	q := ask(id, n, "")
	q.Attempt.At, q.Attempt.Synced, q.Attempt.DialMode, q.Attempt.CallCentre = at, true, mode, 1
	return q
}

// of gives an ask other parties.
func of(q Ask, cc policy.CallCentreID, p policy.PrincipalID) Ask {
	q.Attempt.CallCentre, q.Attempt.Principal = cc, p
	return q
}

// silent ends an attempt as a silent call.
func silent(q Ask, w policy.Watch) Closing {
	return Closing{Attempt: q.Attempt, Index: q.Index, Ending: policy.Ending{
		Outcome: policy.OutcomeSilent, Ratio: policy.RatioA, Watch: w,
		AnsweredAt: q.Attempt.At.Add(2 * time.Second), EndedAt: q.Attempt.At.Add(5 * time.Second),
	}}
}

// spoken ends an attempt as a contact with an operator.
func spoken(q Ask) Closing {
	c := silent(q, policy.WatchEnforce)
	c.Ending.Outcome, c.Ending.Ratio = policy.OutcomeConnected, policy.RatioB
	return c
}

// unanswered ends an attempt that nobody answered.
func unanswered(q Ask) Closing {
	return Closing{Attempt: q.Attempt, Index: q.Index, Ending: policy.Ending{Outcome: policy.OutcomeCancelled}}
}

// words tells a turn's outputs, and of ends what becomes of the bars.
func words(o *Outputs) string {
	var out []string
	rest := *o
	rest.Entries = nil
	for _, e := range o.Entries {
		if e.Kind != ledger.Close {
			rest.Entries = append(rest.Entries, e)
			continue
		}
		w := "close " + e.Ending.Outcome.String()
		switch b, err := bar.Decode(e.Bars.Value); {
		case e.Bars.Key == nil:
		case e.Bars.Value == nil:
			w += ", no bar left"
		case err != nil:
			w += ", " + err.Error()
		default:
			w += ", bars " + strings.Repeat("I", len(b))
		}
		out = append(out, w)
	}
	if s := told(&rest); s != "" {
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func TestBars(t *testing.T) {
	t.Parallel()
	const n = 393330000002
	day := func(d int) time.Time { return start.AddDate(0, 0, d) }
	first := dial(1, n, day(0), policy.Predictive)
	held := dial(5, n, day(7), policy.Preview)
	elsewhere := of(dial(6, n, day(7), policy.Preview), 2, 2)
	type turn struct {
		at   time.Time
		in   []Input
		want string
	}
	cases := map[string][]turn{
		"five days, then an operator, then as ever": {
			{day(0), []Input{first}, "open 1 ok"},
			// The bar is in force before anything is committed, within the turn.
			{
				day(0),
				[]Input{silent(first, policy.WatchEnforce), dial(2, n, day(0), policy.Preview)},
				"close silent, bars I; closed 2 bar.silent; answer 2 bar.silent of 0",
			},
			{day(4), []Input{dial(3, n, day(4), policy.Preview)}, "closed 3 bar.silent; answer 3 bar.silent of 0"},
			{day(7), []Input{dial(4, n, day(7), policy.Predictive)}, "closed 4 operator.unpledged; answer 4 operator.unpledged of 0"},
			{day(7), []Input{held}, "open 5 ok"},
			{day(7), []Input{spoken(held), dial(8, n, day(7), policy.Predictive)}, "close connected, no bar left; open 8 ok"},
		},
		"a bar born in shadow refuses nobody": {
			{day(0), []Input{first}, "open 1 ok"},
			{
				day(0),
				[]Input{silent(first, policy.WatchShadow), dial(2, n, day(0), policy.Predictive)},
				"close silent, bars I; open 2 ok",
			},
		},
		"a bar binds its parties": {
			{day(0), []Input{first, silent(first, policy.WatchEnforce)}, "close silent, bars I; open 1 ok"},
			{day(0), []Input{of(dial(2, n, day(0), policy.Predictive), 2, 2)}, "open 2 ok"},
			{day(0), []Input{of(dial(3, n, day(0), policy.Predictive), 1, 2)}, "closed 3 bar.silent; answer 3 bar.silent of 0"},
		},
		"an end that says nothing of silence leaves the bars": {
			{day(0), []Input{first, silent(first, policy.WatchEnforce)}, "close silent, bars I; open 1 ok"},
			{day(7), []Input{held}, "open 5 ok"},
			{day(7), []Input{unanswered(held)}, "close cancelled"},
			{day(7), []Input{dial(6, n, day(7), policy.Predictive)}, "closed 6 operator.unpledged; answer 6 operator.unpledged of 0"},
		},
		"one contact at a time, and the next when it is over": {
			{day(0), []Input{first, silent(first, policy.WatchEnforce)}, "close silent, bars I; open 1 ok"},
			{
				day(7),
				[]Input{held, dial(6, n, day(7), policy.Preview), dial(7, n, day(7), policy.Preview)},
				"open 5 ok; closed 6 operator.claimed; answer 6 operator.claimed of 0; answer 7 operator.claimed of 6",
			},
			// The refusal is forgotten with what it rested on.
			{day(7), []Input{unanswered(held), dial(8, n, day(7), policy.Preview)}, "close cancelled; repeat of 6: 1; open 8 ok"},
		},
		"an end of another attempt gives nothing back": {
			{day(0), []Input{first, silent(first, policy.WatchEnforce)}, "close silent, bars I; open 1 ok"},
			{day(7), []Input{held, elsewhere, unanswered(elsewhere)}, "close cancelled; open 5 ok; open 6 ok"},
			{day(7), []Input{dial(7, n, day(7), policy.Preview)}, "closed 7 operator.claimed; answer 7 operator.claimed of 0"},
		},
		"an open row that could not be written gives it back": {
			{day(0), []Input{first, silent(first, policy.WatchEnforce)}, "close silent, bars I; open 1 ok"},
			{
				day(7),
				[]Input{held, dial(6, n, day(7), policy.Preview), dial(7, n, day(7), policy.Preview)},
				"open 5 ok; closed 6 operator.claimed; answer 6 operator.claimed of 0; answer 7 operator.claimed of 6",
			},
			{
				day(7),
				[]Input{Release{held.Attempt.ID, n, held.Index, 1}, Release{held.Attempt.ID, n, held.Index, 1}, dial(8, n, day(7), policy.Preview)},
				"repeat of 6: 1; open 8 ok",
			},
		},
		"claimed by the same attempt is not claimed by another": {
			{day(0), []Input{first, silent(first, policy.WatchEnforce)}, "close silent, bars I; open 1 ok"},
			{day(7), []Input{held, held}, "open 5 ok; open 5 ok"},
			{day(7), []Input{unanswered(held), dial(8, n, day(7), policy.Preview)}, "close cancelled; open 8 ok"},
		},
		"a call that claimed nothing holds nothing": {
			{day(0), []Input{dial(2, n, day(0), policy.Preview), first}, "open 2 ok; open 1 ok"},
			{day(0), []Input{silent(first, policy.WatchEnforce)}, "close silent, bars I"},
			{day(7), []Input{held}, "open 5 ok"},
		},
		"a refusal is forgotten when the bars change": {
			{day(0), []Input{dial(2, n, day(0), policy.Predictive), first}, "open 2 ok; open 1 ok"},
			{
				day(0),
				[]Input{silent(first, policy.WatchEnforce), dial(3, n, day(0), policy.Predictive)},
				"close silent, bars I; closed 3 bar.silent; answer 3 bar.silent of 0",
			},
			{
				day(0),
				[]Input{spoken(dial(2, n, day(0), policy.Predictive)), dial(4, n, day(0), policy.Predictive)},
				"close connected, bars I; closed 4 bar.silent; answer 4 bar.silent of 0",
			},
		},
		"the end of a call that was told twice leaves one bar": {
			{
				day(0),
				[]Input{first, silent(first, policy.WatchEnforce), silent(first, policy.WatchEnforce)},
				"close silent, bars I; close silent; open 1 ok",
			},
		},
	}
	for name, turns := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := New(judge(t))
			var out Outputs
			for i, turn := range turns {
				d.Turn(turn.at, view{generation: 1}, nil, turn.in, &out)
				if got := words(&out); got != turn.want {
					t.Errorf("turn %d:\n got %s\nwant %s", i+1, got, turn.want)
				}
			}
		})
	}
}

// TestClaimsMeetThroughABar: two attempts that have nothing in common but a bar
// that binds both are one contact; such that have none are two.
func TestClaimsMeetThroughABar(t *testing.T) {
	t.Parallel()
	const n = 393330000002
	later := start.AddDate(0, 0, 9)
	born := func(id byte, cc policy.CallCentreID, p policy.PrincipalID, w policy.Watch) Closing {
		return silent(of(dial(id, n, start, policy.Predictive), cc, p), w)
	}
	for name, c := range map[string]struct {
		bars []Input
		want string
	}{
		"a bar of one's call centre and the other's principal": {
			[]Input{born(1, 2, 1, policy.WatchEnforce)}, "operator.claimed",
		},
		"a bar for each": {
			[]Input{born(1, 1, 1, policy.WatchEnforce), born(2, 2, 2, policy.WatchEnforce)}, "ok",
		},
		"a bar for each, and one of both in shadow": {
			[]Input{
				born(1, 1, 1, policy.WatchEnforce), born(2, 2, 2, policy.WatchEnforce), born(3, 2, 1, policy.WatchShadow),
			}, "ok",
		},
		"a bar for one": {[]Input{born(1, 1, 1, policy.WatchEnforce)}, "ok"},
	} {
		d := New(judge(t))
		var out Outputs
		d.Turn(start, view{generation: 1}, nil, c.bars, &out)
		first, second := of(dial(8, n, later, policy.Preview), 1, 1), of(dial(9, n, later, policy.Preview), 2, 2)
		look := &Look{Attempt: second.Attempt, Index: second.Index}
		d.Turn(later, view{generation: 1}, nil, []Input{first, look}, &out)
		if got := look.Decision.Reason.String(); got != c.want {
			t.Errorf("%s: %s, want %s (fact %+v)", name, got, c.want, look.Facts.Bar)
		}
	}
}

// TestEndsWithoutANumber: the end of a call to no number leaves no bar.
func TestEndsWithoutANumber(t *testing.T) {
	t.Parallel()
	d := New(judge(t))
	var out Outputs
	q := dial(1, 0, start, policy.Predictive)
	d.Turn(start, view{generation: 1}, nil, []Input{silent(q, policy.WatchEnforce)}, &out)
	if got := words(&out); got != "close silent" {
		t.Error(got)
	}
}
