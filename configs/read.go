package configs

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// config reads the whole file, section by section, then checks what concerns
// several sections.
func (r *reader) config(root ast.Node) *Config {
	s := r.open("", root)
	c := &Config{Path: r.file}
	c.Node = r.node(s.section("node"))
	for i, n := range s.items("listen") {
		c.Listen = append(c.Listen, r.listen(s.item("listen", i), n))
	}
	for i, n := range s.items("trunks") {
		c.Trunks = append(c.Trunks, r.trunk(s.item("trunks", i), n))
	}
	for i, n := range s.items("routes") {
		c.Routes = append(c.Routes, r.route(s.item("routes", i), n))
	}
	c.Policy = r.policy(s)
	c.Store = r.store(s.section("store"))
	c.Media = r.media(s.section("media"))
	c.Ledger = r.ledger(s.section("ledger"))
	c.Admin = r.admin(s.section("admin"))
	c.Limits = r.limits(s.section("limits"))
	for i, n := range s.items("dispositions") {
		c.Dispositions = append(c.Dispositions, r.dispositions(s.item("dispositions", i), n))
	}
	for i, n := range s.items("reconcile") {
		c.Reconcile = append(c.Reconcile, r.reconcile(s.item("reconcile", i), n))
	}
	for i, n := range s.items("handoff") {
		c.Handoff = append(c.Handoff, r.handoff(s.item("handoff", i), n))
	}
	s.notBuilt("faults")
	s.missing("listen", "name at least one address, as {name: pbx, bind: \"udp:192.0.2.1:5060\"}")
	s.missing("trunks", "name at least one trunk of side pbx and one of side carrier")
	s.missing("routes", "say which carrier takes the calls of which pbx trunk")
	s.end()
	r.check(c)
	return c
}

func (r *reader) node(s *section) Node {
	defer s.end()
	return Node{
		ID:   uint16(value(s, "id", 1, number(1023))),
		Name: value(s, "name", "tregua", readName),
		Data: value(s, "data", "/var/lib/tregua", r.path),
		Keys: value(s, "keys", "/etc/tregua/keys", r.path),

		DrainMax: value(s, "drain_max", 0, readDrain),
		Stop:     value(s, "stop", StopEnd, choice(word[Stop]{word: "end"}, word[Stop]{word: "keep", value: StopKeep})),
	}
}

// longestDrain is that of a call that nobody ends.
const longestDrain = 24 * time.Hour

func readDrain(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is no duration; write as 10m, or 0s", text)
	case d < 0 || d > longestDrain:
		return 0, fmt.Errorf("%s is no time to wait; use 0s to 24h", text)
	}
	return d, nil
}

func (r *reader) listen(path string, n ast.Node) Listen {
	s := r.open(path, n)
	defer s.end()
	l := Listen{
		Name: value(s, "name", "", readName),
		Bind: value(s, "bind", netip.AddrPort{}, readBind),
	}
	l.Advertise = value(s, "advertise", netip.AddrPort{}, func(text string) (netip.AddrPort, error) {
		return readAdvertise(text, l.Bind.Port())
	})
	s.missing("name", "give it one, trunks refer to it")
	s.missing("bind", "write as udp:192.0.2.1:5060")
	return l
}

// readBind reads transport:IP:port.
func readBind(text string) (netip.AddrPort, error) {
	proto, addr, _ := strings.Cut(text, ":")
	switch proto {
	case "udp":
		return readAddrPort(addr)
	case "tcp", "tls", "ws", "wss", "inline":
		return netip.AddrPort{}, fmt.Errorf("%s is not built yet; use udp", proto)
	}
	return netip.AddrPort{}, fmt.Errorf("%q names no transport; write as udp:192.0.2.1:5060", text)
}

// readAdvertise reads IP or IP:port.
func readAdvertise(text string, port uint16) (netip.AddrPort, error) {
	if ip, err := netip.ParseAddr(text); err == nil {
		text = netip.AddrPortFrom(ip, max(1, port)).String()
	}
	a, err := readAddrPort(text)
	if err == nil && a.Addr().IsUnspecified() {
		return a, fmt.Errorf("%s cannot be reached; give an address that peers can send to", a.Addr())
	}
	return a, err
}

