package book

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"tregua/policy"
)

// choice is a word of data.yaml and what it means.
type choice[T comparable] struct {
	word  string
	value T
}

var (
	channels = []choice[policy.Channel]{{"operator", policy.ChannelOperator}, {"automated", policy.ChannelAutomated}}
	grounds  = []choice[policy.Ground]{
		{"directory", policy.GroundDirectory},
		{"consent", policy.GroundConsent},
		{"contract", policy.GroundContract},
		{"request", policy.GroundRequest},
	}
	truths = []choice[bool]{{"true", true}, {"false", false}}
)

// field returns a field that can be read; that it is missing or none was said
// already.
func (it item) field(name string) (scalar, bool) {
	field, ok := it.fields[name]
	return field, ok && !field.bad
}

// oneOf reads a field that has one of a few words.
func oneOf[T comparable](w *work, it item, name string, choices []choice[T]) (value T) {
	field, ok := it.field(name)
	if !ok {
		return value
	}
	words := make([]string, len(choices))
	for i, c := range choices {
		if c.word == field.text {
			return c.value
		}
		words[i] = c.word
	}
	w.mistakes.add(field.position, "%s %q: it is %s", name, field.text, choiceOf(words))
	return value
}

func wordOf[T comparable](choices []choice[T], value T) string {
	for _, c := range choices {
		if c.value == value {
			return c.word
		}
	}
	return fmt.Sprint(value)
}

// slug reads a field that is a name, "" if it is none.
func (w *work) slug(it item, name string) string {
	field, ok := it.field(name)
	if !ok {
		return ""
	}
	if !isSlug(field.text) {
		w.mistakes.add(field.position, "%s %q: write small letters, digits, '-', '_' and '.', 64 at most, a letter or digit first", name, field.text)
		return ""
	}
	return field.text
}

// isSlug reports whether s can be a name: it stands in keys, paths and labels.
func isSlug(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		if !letter && (i == 0 || c != '-' && c != '_' && c != '.') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// refer reads a field that names an entity of kind k, 0 if there is none.
func (w *work) refer(it item, name string, k kind) uint32 {
	field, ok := it.field(name)
	if !ok {
		return 0
	}
	id, _, found := w.entities.get(k, field.text)
	if !found {
		w.mistakes.add(field.position, "there is no %s %q: add it or correct the name", k, field.text)
	}
	return id
}

// difference tells people what changed between two rows of one entity.
func (e *entities) difference(k kind, before, after *entityRow) string {
	if before == nil {
		return "new"
	}
	var changes []string
	field := func(name, was, is string) {
		if was != is {
			changes = append(changes, name+": "+was+" -> "+is)
		}
	}
	named := func(k kind, id uint32) string { return e.rows[k][id].Name }
	field("call_centre", named(kindCallCentre, uint32(before.CallCentre)), named(kindCallCentre, uint32(after.CallCentre)))
	field("account", named(kindAccount, uint32(before.Account)), named(kindAccount, uint32(after.Account)))
	field("purpose", before.Purpose, after.Purpose)
	field("profile", before.Profile, after.Profile)
	field("opt_out", before.OptOut, after.OptOut)
	field("callback", before.Callback, after.Callback)
	if k == kindCampaign {
		field("channel", wordOf(channels, before.Channel), wordOf(channels, after.Channel))
		field("ground", wordOf(grounds, before.Ground), wordOf(grounds, after.Ground))
		field("closed", wordOf(truths, before.Closed), wordOf(truths, after.Closed))
		field("service", wordOf(truths, before.Service), wordOf(truths, after.Service))
		field("aliases", cmp.Or(aliasWords(before.Aliases), "none"), cmp.Or(aliasWords(after.Aliases), "none"))
		field("operators", strconv.Itoa(int(before.Operators)), strconv.Itoa(int(after.Operators)))
		field("approved as service", cmp.Or(before.ServiceBy, "no"), cmp.Or(after.ServiceBy, "no"))
	}
	if k == kindAccount {
		before.Format.differences(field, after.Format)
	}
	e.partyChanges(k, before, after, func(name, was, is string) { field(name, cmp.Or(was, "none"), cmp.Or(is, "none")) })
	listDifference(k, before, after, field, named)
	return strings.Join(changes, ", ")
}
