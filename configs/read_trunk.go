package configs

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/nyaruka/phonenumbers"

	"tregua/policy"
)

// pbxKeys are the keys that mean nothing on a carrier trunk.
var pbxKeys = []string{
	"profile", "call_centre", "numbers", "campaign", "mode", "dial_mode", "fault_answer", "limits",
	"silent_call", "opt_out_key", "operator_header", "machine_header", "target", "methods",
}

// carrierKeys are the keys that mean nothing on a pbx trunk.
var carrierKeys = []string{"redirect", "auth", "country", "ringing"}

func (r *reader) trunk(path string, n ast.Node) Trunk {
	s := r.open(path, n)
	defer s.end()
	t := Trunk{
		Name: value(s, "name", "", readName),
		Side: value(s, "side", 0, choice(
			word[Side]{word: "pbx", value: SidePBX}, word[Side]{word: "carrier", value: SideCarrier})),
		Listen: value(s, "listen", "", readName),
	}
	s.missing("name", "give it one, routes and records refer to it")
	s.missing("side", "say pbx (its calls are judged) or carrier")
	s.notBuilt("health", "register", "transport")
	t.AnswerOptions = value(s, "options", false, choice(word[bool]{word: "relay"}, word[bool]{word: "answer", value: true}))
	t.HideIDs = value(s, "ids", false, choice(word[bool]{word: "transparent"}, word[bool]{word: "hide", value: true}))
	t.Headers = r.headerRules(s)
	switch t.Side {
	case SidePBX:
		r.pbx(s, &t)
	case SideCarrier:
		r.carrier(s, &t)
	default: // the side is unknown: only the words are checked
		s.later = append(append(append(s.later, "peers"), pbxKeys...), carrierKeys...)
	}
	return t
}

func (r *reader) carrier(s *section, t *Trunk) {
	s.foreign("belongs to trunks of side pbx; remove it here", pbxKeys...)
	peers := s.items("peers")
	for i, n := range peers {
		path := s.item("peers", i)
		target := scalar(r, path, n, netip.AddrPort{}, readTarget)
		if i == 0 {
			t.Target = target
			continue
		}
		r.wrong(path, "a second peer is not built yet; name one")
	}
	if r.noItems(s, "peers") {
		r.wrong(s.join("peers"), "a carrier trunk without a peer; name where its calls go, as \"sip:192.0.2.1:5060\"")
	}
	s.missing("peers", "a carrier trunk needs a peer, as [\"sip:192.0.2.1:5060\"]")
	t.Country = value(s, "country", "", readCountry)
	t.Follow = value(s, "redirect", false, choice(word[bool]{word: "relay"}, word[bool]{word: "follow", value: true}))
	t.Mute = value(s, "ringing", false, choice(word[bool]{word: "told"}, word[bool]{word: "untold", value: true}))
	r.login(s, t)
}

// login reads what the carrier gave us to authenticate with.
func (r *reader) login(s *section, t *Trunk) {
	if !s.has("auth") {
		return
	}
	sub := s.section("auth")
	defer sub.end()
	t.User = value(sub, "user", "", readSecret)
	t.Password = value(sub, "password", "", readSecret)
	if (t.User == "") != (t.Password == "") {
		r.wrong(s.join("auth"), "wants both or none; write as {user: NAME, password: SECRET}")
	}
}

// readSecret reads a user name or password of digest authentication: it goes in
// a quoted string.
func readSecret(text string) (string, error) {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return "", errors.New("it holds a control character; write it as the carrier gave it")
	}
	return text, nil
}

// noItems reports a list that is given and empty.
func (r *reader) noItems(s *section, key string) bool {
	list, ok := s.values[key].(*ast.SequenceNode)
	return ok && len(list.Values) == 0
}

// readTarget reads sip:IP:port or sip:IP (port 5060).
func readTarget(text string) (netip.AddrPort, error) {
	host, ok := strings.CutPrefix(text, "sip:")
	if !ok {
		return netip.AddrPort{}, fmt.Errorf("%q is no SIP peer; write as sip:192.0.2.1:5060", text)
	}
	if ip, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return readAddrPort(netip.AddrPortFrom(ip, 5060).String())
	}
	a, err := readAddrPort(host)
	if err == nil && a.Addr().IsUnspecified() {
		return a, fmt.Errorf("%s is no address of a peer; give its own", a.Addr())
	}
	if err != nil && strings.ContainsFunc(host, isLetter) && !strings.Contains(host, "::") {
		return a, fmt.Errorf("%q is a name, and names of peers are not built yet; write an address, as sip:192.0.2.1:5060", host)
	}
	return a, err
}

