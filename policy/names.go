package policy

import (
	"fmt"
	"slices"
	"strconv"
)

// The slugs of the enumerations, by value. An empty slug is a value that data
// may not name.
var (
	verdictNames  = []string{"refuse", "allow"}
	readingNames  = []string{"unreadable", "readable", "emergency"}
	mappingNames  = []string{"unmapped", "mapped", "ambiguous"}
	groundNames   = []string{"none", "directory", "consent", "contract", "request"}
	originNames   = []string{"unknown", "directory", "own_customers", "own_form", "provider", "request", "web"}
	channelNames  = []string{"", "operator", "automated"}
	dialModeNames = []string{"predictive", "progressive", "preview", "manual"}
	knownNames    = []string{"unknown", "absent", "present"}
	answerNames   = []string{"not_asked", "clear", "opposed"}
	faultNames    = []string{"none", "store.failed", "desk.busy", "data.broken"}
	outcomeNames  = []string{"open", "refused", "cancelled", "failed", "unreachable", "connected", "interrupted", "repeated", "silent", "silent_quiet", "machine", "hung_up", "excluded", "handed_on"}
	watchNames    = []string{"off", "shadow", "enforce"}
	lineNames     = []string{"none", "cn", "dead", "tone", "quiet", "operator"}
	machineNames  = []string{"none", "carrier", "dialer"}
	ratioNames    = []string{"none", "A", "B"}
	modeNames     = []string{"enforce", "shadow", "bypass"}
	claimNames    = []string{"none", "contact", "operator"}
	sideNames     = []string{"none", "caller", "callee", "tregua"}
	classNames    = []string{"none", "malformed", "permanent", "temporary", "fault", "peer", "admin"}
	bindingNames  = []string{"", "law", "code", "practice"}
	scopeNames    = []string{"", "parties", "platform"}
	hungUpNames   = []string{"", "apart", "silent"}
	overNames     = []string{"", "first_opposed", "latest_opposed", "never"}
	placeNames    = []string{"none", "operator", "declared", "credit", "probe", "reserved", "pledged", "unasked"}
	levelNames    = []string{"probing", "one_to_one", "tight", "free"}
	boundNames    = []string{"campaign", "group", "day", "group_day"}
)

// String returns the slug of v.
func (v Verdict) String() string { return name(verdictNames, v) }

// String returns the slug of r.
func (r Reading) String() string { return name(readingNames, r) }

// String returns the slug of m.
func (m Mapping) String() string { return name(mappingNames, m) }

// String returns the slug of g.
func (g Ground) String() string { return name(groundNames, g) }

// String returns the slug of o.
func (o Origin) String() string { return name(originNames, o) }

// String returns the slug of c.
func (c Channel) String() string { return name(channelNames, c) }

// String returns the slug of m.
func (m DialMode) String() string { return name(dialModeNames, m) }

// String returns the slug of k.
func (k Known) String() string { return name(knownNames, k) }

// String returns the slug of a.
func (a RegistryAnswer) String() string { return name(answerNames, a) }

// String returns the slug of f.
func (f Fault) String() string { return name(faultNames, f) }

// String returns the slug of o.
func (o Outcome) String() string { return name(outcomeNames, o) }

// String returns the slug of w.
func (w Watch) String() string { return name(watchNames, w) }

// String returns the slug of s.
func (s LineState) String() string { return name(lineNames, s) }

// String returns the slug of m.
func (m Machine) String() string { return name(machineNames, m) }

// String returns the class as law and reports name it.
func (r Ratio) String() string { return name(ratioNames, r) }

// String returns the slug of m.
func (m Mode) String() string { return name(modeNames, m) }

// String returns the slug of c.
func (c Claim) String() string { return name(claimNames, c) }

// String returns the slug of s.
func (s Side) String() string { return name(sideNames, s) }

// String returns the slug of c.
func (c Class) String() string { return name(classNames, c) }

