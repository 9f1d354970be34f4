package shadow

import (
	"cmp"
	"maps"
	"slices"
)

// Merge adds what another report counted, which is not to be used any more.
func (r *Report) Merge(o *Report) {
	r.Total.merge(&o.Total)
	for name, c := range o.campaigns { // order: sums
		r.campaign(name).merge(c)
	}
	for k, other := range o.rules { // order: sums, and the first of all examples
		one := r.rule(k)
		one.Would += other.Would
		one.Alone += other.Alone
		one.Enforced += other.Enforced
		one.Connected += other.Connected
		one.Conversations += other.Conversations
		one.Talk += other.Talk
		for _, id := range other.Examples {
			one.Examples = firsts(one.Examples, id)
		}
	}
}

func (c *Campaign) merge(o *Campaign) {
	c.Attempts += o.Attempts
	c.Would += o.Would
	c.Enforced += o.Enforced
	c.Watched += o.Watched
	for i := range c.Cuts {
		c.Cuts[i].Calls += o.Cuts[i].Calls
		c.Cuts[i].Operator += o.Cuts[i].Operator
	}
	c.A += o.A
	c.B += o.B
	c.GivenUp += o.GivenUp
	for i := range c.Machines {
		c.Machines[i] += o.Machines[i]
	}
	c.HungUp += o.HungUp
	c.Deaf += o.Deaf
	for _, d := range o.Days {
		day := c.day(d.Date)
		day.A += d.A
		day.B += d.B
	}
	c.Often += o.Often
	c.NotInROC += o.NotInROC
	for _, id := range o.ROCExamples {
		c.ROCExamples = firsts(c.ROCExamples, id)
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

// Rules returns what each rule would refuse, by campaign, the most frequent first.
func (r *Report) Rules() []Rule {
	list := make([]Rule, 0, len(r.rules))
	for _, one := range r.rules { // order: sorted below
		list = append(list, *one)
	}
	slices.SortFunc(list, func(a, b Rule) int {
		return cmp.Or(cmp.Compare(a.Campaign, b.Campaign), cmp.Compare(b.Would+b.Enforced, a.Would+a.Enforced),
			cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Reason, b.Reason))
	})
	return list
}
