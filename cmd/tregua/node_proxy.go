package main

import (
	crand "crypto/rand"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"slices"

	"tregua/configs"
	"tregua/media/relay"
	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/desk"
	"tregua/policy/ledger"
	"tregua/policy/numbers"
	"tregua/policy/seal"
	"tregua/proxy"
	"tregua/proxy/answer"
	"tregua/proxy/call"
	"tregua/proxy/ids"
)

// strangers is what all unknown sources together may send before they are not
// even read.
var strangers = proxy.Rate{PerSecond: 20}

// maxDatagram is the size in bytes over which a SIP datagram is not read. The
// most that SIP carries over UDP is far below: a PASSporT in Identity has about
// 1 kB and a diverted call one for each hop (RFC 8946), a Diversion or
// History-Info entry some 200 bytes, a body with candidates or a location 4 kB.
// Fragments beyond that are no call, and a full queue of them would hold four
// times the memory.
const maxDatagram = 16 << 10

// makeServer joins the shards with the parts that are open.
func (n *node) makeServer() (err error) {
	shards := cores()
	config := proxyConfig(n.config, &n.params, n.abroad...)
	if config.Secret, err = n.keys.Derive("tokens"); err != nil {
		return err
	}
	config.Generation = n.committer.Boot()
	if err := hideIDs(config, n.config, n.keys); err != nil {
		return err
	}
	n.server = proxy.NewServer(proxy.ServerConfig{
		Config: config, Shards: shards, Queue: shardQueue,
		Admission: proxy.NewAdmission(admission(n.config)), Listeners: n.listeners,
		Book:      func() proxy.Book { return n.book.Current() },
		Ask:       n.ask,
		Withdrawn: n.desks.Withdrawn,
		Up: func(id policy.AttemptID, up policy.Up) bool {
			taken := n.writer.Submit(ledger.Entry{Kind: ledger.Up, ID: id, Up: up})
			if taken {
				n.desks.Up(id, up)
			}
			return taken
		},
		Record: func(a *policy.Attempt, e policy.Ending) bool {
			// What the person said comes first: said twice it is one entry, and an
			// end that is taken is not put again.
			taken := n.callees.Ended(a, &e) && n.desks.Close(a, e)
			if taken {
				n.endings.Ended(&e)
			}
			return taken
		},
		Inbound: n.callees.Inbound,
		Keep:    n.keep, Leave: n.leave,
		Media: n.relay, Clock: n.clock, Log: n.log,
		Entropy: func() proxy.Entropy { return rand.NewChaCha8([32]byte(random(32))) },
		Key:     [2]uint64{binary.BigEndian.Uint64(random(8)), binary.BigEndian.Uint64(random(8))},
	})
	return nil
}

// hideIDs gives the trunks that hide their keys. They come from the keys of the
// node and the names of the trunks: a call goes on after a restart.
func hideIDs(p *proxy.Config, c *configs.Config, keys *seal.Keys) error {
	secret, err := keys.Derive("ids")
	if err != nil {
		return err
	}
	for i, t := range c.Trunks {
		if !t.HideIDs {
			continue
		}
		if p.Trunks[i].IDs, err = ids.NewKey(secret, t.Name); err != nil {
			return err
		}
	}
	return nil
}

// random draws bytes; crypto/rand never fails.
func random(size int) []byte {
	b := make([]byte, size)
	_, _ = crand.Read(b)
	return b
}

func judged(a desk.Answer) proxy.Judged {
	return proxy.Judged{Call: a.Return.Call, Decision: a.Decision, Of: a.Of, Open: a.Open}
}

// proxyConfig returns the config of the shards, with the figures of the node's own
// policy and of the others that calls are judged by.
func proxyConfig(c *configs.Config, params *policy.Params, abroad ...policy.Params) *proxy.Config {
	p := &proxy.Config{Times: call.DefaultTimes(), Calls: c.Limits.Calls, Silent: params.Silent, Silents: map[string]policy.SilentParams{}}
	for i := range abroad {
		p.Silents[abroad[i].Name] = abroad[i].Silent
	}
	for _, l := range c.Listen {
		face := faceOf(l)
		host := face.Addr().String()
		if face.Addr().Is6() {
			host = "[" + host + "]"
		}
		p.Faces = append(p.Faces, call.Face{Host: host, Port: face.Port()})
		p.Media = append(p.Media, face.Addr())
	}
	for _, t := range c.Trunks {
		one := proxy.Trunk{
			Name: t.Name, PBX: t.Side == configs.SidePBX, Listener: listener(c, t.Listen),
			Reach: t.Target, Calls: t.Limits.Calls, Headers: headerRules(t.Headers),
			AnswersOptions: t.AnswerOptions, Follow: t.Follow, Country: t.Country, Mute: t.Mute,
		}
		if t.User != "" {
			one.Login = &proxy.Login{User: t.User, Password: t.Password}
		}
		if one.PBX {
			one.Watch = call.Watch{Mode: t.Silent.Mode, CutAfter: t.Silent.CutAfter, Grace: t.Silent.Grace}
			one.OperatorHeader, one.MachineHeader = t.OperatorHeader, t.MachineHeader
			one.OptOut = t.OptOutKey
			one.Mapped = t.HeaderNames()
			one.Answers, _ = answer.ParseProfile(t.Profile) // configs knows the same names
			one.Methods = t.Methods
		}
		if t.FaultAnswer == configs.FaultReroute {
			one.Fault = answer.Reroute
		}
		p.Trunks = append(p.Trunks, one)
	}
	for _, r := range c.Routes {
		p.Routes = append(p.Routes, proxy.Route{From: trunk(c, r.From), Match: r.Match, To: trunk(c, r.To)})
	}
	return p
}

