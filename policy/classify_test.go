package policy

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
)

// ending is what a line of outcomes.txt is about.
type ending struct {
	params SilentParams
	of     Ending
}

// TestClassify reads testdata/outcomes.txt: words that say what happened on the
// line, and what that is. Every outcome and every class is reached.
func TestClassify(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/outcomes.txt")
	if err != nil {
		t.Fatal(err)
	}
	outcomes, ratios := map[Outcome]bool{}, map[Ratio]bool{}
	var given []string
	for i, line := range strings.Split(string(b), "\n") {
		words, want, isCase := strings.Cut(line, "->")
		fields := strings.Fields(words)
		switch {
		case strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "":
			continue
		case !isCase && fields[0] == "given":
			given = fields[1:]
			continue
		case !isCase:
			t.Fatalf("line %d: no arrow and no given: %s", i+1, line)
		}
		e := answered()
		for _, w := range append(append([]string{}, given...), fields...) {
			if err := e.set(w); err != nil {
				t.Fatalf("line %d: %s: %v", i+1, w, err)
			}
		}
		outcome, ratio := Classify(&e.params, &e.of)
		outcomes[outcome], ratios[ratio] = true, true
		got := outcome.String() + " " + ratio.String()
		if e.of.Late(e.params.Limit.Value) {
			got += " late"
		}
		if got != strings.TrimSpace(want) {
			t.Errorf("line %d: %s\n\tgot %s", i+1, line, got)
		}
	}
	for o := OutcomeOpen; o <= OutcomeExcluded; o++ {
		if !outcomes[o] {
			t.Errorf("no case reaches outcome %s", o)
		}
	}
	for r := RatioNone; r <= RatioB; r++ {
		if !ratios[r] {
			t.Errorf("no case reaches class %s", r)
		}
	}
}

var answer = time.Date(2026, 11, 18, 10, 0, 0, 0, time.UTC)

// answered is a watched call on which nothing came and that its dialer ended.
func answered() *ending {
	e := &ending{of: Ending{Outcome: OutcomeOpen, AnsweredAt: answer, Watch: WatchEnforce, EndedBy: Caller}}
	e.params.Limit.Value, e.params.HungUp.Value = 3*time.Second, HungUpApart
	return e
}

func (e *ending) set(word string) (err error) {
	key, v, _ := strings.Cut(word, "=")
	of := &e.of
	switch key {
	case "profile":
		switch v {
		case "strict":
			e.params.HungUp.Value = HungUpSilent
		case "two":
			e.params = SilentParams{Limit: Span{Value: 2 * time.Second}, HungUp: HungUpParam{Value: HungUpApart}}
		default:
			return fmt.Errorf("no such profile")
		}
	case "answered":
		of.AnsweredAt = time.Time{}
	case "outcome":
		of.Outcome, err = parse[Outcome](key, outcomeNames, v, 0)
	case "watch":
		of.Watch, err = parse[Watch](key, watchNames, v, 0)
	case "line":
		of.Line, err = parse[LineState](key, lineNames, v, 0)
	case "machine":
		of.Machine, err = parse[Machine](key, machineNames, v, 0)
	case "ended":
		of.EndedBy, err = parse[Side](key, sideNames, v, 0)
	case "operator":
		of.Line = LineOperator
		if v != "unknown" {
			of.OperatorAt, err = after(v)
		}
	case "cut":
		of.CutAt, err = after(v)
	case "due":
		of.Due = true
	case "deaf":
		of.Deaf = true
	default:
		err = fmt.Errorf("no such word")
	}
	return err
}

func after(seconds string) (time.Time, error) {
	d, err := time.ParseDuration(seconds + "s")
	return answer.Add(d), err
}

// FuzzClassify holds the laws of the classes over endings of every kind.
func FuzzClassify(f *testing.F) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		f.Add(dice.Uint64(), dice.Int64N(6e9)-1e9, dice.Int64N(6e9))
	}
	f.Fuzz(func(t *testing.T, kind uint64, operator, cut int64) {
		pick := func(n uint64) uint64 {
			v := kind % n
			kind /= n
			return v
		}
		e := answered()
		of := &e.of
		of.Watch, of.Line = Watch(pick(3)), LineState(pick(6))
		of.Outcome, of.EndedBy, of.Machine = Outcome(pick(13)), Side(pick(4)), Machine(pick(3))
		of.Due, of.Deaf = pick(2) == 1, pick(4) == 0
		e.params.HungUp.Value = HungUpApart + HungUp(pick(2))
		heard := of.Line == LineOperator && pick(8) != 0
		if heard {
			of.OperatorAt = answer.Add(time.Duration(operator))
		}
		if of.Due && of.Watch == WatchEnforce && pick(4) != 0 {
			of.CutAt = answer.Add(time.Duration(cut))
		}
		if pick(8) == 0 {
			of.AnsweredAt = time.Time{}
		}
		lawful(t, e, heard && operator <= int64(3*time.Second))
		alike(t, e)
	})
}

// lawful says what no classification may do; inTime: an operator began to speak
// within the limit.
func lawful(t *testing.T, e *ending, inTime bool) {
	t.Helper()
	of := &e.of
	outcome, ratio := Classify(&e.params, of)
	watched := !of.AnsweredAt.IsZero() && of.Watch != WatchOff
	doubtful := of.Machine != NoMachine || of.Deaf
	switch {
	case !watched && ratio != RatioNone:
		t.Errorf("not watched, and of class %s: %+v", ratio, of)
	case watched && inTime != (ratio == RatioB):
		t.Errorf("an operator in time: %v, and class %s: %+v", inTime, ratio, of)
	case watched && !inTime && !doubtful && of.Due && ratio != RatioA:
		t.Errorf("due without an operator, and of class %s: %+v", ratio, of)
	case watched && !inTime && !doubtful && ratio != RatioA && outcome != OutcomeHungUp:
		t.Errorf("nobody spoke, and the call is %s: %+v", outcome, of)
	case (outcome == OutcomeSilent || outcome == OutcomeSilentQuiet) && watched && ratio != RatioA:
		t.Errorf("%s of class %s: %+v", outcome, ratio, of)
	case (ratio == RatioB) != (outcome == OutcomeConnected) && watched:
		t.Errorf("%s of class %s: %+v", outcome, ratio, of)
	}
}

// alike: shadow and enforce class the same line alike, the cut that only one of
// them makes included.
func alike(t *testing.T, e *ending) {
	t.Helper()
	of := e.of
	if of.Watch == WatchOff || of.Deaf && !of.CutAt.IsZero() {
		return // a line that is judged by packets is cut in enforce only
	}
	other := of
	other.Watch, other.CutAt = WatchShadow, time.Time{}
	outcome, ratio := Classify(&e.params, &of)
	if o, r := Classify(&e.params, &other); o != outcome || r != ratio {
		t.Errorf("%s %s in %s, %s %s in shadow: %+v", outcome, ratio, of.Watch, o, r, of)
	}
}

func TestClassifyAllocates(t *testing.T) {
	e := answered()
	if n := testing.AllocsPerRun(100, func() { Classify(&e.params, &e.of) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
