package configs

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// check finds the mistakes that concern several sections. Values that were bad
// by themselves are zero here and are passed over: one mistake, one line.
func (r *reader) check(c *Config) {
	r.checkNode(c)
	listeners := r.checkListen(c)
	trunks := r.checkTrunks(c, listeners)
	r.checkSources(c)
	r.checkRoutes(c, trunks)
	r.checkFolders(c)
	r.checkReconcile(c)
	r.checkHandoff(c)
	r.checkLedger(c)
}

// checkOthers finds the mistakes that show only beside what the file names: the
// figures of the policy and the sound.
func (r *reader) checkOthers(c *Config, more others) {
	if more >= policyToo || !slices.ContainsFunc(c.Policy.Overlays, c.Policy.IsFile) {
		// A policy that cannot be read is told by who reads it for its rules.
		if params, err := c.Policy.Params(); err == nil {
			r.checkSilent(c, params.Silent.Limit.Value)
		}
	}
	if more >= soundToo {
		r.checkAmbience(&c.Media.Ambience)
	}
}

func item(list string, i int, key string) string {
	if key != "" {
		key = "." + key
	}
	return fmt.Sprintf("%s[%d]%s", list, i, key)
}

func (r *reader) checkNode(c *Config) {
	if c.Node.Keys == c.Node.Data || strings.HasPrefix(c.Node.Keys, c.Node.Data+"/") {
		r.wrong("node.keys", "lies inside node.data, so that a backup of the data would hold its keys; name a directory outside")
	}
}

func (r *reader) checkListen(c *Config) (names []string) {
	if _, given := r.at["listen"]; given && len(c.Listen) == 0 && !r.hasProblem("listen") {
		r.wrong("listen", "names no address; name at least one")
	}
	for i, l := range c.Listen {
		r.checkName("listen", i, l.Name, names)
		names = append(names, l.Name)
		if !l.Bind.IsValid() {
			continue
		}
		if _, given := r.at[item("listen", i, "advertise")]; l.Bind.Addr().IsUnspecified() && !given {
			r.wrong(item("listen", i, "advertise"), "missing; bound to every address, it must say which one peers are told")
		}
		for j, other := range c.Listen[:i] {
			if overlap(l.Bind, other.Bind) {
				r.wrong(item("listen", i, "bind"), "takes the same address and port as %s; use another", nameOf("listener", other.Name, j))
			}
		}
		if p := l.Bind.Port(); c.Media.FirstPort <= p && p <= c.Media.LastPort {
			r.wrong(item("listen", i, "bind"), "port %d lies in media.ports %d-%d; the ranges may not overlap", p, c.Media.FirstPort, c.Media.LastPort)
		}
	}
	return names
}

// overlap reports whether two sockets cannot both be bound.
func overlap(a, b netip.AddrPort) bool {
	return a.IsValid() && b.IsValid() && a.Port() == b.Port() &&
		(a.Addr() == b.Addr() || a.Addr().IsUnspecified() || b.Addr().IsUnspecified())
}

func nameOf(what, name string, i int) string {
	if name == "" {
		return fmt.Sprintf("%s %d", what, i+1)
	}
	return fmt.Sprintf("%s %q", what, name)
}

func (r *reader) hasProblem(key string) bool {
	for _, p := range r.problems {
		if p.Key == key {
			return true
		}
	}
	return false
}

func (r *reader) checkTrunks(c *Config, listeners []string) (names []string) {
	for i := range c.Trunks {
		t := &c.Trunks[i]
		r.checkName("trunks", i, t.Name, names)
		names = append(names, t.Name)
		path := item("trunks", i, "listen")
		_, given := r.at[path]
		switch {
		case !given && len(c.Listen) == 1:
			t.Listen = c.Listen[0].Name
		case t.Side == 0: // said already
		case !given && len(c.Listen) > 1:
			r.wrong(path, "missing; there are several listeners, name one of: %s", strings.Join(listeners, ", "))
		case t.Listen != "" && !slices.Contains(listeners, t.Listen):
			r.wrong(path, "unknown listener %q%s", t.Listen, orNear(t.Listen, listeners))
		}
		if at := slices.Index(listeners, t.Listen); at >= 0 && t.Side == SideCarrier && otherFamily(c.Listen[at].Bind, t.Target) {
			r.wrong(item("trunks", i, "peers"), "%s cannot be reached from listener %q, which is of the other IP version", t.Target.Addr(), t.Listen)
		}
	}
	return names
}

