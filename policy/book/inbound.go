package book

import (
	"slices"
	"strings"

	"tregua/policy"
)

// Wish is what a person says by calling a number of a principal.
type Wish uint8

// The wishes.
const (
	NoWish   Wish = iota
	OptOut        // never call me again: an objection, and nothing else
	Callback      // call me back: a request
)

// ownNumber is a number of a principal at which persons say something.
type ownNumber struct {
	principal string
	wish      Wish
}

// Inbound says what somebody says who calls n, and to which principal (by name).
func (s *Snapshot) Inbound(n policy.Number) (principal string, w Wish) {
	own := s.own[n]
	return own.principal, own.wish
}

// ownNumbers gathers the numbers of all principals. [work.contested] has seen
// that each stands once.
func (e *entities) ownNumbers(r reading) map[policy.Number]ownNumber {
	own := map[policy.Number]ownNumber{}
	for _, row := range e.rows[kindPrincipal] { // order: each number stands once
		for wish, list := range map[Wish]string{OptOut: row.OptOut, Callback: row.Callback} { // order: likewise
			for text := range strings.FieldsSeq(list) {
				if n, _, err := r.number(text); err == nil {
					own[n] = ownNumber{row.Name, wish}
				}
			}
		}
	}
	return own
}

// ownKeys are the keys of a principal under which its own numbers stand.
var ownKeys = []string{"opt_out", "callback"}

// own reads a list of a principal's own numbers, as a row keeps it: sorted, with
// blanks between, so that rows can be compared.
func (w *work) own(it item, key string) string {
	var texts []string
	if it.fields[key].bad {
		return ""
	}
	for _, one := range it.fields[key].words {
		n, _, err := w.reading.number(one.text)
		if err != nil {
			w.mistakes.add(one.position, "%s %q: %v", key, one.text, err)
			continue
		}
		texts = append(texts, n.String())
	}
	slices.Sort(texts)
	return strings.Join(slices.Compact(texts), " ")
}

// contested refuses a number that would say two things, or to two principals.
func (w *work) contested(items []item) {
	for _, it := range items {
		for _, key := range ownKeys {
			for _, one := range it.fields[key].words {
				n, _, err := w.reading.number(one.text)
				if err != nil {
					continue // that was said already
				}
				if used := w.uses(n); len(used) > 1 {
					w.mistakes.add(one.position, "%s %q stands in %s too: it can say one thing to one principal",
						key, one.text, strings.Join(used, " and "))
				}
			}
		}
	}
}

// uses returns where a number stands among the own numbers of principals.
func (w *work) uses(n policy.Number) (used []string) {
	for _, row := range w.entities.rows[kindPrincipal] {
		for _, list := range []struct{ key, texts string }{{"opt_out", row.OptOut}, {"callback", row.Callback}} {
			if slices.Contains(strings.Fields(list.texts), n.String()) {
				used = append(used, list.key+" of "+row.Name)
			}
		}
	}
	slices.Sort(used)
	return used
}
