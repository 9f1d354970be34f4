package sim

import (
	"fmt"
	"time"
)

// peers are the dialers and carriers of a run, and what they noticed.
type peers struct {
	net        *network
	dialers    []*dialer
	carriers   []*carrier
	plans      map[string]*plan // by Call-ID
	voices     map[string]voice // by Call-ID
	callers    []*caller        // in order
	complaints []Broken
}

func newPeers(n *network) *peers {
	p := &peers{net: n, plans: map[string]*plan{}, voices: map[string]voice{}}
	for i, a := range dialerAddr {
		d := &dialer{peers: p, calls: map[string]*caller{}}
		d.agent = newAgent(n, trunkName(i), a)
		d.agent.user = d
		p.dialers = append(p.dialers, d)
	}
	for i, a := range carrierAddr {
		c := &carrier{peers: p, calls: map[string]*callee{}}
		c.agent = newAgent(n, trunkName(pbxTrunks+i), a)
		c.agent.user = c
		p.carriers = append(p.carriers, c)
	}
	return p
}

// complain notes what a peer may not be confronted with.
func (p *peers) complain(call, format string, args ...any) {
	p.complaints = append(p.complaints, Broken{call, fmt.Sprintf(format, args...)})
}

// dial places a call, for the first time or again.
func (p *peers) dial(x *plan, try int) {
	id := fmt.Sprintf("%d-%d@sim", x.index, try)
	p.plans[id] = x
	if p.voices[id] = x.voice; try > 0 {
		p.voices[id] = x.voiceThen
	}
	c := p.dialers[x.dialer].invite(x, id, func(status int) {
		if status == 603 || status == 604 || x.kind == objecting || x.insists {
			p.redial(x, try)
		}
	})
	p.callers = append(p.callers, c)
}

func (p *peers) redial(x *plan, try int) {
	if try < len(x.redials) {
		p.net.queue.after(max(x.redials[try], time.Millisecond), func() { p.dial(x, try+1) })
	}
}
