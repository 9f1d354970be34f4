package contracts

import (
	"cmp"
	"slices"
	"strings"
)

// Seller are the contracts of one seller, or of all.
type Seller struct {
	Name      string
	Contracts int
	Verdicts  [len(verdictNames)]int // by [Verdict]
}

// Bad is how many of them did not come from a lawful call, as far as anybody can tell.
func (s *Seller) Bad() int { return s.Contracts - s.Verdicts[Lawful] - s.Verdicts[OverTerm] }

// Share is Bad as a share of all, 0 without a contract.
func (s *Seller) Share() float64 {
	if s.Contracts == 0 {
		return 0
	}
	return float64(s.Bad()) / float64(s.Contracts)
}

func (s *Seller) add(v Verdict) {
	s.Contracts++
	s.Verdicts[v]++
}

// Report adds up findings. The zero value is ready.
type Report struct {
	Findings []Finding
	Total    Seller
	sellers  map[string]*Seller
}

// Add takes one finding.
func (r *Report) Add(f Finding) {
	r.Findings = append(r.Findings, f)
	r.Total.add(f.Verdict)
	if r.sellers == nil {
		r.sellers = map[string]*Seller{}
	}
	s := r.sellers[f.Seller]
	if s == nil {
		s = &Seller{Name: f.Seller}
		r.sellers[f.Seller] = s
	}
	s.add(f.Verdict)
}

// Sellers returns the sellers, those with the most to claw back first.
func (r *Report) Sellers() []Seller {
	list := make([]Seller, 0, len(r.sellers))
	for _, s := range r.sellers { // order: sorted below
		list = append(list, *s)
	}
	slices.SortFunc(list, func(a, b Seller) int { return cmp.Or(b.Bad()-a.Bad(), strings.Compare(a.Name, b.Name)) })
	return list
}
