package proxy

import (
	"net/netip"
	"strings"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/answer"
	"tregua/proxy/call"
	"tregua/proxy/ids"
	"tregua/proxy/txn"
	"tregua/proxy/wire"
)

// Config is what a shard must know; it is not changed while shards use it.
type Config struct {
	Faces  []call.Face  // by listener: how we look there
	Media  []netip.Addr // by listener: where its peers send their media
	Trunks []Trunk
	Routes []Route
	Times  call.Times
	Txn    txn.Config
	Calls  int // calls the node may hold; 0: no limit
	// Silent says what a silent call is, and Silents what it is for attempts that
	// are judged by another profile, by its name.
	Silent  policy.SilentParams
	Silents map[string]policy.SilentParams
	Secret  []byte // keys of tokens and tags; 32 bytes, the same at every start
	// Generation counts the starts of the node: ids of calls differ by it.
	Generation uint64
}

// Trunk is a configured peer.
type Trunk struct {
	Name     string
	PBX      bool // side: pbx; its calls are judged
	Listener int
	Reach    netip.AddrPort // where requests to it go first; zero: only where it came from
	// AnswersOptions: OPTIONS of the trunk are answered here; otherwise the other
	// side answers them.
	AnswersOptions bool
	Methods        []string // of a PBX: what crosses outside a dialog beside OPTIONS ("MESSAGE")
	Calls          int      // limits.calls of the trunk, over all shards; 0: no limit
	Follow         bool     // of a carrier: its redirects are followed, as far as they lead to itself
	Country        string   // of a carrier: whose network it is, ISO 3166; "": not said
	Mute           bool     // of a carrier: it never tells of the ringing (no 18x)
	Login          *Login   // of a carrier: its challenges are answered here; nil: by the dialer
	Answers        answer.Profile
	Fault          answer.FaultAnswer
	Watch          call.Watch // of answered calls; Limit is that of Config.Silent or Silents
	// Headers by which the trunk's dialer speaks to us, "": none. They go no
	// further.
	OperatorHeader string    // on an INVITE: an operator is reserved for the call
	MachineHeader  string    // on a BYE: a machine had answered
	Mapped         []string  // on an INVITE: the campaign is known by them; unlike the others they go on
	OptOut         media.Key // by which the callee of an answered call says that no call is wanted; 0: none
	// IDs hides from the trunk the Call-IDs and tags of the other side, and its
	// own from that; nil: they pass unchanged.
	IDs *ids.Key
	// Headers is done to what leaves for the trunk within transactions; nil:
	// nothing.
	Headers *Headers
}

// private lists the headers that are for us alone.
func (t *Trunk) private() (names []string) {
	for _, name := range []string{t.OperatorHeader, t.MachineHeader} {
		if name != "" {
			names = append(names, name)
		}
	}
	return names
}

// Route says which carrier a trunk's calls leave by.
type Route struct {
	From  int    // index of the pbx trunk
	Match string // "+39*", or "" for every number
	To    int    // index of the carrier trunk
}

// fits reports whether the route carries calls to a number. Emergency codes
// are no E.164 numbers: every route of the trunk carries them.
func (r Route) fits(a *policy.Attempt) bool {
	if r.Match == "" || a.Reading == policy.Emergency {
		return true
	}
	prefix, open := strings.CutSuffix(r.Match, "*")
	n := a.Called.String()
	return n == prefix || open && strings.HasPrefix(n, prefix)
}

// next returns the trunk that an attempt leaves by. A carrier's calls go to the
// PBX that calls by it, unless a route says otherwise.
func (c *Config) next(trunk int, a *policy.Attempt) (to int, ok bool) {
	for _, r := range c.Routes {
		if r.From == trunk && r.fits(a) {
			return r.To, true
		}
	}
	if !c.Trunks[trunk].PBX {
		return c.opposite(trunk)
	}
	return NoTrunk, false
}

// CallID returns the Call-ID of a datagram of a trunk as the calls have it: it
// chooses the shard. nil when none is found.
func (c *Config) CallID(trunk int, datagram []byte) []byte {
	_, _, id, _ := wire.Peek(datagram)
	if k := c.Trunks[trunk].IDs; k != nil {
		return []byte(k.CallID(string(id)))
	}
	return id
}

// silent returns what a silent call is for an attempt.
func (c *Config) silent(a *policy.Attempt) policy.SilentParams {
	if other, ok := c.Silents[a.Profile]; ok {
		return other
	}
	return c.Silent
}

// hopTo is the first hop of requests that we send to a trunk.
func (c *Config) hopTo(trunk int) wire.Hop {
	t := c.Trunks[trunk]
	return wire.Hop{Listener: t.Listener, Remote: t.Reach, Trunk: trunk}
}

// followed says which targets of a carrier's redirects are followed: those at
// its own address, whatever the port. Others are not known to us, and what they
// answer would not be let in.
func (c *Config) followed(trunk int) func(uri string) (wire.Hop, bool) {
	if trunk < 0 || !c.Trunks[trunk].Follow {
		return nil
	}
	return func(uri string) (hop wire.Hop, ok bool) {
		u, err := wire.ParseURI(uri)
		if err != nil || u.Headers != "" || u.Scheme != "sip" {
			return hop, false
		}
		hop = c.hopTo(trunk)
		to, ok := u.AddrPort()
		if !ok || to.Addr() != hop.Remote.Addr() {
			return hop, false
		}
		hop.Remote = to
		return hop, true
	}
}

// country returns whose network the calls to a trunk enter, "" for NoTrunk.
func (c *Config) country(trunk int) string {
	if trunk < 0 {
		return ""
	}
	return c.Trunks[trunk].Country
}

// opposite returns where a request of a trunk that is no call goes: the carrier
// of a PBX's first route, the first PBX that has a route to a carrier.
func (c *Config) opposite(trunk int) (int, bool) {
	for _, r := range c.Routes {
		switch {
		case r.From == trunk:
			return r.To, true
		case r.To == trunk && c.Trunks[r.From].Reach.IsValid():
			return r.From, true
		}
	}
	return NoTrunk, false
}
