package sim

import (
	"net/netip"
	"time"

	"github.com/dchest/siphash"

	"tregua/media"
	"tregua/policy"
	"tregua/policy/desk"
	"tregua/policy/gate"
	"tregua/policy/ledger"
	"tregua/proxy"
	"tregua/proxy/answer"
	"tregua/proxy/call"
	"tregua/proxy/txn"
	"tregua/proxy/wire"
)

// The listeners and trunks of the simulated tregua.
const (
	pbxListener = iota
	carrierListener
	pbxTrunks     = 2
	carrierTrunks = 2
)

var (
	listeners   = [2]netip.AddrPort{addr(0, 1, 5060), addr(0, 2, 5060)}
	dialerAddr  = [pbxTrunks]netip.AddrPort{addr(1, 1, 5060), addr(1, 2, 5080)}
	carrierAddr = [carrierTrunks]netip.AddrPort{addr(2, 1, 5060), addr(2, 2, 5062)}
	mediaAddr   = [2]netip.Addr{listeners[0].Addr(), listeners[1].Addr()}
)

// addr is an address of the simulated network, 10.0.0.0/16.
func addr(c, d byte, port uint16) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, c, d}), port)
}

// gather is how long a shard may wait for more datagrams for a turn.
const gather = 300 * time.Microsecond

// machineHeader is how a dialer says that a machine answered.
const machineHeader = "X-Machine"

// stall is how long it takes when the machine is busy with something else. What
// a timer wants done is done in time even then.
const stall = 400 * time.Millisecond

// enforce is what the calls of the first dialer are owed.
var enforce = call.Watch{Mode: policy.WatchEnforce, CutAfter: 2900 * time.Millisecond}

// house is tregua without its goroutines: the values that they turn, and the
// shells round them as the simulation has them. Nothing here decides anything.
type house struct {
	queue   *queue
	net     *network
	witness *witness
	world   world
	policy  *policy.Policy
	proxy   *proxy.Config
	key     [2]uint64
	shards  []*shardShell
	desks   []*deskShell
	pace    *paceShell // nil: no gate
	ledger  *ledgerShell
	anchors media.AnchorID
	media   map[media.AnchorID]*hearing
	voices  map[string]voice // by Call-ID
}

type shardShell struct {
	shard *proxy.Shard
	in    []proxy.Input
	out   proxy.Outputs
	wake  alarm
}

type deskShell struct {
	desk *desk.Desk
	in   []desk.Input
	out  desk.Outputs
	wake alarm
}

// alarm is the next turn of a shell.
type alarm struct {
	at  time.Duration
	set bool
}

// plan sees to it that turn is called at a time, or earlier.
func (a *alarm) plan(q *queue, at time.Duration, turn func()) {
	at = max(at, q.now)
	if a.set && a.at <= at {
		return
	}
	a.at, a.set = at, true
	q.at(at, func() {
		if a.set && a.at == at {
			a.set = false
			turn()
		}
	})
}

func newHouse(cfg Config, q *queue, n *network, w *witness) (*house, error) {
	pol, err := cfg.newPolicy()
	if err != nil {
		return nil, err
	}
	h := &house{
		queue: q, net: n, witness: w, policy: pol,
		key: [2]uint64{n.rnd.Uint64(), n.rnd.Uint64()}, media: map[media.AnchorID]*hearing{},
	}
	if h.ledger, err = newLedger(q, n, h.policy.Params(""), h.posted); err != nil {
		return nil, err
	}
	h.world = cfg.newWorld(h.ledger.keys)
	h.proxy = h.config(cfg)
	if cfg.Hide {
		if err := h.hideIDs(h.proxy); err != nil {
			return nil, err
		}
	}
	for i := range cfg.Shards {
		h.shards = append(h.shards, &shardShell{shard: proxy.NewShard(h.proxy, uint32(i), n.rnd)})
	}
	shared := desk.NewShared(cfg.Desks)
	for i := range cfg.Desks {
		d := desk.New(pol)
		d.Share(shared, i)
		h.desks = append(h.desks, &deskShell{desk: d})
	}
	if cfg.Gate {
		h.newPace()
	}
	for _, l := range listeners {
		n.hosts[l.Addr()] = h
	}
	return h, nil
}

func (h *house) config(cfg Config) *proxy.Config {
	secret := make([]byte, 32)
	fill(h.net.rnd, secret)
	c := &proxy.Config{
		Media: mediaAddr[:], Times: call.DefaultTimes(), Txn: txn.Config{}, Secret: secret,
		Silent: h.policy.Params("").Silent,
		Routes: []proxy.Route{
			{From: 0, Match: "", To: pbxTrunks},
			{From: 1, Match: "+39333*", To: pbxTrunks + 1},
			{From: 1, Match: "", To: pbxTrunks},
		},
	}
	for _, l := range listeners {
		c.Faces = append(c.Faces, call.Face{Host: l.Addr().String(), Port: l.Port()})
	}
	for i := range dialerAddr {
		c.Trunks = append(c.Trunks, proxy.Trunk{
			Name: trunkName(i), PBX: true, Listener: pbxListener,
			Answers:       []answer.Profile{answer.Generic, answer.FreePBX}[i],
			MachineHeader: machineHeader,
			Watch:         []call.Watch{enforce, cfg.Other}[i],
			Reach:         dialerAddr[i], Methods: [][]string{{"MESSAGE"}, nil}[i],
		})
	}
	for i, a := range carrierAddr {
		c.Trunks = append(c.Trunks, proxy.Trunk{Name: trunkName(pbxTrunks + i), Listener: carrierListener, Reach: a})
	}
	return c
}

