package numbers

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
)

// marks is a set of facts about the digits read so far.
type marks uint8

// automaton is a deterministic one over digits: state 0 is dead, state 1 the
// start, and each state says what holds of the digits that lead to it.
type automaton struct {
	next [][10]uint16
	mark []marks
}

// run returns what holds of s, which is digits only.
func (a *automaton) run(s string) marks {
	state := uint16(1)
	for i := 0; i < len(s) && state != 0; i++ {
		state = a.next[state][s[i]-'0']
	}
	return a.mark[state]
}

// thread is a place in one of the patterns.
type thread struct {
	pattern uint16
	pc      uint16
}

// builder makes an automaton out of patterns by following all of them at once.
// A state is the set of places where they can be; ids is looked up only, never
// ranged over.
type builder struct {
	progs []*syntax.Prog
	ids   map[string]uint16
	sets  [][]thread
}

// newAutomaton compiles patterns, each of which has to match all the digits,
// into one automaton. say tells what holds when exactly those patterns match.
func newAutomaton(patterns []string, say func(matched []bool) marks) (*automaton, error) {
	b := builder{ids: map[string]uint16{"": 0}, sets: [][]thread{nil}}
	for _, p := range patterns {
		re, err := syntax.Parse(p, syntax.Perl)
		if err != nil {
			return nil, err
		}
		prog, err := syntax.Compile(re.Simplify())
		if err != nil {
			return nil, err
		}
		b.progs = append(b.progs, prog)
	}
	var start []thread
	for i, prog := range b.progs {
		start = b.reach(start, uint16(i), uint32(prog.Start))
	}
	b.state(start)
	a := &automaton{}
	for len(a.next) < len(b.sets) {
		set := b.sets[len(a.next)]
		var row [10]uint16
		for d := range row {
			row[d] = b.state(b.step(set, rune('0'+d)))
		}
		a.next = append(a.next, row)
		a.mark = append(a.mark, say(b.matched(set)))
	}
	return a, nil
}

// reach adds the places that pc leads to without reading a digit.
func (b *builder) reach(set []thread, pattern uint16, pc uint32) []thread {
	at := thread{pattern, uint16(pc)}
	if slices.Contains(set, at) {
		return set
	}
	set = append(set, at)
	switch in := &b.progs[pattern].Inst[pc]; in.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		set = b.reach(set, pattern, in.Out)
		set = b.reach(set, pattern, in.Arg)
	case syntax.InstNop, syntax.InstCapture:
		set = b.reach(set, pattern, in.Out)
	default: // a place that reads a digit, an end, or an anchor: nothing to follow
	}
	return set
}

// step returns the places after reading a digit.
func (b *builder) step(set []thread, digit rune) (next []thread) {
	for _, t := range set {
		in := &b.progs[t.pattern].Inst[t.pc]
		switch in.Op {
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			if in.MatchRune(digit) {
				next = b.reach(next, t.pattern, in.Out)
			}
		default: // reads nothing
		}
	}
	return next
}

// state returns the number of a set, a new one if it was not seen yet.
func (b *builder) state(set []thread) uint16 {
	key := make([]byte, 0, 4*len(set))
	for _, t := range set {
		key = binary.BigEndian.AppendUint16(key, t.pattern)
		key = binary.BigEndian.AppendUint16(key, t.pc)
	}
	id, ok := b.ids[string(key)]
	if !ok {
		id = uint16(len(b.sets))
		b.ids[string(key)] = id
		b.sets = append(b.sets, set)
	}
	return id
}

// matched tells which patterns match when the digits end here.
func (b *builder) matched(set []thread) []bool {
	m := make([]bool, len(b.progs))
	for _, t := range set {
		if b.progs[t.pattern].Inst[t.pc].Op == syntax.InstMatch {
			m[t.pattern] = true
		}
	}
	return m
}
