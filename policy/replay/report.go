package replay

import (
	"cmp"
	"maps"
	"slices"
)

// Merge adds what another report counted, which is not to be used any more.
func (r *Report) Merge(o *Report) {
	r.Total.merge(&o.Total)
	r.Repeats += o.Repeats
	r.Faults += o.Faults
	r.Erased += o.Erased
	for name, c := range o.campaigns { // order: sums
		r.campaign(name).merge(c)
	}
	for d, f := range o.found { // order: sums, and the first of all examples
		r.find(d, f.Count, f.Examples...)
	}
}

func (c *Campaign) merge(o *Campaign) {
	c.Attempts += o.Attempts
	c.Equal += o.Equal
	c.Reworded += o.Reworded
	for k, n := range o.Kinds {
		c.Kinds[k] += n
	}
}

// Campaigns returns the counts of each campaign, by name.
func (r *Report) Campaigns() []Campaign {
	list := make([]Campaign, 0, len(r.campaigns))
	for _, name := range slices.Sorted(maps.Keys(r.campaigns)) {
		list = append(list, *r.campaigns[name])
	}
	return list
}

// Differences returns what was found, the most frequent first.
func (r *Report) Differences() []Found {
	list := make([]Found, 0, len(r.found))
	for _, f := range r.found { // order: sorted below
		list = append(list, *f)
	}
	slices.SortFunc(list, func(a, b Found) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), a.compare(&b.Difference))
	})
	return list
}

func (d *Difference) compare(o *Difference) int {
	return cmp.Or(
		cmp.Compare(d.Campaign, o.Campaign), cmp.Compare(d.Kind, o.Kind), cmp.Compare(d.Rule, o.Rule),
		d.From.compare(o.From), d.To.compare(o.To), d.Before.compare(o.Before), d.After.compare(o.After),
		cmp.Compare(d.Mark, o.Mark),
	)
}

func (h Heard) compare(o Heard) int {
	return cmp.Or(cmp.Compare(rank(h.Asked), rank(o.Asked)), cmp.Compare(h.Reason, o.Reason), cmp.Compare(rank(h.Shadow), rank(o.Shadow)))
}

func (s Said) compare(o Said) int {
	return cmp.Or(
		cmp.Compare(s.Verdict, o.Verdict), cmp.Compare(rank(s.Shadow), rank(o.Shadow)),
		cmp.Compare(s.Rule, o.Rule), cmp.Compare(s.Reason, o.Reason),
	)
}

func rank(is bool) int {
	if is {
		return 1
	}
	return 0
}
