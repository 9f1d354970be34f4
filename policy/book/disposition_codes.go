package book

import (
	"cmp"
	"slices"
	"strings"

	"tregua/policy"
	"tregua/policy/disposition"
)

// like is the key that names codes which a dialer comes with.
const like = "like"

// dispositions reads the codes of a call centre: what stands there counts more
// than what its dialer comes with.
func (w *work) dispositions(it item) string {
	field, ok := it.field("dispositions")
	if !ok {
		return ""
	}
	var codes disposition.Codes
	for _, p := range slices.SortedStableFunc(slices.Values(field.pairs), likeFirst) {
		if p.key.text == like {
			if codes, ok = disposition.ReadyMade(p.value.text); !ok {
				w.mistakes.add(p.value.position, "like %q: there are the codes of vicidial", p.value.text)
			}
			continue
		}
		k := disposition.ParseKind(p.value.text)
		if k == disposition.None {
			w.mistakes.add(p.value.position, "%s: %q: a code stands for %s", p.key.text, p.value.text, disposition.Kinds())
			continue
		}
		if err := codes.Set(p.key.text, k); err != nil {
			w.mistakes.add(p.key.position, "%v", err)
		}
	}
	return codes.String()
}

// likeFirst puts the codes of the dialer before the others.
func likeFirst(a, b written) int {
	rank := func(p written) int {
		if p.key.text == like {
			return 0
		}
		return 1
	}
	return cmp.Compare(rank(a), rank(b))
}

// codeChanges tells what changed between two mappings of codes: only that, code
// by code.
func codeChanges(was, is string, field func(name, was, is string)) {
	before, after := strings.Split(was, ";"), strings.Split(is, ";")
	less := func(from, what []string) string {
		return strings.Join(slices.DeleteFunc(slices.Clone(from), func(p string) bool { return slices.Contains(what, p) }), " ")
	}
	field("dispositions", less(before, after), less(after, before))
}

// DispositionCodes returns what the codes of a call centre stand for.
func (s *Snapshot) DispositionCodes(id policy.CallCentreID) (disposition.Codes, error) {
	return disposition.ParseCodes(s.entities.rows[kindCallCentre][uint32(id)].Dispositions)
}
