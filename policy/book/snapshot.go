package book

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"tregua/policy"
)

// Snapshot is everything in force at one generation. It never changes and may
// be read by any goroutine.
type Snapshot struct {
	generation uint64
	profiles   []Profile
	keys       Keys
	reading    reading
	entities   *entities
	campaigns  map[policy.CampaignID]Campaign
	ordered    []Campaign // by name
	trunks     map[string]trunk
	parties    parties
	registry   map[policy.AccountID]*scopeParts                   // newest answer first
	blacklist  map[policy.PrincipalID]*scopeParts                 // oldest import first
	people     [Reassigned + 1]map[policy.PrincipalID]*scopeParts // by kind, of those that are staged: newest import first
	together   map[policy.PrincipalID]*scopeParts                 // contacts: newest import first
	believed   map[uint32]bool                                    // parts of those in force
	synced     map[policy.PrincipalID]instant                     // when a blacklist was synchronised
	own        map[policy.Number]ownNumber
	contacts   map[policy.ListID]*contactList
	calls      map[policy.CampaignID]*campaignLists
	parts      []Part // in force, ascending by id
	rollout    *policy.Rollout
	settings   []Setting
	broken     error
	// submissions are the oldest first; checks are those of every account.
	submissions map[policy.AccountID]*scopeParts
	checks      map[policy.AccountID]*checks
}

// scopeParts are the parts of one kind and scope that could be read.
type scopeParts struct {
	parts  []*loadedPart
	broken error // of those that could not
}

// Campaign is one campaign.
type Campaign struct {
	ID         policy.CampaignID
	Name       string // principal/campaign
	Principal  policy.PrincipalID
	CallCentre policy.CallCentreID
	Account    policy.AccountID
	Group      policy.GroupID
	Purpose    string
	Channel    policy.Channel
	Ground     policy.Ground
	Closed     bool   // no call is made for it any more
	Sector     string // "" not said
	Service    bool   // it is none of advertising, and the principal has agreed
	Operators  int    // that it declares; 0 none
}

// isCampaign reports whether a name is that of a campaign: "principal/campaign".
func isCampaign(name string) bool {
	principal, campaign, ok := strings.Cut(name, "/")
	return ok && isSlug(principal) && isSlug(campaign)
}

// snapshot builds what is in force from the entities and parts of b. mu must
// be held.
func (b *Book) snapshot(generation uint64) (*Snapshot, error) {
	s := &Snapshot{
		generation: generation, profiles: b.config.Profiles, keys: b.config.Keys, reading: b.reading,
		entities: b.entities, campaigns: map[policy.CampaignID]Campaign{}, trunks: map[string]trunk{},
		registry: map[policy.AccountID]*scopeParts{}, blacklist: map[policy.PrincipalID]*scopeParts{},
		together: map[policy.PrincipalID]*scopeParts{},
		believed: map[uint32]bool{}, synced: b.synced, own: b.entities.ownNumbers(b.reading), parts: b.parts,
		submissions: map[policy.AccountID]*scopeParts{},
		parties:     newParties(b.entities, b.zone),
		contacts:    map[policy.ListID]*contactList{}, calls: map[policy.CampaignID]*campaignLists{},
	}
	for k := range s.people {
		s.people[k] = map[policy.PrincipalID]*scopeParts{}
	}
	for id, row := range b.entities.rows[kindCampaign] {
		c := Campaign{
			ID: policy.CampaignID(id), Name: row.Name, Principal: row.Principal, CallCentre: row.CallCentre,
			Account: row.Account, Group: row.Group, Purpose: row.Purpose, Channel: row.Channel, Ground: row.Ground, Closed: row.Closed, Sector: row.Sector,
			Service: row.Service && row.ServiceBy != "", Operators: int(row.Operators),
		}
		s.campaigns[c.ID] = c
		s.ordered = append(s.ordered, c)
	}
	slices.SortFunc(s.ordered, func(a, b Campaign) int { return cmp.Compare(a.Name, b.Name) })
	for _, t := range b.config.Trunks {
		resolved, err := s.resolve(t, b.config.Country)
		if err != nil {
			return nil, err
		}
		s.trunks[t.Name] = resolved
	}
	s.addModes(b)
	s.addParts(b)
	s.addChecks(b.current.Load())
	s.addLists(b)
	s.addListed(b)
	return s, nil
}

func (s *Snapshot) addParts(b *Book) {
	broken := make([]error, 0, len(b.parts))
	for _, p := range b.parts {
		loaded := b.loaded[p.ID]
		broken = append(broken, loaded.err)
		switch p.Kind {
		case Registry:
			put(s.registry, policy.AccountID(p.Scope), loaded)
		case Blacklist:
			put(s.blacklist, policy.PrincipalID(p.Scope), loaded)
		case Consents, Contracts, Requests, Reassigned:
			put(s.people[p.Kind], policy.PrincipalID(p.Scope), loaded)
			s.believed[p.ID] = true
		case Submissions:
			put(s.submissions, policy.AccountID(p.Scope), loaded)
		case Contacts:
			put(s.together, policy.PrincipalID(p.Scope), loaded)
			s.believed[p.ID] = true
		case Lists: // see addLists
		}
	}
	s.broken = errors.Join(broken...)
	for _, scope := range s.registry {
		slices.SortFunc(scope.parts, func(a, b *loadedPart) int {
			return cmp.Or(b.AnsweredAt.Compare(a.AnsweredAt), cmp.Compare(b.ID, a.ID))
		})
	}
	for _, kind := range append(s.people[:], s.together) {
		for _, scope := range kind {
			slices.Reverse(scope.parts)
		}
	}
}

func put[ID comparable](scopes map[ID]*scopeParts, id ID, p *loadedPart) {
	scope := scopes[id]
	if scope == nil {
		scope = &scopeParts{}
		scopes[id] = scope
	}
	if p.err != nil {
		scope.broken = errors.Join(scope.broken, p.err)
		return
	}
	scope.parts = append(scope.parts, p)
}

// Generation returns the number of the generation; 0 before anything was
// entered.
func (s *Snapshot) Generation() uint64 { return s.generation }

// Broken returns why facts of this snapshot are unknown, nil if all could be
// read. The error is [ErrBroken].
func (s *Snapshot) Broken() error { return s.broken }
