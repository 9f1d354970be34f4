package configs

import (
	"fmt"
	"slices"

	"tregua/policy"
)

// Overlaid returns profiles with the text of an overlay laid over those of its
// country, over the first one when it names none. Their names stay: what was judged
// by a profile is judged by it again. Made names the sections of the overlay with
// figures that facts are made with before anything is judged.
func Overlaid(profiles []policy.Params, text []byte) (over []policy.Params, made []string, err error) {
	o, err := ReadProfile(text)
	if err != nil {
		return nil, nil, err
	}
	over = slices.Clone(profiles)
	found := false
	for i := range over {
		if p := &over[i]; p.Country == o.Country || o.Country == "" && i == 0 {
			laid := p.Overlay(o)
			laid.Name, laid.Country = p.Name, p.Country
			if err := laid.Validate(); err != nil {
				return nil, nil, fmt.Errorf("policy %s+%s: %w", p.Name, o.Name, err)
			}
			over[i], found = laid, true
		}
	}
	if !found {
		return nil, nil, fmt.Errorf("policy %s: no profile in force is of country %s", o.Name, o.Country)
	}
	for _, s := range []struct {
		name string
		is   bool
	}{{"bar", o.Bar.Source != ""}, {"operator", o.Operator.Source != ""}, {"frequency", o.Frequency.Source != ""}} {
		if s.is {
			made = append(made, s.name)
		}
	}
	return over, made, nil
}
