package book

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// List is a contact list with its versions.
type List struct {
	Name        string // principal/list
	Origin      policy.Origin
	Provider    string       // of rows that name none; "" none
	RetainUntil time.Time    // zero: without an end
	Campaigns   []string     // that may call it
	Approved    *ListVersion // the one in force; nil: none
	ApprovedBy  string
	Pending     *ListVersion // the one that waits for its approval; nil: none
}

// ListVersion is one import of a list.
type ListVersion struct {
	Part    uint32
	At      time.Time
	Actor   string // who imported it
	Source  string // name of the imported file
	Numbers int
	Digest  string // what an approval names, hexadecimal
	Scanned bool   // it looks generated: its numbers are refused
	Broken  bool   // it does not match its checksum
}

// Lists returns every contact list, by name.
func (s *Snapshot) Lists() []List {
	all := make([]List, 0, len(s.contacts))
	for id, row := range s.entities.rows[kindList] {
		l := s.contacts[policy.ListID(id)]
		list := List{
			Name: row.Name, Origin: row.Origin, Provider: s.entities.rows[kindProvider][uint32(row.Provider)].Name,
			RetainUntil: row.RetainUntil.time(), Approved: versionOf(l.approved), Pending: versionOf(l.pending),
		}
		if list.Approved != nil {
			list.ApprovedBy = row.ApprovedBy
		}
		for _, c := range s.ordered {
			if slices.Contains(s.listsOf(c.ID), policy.ListID(id)) {
				list.Campaigns = append(list.Campaigns, c.Name)
			}
		}
		all = append(all, list)
	}
	slices.SortFunc(all, func(a, b List) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

func versionOf(p *loadedPart) *ListVersion {
	if p == nil {
		return nil
	}
	v := &ListVersion{
		Part: p.ID, At: p.At, Actor: p.Actor, Source: p.Source, Numbers: p.Count,
		Digest: hex.EncodeToString(p.Digest[:]), Broken: p.err != nil,
	}
	if p.list != nil {
		v.Scanned = p.list.manifest.Scanned
	}
	return v
}

// versionWord names the approved version of a list for people.
func versionWord(row *entityRow) string {
	if row.Approved == 0 {
		return "none"
	}
	return fmt.Sprintf("import %d by %s", row.Approved, row.ApprovedBy)
}

// Approval is the two persons whom something needs: First proposed it and Second
// confirmed that.
type Approval struct{ First, Second string }

// String names both.
func (a Approval) String() string { return a.First + ", confirmed by " + a.Second }

// MayApproveList returns nil when the version of a list waits that part is the
// import of, and digest is what it has. It does not ask who approves.
func (b *Book) MayApproveList(name string, part uint32, digest string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, _, err := b.waiting(name, part, digest)
	return err
}

// ApproveList puts the version of a list that waits in force: part is its
// import, and digest what was looked at before the approval. Two persons approve
// it, and the second is not who imported it. It returns the generation.
func (b *Book) ApproveList(by Approval, name string, part uint32, digest string) (uint64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id, version, err := b.waiting(name, part, digest)
	if err != nil {
		return 0, err
	}
	if err := by.check(version.Actor); err != nil {
		return 0, fmt.Errorf("approving version %d of list %s: %w", part, name, err)
	}
	actor, after := by.String(), b.entities.rows[kindList][id]
	after.Approved, after.ApprovedBy = part, actor
	older := func(p Part) bool { return p.Kind == Lists && p.Scope == id && p.ID < part }
	parts := slices.DeleteFunc(slices.Clone(b.parts), older)
	generation, err := b.edit(kindList, id, after, parts, actor, "list approve "+name)
	if err == nil {
		b.forgetUnnamed()
	}
	return generation, err
}

// waiting returns the version of a list that waits, and the id of the list. mu
// must be held.
func (b *Book) waiting(name string, part uint32, digest string) (id uint32, version Part, err error) {
	id, row, ok := b.entities.get(kindList, name)
	if !ok {
		return 0, Part{}, unknown("there is no list %q", name)
	}
	at := slices.IndexFunc(b.parts, func(p Part) bool { return p.Kind == Lists && p.Scope == id && p.ID == part })
	switch {
	case at < 0:
		return 0, Part{}, unknown("list %s has no version %d, or a newer one has taken its place", name, part)
	case row.Approved == part:
		return 0, Part{}, wrong("version %d of list %s is approved already, by %s", part, name, row.ApprovedBy)
	case digest != hex.EncodeToString(b.parts[at].Digest[:]):
		return 0, Part{}, wrong("version %d of list %s has another digest: look at it again with list show", part, name)
	}
	return id, b.parts[at], nil
}

// check is the rule of four eyes: one person says so, another says yes, and that
// one did not enter it.
func (a Approval) check(entered string) error {
	switch a.Second {
	case a.First:
		return wrong("%s proposed it: it needs another person", a.Second)
	case entered:
		return wrong("%s imported it: it needs another person", a.Second)
	}
	return nil
}

// AttachList lets a campaign ("principal/campaign") of the list's principal
// call the list. It returns the generation.
func (b *Book) AttachList(actor, name, campaign string) (uint64, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, list, ok := b.entities.get(kindList, name)
	if !ok {
		return 0, unknown("there is no list %q", name)
	}
	id, row, ok := b.entities.get(kindCampaign, campaign)
	switch {
	case !ok:
		return 0, unknown("there is no campaign %q: write principal/campaign", campaign)
	case row.Principal != list.Principal:
		return 0, wrong("list %s belongs to another principal than campaign %s", name, campaign)
	}
	_, slug, _ := strings.Cut(name, "/")
	if slices.Contains(strings.Fields(row.Lists), slug) {
		return b.current.Load().generation, nil
	}
	after := row
	after.Lists = strings.TrimSpace(row.Lists + " " + slug)
	return b.edit(kindCampaign, id, after, b.parts, actor, "list attach "+name+" "+campaign)
}

// edit changes one entity and activates the generation that has it, with the
// given parts. mu must be held.
func (b *Book) edit(k kind, id uint32, after entityRow, parts []Part, actor, cause string) (uint64, error) {
	before, at := b.entities.rows[k][id], b.stamp()
	e := b.entities.clone()
	e.set(k, id, after)
	return b.activate(store.Batch{Put: []store.Row{
		{Key: entityKey(k, id), Value: encode(storedEntity{Version: rowVersion, Entity: after})},
		{Key: historyKey(k, id, at), Value: encode(historyRow{Version: rowVersion, At: instantOf(at), Actor: actor, Before: &before, After: &after})},
	}}, e, parts, at, actor, cause)
}

// with returns the parts in force and a new one. Of a list that is the version
// that waits: an older one that waited is waited for no more. mu must be held.
func (b *Book) with(part Part) []Part {
	parts := append(slices.Clip(b.parts), part)
	if part.Kind != Lists {
		return parts
	}
	approved := b.entities.rows[kindList][part.Scope].Approved
	return slices.DeleteFunc(parts, func(p Part) bool {
		return p.Kind == Lists && p.Scope == part.Scope && p.ID != part.ID && p.ID != approved
	})
}

// forgetUnnamed lets go of the sets that no part in force names. mu must be
// held.
func (b *Book) forgetUnnamed() {
	named := map[uint32]bool{}
	for _, p := range b.parts {
		named[p.ID] = true
	}
	for id := range b.loaded {
		if !named[id] {
			delete(b.loaded, id)
			delete(b.sieves, id)
		}
	}
}
