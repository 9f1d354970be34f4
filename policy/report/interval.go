package report

import (
	"cmp"
	"slices"
)

// Joined sorts intervals by time and makes one of those of a trunk that touch: what
// the summaries of the hours cut into pieces.
func Joined(list []Interval) []Interval {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Interval) int {
		return cmp.Or(cmp.Compare(a.What, b.What), cmp.Compare(a.Trunk, b.Trunk), a.From.Compare(b.From))
	})
	var out []Interval
	for _, i := range list {
		if n := len(out) - 1; n >= 0 && out[n].What == i.What && out[n].Trunk == i.Trunk && !i.From.After(out[n].Until) {
			if i.Until.After(out[n].Until) {
				out[n].Until = i.Until
			}
			out[n].Who = cmp.Or(i.Who, out[n].Who)
			continue
		}
		out = append(out, i)
	}
	slices.SortStableFunc(out, func(a, b Interval) int { return a.From.Compare(b.From) })
	return out
}
