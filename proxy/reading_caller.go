package proxy

import (
	"iter"
	"strings"

	"tregua/proxy/wire"
)

// callerIDs returns the user part that names the caller first, the asserted
// identity where there is one (RFC 3325) and else From, and the others of the
// INVITE, one a line, each once: a carrier may show any of them.
func callerIDs(m *wire.Message) (first, others string) {
	first = dialledOf(m.From.URI)
	for v := range m.Values(wire.HPAI) {
		if as, err := wire.ParseNameAddrs(v); err == nil && len(as) > 0 {
			first = dialledOf(as[0].URI)
			break
		}
	}
	for id := range identities(m) {
		if id != "" && id != first && !strings.Contains("\n"+others+"\n", "\n"+id+"\n") {
			others += "\n" + id
		}
	}
	return first, strings.TrimPrefix(others, "\n")
}

// identityHeaders name the caller beside From: two of RFC 3325 section 9, and
// what was there before it and some carriers still read.
var identityHeaders = [...]string{"P-Asserted-Identity", "P-Preferred-Identity", "Remote-Party-ID"}

// identities yields the user parts of all headers that name the caller. A header
// that cannot be read is taken as it stands: a carrier that is less strict may
// find a number in it.
func identities(m *wire.Message) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, name := range identityHeaders {
			for v := range m.Named(name) {
				as, err := wire.ParseNameAddrs(v)
				if err != nil && !yield(v) {
					return
				}
				for i := range as {
					if !yield(dialledOf(as[i].URI)) {
						return
					}
				}
			}
		}
		yield(dialledOf(m.From.URI))
	}
}

// hidesCaller reports whether an INVITE asks that the called person may not see
// who calls: by Privacy, by the anonymous From of RFC 3323 section 4.1.1.3, or by
// that of Remote-Party-ID.
func hidesCaller(m *wire.Message) bool {
	from, err := wire.ParseURI(m.From.URI)
	anonymous := err == nil && (strings.EqualFold(from.User, "anonymous") || strings.EqualFold(from.Host, "anonymous.invalid"))
	return anonymous || asksPrivacy(m) || hidesRemoteParty(m)
}

// asksPrivacy reports whether Privacy hides the caller: user is of RFC 3323
// section 4.2, id of RFC 3325 section 9.3.
func asksPrivacy(m *wire.Message) bool {
	for v := range m.Named("Privacy") {
		for value := range strings.FieldsFuncSeq(v, func(r rune) bool { return strings.ContainsRune(";, \t", r) }) {
			if strings.EqualFold(value, "id") || strings.EqualFold(value, "user") {
				return true
			}
		}
	}
	return false
}

func hidesRemoteParty(m *wire.Message) bool {
	for v := range m.Named("Remote-Party-ID") {
		as, _ := wire.ParseNameAddrs(v) // what cannot be read asks for nothing
		for i := range as {
			if p, _ := as[i].Params.Get("privacy"); strings.EqualFold(p, "full") || strings.EqualFold(p, "uri") {
				return true
			}
		}
	}
	return false
}