func trunkName(i int) string { return []string{"dialer-1", "dialer-2", "telco-a", "telco-b"}[i] }

func (h *house) name() string { return "tregua" }

func (h *house) now() proxy.Now {
	return proxy.Now{Mono: h.queue.now, Wall: epoch.Add(h.queue.now), Synced: true}
}

// receive is what admission and the readers do: find the trunk, read, choose
// the shard. A turn takes what came within a fraction of a millisecond.
func (h *house) receive(from, to netip.AddrPort, datagram []byte) {
	m := proxy.Message{At: h.queue.now, Trunk: -1, Hop: wire.Hop{Local: to, Remote: from}}
	for i, a := range dialerAddr {
		if a.Addr() == from.Addr() {
			m.Trunk, m.Hop.Listener = i, pbxListener
		}
	}
	for i, a := range carrierAddr {
		if a.Addr() == from.Addr() {
			m.Trunk, m.Hop.Listener = pbxTrunks+i, carrierListener
		}
	}
	if m.Trunk >= 0 {
		datagram = h.swapped(m.Trunk, datagram)
	}
	var err error
	if m.Msg, err = wire.Read(datagram); err != nil || m.Trunk < 0 {
		h.witness.broken("", "tregua got what it cannot read or whom it does not know: %v %q", err, datagram)
		return
	}
	id := h.proxy.CallID(m.Trunk, datagram)
	w := h.shards[siphash.Hash(h.key[0], h.key[1], id)%uint64(len(h.shards))]
	wait := h.net.between(0, gather)
	if h.net.chance(h.net.cfg.Stall) {
		wait = h.net.between(0, stall)
	}
	h.put(w, m, wait)
}

func (h *house) put(w *shardShell, in proxy.Input, wait time.Duration) {
	w.in = append(w.in, in)
	w.wake.plan(h.queue, h.queue.now+wait, func() { h.turn(w) })
}

// turn is the goroutine round a shard.
func (h *house) turn(w *shardShell) {
	inputs := w.in
	w.in = nil
	h.lease(w, inputs)
	for _, i := range inputs {
		if m, ok := i.(proxy.Message); ok {
			h.witness.received(h.clear(m))
		}
	}
	next, ok := w.shard.Turn(h.now(), view{h.world, h}, inputs, &w.out)
	h.carryOut(w)
	if ok {
		w.wake.plan(h.queue, next, func() { h.turn(w) })
	}
}

// stop is SIGTERM: every call is ended, no other begins.
func (h *house) stop() {
	for _, w := range h.shards {
		h.put(w, proxy.Kick{Reason: policy.Draining}, 0)
	}
}

// carryOut does what a turn wants, in the order of the daemon: records before
// what is sent, so that a re-dial upon our BYE meets the bar.
func (h *house) carryOut(w *shardShell) {
	for _, f := range w.out.Flows {
		h.flow(f.Anchor, f.Leg, f.Flow)
	}
	for _, u := range w.out.Ups {
		h.witness.up(u)
		h.ledger.submit(ledger.Entry{Kind: ledger.Up, ID: u.Attempt, Up: u.Up})
		if !u.Up.Watching {
			h.tell(desk.Told{Input: gate.Joined{ID: u.Attempt}})
		}
	}
	for _, k := range w.out.Keeps {
		h.keep(k)
	}
	for _, r := range w.out.Records {
		h.witness.recorded(r)
		h.hush(r.Anchor)
		h.close(r.Attempt, r.Ending)
	}
	for _, id := range w.out.Ended {
		h.witness.ended(id)
		h.hush(id)
	}
	for _, id := range w.out.Leases {
		h.put(w, proxy.Judged{Call: id, Decision: policy.Decision{Verdict: policy.Allow}}, 0)
	}
	for _, m := range w.out.Sends {
		data := h.swapped(m.Hop.Trunk, m.Data)
		h.witness.sent(m.Hop, data)
		h.net.send(listeners[m.Hop.Listener], m.Hop.Remote, data)
	}
	for _, a := range w.out.Asks {
		h.witness.asked(a)
		h.ask(a.Attempt, a.Return)
	}
	for i := range w.out.Withdrawn {
		h.withdraw(&w.out.Withdrawn[i])
	}
	for _, what := range w.out.Mishaps {
		h.witness.broken("", "a call panicked: %s", what)
	}
}
