package sim

import (
	"fmt"
	"time"

	"tregua/media"
)

// peers are the dialers and carriers of a run, and what they noticed.
type peers struct {
	net        *network
	dialers    []*site
	carriers   []*site
	plans      map[string]*plan // by trail
	voices     map[string]voice // by Call-ID; "": of inbound calls, to which nobody listens
	callers    []*caller        // in order
	complaints []Broken
}

func newPeers(n *network) *peers {
	p := &peers{net: n, plans: map[string]*plan{}, voices: map[string]voice{"": {onset: never}}}
	for i, a := range dialerAddr {
		p.dialers = append(p.dialers, newSite(p, i, a, media.A))
	}
	for i, a := range carrierAddr {
		p.carriers = append(p.carriers, newSite(p, pbxTrunks+i, a, media.B))
	}
	return p
}

// complain notes what a peer may not be confronted with.
func (p *peers) complain(call, format string, args ...any) {
	p.complaints = append(p.complaints, Broken{Call: call, Law: "peers", What: fmt.Sprintf(format, args...)})
}

// seen counts something that happened, for the census.
func (p *peers) seen(what string) { p.net.result.Census[what]++ }

// dial places a call, for the first time or again.
func (p *peers) dial(x *plan, try int) {
	id := fmt.Sprintf("%d-%d@sim", x.index, try)
	p.seen("story: " + x.story)
	p.plans[id] = x
	if p.voices[id] = x.voice; try > 0 {
		p.voices[id] = x.voiceThen
	}
	from := p.dialers[x.dialer]
	if x.inbound {
		from = p.carriers[x.dialer]
	}
	c := from.call(x, id, func(status int) {
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
