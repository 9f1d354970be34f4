package suggest

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"tregua/policy"
	"tregua/policy/mapping"
)

// ViciDial puts its call id into the display name: a letter for the kind of call
// (V: by the dialer, M: by hand), month, day and time, and the id of the lead with
// zeros before it (bin/AST_VDauto_dial.pl, VqueryCID). Lead ids are given in the
// order in which lists are loaded, so a span of them is a list.
const (
	leadAt     = 11 // where the lead id begins
	leadDigits = 9
)

// maxBlocks is how many blocks of lead ids are proposed, minBlock how many calls
// one needs.
const (
	maxBlocks = 250
	minBlock  = 60
)

// lead returns the lead id of a display name by ViciDial.
func lead(display string) (id uint64, ok bool) {
	if len(display) != leadAt+leadDigits || display[0] < 'A' || display[0] > 'Z' || !digits(display[1:]) {
		return 0, false
	}
	id, err := strconv.ParseUint(display[leadAt:], 10, 64)
	return id, err == nil
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// idDigits is how many digits in a row are an id or a time, which the next call
// has no more.
const idDigits = 6

// stem returns of a display name what many calls can have in common: all of it,
// or what stands before an id, with a star.
func stem(display string) string {
	run := 0
	for i := range len(display) {
		if run++; display[i] < '0' || display[i] > '9' {
			run = 0
		}
		if run == idDigits {
			if i+1 == idDigits {
				return "" // nothing stands before it
			}
			return display[:i+1-idDigits] + "*"
		}
	}
	return display
}

// learnDisplay makes a rule of display names: blocks of lead ids, and names.
func (l *Learner) learnDisplay(names map[policy.CampaignID]string) Rule {
	r := Rule{Rule: mapping.Rule{By: mapping.ByDisplay}}
	l.learnLeads(&r, names)
	for _, g := range l.groups(func(c *call, take func(string)) {
		if _, ok := lead(c.Display); !ok {
			take(stem(c.Display))
		}
	}) {
		if text := strings.TrimSuffix(g.value, "*"); mapping.ReadValue(mapping.ByDisplay, g.value) == nil && !strings.ContainsAny(text, "*?") {
			r.learnt(g.value, l.whose(g.calls), names)
		}
	}
	return r
}

// leads are calls with lead ids, ascending.
type leads struct {
	ids   []uint64
	calls []int
}

func (l *Learner) learnLeads(r *Rule, names map[policy.CampaignID]string) {
	type one struct {
		id uint64
		at int
	}
	var all []one
	for i := range l.calls {
		if id, ok := lead(l.calls[i].Display); ok {
			all = append(all, one{id, i})
		}
	}
	slices.SortFunc(all, func(a, b one) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.at, b.at)) })
	var of leads
	for _, o := range all {
		of.ids, of.calls = append(of.ids, o.id), append(of.calls, o.at)
	}
	if len(all) > 0 {
		l.block(r, names, of, 0, power10(leadDigits), "")
	}
}

func power10(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// block proposes the block of lead ids from start on, width of them, whose first
// digits are those of prefix; or, if it is not one campaign's, its ten parts.
func (l *Learner) block(r *Rule, names map[policy.CampaignID]string, of leads, start, width uint64, prefix string) {
	if len(of.ids) < minBlock || len(r.Entries) >= maxBlocks {
		return
	}
	if whose := l.whose(of.calls); len(whose) == 1 && filled(of.ids, start, width) {
		r.learnt(strings.Repeat("?", leadAt)+prefix+strings.Repeat("*", min(1, leadDigits-len(prefix))), whose, names)
		return
	}
	if width == 1 {
		return
	}
	width /= 10
	for digit := range uint64(10) {
		from := start + digit*width
		low, _ := slices.BinarySearch(of.ids, from)
		high, _ := slices.BinarySearch(of.ids, from+width)
		l.block(r, names, leads{of.ids[low:high], of.calls[low:high]}, from, width, prefix+strconv.FormatUint(digit, 10))
	}
}

// filled reports whether ids, ascending, lie all over a block: in a part that was
// not called the ids of another list may stand, or of one that comes tomorrow. Of
// k ids that are drawn at random from a block the widest gap is about ln k times
// the mean one.
func filled(ids []uint64, start, width uint64) bool {
	k := float64(len(ids))
	widest := min(float64(width)/10, 2*math.Log(k)*float64(width)/k) + 1
	last := start
	for _, id := range append(slices.Clone(ids), start+width) {
		if float64(id-last) > widest {
			return false
		}
		last = id
	}
	return true
}
