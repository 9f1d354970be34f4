package book

import (
	"slices"
	"strings"
	"unicode"

	"tregua/policy"
	"tregua/policy/mapping"
)

// maxAliases is how many aliases a campaign may have.
const maxAliases = 16

// aliases reads what the call centre's dialer calls a campaign: the value of a
// header, the name of a group.
func (w *work) aliases(it item, row entityRow) entityRow {
	var names []string
	for _, word := range it.fields["aliases"].words {
		switch {
		case word.text == "" || len(word.text) >= mapping.MaxSaid || strings.ContainsFunc(word.text, unicode.IsControl):
			w.mistakes.add(word.position, "alias %q: write 1 to %d bytes without control characters", word.text, mapping.MaxSaid-1)
		case isCampaign(word.text):
			w.mistakes.add(word.position, "alias %q reads as the name of a campaign: write what the dialer calls it, or nothing", word.text)
		case slices.Contains(names, word.text):
			w.mistakes.add(word.position, "alias %q stands twice", word.text)
		default:
			names = append(names, word.text)
		}
	}
	if len(names) > maxAliases {
		w.mistakes.add(it.fields["aliases"].position, "%d aliases are too many: %d at most", len(names), maxAliases)
	}
	row.Aliases = strings.Join(names, "\n")
	return row
}

// aliased refuses an alias that another open campaign of the call centre has: a
// call that says it would be of both.
func (w *work) aliased(items []item) {
	for _, it := range items {
		if it.kind != kindCampaign {
			continue
		}
		_, row, ok := w.entities.get(kindCampaign, it.fields["principal"].text+"/"+it.fields["name"].text)
		if !ok || row.Closed {
			continue
		}
		for _, word := range it.fields["aliases"].words {
			if other := w.withAlias(row.CallCentre, word.text, row.Name); other != "" {
				w.mistakes.add(word.position, "alias %q is one of campaign %s of the same call centre: give one of them another, or close it", word.text, other)
			}
		}
	}
}

// withAlias returns the first other open campaign of a call centre by name that
// has the alias, "" if there is none.
func (w *work) withAlias(c policy.CallCentreID, alias, not string) (first string) {
	for _, row := range w.entities.rows[kindCampaign] { // order: the first by name
		if row.CallCentre == c && !row.Closed && row.Name != not && (first == "" || row.Name < first) &&
			slices.Contains(strings.Split(row.Aliases, "\n"), alias) {
			first = row.Name
		}
	}
	return first
}

// aliasWords are the aliases of a row for people.
func aliasWords(aliases string) string { return strings.ReplaceAll(aliases, "\n", ", ") }

// codes are what the open campaigns of a call centre are called on the wire:
// names and aliases.
func (s *Snapshot) codes(c policy.CallCentreID) map[string]policy.CampaignID {
	codes := map[string]policy.CampaignID{}
	for _, one := range s.ordered {
		if one.Closed || one.CallCentre != c {
			continue
		}
		codes[one.Name] = one.ID
		for alias := range strings.SplitSeq(s.entities.rows[kindCampaign][uint32(one.ID)].Aliases, "\n") {
			if alias != "" {
				codes[alias] = one.ID
			}
		}
	}
	return codes
}
