package book

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"tregua/policy"
)

// Otherwise is what becomes of a call whose number has no prefix of a campaign.
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
	Otherwise  Otherwise
	DialMode   policy.DialMode
	Mode       policy.Mode // as long as nobody sets another
}

func (t Trunk) validate() error {
	var mistakes []error
	for _, prefix := range slices.Sorted(maps.Keys(t.Prefixes)) {
		if _, _, ok := splitCampaign(t.Prefixes[prefix]); !ok {
			mistakes = append(mistakes, fmt.Errorf("book: trunk %q: prefix %q: campaign %q: write principal/campaign", t.Name, prefix, t.Prefixes[prefix]))
		}
	}
	return errors.Join(mistakes...)
}

// trunk is a Trunk resolved against the entities of a snapshot.
type trunk struct {
	Trunk
	reading    reading
	callCentre policy.CallCentreID
	prefixes   map[string]policy.CampaignID // active campaigns of the call centre only
	nowhere    []string                     // prefixes that lead to none
	mode       policy.TrunkMode
	active     []policy.CampaignID // of the call centre
}

// resolve finds what the names of t mean now. A prefix whose campaign is not
// there, closed, or of another call centre leads nowhere.
func (s *Snapshot) resolve(t Trunk, country string) (trunk, error) {
	if t.Country == "" {
		t.Country = country
	}
	prefixes := slices.Sorted(maps.Keys(t.Prefixes))
	reading, err := newReading(t.Country, t.Strip, prefixes)
	if err != nil {
		return trunk{}, fmt.Errorf("trunk %q: %w", t.Name, err)
	}
	id := s.entities.ids[kindCallCentre][t.CallCentre]
	r := trunk{Trunk: t, reading: reading, callCentre: policy.CallCentreID(id), prefixes: map[string]policy.CampaignID{}}
	for _, p := range prefixes {
		c, ok := s.campaigns[policy.CampaignID(s.entities.ids[kindCampaign][t.Prefixes[p]])]
		if ok && !c.Closed && c.CallCentre == r.callCentre {
			r.prefixes[p] = c.ID
		} else {
			r.nowhere = append(r.nowhere, p)
		}
	}
	for _, c := range s.ordered {
		if !c.Closed && c.CallCentre == r.callCentre {
			r.active = append(r.active, c.ID)
		}
	}
	return r, nil
}

// campaign finds the campaign of a call whose number had the given prefix.
func (t *trunk) campaign(prefix string) (policy.CampaignID, policy.Mapping) {
	if prefix != "" {
		if id, ok := t.prefixes[prefix]; ok {
			return id, policy.Mapped
		}
		return 0, policy.Unmapped
	}
	switch {
	case t.Otherwise != OtherwiseOnly || len(t.active) == 0:
		return 0, policy.Unmapped
	case len(t.active) > 1:
		return 0, policy.Ambiguous
	}
	return t.active[0], policy.Mapped
}
