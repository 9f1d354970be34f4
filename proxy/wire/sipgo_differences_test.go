package wire

import (
	"slices"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// differences lists every class of difference between sipgo's parser and ours,
// with the decision. A difference that no row explains fails FuzzSipgo. Rows
// of the field "refused" are found by our reason, the others by a predicate on
// the message.
var differences = []struct {
	fields string // the fields that the row explains
	reason string // of "refused": a part of our error
	when   func(d *difference) bool
	why    string
}{
	{fields: "refused", reason: "upper case", why: "sipgo reads invite as INVITE; a method is case-sensitive, and what rings must not have two names"},
	{fields: "refused", reason: "version is not 2.0", why: "sipgo answers any version with the same; RFC 3261 section 21.5.6"},
	{fields: "refused", reason: "start line", why: "sipgo takes any two spaces for a start line; we want a token, a URI and SIP/2.0"},
	{fields: "refused", reason: "a URI with headers", why: "RFC 3261 section 19.1.1 forbids them in a Request-URI"},
	{fields: "refused", reason: "status is no number", why: "sipgo takes any 16-bit status"},
	{fields: "refused", reason: "no scheme", why: "sipgo takes any ASCII for a scheme"},
	{fields: "refused", reason: "behind the scheme", why: "sipgo takes any character in a URI, white space too"},
	{fields: "refused", reason: "escape", why: "sipgo does not look at escapes; one that is none has two readings"},
	{fields: "refused", reason: `second "@"`, why: "sipgo takes the first @ for the end of the user part, others the last"},
	{fields: "refused", reason: "no user part", why: "sipgo takes an empty user part and any character in it"},
	{fields: "refused", reason: "no host", why: "sipgo takes an empty host"},
	{fields: "refused", reason: `"[" without "]"`, why: "sipgo takes a bracket that does not end"},
	{fields: "refused", reason: "no IPv6 address", why: "sipgo takes anything in brackets"},
	{fields: "refused", reason: "in the host", why: "sipgo takes any character in a host"},
	{fields: "refused", reason: "a port that is", why: "sipgo drops a bad port in a Via in silence and takes signs, 0 and over 65535 in a URI"},
	{fields: "refused", reason: "in the parameters", why: "sipgo takes any character in URI parameters"},
	{fields: "refused", reason: "a parameter without a name", why: "RFC 4475 section 3.1.2.1 wants a 400 for separators too many"},
	{fields: "refused", reason: "two parameters", why: "sipgo takes the last, others the first; RFC 3261 section 7.3.1 forbids it"},
	{fields: "refused", reason: "quoted string that does not end", why: "sipgo ends it with the line"},
	{fields: "refused", reason: "a display name without an address", why: "sipgo skips to the next angle bracket or semicolon"},
	{fields: "refused", reason: "no address", why: "sipgo takes some empty elements of a list"},
	{fields: "refused", reason: "no angle brackets", why: "RFC 3261 section 20 wants brackets round a URI with ?"},
	{fields: "refused", reason: "behind the address", why: "sipgo skips what it does not understand"},
	{fields: "refused", reason: `"<" without ">"`, why: "sipgo ends it with the line in a list"},
	{fields: "refused", reason: "empty tag", why: "a dialog with an empty tag has two readings"},
	{fields: "refused", reason: "tag in quotes", why: "sipgo keeps the quotes, others drop them"},
	{fields: "refused", reason: "more than one address", why: "sipgo reads a list as one From"},
	{fields: "refused", reason: "not like SIP/2.0/UDP", why: "sipgo takes any protocol in a Via"},
	{fields: "refused", reason: "no white space between protocol", why: "sipgo skips to the next space"},
	{fields: "refused", reason: "branch that is empty", why: "the key of a transaction must have one reading"},
	{fields: "refused", reason: "behind sent-by", why: "sipgo drops host and branch in silence"},
	{fields: "refused", reason: "control character", why: "sipgo carries NUL, LF and blank folds, at which other parsers end a line"},
	{fields: "refused", reason: "header name that is none", why: "sipgo takes any text before a colon"},
	{fields: "refused", reason: "stands twice", why: "sipgo reads the last, others the first"},
	{fields: "refused", reason: "missing", why: "sipgo leaves this to the transaction layer, which asks for Via and CSeq only"},
	{fields: "refused", reason: "not that of the request line", why: "sipgo keys transactions by CSeq, others by the request line"},
	{fields: "refused", reason: "the method is none", why: "sipgo takes any text for the method in CSeq"},
	{fields: "refused", reason: "from 0 to 255", why: "RFC 3261 section 20.22"},
	{fields: "refused", reason: "forbidden character", why: "sipgo takes any text for a Call-ID"},
	{fields: "refused", reason: "256 header lines", why: "a bound; sipgo has none"},

	{
		fields: "accepted", when: func(d *difference) bool { return strings.HasPrefix(d.text, "\r\n") },
		why: "line ends before a start line are harmless; RFC 3261 section 7.5 skips them on streams",
	},
	{
		fields: "accepted", when: func(d *difference) bool { return !d.m.IsRequest() && d.m.Phrase == "" },
		why: "the space before an empty phrase says nothing",
	},
	{
		fields: "accepted", when: func(d *difference) bool { return d.has("refer-to") || d.has("referred-by") },
		why: "these are carried and read by whom they concern, so a mistake in them is theirs to answer",
	},
	{
		fields: "accepted", when: func(d *difference) bool { return d.has("content-type") && d.value("content-type") == "" },
		why: "an empty Content-Type describes nothing; the body is then no SDP",
	},
	{
		fields: "accepted", when: func(d *difference) bool {
			return slices.ContainsFunc(append(d.uris(), addressURIs(d)...), func(s string) bool {
				scheme, _, _ := strings.Cut(s, ":")
				return strings.ContainsAny(scheme, "0123456789+-.")
			})
		},
		why: "a scheme may have digits, +, - and . behind its first letter",
	},
	{
		fields: "method", when: func(d *difference) bool { return d.sipgo == strings.ToUpper(d.ours) },
		why: "sipgo writes every method in upper case; a method is case-sensitive (RFC 3261 section 7.1)",
	},
	{
		fields: "accepted from to contact", when: func(d *difference) bool { return strings.ContainsRune(d.addresses(), '"') },
		why: "sipgo takes a quote anywhere for the begin of a display name, splits lists at commas in escaped quotes, and skips what stands between display name and address",
	},
	{
		fields: "accepted from to contact", when: func(d *difference) bool { return d.spaced() },
		why: "white space round an address without brackets, = and ; is legal; sipgo reads it as part of the URI or the name",
	},
	{
		fields: "from to", when: func(d *difference) bool { return d.cased("tag") },
		why: "parameter names have no case (RFC 3261 section 7.3.1)",
	},
	{
		fields: "from to", when: func(d *difference) bool { return strings.Contains(d.m.From.Tag+d.m.To.Tag, "=") },
		why: "a value ends at the separator, the name at the first =; sipgo takes the last =",
	},
	{
		fields: "accepted via", when: func(d *difference) bool { return strings.ContainsAny(d.via(), ",\"") },
		why: "sipgo does not split a list whose first hop has no parameters, and splits in quoted strings",
	},
	{
		fields: "accepted via", when: func(d *difference) bool {
			return strings.Count(unfold(d.m.Via.Text), " ") != 1 || strings.ContainsRune(d.m.Via.Text, '\t')
		},
		why: "white space round / : ; = is legal in a Via; sipgo drops host and branch, or reads it as a part of them",
	},
	{
		fields: "via", when: func(d *difference) bool { return d.cased("branch") },
		why: "parameter names have no case",
	},
	{
		fields: "via", when: func(d *difference) bool {
			return strings.HasPrefix(d.m.Via.Host, "[") && "["+d.theirs.Via().Host+"]" == d.m.Via.Host
		},
		why: "we keep the brackets of an IPv6 reference, sipgo takes them off; the address is the same",
	},
	{
		fields: "cseq", when: func(d *difference) bool {
			return d.m.CSeq.Method == strings.TrimSpace(string(d.theirs.CSeq().MethodName))
		},
		why: "any white space may stand between number and method; sipgo reads all but the first as part of the method",
	},
	{
		fields: "uri from to contact", when: func(d *difference) bool { return d.slashes() },
		why: "sipgo drops // behind sip:; it is a part of the user part, and an unreadable number",
	},
	{
		fields: "accepted uri from to contact", when: func(d *difference) bool { return d.odd() },
		why: "sipgo reads [ anywhere as IPv6, and a port, a @ or a ? of the user part or the parameters as one of the host",
	},
}

// examples are messages that differ and stand in no other table: the INVITE
// with one part replaced.
var examples = []struct{ old, repl string }{
	{from, "<sip:a b@x>;tag=1"},
	{from, "<sip:@h>;tag=1"},
	{from, "<sip:[;]>;tag=1"},
	{from, "<sip:a@h(i)>;tag=1"},
	{from, "<sip:a@h;a,b>;tag=1"},
	{from, `"a";sip:b@c;tag=1`},
	{from, "<x2:y>;tag=1"},
	{from, "<sip:x>;tag=a=b"},
	{from, "<sip://a@h>;tag=1"},
	{via, `SIP/2.0/UDP h;x="a`},
	{via, "SIP/2.0/UDP/x h"},
	{"X-Foreign:", "Route: <sip:a@b\r\nX-Foreign:"},
	{"X-Foreign:", "Refer-To: nobody\r\nX-Foreign:"},
	{"application/sdp", ""},
	{"X-Foreign", strings.Repeat("X: y\r\n", MaxLines) + "X-Foreign"},
	{"INVITE sip:+390612345678@telco.example;user=phone SIP/2.0", "SIP/2.0 200"},
	{"INVITE sip:+390612345678@telco.example;user=phone SIP/2.0", "SIP/2.0 700 x"},
}

// difference is one field in which the two parsers differ.
type difference struct {
	field, ours, sipgo string
	text               string
	m                  *Message // ours, nil when refused
	theirs             sip.Message
}

func (d *difference) has(name string) bool { return d.find(name) != nil }

func (d *difference) value(name string) string {
	if l := d.find(name); l != nil {
		return l.Value()
	}
	return ""
}

func (d *difference) find(name string) *Line {
	for i := range d.m.Lines {
		if sameName(d.m.Lines[i].Name(), name) {
			return &d.m.Lines[i]
		}
	}
	return nil
}

func (d *difference) via() string { return strings.Join(d.m.RawLines(HVia), "\n") }

func (d *difference) addresses() string {
	var all strings.Builder
	for _, h := range [...]Header{HFrom, HTo, HContact, HRoute, HRecordRoute} {
		for value := range d.m.Values(h) {
			all.WriteString(value + "\n")
		}
	}
	return all.String()
}

// spaced tells whether an address has white space behind its URI.
func (d *difference) spaced() bool {
	for value := range strings.SplitSeq(d.addresses(), "\n") {
		list, _ := ParseNameAddrs(value)
		for _, a := range list {
			tail := a.Text[strings.Index(a.Text, a.URI)+len(a.URI):]
			if strings.ContainsAny(tail, " \t") || len(list) > 1 {
				return true
			}
		}
	}
	return false
}

// cased tells whether a parameter of that name stands there in another case.
func (d *difference) cased(name string) bool {
	for _, params := range [...]Params{d.m.From.Params, d.m.To.Params, d.m.Via.Params} {
		if p, ok := find(string(params), name); ok && p.name != name {
			return true
		}
	}
	return false
}

func (d *difference) uris() []string {
	return []string{d.m.URI, d.m.From.URI, d.m.To.URI, d.m.Contact.URI}
}

func (d *difference) slashes() bool {
	for _, s := range d.uris() {
		if _, rest, _ := strings.Cut(s, ":"); strings.HasPrefix(rest, "//") {
			return true
		}
	}
	return false
}

// odd tells whether a URI has a delimiter where sipgo takes it for another.
func (d *difference) odd() bool {
	for _, s := range append(d.uris(), addressURIs(d)...) {
		u, err := ParseURI(s)
		if err != nil {
			continue
		}
		rest := string(u.Params) + u.Headers
		if strings.ContainsAny(u.User, ";?") || strings.ContainsAny(rest, "[]:@;?") || strings.Contains(s, "?;") {
			return true
		}
	}
	return false
}

func addressURIs(d *difference) (all []string) {
	for value := range strings.SplitSeq(d.addresses(), "\n") {
		list, _ := ParseNameAddrs(value)
		for _, a := range list {
			all = append(all, a.URI)
		}
	}
	return all
}

// explain returns the decision for a difference, "" when there is none.
func (d *difference) explain() string {
	for i := range differences {
		if d.explainedBy(i) {
			return differences[i].why
		}
	}
	return ""
}

func (d *difference) explainedBy(i int) bool {
	row := &differences[i]
	return strings.Contains(" "+row.fields+" ", " "+d.field+" ") &&
		(row.reason != "" && strings.Contains(d.ours, row.reason) || row.when != nil && row.when(d))
}
