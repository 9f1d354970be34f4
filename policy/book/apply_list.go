package book

import (
	"slices"
	"strings"
	"time"

	"tregua/policy"
)

var (
	origins = func() (words []choice[policy.Origin]) {
		for o := policy.OriginDirectory; o <= policy.OriginWeb; o++ {
			words = append(words, choice[policy.Origin]{o.String(), o})
		}
		return append(words, choice[policy.Origin]{policy.OriginUnknown.String(), policy.OriginUnknown})
	}()
	offLists = []choice[bool]{{"refuse", false}, {"allow", true}}
)

// maxContact bounds how to reach a provider, in bytes.
const maxContact = 512

// provider reads a provider. Whether it is suspended is no part of the file.
func (w *work) provider(it item, row entityRow) entityRow {
	if contact, ok := it.field("contact"); ok {
		if len(contact.text) > maxContact {
			w.mistakes.add(contact.position, "contact has %d bytes: %d at most", len(contact.text), maxContact)
		}
		row.Contact = contact.text
	}
	if _, before, found := w.entities.get(kindProvider, row.Name); found {
		row.Suspended, row.Because = before.Suspended, before.Because
	}
	return row
}

// list reads a contact list. Which version is approved is no part of the file.
func (w *work) list(it item, row entityRow) entityRow {
	if row.Name != "" {
		row.Name = it.fields["principal"].text + "/" + row.Name
	}
	row.Principal = policy.PrincipalID(w.refer(it, "principal", kindPrincipal))
	row.Origin = oneOf(w, it, "origin", origins)
	row.Provider = policy.ProviderID(w.refer(it, "provider", kindProvider))
	if ends, ok := it.field("retain_until"); ok {
		row.RetainUntil = w.ends(ends)
	}
	if _, before, found := w.entities.get(kindList, row.Name); found {
		row.Approved, row.ApprovedBy = before.Approved, before.ApprovedBy
	}
	return row
}

// ends reads the end of something: a moment, or a day, which is its last. The
// days are those of UTC: nobody is called in Europe when they change.
func (w *work) ends(field scalar) instant {
	if at, err := time.Parse(time.RFC3339, field.text); err == nil {
		return instantOf(at)
	}
	day, err := time.Parse(time.DateOnly, field.text)
	if err != nil {
		w.mistakes.add(field.position, "retain_until %q: write 2027-03-31 or 2027-03-31T14:05:00+02:00", field.text)
		return 0
	}
	return instantOf(day.AddDate(0, 0, 1))
}

// campaignLists reads what lists a campaign may call. A file that does not name
// them leaves those that are attached.
func (w *work) campaignLists(it item, row entityRow) entityRow {
	if _, ok := it.fields["off_list"]; ok {
		row.OffList = oneOf(w, it, "off_list", offLists)
	}
	field, ok := it.field("lists")
	if !ok {
		_, before, _ := w.entities.get(kindCampaign, row.Name)
		row.Lists = before.Lists
		return row
	}
	principal := it.fields["principal"].text
	var names []string
	for _, word := range field.words {
		switch _, _, found := w.entities.get(kindList, principal+"/"+word.text); {
		case !found:
			w.mistakes.add(word.position, "there is no list %q of %s: add it or correct the name", word.text, principal)
		case slices.Contains(names, word.text):
			w.mistakes.add(word.position, "list %q stands twice", word.text)
		}
		names = append(names, word.text)
	}
	row.Lists = strings.Join(names, " ")
	return row
}

// listDifference is the part of [entities.difference] that is about lists and
// providers.
func listDifference(k kind, before, after *entityRow, field func(name, was, is string), named func(kind, uint32) string) {
	day := func(i instant) string {
		if i == 0 {
			return "none"
		}
		return i.time().Format(time.RFC3339)
	}
	field("lists", before.Lists, after.Lists)
	if k == kindCampaign {
		field("off_list", wordOf(offLists, before.OffList), wordOf(offLists, after.OffList))
	}
	field("origin", before.Origin.String(), after.Origin.String())
	field("provider", named(kindProvider, uint32(before.Provider)), named(kindProvider, uint32(after.Provider)))
	field("retain_until", day(before.RetainUntil), day(after.RetainUntil))
	field("approved", versionWord(before), versionWord(after))
	field("contact", before.Contact, after.Contact)
	field("suspended", day(before.Suspended), day(after.Suspended))
	field("because", before.Because, after.Because)
}