// String returns the slug of b.
func (b Binding) String() string { return name(bindingNames, b) }

// String returns the slug of p.
func (p Precedence) String() string { return name(overNames, p) }

// String returns the slug of p.
func (p GatePlace) String() string { return name(placeNames, p) }

// String returns the slug of l.
func (l GateLevel) String() string { return name(levelNames, l) }

// String returns the slug of b.
func (b GateBound) String() string { return name(boundNames, b) }

// Reason returns the reason that stands for the fault f, OK for none.
func (f Fault) Reason() Reason {
	switch f {
	case NoFault:
		return OK
	case StoreFailed:
		return StoreDown
	case DeskBusy:
		return DeskFull
	case DataBroken:
		return DataBad
	}
	return DataBad
}

// ParseGround reads "directory" or "consent"; "none" is no ground to claim.
func ParseGround(s string) (Ground, error) { return parse[Ground]("ground", groundNames[1:], s, 1) }

// ParseOrigin reads an origin as [Origin.String] writes it.
func ParseOrigin(s string) (Origin, error) { return parse[Origin]("origin", originNames, s, 0) }

// ParseChannel reads "operator" or "automated".
func ParseChannel(s string) (Channel, error) {
	return parse[Channel]("channel", channelNames[1:], s, 1)
}

// ParseDialMode reads "predictive", "progressive", "preview" or "manual".
func ParseDialMode(s string) (DialMode, error) {
	return parse[DialMode]("dial mode", dialModeNames, s, 0)
}

// MarshalText writes the slug.
func (g Ground) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

// MarshalText writes the slug.
func (c Channel) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// MarshalText writes the slug.
func (m DialMode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads a ground as [ParseGround].
func (g *Ground) UnmarshalText(b []byte) (err error) { *g, err = ParseGround(string(b)); return err }

// ParseMode reads a mode.
func ParseMode(s string) (Mode, error) { return parse("mode", modeNames, s, Enforce) }

// UnmarshalText reads a channel as [ParseChannel].
func (c *Channel) UnmarshalText(b []byte) (err error) { *c, err = ParseChannel(string(b)); return err }

// UnmarshalText reads a dial mode as [ParseDialMode].
func (m *DialMode) UnmarshalText(b []byte) (err error) {
	*m, err = ParseDialMode(string(b))
	return err
}

// UnmarshalText reads "law", "code" or "practice".
func (b *Binding) UnmarshalText(t []byte) (err error) {
	*b, err = parse[Binding]("binding", bindingNames[1:], string(t), 1)
	return err
}

// UnmarshalText reads "first_opposed", "latest_opposed" or "never".
func (p *Precedence) UnmarshalText(t []byte) (err error) {
	*p, err = parse[Precedence]("consent_over_opposition", overNames[1:], string(t), 1)
	return err
}

// String returns the slug of s.
func (s Scope) String() string { return name(scopeNames, s) }

// UnmarshalText reads "parties" or "platform".
func (s *Scope) UnmarshalText(t []byte) (err error) {
	*s, err = parse[Scope]("scope", scopeNames[1:], string(t), 1)
	return err
}

// String returns the slug of h.
func (h HungUp) String() string { return name(hungUpNames, h) }

// UnmarshalText reads "apart" or "silent".
func (h *HungUp) UnmarshalText(t []byte) (err error) {
	*h, err = parse[HungUp]("hung_up", hungUpNames[1:], string(t), 1)
	return err
}

func name[E ~uint8](names []string, e E) string {
	if int(e) < len(names) && names[e] != "" {
		return names[e]
	}
	return strconv.Itoa(int(e))
}

func parse[E ~uint8](what string, names []string, s string, first E) (E, error) {
	i := slices.Index(names, s)
	if i < 0 {
		return 0, fmt.Errorf("%s %q: use one of %q", what, s, names)
	}
	return first + E(i), nil
}
