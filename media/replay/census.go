package replay

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"tregua/media"
)

// Census finds the RTP of a capture without any SIP: what goes between two
// addresses is a conversation, until nothing was heard of it for apart.
type Census struct {
	open  map[[2]netip.AddrPort]*Conversation
	all   []*Conversation
	swept time.Duration
	// Ignored counts datagrams that may have been RTP and for which there was
	// no room.
	Ignored int
}

// Conversation is RTP between two addresses, at least one way.
type Conversation struct {
	Ends        [2]netip.AddrPort // in their order
	First, Last time.Duration     // Datagram.At
	Packets     [2]int            // that came from each end

	run   [2]run
	heard bool // it is RTP for certain
}

// run is what makes a row of datagrams RTP: one SSRC and numbers that go on.
type run struct {
	ssrc uint32
	seq  uint16
	n    int
}

const (
	apart  = 30 * time.Second // a pause that makes two conversations
	enough = 5                // packets in a row that are no accident
	most   = 1 << 16          // pairs of addresses that are followed at once
)

// Take looks at one datagram.
func (c *Census) Take(d *Datagram) {
	p, ok := readRTP(d.Payload)
	if !ok {
		return
	}
	ends, side := [2]netip.AddrPort{d.From, d.To}, 0
	if d.To.Compare(d.From) < 0 {
		ends, side = [2]netip.AddrPort{d.To, d.From}, 1
	}
	talk := c.talk(ends, d.At)
	if talk == nil {
		c.Ignored++
		return
	}
	talk.Last = d.At
	talk.Packets[side]++
	r := &talk.run[side]
	if ahead := p.seq - r.seq; r.n > 0 && p.ssrc == r.ssrc && ahead > 0 && ahead < 100 {
		r.n++
	} else if p.ssrc != r.ssrc || r.n == 0 {
		r.n = 1
	}
	r.ssrc, r.seq = p.ssrc, p.seq
	if r.n >= enough && !talk.heard {
		talk.heard = true
		c.all = append(c.all, talk)
	}
}

// talk returns the conversation that goes on between two addresses, nil when
// there is no room for another.
func (c *Census) talk(ends [2]netip.AddrPort, at time.Duration) *Conversation {
	talk, ok := c.open[ends]
	if ok && at-talk.Last <= apart {
		return talk
	}
	if c.open == nil {
		c.open = map[[2]netip.AddrPort]*Conversation{}
	}
	if !ok && at-c.swept > apart {
		c.forget(at)
	}
	if !ok && len(c.open) >= most {
		return nil
	}
	talk = &Conversation{Ends: ends, First: at}
	c.open[ends] = talk
	return talk
}

// forget makes room of what is over.
func (c *Census) forget(at time.Duration) {
	c.swept = at
	for ends, talk := range c.open { // order: each is looked at by itself
		if at-talk.Last > apart {
			delete(c.open, ends)
		}
	}
}

// Conversations returns what was found, by its beginning.
func (c *Census) Conversations() []*Conversation {
	slices.SortFunc(c.all, func(a, b *Conversation) int {
		return cmp.Or(cmp.Compare(a.First, b.First), a.Ends[0].Compare(b.Ends[0]), a.Ends[1].Compare(b.Ends[1]))
	})
	return c.all
}

// Call returns the conversation as a call whose PBX's side is the given end,
// answered so long after its first packet.
func (v *Conversation) Call(pbx int, answer time.Duration) Call {
	return Call{
		Name:     v.Ends[pbx].String() + " with " + v.Ends[1-pbx].String(),
		Answered: v.First + answer,
		Media:    [2][]netip.AddrPort{media.A: {v.Ends[pbx]}, media.B: {v.Ends[1-pbx]}},
	}
}
