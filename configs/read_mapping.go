package configs

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"tregua/policy/mapping"
)

// readWay reads by what a campaign is found.
var readWay = func() func(string) (mapping.Way, error) {
	var words []word[mapping.Way]
	for w := mapping.ByPrefix; w <= mapping.ByList; w++ {
		words = append(words, word[mapping.Way]{word: w.String(), value: w})
	}
	return choice(words...)
}()

// readNamed reads the name of any header.
var readNamed = form(tokenForm, "name of a header; write it in full, as X-Campaign")

// mapping reads the list of ways to find a campaign, behind which stands what
// becomes of the calls that they do not map.
func (r *reader) mapping(s *section, t *Trunk) {
	items := s.items("campaign")
	t.Otherwise = OtherwiseOnly
	if s.has("campaign") {
		t.Otherwise = OtherwiseRefuse
	}
	ends := map[string]string{} // ambiguous and otherwise: where they stand
	for i, n := range items {
		path := s.item("campaign", i)
		step := r.open(path, n)
		if step.has("by") {
			for key, before := range ends { // order: the problems are sorted by place
				r.wrong(before, "%s must stand behind the ways; move it", key)
				delete(ends, key)
			}
		}
		kinds := 0
		for _, key := range []string{"by", "ambiguous", "otherwise"} {
			if !step.has(key) {
				continue
			}
			if kinds++; key == "by" {
				continue
			}
			if _, twice := ends[key]; twice {
				r.wrong(step.join(key), "given twice; keep one")
			}
			ends[key] = path
		}
		if kinds != 1 && len(step.keys) > 0 {
			r.wrong(path, "want one of by, ambiguous and otherwise; write as {by: prefix} or {otherwise: refuse}")
		}
		r.step(step, t)
	}
	r.checkPrefixes(s, t)
	if n := len(t.HeaderNames()); n > mapping.MaxHeaders {
		r.wrong(s.join("campaign"), "%d headers are too many; name %d at most", n, mapping.MaxHeaders)
	}
}

// step reads one item of the list.
func (r *reader) step(step *section, t *Trunk) {
	defer step.end()
	t.Otherwise, t.Default = r.fallback(step, "otherwise", t.Otherwise, t.Default)
	_, t.Ambiguous = r.fallback(step, "ambiguous", OtherwiseRefuse, t.Ambiguous)
	const none = mapping.ByList + 1
	rule := mapping.Rule{By: value(step, "by", none, readWay)}
	if rule.By == none {
		step.later = append(step.later, "map", "name")
		return
	}
	if rule.By == mapping.ByHeader {
		step.missing("name", "a header has one, as X-Campaign")
		rule.Header = value(step, "name", "", readNamed)
	}
	rule.Entries = r.entries(step, rule.By)
	again := func(other mapping.Rule) bool {
		return other.By == rule.By && strings.EqualFold(other.Header, rule.Header)
	}
	switch {
	case slices.ContainsFunc(t.Mapping, again):
		r.wrong(step.join("by"), "given twice; keep one")
	case len(rule.Entries) == 0 && (rule.By == mapping.ByCallerID || rule.By == mapping.BySourcePort):
		step.missing("map", "write as {map: {VALUE: principal/campaign}}")
	default:
		t.Mapping = append(t.Mapping, rule)
	}
}

// fallback reads refuse, the name of a campaign, or of otherwise only.
func (r *reader) fallback(step *section, key string, was Otherwise, named string) (Otherwise, string) {
	if !step.has(key) {
		return was, named
	}
	text := value(step, key, "", readText)
	switch {
	case text == "refuse":
		return OtherwiseRefuse, ""
	case text == "only" && key == "otherwise":
		return OtherwiseOnly, ""
	case strings.Contains(text, "/"):
		return OtherwiseRefuse, value(step, key, "", readCampaign)
	case text != "":
		words := "refuse"
		if key == "otherwise" {
			words = "refuse or only"
		}
		r.wrong(step.join(key), "unknown value %q; use %s or a campaign, as acme/energia", text, words)
	}
	return OtherwiseRefuse, ""
}

// entries reads the map of a way.
func (r *reader) entries(step *section, by mapping.Way) (list []mapping.Entry) {
	if by == mapping.ByPrefix || by == mapping.ByList {
		return nil // a map there is an unknown key
	}
	n, _ := step.take("map")
	m := r.open(step.join("map"), n)
	if len(m.keys) > mapping.MaxEntries {
		r.wrong(step.join("map"), "%d values are too many; write %d at most", len(m.keys), mapping.MaxEntries)
	}
	for _, text := range m.keys {
		if err := mapping.ReadValue(by, text); err != nil {
			r.wrong(m.join(text), "%v", err)
		}
		e := mapping.Entry{Value: text, Campaigns: r.campaigns(m, text)}
		if len(e.Campaigns) > mapping.MaxTogether {
			r.wrong(m.join(text), "%d campaigns are too many; name %d at most", len(e.Campaigns), mapping.MaxTogether)
		}
		list = append(list, e)
	}
	return list
}

// campaigns reads one campaign or a list of them.
func (r *reader) campaigns(m *section, key string) (names []string) {
	if list, ok := m.values[key].(*ast.SequenceNode); ok {
		for i, n := range m.items(key) {
			names = append(names, scalar(r, m.item(key, i), n, "", readCampaign))
		}
		if len(list.Values) == 0 {
			r.wrong(m.join(key), "names no campaign; write principal/campaign")
		}
		return names
	}
	return append(names, value(m, key, "", readCampaign))
}

// HeaderNames returns the headers that the mapping of the trunk looks at.
func (t *Trunk) HeaderNames() (names []string) {
	for _, rule := range t.Mapping {
		if rule.By == mapping.ByHeader {
			names = append(names, rule.Header)
		}
	}
	return names
}

// byPrefix reports whether Numbers.Prefixes choose the campaign.
func (t *Trunk) byPrefix() bool {
	return slices.ContainsFunc(t.Mapping, func(rule mapping.Rule) bool { return rule.By == mapping.ByPrefix })
}

// checkPrefixes holds that prefixes are used, and are there to be used.
func (r *reader) checkPrefixes(s *section, t *Trunk) {
	prefixes := s.join("numbers.prefixes")
	switch n := len(t.Numbers.Prefixes); {
	case n > 0 && !t.byPrefix():
		r.wrong(prefixes, "would not be used; add {by: prefix} to campaign")
	case n == 0 && t.byPrefix():
		r.wrong(s.join("campaign"), "{by: prefix} without numbers.prefixes; add some")
	}
}
