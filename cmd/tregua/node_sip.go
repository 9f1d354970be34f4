package main

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	mrand "math/rand/v2"
	"net/netip"
	"runtime"

	"tregua/configs"
	"tregua/media/relay"
	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/numbers"
	"tregua/proxy"
	"tregua/proxy/answer"
	"tregua/proxy/call"
	"tregua/proxy/transport"
)

// queue is how many inputs may wait at a shard or a desk.
const queue = 4096

// workers is how many shards, and how many desks, a node has.
func workers() int { return runtime.GOMAXPROCS(0) }

// openServer opens the sockets of signalling and media and joins the shards to
// the rest.
func (n *node) openServer() error {
	sip, admission, err := n.sip()
	if err != nil {
		return err
	}
	listeners := make([]*transport.UDP, len(n.config.Listen))
	for i, l := range n.config.Listen {
		if listeners[i], err = transport.Listen(i, l.Bind); err != nil {
			return fmt.Errorf("listen %q: %w", l.Name, err)
		}
	}
	if n.relay, err = relay.New(relay.Config{
		Pairs: pairs(sip), PortMin: int(n.config.Media.FirstPort), PortMax: int(n.config.Media.LastPort),
		Workers: n.config.Media.Workers,
		Fault:   func(err error) { n.log.Error("media", "err", err) },
	}); err != nil {
		return err
	}
	n.server = proxy.NewServer(proxy.ServerConfig{
		Config: sip, Shards: workers(), Queue: queue, Admission: proxy.NewAdmission(admission),
		Listeners: listeners, Media: n.relay, Clock: n.clock, Log: n.log,
		World: func() proxy.World { return n.book.Current() },
		Ask: func(a policy.Attempt, to policy.Return) (proxy.Judged, bool) {
			answer, now := n.desks.Ask(a, to)
			return judged(answer), now
		},
		Record: func(id policy.AttemptID, e policy.Ending) bool {
			return n.writer.Submit(ledger.Entry{Kind: ledger.Close, ID: id, Ending: e})
		},
		Entropy: func() proxy.Entropy { return mrand.NewChaCha8([32]byte(random(32))) },
		Key:     [2]uint64{binary.LittleEndian.Uint64(random(8)), binary.LittleEndian.Uint64(random(8))},
	})
	return nil
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the program instead
	return b
}

// sip puts the config in the terms of the shards and of admission.
func (n *node) sip() (*proxy.Config, proxy.AdmissionConfig, error) {
	c := &proxy.Config{Times: call.DefaultTimes(), Calls: n.config.Limits.Calls, Secret: random(32)}
	a := proxy.AdmissionConfig{Unknown: proxy.Rate{PerSecond: 1, Burst: 1}}
	listener, trunk := map[string]int{}, map[string]int{}
	for i, l := range n.config.Listen {
		face := l.Advertise
		if !face.IsValid() {
			face = l.Bind
		}
		if face.Addr().IsUnspecified() {
			return nil, a, fmt.Errorf("listen %q: bound to every address: say in advertise which one peers are to use", l.Name)
		}
		listener[l.Name] = i
		c.Faces = append(c.Faces, call.Face{Host: host(face.Addr()), Port: face.Port()})
		c.Media = append(c.Media, face.Addr())
	}
	for i, t := range n.config.Trunks {
		trunk[t.Name] = i
		pt := proxy.Trunk{Name: t.Name, PBX: t.Side == configs.SidePBX, Listener: listener[t.Listen],
			Reach: t.Target, Calls: t.Limits.Calls, Fault: answer.FaultAnswer(t.FaultAnswer)}
		at := proxy.TrunkAdmission{Strip: t.Numbers.Strip}
		if t.Target.IsValid() {
			a.Sources = append(a.Sources, proxy.Source{Listener: pt.Listener, Trunk: i,
				Prefix: netip.PrefixFrom(t.Target.Addr(), t.Target.Addr().BitLen())})
		}
		for _, p := range t.Sources {
			a.Sources = append(a.Sources, proxy.Source{Listener: pt.Listener, Prefix: p, Trunk: i})
			if p.IsSingleIP() && !pt.Reach.IsValid() {
				pt.Reach = netip.AddrPortFrom(p.Addr(), 5060)
			}
		}
		if pt.PBX {
			var err error
			if pt.Answers, err = answer.ParseProfile(t.Profile); err != nil {
				return nil, a, fmt.Errorf("trunk %q: %w", t.Name, err)
			}
			at.Emergency = numbers.EmergencyCodes(t.Numbers.Country)
			at.Invites = proxy.Rate{PerSecond: t.Limits.CPS, Burst: t.Limits.CPS}
		}
		c.Trunks, a.Trunks = append(c.Trunks, pt), append(a.Trunks, at)
	}
	for _, r := range n.config.Routes {
		c.Routes = append(c.Routes, proxy.Route{From: trunk[r.From], Match: r.Match, To: trunk[r.To]})
	}
	return c, a, nil
}

func host(a netip.Addr) string {
	if a.Is6() {
		return "[" + a.String() + "]"
	}
	return a.String()
}

// pairs are the local addresses that the two legs of any call can have.
func pairs(c *proxy.Config) (all []relay.Pair) {
	seen := map[[2]netip.Addr]bool{}
	for _, r := range c.Routes {
		pair := [2]netip.Addr{c.Media[c.Trunks[r.From].Listener], c.Media[c.Trunks[r.To].Listener]}
		if !seen[pair] {
			seen[pair] = true
			all = append(all, relay.Pair{Addr: pair})
		}
	}
	return all
}