func (r *reader) route(path string, n ast.Node) Route {
	s := r.open(path, n)
	defer s.end()
	route := Route{
		From:  value(s, "from", "", readName),
		Match: value(s, "match", "", readMatch),
	}
	to := s.items("to")
	for i, item := range to {
		name := scalar(r, s.item("to", i), item, "", readName)
		if i == 0 {
			route.To = name
			continue
		}
		r.wrong(s.item("to", i), "a second carrier is not built yet; name one")
	}
	if _, isList := s.values["to"].(*ast.SequenceNode); isList && len(to) == 0 {
		r.wrong(s.join("to"), "names no trunk; name one of side carrier")
	}
	s.notBuilt("send")
	s.missing("from", "name the pbx trunk that the calls come from")
	s.missing("to", "name the carrier trunk, as [telco-a]")
	return route
}

func (r *reader) policy(root *section) Policy {
	s := root.section("policy")
	defer s.end()
	p := r.onePolicy(s)
	for i, n := range s.items("more") {
		more := r.open(s.item("more", i), n)
		p.More = append(p.More, r.onePolicy(more))
		more.end()
	}
	p.Home = value(s, "abroad", false, choice(word[bool]{word: "country"}, word[bool]{word: "home", value: true}))
	return p
}

// onePolicy reads a profile and what is laid over it.
func (r *reader) onePolicy(s *section) Policy {
	p := Policy{Profile: value(s, "profile", "it", builtIn)}
	for i, n := range s.items("overlays") {
		p.Overlays = append(p.Overlays, scalar(r, s.item("overlays", i), n, "", r.overlay))
	}
	return p
}

// overlay reads the name of a built-in profile or the path of a file, which
// has a slash or ends in .yaml.
func (r *reader) overlay(text string) (string, error) {
	if strings.ContainsRune(text, '/') || strings.HasSuffix(text, ".yaml") {
		return r.path(text)
	}
	name, err := builtIn(text)
	if err != nil {
		err = fmt.Errorf("%w (the path of a file has a slash or ends in .yaml)", err)
	}
	return name, err
}

// builtIn reads the name of a built-in profile.
func builtIn(text string) (string, error) {
	known := Profiles()
	if slices.Contains(known, text) {
		return text, nil
	}
	return "", fmt.Errorf("unknown profile %q%s", text, orNear(text, known))
}

// IsFile reports whether an overlay of [Policy] is a path and not the name of
// a built-in profile.
func (Policy) IsFile(overlay string) bool {
	return strings.ContainsRune(overlay, filepath.Separator) || strings.HasSuffix(overlay, ".yaml")
}

func (r *reader) store(s *section) Store {
	defer s.end()
	return Store{Sync: value(s, "sync", true, choice(
		word[bool]{word: "batch", value: true}, word[bool]{word: "off", value: false}))}
}

func (r *reader) media(s *section) Media {
	defer s.end()
	type ports struct{ first, last uint16 }
	p := value(s, "ports", ports{20000, 29999}, func(text string) (ports, error) {
		first, last, err := readPorts(text)
		return ports{first, last}, err
	})
	workers := value(s, "workers", 0, func(text string) (int, error) {
		if text == "auto" {
			return 0, nil
		}
		n, err := number(256)(text)
		if err != nil {
			err = fmt.Errorf("%w, or auto", err)
		}
		return n, err
	})
	s.notBuilt("kernel")
	return Media{FirstPort: p.first, LastPort: p.last, Workers: workers, Ambience: r.ambience(s)}
}

