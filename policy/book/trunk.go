package book

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"tregua/policy"
	"tregua/policy/mapping"
)

// Otherwise is what becomes of a call that no rule of its trunk maps.
type Otherwise uint8

// The choices. The zero value refuses.
const (
	OtherwiseRefuse Otherwise = iota // no campaign
	OtherwiseOnly                    // the only active campaign of the call centre
)

// Trunk is what the book must know of a trunk whose calls are judged.
type Trunk struct {
	Name       string
	CallCentre string            // name of the call centre that calls by it
	Country    string            // ISO 3166 code of its dial plan; "" is that of the book
	Strip      string            // digits before every number, cut before reading
	Prefixes   map[string]string // digits -> campaign ("principal/campaign")
	// Rules find the campaign, the first one first; prefixes stand before them
	// unless one of them is mapping.ByPrefix.
	Rules     []mapping.Rule
	Otherwise Otherwise
	Default   string // campaign of calls that no rule maps, "" none; instead of Otherwise
	Ambiguous string // campaign of calls that more than one fits, "" none
	DialMode  policy.DialMode
	Mode      policy.Mode // as long as nobody sets another
}

// validate says what of the trunk is no name of a campaign or no rule.
func (t Trunk) validate() error {
	var mistakes []error
	named := func(where, campaign string) {
		if !isCampaign(campaign) {
			mistakes = append(mistakes, fmt.Errorf("book: trunk %q: %s: campaign %q: write principal/campaign", t.Name, where, campaign))
		}
	}
	for _, prefix := range slices.Sorted(maps.Keys(t.Prefixes)) {
		named(fmt.Sprintf("prefix %q", prefix), t.Prefixes[prefix])
	}
	for i := range t.Rules {
		if err := t.Rules[i].Validate(); err != nil {
			mistakes = append(mistakes, fmt.Errorf("book: trunk %q: rule %d: %w", t.Name, i+1, err))
		}
		for _, e := range t.Rules[i].Entries {
			for _, c := range e.Campaigns {
				named(fmt.Sprintf("%s %q", t.Rules[i].By, e.Value), c)
			}
		}
	}
	for where, c := range map[string]string{"otherwise": t.Default, "ambiguous": t.Ambiguous} {
		if c != "" {
			named(where, c)
		}
	}
	return errors.Join(mistakes...)
}

// trunk is a Trunk resolved against the entities of a snapshot.
type trunk struct {
	Trunk
	reading    reading
	callCentre policy.CallCentreID
	rules      []rule
	unmapped   policy.CampaignID   // takes what no rule maps; 0: see Otherwise
	several    policy.CampaignID   // takes what more than one fits; 0: none
	nowhere    []string            // what leads to no open campaign of the call centre, "prefix 77"
	active     []policy.CampaignID // of the call centre, by name
	lists      [2][]listed         // of these: approved, and waiting for that
	mode       policy.TrunkMode
}

// resolve finds what the names of t mean now. What names a campaign that is not
// there, closed, or of another call centre leads nowhere.
func (s *Snapshot) resolve(t Trunk, country string) (trunk, error) {
	if t.Country == "" {
		t.Country = country
	}
	reading, err := newReading(t.Country, t.Strip, slices.Sorted(maps.Keys(t.Prefixes)))
	if err != nil {
		return trunk{}, fmt.Errorf("trunk %q: %w", t.Name, err)
	}
	r := trunk{Trunk: t, reading: reading, callCentre: policy.CallCentreID(s.entities.ids[kindCallCentre][t.CallCentre])}
	for _, c := range s.ordered {
		if !c.Closed && c.CallCentre == r.callCentre {
			r.active = append(r.active, c.ID)
		}
	}
	if !slices.ContainsFunc(t.Rules, func(m mapping.Rule) bool { return m.By == mapping.ByPrefix }) {
		r.rules = append(r.rules, s.rule(&r, &mapping.Rule{By: mapping.ByPrefix}))
	}
	for i := range t.Rules {
		r.rules = append(r.rules, s.rule(&r, &t.Rules[i]))
	}
	r.unmapped, r.several = s.fallback(&r, "otherwise", t.Default), s.fallback(&r, "ambiguous", t.Ambiguous)
	return r, nil
}

// fallback finds the campaign of calls that the rules do not map, 0 for none.
func (s *Snapshot) fallback(t *trunk, where, name string) policy.CampaignID {
	if name == "" {
		return 0
	}
	ids := s.open(t, []string{name})
	if len(ids) == 0 {
		t.nowhere = append(t.nowhere, where+" "+name)
		return 0
	}
	return ids[0]
}

// open returns those of the named campaigns that are open and of the trunk's call
// centre.
func (s *Snapshot) open(t *trunk, names []string) (ids []policy.CampaignID) {
	for _, name := range names {
		c, ok := s.campaigns[policy.CampaignID(s.entities.ids[kindCampaign][name])]
		if ok && !c.Closed && c.CallCentre == t.callCentre {
			ids = append(ids, c.ID)
		}
	}
	return ids
}
