package sim

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"math/rand/v2"
	"net/netip"
	"strings"
	"time"

	"tregua/proxy/wire"
)

// network carries datagrams between addresses as badly as it is told to.
type network struct {
	queue  *queue
	rnd    *rand.Rand
	cfg    Config
	hosts  map[netip.Addr]host
	trace  hash.Hash
	ladder bool
	result *Result
	dark   map[netip.Addr]time.Duration // peers that cannot be reached, until when
}

// host is what receives at an address.
type host interface {
	name() string
	receive(from, to netip.AddrPort, datagram []byte)
}

// Rung is one datagram on its way, or another event worth a line.
type Rung struct {
	Call string
	Text string
}

func newNetwork(q *queue, rnd *rand.Rand, cfg Config, r *Result) *network {
	return &network{queue: q, rnd: rnd, cfg: cfg, hosts: map[netip.Addr]host{}, dark: map[netip.Addr]time.Duration{}, trace: sha256.New(), ladder: cfg.Ladder, result: r}
}

// send takes a datagram, which nobody may change afterwards.
func (n *network) send(from, to netip.AddrPort, datagram []byte) {
	n.result.Datagrams++
	if n.chance(n.cfg.Loss) || n.dark[from.Addr()] > n.queue.now || n.dark[to.Addr()] > n.queue.now {
		n.result.Lost++
		n.rung(from, to, datagram, " (lost)")
		return
	}
	n.carry(from, to, datagram)
	if n.chance(n.cfg.Duplicate) {
		n.result.Doubled++
		n.carry(from, to, datagram)
	}
}

func (n *network) carry(from, to netip.AddrPort, datagram []byte) {
	d := n.between(n.cfg.DelayMin, n.cfg.DelayMax)
	n.rung(from, to, datagram, fmt.Sprintf(" (%v)", d))
	n.queue.after(d, func() {
		h := n.hosts[to.Addr()]
		if h == nil {
			return // nobody lives there: on a real network an ICMP message
		}
		n.note(from, to, datagram)
		h.receive(from, to, datagram)
	})
}

// partitions cuts one peer after another off for a while.
func (n *network) partitions(count int, span time.Duration) {
	for range count {
		at := append(dialerAddr[:], carrierAddr[:]...)[n.rnd.IntN(pbxTrunks+carrierTrunks)].Addr()
		n.queue.at(n.between(1, 2*span), func() {
			n.result.Census["partition"]++
			n.dark[at] = n.queue.now + n.between(time.Second, 50*time.Second)
		})
	}
}

// lossy reports whether the network may keep a datagram from arriving.
func (n *network) lossy() bool { return n.cfg.Loss > 0 || n.cfg.Cuts > 0 }

// stopped reports whether tregua was told to stop.
func (n *network) stopped() bool { return n.cfg.Stop > 0 && n.queue.now >= n.cfg.Stop }

func (n *network) chance(p float64) bool { return p > 0 && n.rnd.Float64() < p }

func (n *network) between(lo, hi time.Duration) time.Duration {
	if hi <= lo {
		return lo
	}
	return lo + time.Duration(n.rnd.Int64N(int64(hi-lo)+1)).Truncate(time.Microsecond)
}

// note enters a delivered datagram into the trace.
func (n *network) note(from, to netip.AddrPort, datagram []byte) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n.queue.now))
	n.trace.Write(b[:])
	a, _ := from.MarshalBinary()
	n.trace.Write(a)
	a, _ = to.MarshalBinary()
	n.trace.Write(a)
	n.trace.Write(datagram)
}

func (n *network) rung(from, to netip.AddrPort, datagram []byte, fate string) {
	if !n.ladder {
		return
	}
	call, what := "", "?"
	if m, err := wire.Read(datagram); err == nil {
		call = m.CallID
		what = m.Method
		if !m.IsRequest() {
			what = fmt.Sprintf("%d %s", m.Status, m.CSeq.Method)
		}
		what = fmt.Sprintf("%s %d to-tag %q branch %s", what, m.CSeq.N, m.To.Tag, strings.TrimPrefix(m.Via.Branch, "z9hG4bK"))
	}
	n.say(call, n.nameOf(from)+" > "+n.nameOf(to)+"  "+what+fate)
}

// say puts a line into the ladder.
func (n *network) say(call, text string) {
	if n.ladder {
		n.result.Rungs = append(n.result.Rungs, Rung{call, fmt.Sprintf("%12.6f  %s", n.queue.now.Seconds(), text)})
	}
}

func (n *network) nameOf(a netip.AddrPort) string {
	if h := n.hosts[a.Addr()]; h != nil {
		return h.name()
	}
	return a.String()
}