// checkName holds that names are given once.
func (r *reader) checkName(list string, i int, name string, before []string) {
	if first := slices.Index(before, name); first >= 0 && name != "" {
		r.wrong(item(list, i, "name"), "duplicate name %q, first at line %d; use another", name, r.nearest(item(list, first, "name")).line)
	}
}

// otherFamily reports whether a socket cannot send to target for its IP version.
func otherFamily(bind, target netip.AddrPort) bool {
	return bind.IsValid() && target.IsValid() && !bind.Addr().IsUnspecified() && bind.Addr().Is4() != target.Addr().Is4()
}

// orNear mends an unknown name: the one that was meant, or all there are.
func orNear(name string, known []string) string {
	if near, ok := suggest(name, known); ok {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return "; there are: " + strings.Join(known, ", ")
}

// checkSources holds that a source address belongs to one trunk of a listener.
func (r *reader) checkSources(c *Config) {
	for i, t := range c.Trunks {
		for j, other := range c.Trunks[:i] {
			if t.Listen != other.Listen {
				continue
			}
			for k, p := range t.sources() {
				for _, q := range other.sources() {
					if p.IsValid() && q.IsValid() && p.Overlaps(q) {
						r.wrong(item("trunks", i, "")+item(".peers", k, ""), "%s overlaps %s of %s on the same listener; a source address must belong to one trunk", p, q, nameOf("trunk", other.Name, j))
					}
				}
			}
		}
	}
}

// sources are the addresses that messages of a trunk come from.
func (t *Trunk) sources() []netip.Prefix {
	if t.Side == SideCarrier {
		a := t.Target.Addr()
		return []netip.Prefix{netip.PrefixFrom(a, a.BitLen())} // not valid without a target
	}
	return t.Sources
}

func (r *reader) checkRoutes(c *Config, trunks []string) {
	for i, route := range c.Routes {
		r.routeEnd(c, trunks, item("routes", i, "from"), route.From, SidePBX)
		r.routeEnd(c, trunks, item("routes", i, "to[0]"), route.To, SideCarrier)
		for j, before := range c.Routes[:i] {
			if before.From == route.From && route.From != "" && strings.HasPrefix(route.Match, strings.TrimSuffix(before.Match, "*")) {
				r.wrong(item("routes", i, ""), "is never reached: route %d (line %d) takes all its numbers; move it up or remove it", j+1, r.nearest(item("routes", j, "")).line)
				break
			}
		}
	}
	r.checkRouted(c)
}

// checkRouted holds that the calls of every pbx trunk go somewhere.
func (r *reader) checkRouted(c *Config) {
	if len(c.Routes) == 0 {
		if _, given := r.at["routes"]; given && !r.hasProblem("routes") {
			r.wrong("routes", "names no route; say which carrier takes the calls of which pbx trunk")
		}
		return
	}
	for i, t := range c.Trunks {
		if t.Side == SidePBX && t.Name != "" && !routed(c, t.Name) {
			r.wrong(item("trunks", i, "name"), "no route takes the calls of %q; add one to routes", t.Name)
		}
	}
}

// routeEnd holds that a route names a trunk of the right side.
func (r *reader) routeEnd(c *Config, trunks []string, key, name string, side Side) {
	if name == "" {
		return
	}
	i := slices.Index(trunks, name)
	if i < 0 {
		r.wrong(key, "unknown trunk %q%s", name, orNear(name, trunks))
		return
	}
	if have := c.Trunks[i].Side; have != 0 && have != side {
		r.wrong(key, "trunk %q is of side %s; routes go from pbx to carrier (the other way is not built yet)", name, have)
	}
}

func routed(c *Config, trunk string) bool {
	for _, route := range c.Routes {
		if route.From == trunk {
			return true
		}
	}
	return false
}
