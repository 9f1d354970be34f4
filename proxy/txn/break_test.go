package txn

import (
	"fmt"
	"testing"
)

// TestEveryRuleIsHeld breaks the machines by hand, one rule at a time, and
// wants the scripts to notice each: an arrow that is missing, leads to the end,
// sends nothing or tells nothing; an arrow where there is none; a timer that
// does not run; bytes that are not kept. So no cell of the four tables is there
// without a test, and none is empty without one.
func TestEveryRuleIsHeld(t *testing.T) {
	t.Parallel()
	for _, c := range tested {
		whole := **c.of(&figures{&inviteClient, &client, &inviteServer, &server})
		check := func(what string, change func(*machine)) {
			m := whole
			change(&m)
			f := rfc3261
			*c.of(&f) = &m
			if !noticed(c.scripts, f) {
				t.Errorf("%s: %s: no script notices", c.name, what)
			}
		}
		for s := range states {
			row, r := whole.moves[s], whole.rests[s]
			if row == [inputs]move{} {
				continue
			}
			for in := range inputs {
				breakMove(check, s, in, row[in])
			}
			for _, in := range c.inputs {
				if row[in].to == nowhere {
					check(fmt.Sprintf("state %d: input %d ends it", s, in),
						func(m *machine) { m.moves[s][in].to = terminated })
				}
			}
			breakRest(check, s, r)
		}
	}
}

// breakMove breaks the arrow of state s for input in.
func breakMove(check func(string, func(*machine)), s state, in input, m move) {
	if m.to == nowhere {
		return
	}
	where := fmt.Sprintf("state %d, input %d: ", s, in)
	check(where+"no arrow", func(x *machine) { x.moves[s][in] = move{} })
	for to := range states {
		if to != nowhere && to != m.to {
			check(where+fmt.Sprintf("leads to %d", to), func(x *machine) { x.moves[s][in].to = to })
		}
	}
	if m.do != nothing {
		check(where+"sends nothing", func(x *machine) { x.moves[s][in].do = nothing })
	}
	if m.say != silent {
		check(where+"tells nothing", func(x *machine) { x.moves[s][in].say = silent })
	}
}

// breakRest breaks what a transaction has in state s.
func breakRest(check func(string, func(*machine)), s state, r rest) {
	where := fmt.Sprintf("state %d: ", s)
	if r.again != never {
		check(where+"nothing repeats", func(x *machine) { x.rests[s].again = never })
	}
	if r.end != never {
		check(where+"nothing ends", func(x *machine) { x.rests[s].end = never })
	}
	if r.bytes {
		check(where+"bytes dropped", func(x *machine) { x.rests[s].bytes = false })
	}
	if r.request {
		check(where+"request dropped", func(x *machine) { x.rests[s].request = false })
	}
}

// noticed says whether a script fails on those machines. A machine that panics
// is noticed too.
func noticed(scripts []script, f figures) (yes bool) {
	defer func() {
		if recover() != nil {
			yes = true
		}
	}()
	for _, s := range scripts {
		if s.play(f) != nil {
			return true
		}
	}
	return false
}
