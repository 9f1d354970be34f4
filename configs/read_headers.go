package configs

import (
	"fmt"
	"slices"
	"strings"
)

// HeaderRules change the headers that pass through tregua untouched, where a
// message leaves for the trunk. Names are compared in any case and with their
// compact form; the order is that of the file.
type HeaderRules struct {
	Drop   []string
	Rename [][2]string // old and new name
	Add    [][2]string // name and value
}

// untouchable are the headers, in lower case, that no rule may name, and why; a
// name with a dash at its end stands for all that begin with it.
var untouchable = []struct{ why, names string }{
	{
		"SIP or tregua itself needs it as it is", "via from to call-id cseq contact max-forwards route record-route " +
			"content- mime-version rack rseq event subscription-state refer-to replaces join target-dialog " +
			"session-expires min-se timestamp unsupported",
	},
	{"the other side must understand what it names, or refuse (RFC 3261 section 8.2.2.3)", "require proxy-require"},
	{
		"a challenge and its answer must fit each other, or no call is let in (RFC 3261 section 22)",
		"authorization proxy-authorization www-authenticate proxy-authenticate authentication-info proxy-authentication-info",
	},
	{"the caller is judged by it, and what is judged must be what is sent", "p-asserted-identity"},
}

// readRuled reads the name of a header that a rule may change.
func readRuled(text string) (string, error) {
	if !tokenForm.MatchString(text) {
		return "", fmt.Errorf("%q is no name of a header; write it in full, as X-Account", text)
	}
	for _, u := range untouchable {
		if slices.ContainsFunc(strings.Fields(u.names), func(t string) bool {
			return strings.EqualFold(t, text) ||
				strings.HasSuffix(t, "-") && len(text) > len(t) && strings.EqualFold(t, text[:len(t)])
		}) {
			return "", fmt.Errorf("%s may not be changed: %s; remove the rule", text, u.why)
		}
	}
	return text, nil
}

// headerRules reads the rules of a trunk.
func (r *reader) headerRules(s *section) (h HeaderRules) {
	sub := s.section("headers")
	defer sub.end()
	ruled := map[string]string{} // name in lower case: the place of its rule
	once := func(place, name string) {
		key := strings.ToLower(name)
		if before, twice := ruled[key]; twice {
			r.wrong(place, "%s has a rule at line %d already; keep one", name, r.at[before].line)
		}
		ruled[key] = place
	}
	for i, n := range sub.items("drop") {
		if name := scalar(r, sub.item("drop", i), n, "", readRuled); name != "" {
			h.Drop = append(h.Drop, name)
			once(sub.item("drop", i), name)
		}
	}
	for _, p := range r.pairs(sub, "rename", readRuled) {
		if p[0] == p[1] {
			r.wrong(sub.join("rename."+p[0]), "keeps its name; remove the rule")
		}
		h.Rename = append(h.Rename, p)
		once(sub.join("rename."+p[0]), p[0])
	}
	h.Add = r.pairs(sub, "add", readText)
	return h
}

// pairs reads a mapping of names of headers, in the order of the file.
func (r *reader) pairs(s *section, key string, parse func(string) (string, error)) (pairs [][2]string) {
	n, _ := s.take(key)
	m := r.open(s.join(key), n)
	for _, name := range m.keys {
		if _, err := readRuled(name); err != nil {
			r.wrong(m.join(name), "%v", err)
		}
		if v := value(m, name, "", parse); v != "" {
			pairs = append(pairs, [2]string{name, v})
		}
	}
	return pairs
}