func isLetter(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' }

func (r *reader) pbx(s *section, t *Trunk) {
	s.foreign("belongs to trunks of side carrier; remove it here", carrierKeys...)
	for i, n := range s.items("peers") {
		t.Sources = append(t.Sources, scalar(r, s.item("peers", i), n, netip.Prefix{}, readSource))
	}
	if r.noItems(s, "peers") {
		r.wrong(s.join("peers"), "a pbx trunk without a peer; name the addresses that its calls come from")
	}
	s.missing("peers", "name the addresses that its calls come from, as [192.0.2.20/32]")
	r.reached(s, t)
	for i, n := range s.items("methods") {
		t.Methods = append(t.Methods, scalar(r, s.item("methods", i), n, "", readMethod))
	}
	t.Profile = value(s, "profile", "generic", readProfile)
	t.CallCentre = value(s, "call_centre", "", readSlug)
	s.missing("call_centre", "name who calls; its data is entered with `tregua apply`")
	t.Mode = value(s, "mode", policy.Enforce, choice(word[policy.Mode]{word: "enforce"}, word[policy.Mode]{word: "shadow", value: policy.Shadow}))
	s.missing("mode", "a pbx trunk must say it; use enforce or shadow")
	t.DialMode = value(s, "dial_mode", policy.Predictive, choice(
		word[policy.DialMode]{word: "predictive", value: policy.Predictive},
		word[policy.DialMode]{word: "progressive", value: policy.Progressive},
		word[policy.DialMode]{word: "preview", value: policy.Preview},
		word[policy.DialMode]{word: "manual", value: policy.Manual}))
	t.FaultAnswer = value(s, "fault_answer", FaultHold, choice(
		word[FaultAnswer]{word: "hold", value: FaultHold},
		word[FaultAnswer]{word: "reroute", value: FaultReroute}))
	t.Silent = r.silent(s)
	r.headers(s, t)
	r.numbers(s, t)
	r.mapping(s, t)
	lim := s.section("limits")
	t.Limits = TrunkLimits{
		Calls: value(lim, "calls", 0, number(1_000_000)),
		CPS:   value(lim, "cps", 0, number(100_000)),
	}
	lim.end()
}

// reached reads where calls to a PBX go.
func (r *reader) reached(s *section, t *Trunk) {
	for _, p := range t.Sources {
		if p.IsSingleIP() {
			t.Target = netip.AddrPortFrom(p.Addr(), 5060)
			break
		}
	}
	t.Target = value(s, "target", t.Target, readTarget)
	in := func(p netip.Prefix) bool { return p.Contains(t.Target.Addr()) }
	if s.has("target") && t.Target.IsValid() && !slices.ContainsFunc(t.Sources, in) {
		r.wrong(s.join("target"), "%s is none of its peers, so its answers would not be let in; add it there", t.Target.Addr())
	}
}

// readMethod reads a method that opens no dialog.
var readMethod = choice(word[string]{word: "MESSAGE", value: "MESSAGE"}, word[string]{word: "INFO", value: "INFO"},
	word[string]{word: "NOTIFY", value: "NOTIFY"}, word[string]{word: "PUBLISH", value: "PUBLISH"})

// readProfile reads a dialer profile (proxy/answer).
var readProfile = choice(
	word[string]{word: "generic", value: "generic"}, word[string]{word: "asterisk", value: "asterisk"},
	word[string]{word: "freeswitch", value: "freeswitch"}, word[string]{word: "freepbx", value: "freepbx"},
	word[string]{word: "vicidial", value: "vicidial"})

// readSource reads an address or a network.
func readSource(text string) (netip.Prefix, error) {
	if ip, err := netip.ParseAddr(text); err == nil && ip.Zone() == "" {
		return netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		if strings.HasPrefix(text, "sip:") {
			return p, fmt.Errorf("%q is a SIP URI; a pbx trunk names the addresses its calls come from, as 192.0.2.20/32", text)
		}
		if strings.ContainsFunc(text, isLetter) && !strings.Contains(text, ":") {
			return p, fmt.Errorf("%q is a name, and names of peers are not built yet; write an address or network", text)
		}
		return p, fmt.Errorf("%q is no address or network; write as 192.0.2.20 or 192.0.2.0/24", text)
	}
	if p != p.Masked() {
		return p, fmt.Errorf("%s has bits beyond its mask; write %s", p, p.Masked())
	}
	return p, nil
}

func (r *reader) numbers(s *section, t *Trunk) {
	sub := s.section("numbers")
	defer sub.end()
	t.Numbers.Country = value(sub, "country", "", readCountry)
	sub.missing("country", "national numbers need one, as {country: IT}")
	t.Numbers.Strip = value(sub, "strip", "", readDigits)
	n, _ := sub.take("prefixes")
	prefixes := r.open(sub.join("prefixes"), n)
	for _, digits := range prefixes.keys {
		path := prefixes.join(digits)
		if _, err := readDigits(digits); err != nil {
			r.wrong(path, "%v", err)
		}
		campaign := value(prefixes, digits, "", readCampaign)
		t.Numbers.Prefixes = append(t.Numbers.Prefixes, Prefix{digits, campaign})
	}
	slices.SortFunc(t.Numbers.Prefixes, func(a, b Prefix) int {
		return cmp.Or(cmp.Compare(len(b.Digits), len(a.Digits)), cmp.Compare(a.Digits, b.Digits))
	})
}

func readCountry(text string) (string, error) {
	if len(text) != 2 || phonenumbers.GetCountryCodeForRegion(text) == 0 {
		return "", fmt.Errorf("%q is no country; write two capital letters of ISO 3166, as IT", text)
	}
	return text, nil
}