// headerRules puts the rules of a trunk as the shards have them; nil when there
// are none.
func headerRules(h configs.HeaderRules) *proxy.Headers {
	if len(h.Drop)+len(h.Rename)+len(h.Add) == 0 {
		return nil
	}
	p := &proxy.Headers{Drop: h.Drop, Rename: h.Rename}
	for _, line := range h.Add {
		p.Add = append(p.Add, line[0]+": "+line[1])
	}
	return p
}

// faceOf is the address of a listener as its peers are told it.
func faceOf(l configs.Listen) netip.AddrPort {
	if l.Advertise.IsValid() {
		return l.Advertise
	}
	return l.Bind
}

func listener(c *configs.Config, name string) int {
	return slices.IndexFunc(c.Listen, func(l configs.Listen) bool { return l.Name == name })
}

func trunk(c *configs.Config, name string) int {
	return slices.IndexFunc(c.Trunks, func(t configs.Trunk) bool { return t.Name == name })
}

func admission(c *configs.Config) proxy.AdmissionConfig {
	a := proxy.AdmissionConfig{MaxDatagram: maxDatagram, Unknown: strangers}
	for i, t := range c.Trunks {
		one := proxy.TrunkAdmission{Invites: proxy.Rate{PerSecond: t.Limits.CPS}, Country: t.Numbers.Country, Strip: t.Numbers.Strip}
		if t.Side == configs.SidePBX {
			one.Emergency = numbers.EmergencyCodes(t.Numbers.Country)
		}
		a.Trunks = append(a.Trunks, one)
		sources := t.Sources
		if t.Side == configs.SideCarrier {
			sources = []netip.Prefix{netip.PrefixFrom(t.Target.Addr(), t.Target.Addr().BitLen())}
		}
		for _, prefix := range sources {
			a.Sources = append(a.Sources, proxy.Source{Listener: listener(c, t.Listen), Prefix: prefix, Trunk: i})
		}
	}
	return a
}

// mediaPairs are the addresses of every way a call can take.
func mediaPairs(c *configs.Config) (pairs []relay.Pair) {
	for _, r := range c.Routes {
		a := c.Listen[listener(c, c.Trunks[trunk(c, r.From)].Listen)]
		b := c.Listen[listener(c, c.Trunks[trunk(c, r.To)].Listen)]
		for _, legs := range [][2]configs.Listen{{a, b}, {b, a}} { // calls go both ways
			pair := relay.Pair{
				Addr: [2]netip.Addr{faceOf(legs[0]).Addr(), faceOf(legs[1]).Addr()},
				Bind: [2]netip.Addr{legs[0].Bind.Addr(), legs[1].Bind.Addr()},
			}
			if !slices.Contains(pairs, pair) {
				pairs = append(pairs, pair)
			}
		}
	}
	return pairs
}

// country is the one by which national numbers in files are read: that of the
// first trunk that has one.
func country(c *configs.Config) string {
	for _, t := range c.Trunks {
		if t.Numbers.Country != "" {
			return t.Numbers.Country
		}
	}
	return ""
}

func bookTrunks(c *configs.Config) (trunks []book.Trunk) {
	for _, t := range c.Trunks {
		if t.Side != configs.SidePBX {
			continue
		}
		one := book.Trunk{
			Name: t.Name, CallCentre: t.CallCentre, Country: t.Numbers.Country,
			Strip: t.Numbers.Strip, Prefixes: map[string]string{}, DialMode: t.DialMode, Mode: t.Mode,
			Rules: t.Mapping, Default: t.Default, Ambiguous: t.Ambiguous,
		}
		if t.Otherwise == configs.OtherwiseOnly {
			one.Otherwise = book.OtherwiseOnly
		}
		for _, p := range t.Numbers.Prefixes {
			one.Prefixes[p.Digits] = p.Campaign
		}
		trunks = append(trunks, one)
	}
	return trunks
}
