package suggest_test

import (
	"fmt"
	"testing"

	"tregua/policy"
	"tregua/policy/suggest"
)

var names = map[policy.CampaignID]string{1: "a/one", 2: "a/two", 3: "b/three"}

// says are calls that say something, by whose lists hold their numbers.
type says struct {
	seen    suggest.Seen
	calls   int
	holders []policy.CampaignID
}

// proposed tells what is learnt: each entry, and what becomes of the calls.
func proposed(l *suggest.Learner, all ...says) (entries []string, p suggest.Proposal) {
	for _, s := range all {
		for range s.calls {
			s.seen.Holders = s.holders
			l.Add(s.seen)
		}
	}
	p = l.Propose(names)
	for _, r := range p.Rules {
		for i, e := range r.Entries {
			entries = append(entries, fmt.Sprintf("%s %s %v %d/%d", r.By, e.Value, e.Campaigns, r.Evidence[i].Contradicts, r.Evidence[i].Calls))
		}
	}
	return entries, p
}

func who(callerID string) suggest.Seen { return suggest.Seen{CallerID: callerID} }

func held(by ...policy.CampaignID) []policy.CampaignID { return by }

// TestWhose: which campaigns a value is proposed with.
func TestWhose(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		all  []says
		want string
	}{
		{"one campaign's", []says{{who("201"), 100, held(1)}}, "[caller_id 201 [a/one] 0/100]"},
		{"too few calls", []says{{who("201"), 29, held(1)}}, "[]"},
		{"others hold some of the numbers", []says{{who("201"), 900, held(1)}, {who("201"), 90, held(1, 2)}}, "[caller_id 201 [a/one] 0/990]"},
		{"one in a hundred speaks against it", []says{{who("201"), 990, held(1)}, {who("201"), 9, held(2)}}, "[caller_id 201 [a/one] 9/999]"},
		{"two campaigns'", []says{{who("201"), 900, held(1)}, {who("201"), 30, held(2)}}, "[caller_id 201 [a/one a/two] 0/930]"},
		{"everybody's", []says{{who("201"), 100, held(1)}, {who("201"), 100, held(2)}, {who("201"), 100, held(3)}}, "[]"},
		{"numbers on no list", []says{{who("201"), 100, held(1)}, {who("201"), 20, nil}}, "[]"},
		{"some numbers on no list", []says{{who("201"), 100, held(1)}, {who("201"), 9, nil}}, "[caller_id 201 [a/one] 0/109]"},
		{"one list within another", []says{{who("201"), 100, held(1, 2)}}, "[caller_id 201 [a/one] 0/100]"},
		{"a blank", []says{{who(""), 100, held(1)}}, "[]"},
		{"no value that a rule can have", []says{{who("0*2"), 100, held(1)}}, "[]"},
		{"a name", []says{{suggest.Seen{Display: "Sala 1"}, 100, held(1)}}, "[display Sala 1 [a/one] 0/100]"},
		{"a name before an id", []says{{suggest.Seen{Display: "Sala-1234567"}, 50, held(1)}, {suggest.Seen{Display: "Sala-1234568"}, 50, held(1)}}, "[display Sala-* [a/one] 0/100]"},
		{"an id", []says{{suggest.Seen{Display: "1234567"}, 100, held(1)}}, "[]"},
		{"a header", []says{{suggest.Seen{Headers: "X-C: 1\nX-D: 2"}, 100, held(1)}}, "[header 1 [a/one] 0/100 header 2 [a/one] 0/100]"},
		{"a port", []says{{suggest.Seen{SourcePort: 5062}, 100, held(1)}}, "[source_port 5062 [a/one] 0/100]"},
	} {
		l := suggest.New(1 << 20)
		for id := policy.CampaignID(1); id <= 3; id++ {
			l.Listed(id, held(id)) // the lists have next to nothing in common
		}
		if c.name == "one list within another" {
			l = suggest.New(1 << 20)
			l.Listed(1, held(1))
			l.Listed(2, held(1, 2)) // nothing tells whose the calls are
			c.want = "[caller_id 201 [a/one a/two] 0/100]"
		}
		if got, _ := proposed(l, c.all...); fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, want %s", c.name, got, c.want)
		}
	}
}

// TestRival: a list that lies half in that of the calls' campaign could hide as
// many calls as are seen beside it, and those of a third campaign do not count.
func TestRival(t *testing.T) {
	t.Parallel()
	for beside, want := range map[int]string{
		0: "[caller_id 201 [a/one] 9/1009]",
		9: "[caller_id 201 [a/one b/three] 9/1018]",
	} {
		l := suggest.New(1 << 20)
		l.Listed(3, held(1, 3))
		l.Listed(3, held(3))
		got, _ := proposed(l, says{who("201"), 500, held(1)}, says{who("201"), 500, held(1, 3)}, says{who("201"), 9, held(2)}, says{who("201"), beside, held(3)})
		if fmt.Sprint(got) != want {
			t.Errorf("%d calls beside: %v, want %s", beside, got, want)
		}
	}
}

// TestCounts: each call is counted once, as what the rules make of it.
func TestCounts(t *testing.T) {
	t.Parallel()
	_, p := proposed(suggest.New(1<<20),
		says{who("201"), 990, held(1)}, says{who("201"), 9, held(2)}, says{who("202"), 20, held(1, 2)}, says{who("203"), 7, nil}, says{who("204"), 5, held(3)})
	got := fmt.Sprint(p.Attempts, p.Kept, p.Mapped, p.Contradicted, p.Ambiguous, p.Unknown)
	if want := "1031 1031 1004 9 20 7"; got != want {
		t.Errorf("attempts, kept, mapped, contradicted, ambiguous, unknown: %s, want %s", got, want)
	}
}

// TestLimit: of more attempts than are kept, it is evenly some.
func TestLimit(t *testing.T) {
	t.Parallel()
	l := suggest.New(400)
	got, p := proposed(l, says{who("201"), 1000, held(1)}, says{who("202"), 1000, held(2)})
	if p.Attempts != 2000 || p.Kept < 200 || p.Kept > 400 || len(got) != 2 {
		t.Fatalf("%v of %+v", got, p)
	}
	one, two := p.Rules[0].Evidence[0].Calls, p.Rules[0].Evidence[1].Calls
	if one-two > 8 || two-one > 8 {
		t.Errorf("kept %d of the first half and %d of the second", one, two)
	}
}