// readPorts reads first-last: even to odd, because RTP takes an even port and
// RTCP the next (RFC 3550 section 11).
func readPorts(text string) (first, last uint16, err error) {
	a, b, ok := strings.Cut(text, "-")
	lo, err1 := strconv.ParseUint(a, 10, 16)
	hi, err2 := strconv.ParseUint(b, 10, 16)
	switch {
	case !ok || err1 != nil || err2 != nil:
		return 0, 0, fmt.Errorf("%q is no port range; write as 20000-29999", text)
	case lo < 1024 || lo%2 != 0:
		return 0, 0, fmt.Errorf("the first port is %d; it must be even and at least 1024", lo)
	case hi%2 != 1:
		return 0, 0, fmt.Errorf("the last port is %d; it must be odd", hi)
	case hi < lo+3:
		return 0, 0, fmt.Errorf("%q has no room for a call, which takes 4 ports; widen it", text)
	}
	return uint16(lo), uint16(hi), nil
}

func (r *reader) admin(s *section) Admin {
	defer s.end()
	a := Admin{
		Socket:  value(s, "listen", "/run/tregua/admin.sock", r.socket),
		HTTP:    value(s, "http", netip.AddrPort{}, readAddrPort),
		Cert:    value(s, "certificate", "", r.path),
		Key:     value(s, "key", "", r.path),
		Metrics: value(s, "metrics", netip.AddrPort{}, readAddrPort),
	}
	r.checkHTTP(s, &a)
	if a.Metrics.IsValid() && !a.Metrics.Addr().IsLoopback() {
		r.warn(s.join("metrics"), "%s is no loopback address: everybody who reaches it reads the figures", a.Metrics.Addr())
	}
	return a
}

// checkHTTP holds that no token crosses a network in clear.
func (r *reader) checkHTTP(s *section, a *Admin) {
	plain := !s.has("certificate") && !s.has("key")
	switch {
	case s.has("certificate") != s.has("key"):
		r.wrong(s.join("certificate"), "certificate and key go together; give both, as paths of PEM files")
	case !plain && !s.has("http"):
		r.wrong(s.join("certificate"), "serves nothing; give admin.http too, as 192.0.2.1:9465")
	case plain && a.HTTP.IsValid() && !a.HTTP.Addr().IsLoopback():
		r.wrong(s.join("http"), "%s is no loopback address, and tokens would cross the network in clear; give certificate and key", a.HTTP.Addr())
	}
}

// maxSocket is the longest path of a unix socket on Linux (sun_path less the
// final zero byte).
const maxSocket = 107

func (r *reader) socket(text string) (string, error) {
	path, ok := strings.CutPrefix(text, "unix:")
	if !ok {
		return "", fmt.Errorf("%q is no unix socket; write as unix:/run/tregua/admin.sock", text)
	}
	path, err := r.path(path)
	if err == nil && len(path) > maxSocket {
		return "", fmt.Errorf("the path has %d bytes; a unix socket takes at most %d", len(path), maxSocket)
	}
	return path, err
}

func (r *reader) limits(s *section) Limits {
	defer s.end()
	l := value(s, "memory", Limits{MemoryPercent: 70}, readMemory)
	l.Calls = value(s, "calls", 20000, number(1_000_000))
	return l
}

// readMemory reads 70% or a size with a unit, 2GiB.
func readMemory(text string) (Limits, error) {
	if percent, ok := strings.CutSuffix(text, "%"); ok {
		n, err := number(95)(percent)
		return Limits{MemoryPercent: n}, err
	}
	for _, unit := range []struct {
		name string
		size uint64
	}{{"MiB", 1 << 20}, {"GiB", 1 << 30}, {"MB", 1e6}, {"GB", 1e9}} {
		if size, ok := strings.CutSuffix(text, unit.name); ok {
			n, err := number(1 << 20)(strings.TrimSpace(size))
			if bytes := uint64(n) * unit.size; err == nil && bytes < 64<<20 {
				err = errors.New("less than 64MiB is too little to run in; give more")
			}
			return Limits{MemoryBytes: uint64(n) * unit.size}, err
		}
	}
	return Limits{}, fmt.Errorf("%q is no amount of memory; write as 70%% or 2GiB", text)
}
