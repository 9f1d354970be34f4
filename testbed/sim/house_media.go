package sim

import (
	"net/netip"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy"
)

// view is what a shard sees in a turn.
type view struct {
	world
	house *house
}

// Elsewhere: the limits of trunks are not what is simulated.
func (view) Elsewhere(int) int { return 0 }

// Heard returns the word of an anchor as it is now.
func (v view) Heard(id media.AnchorID) media.Heard {
	if m := v.house.media[id]; m != nil && !m.closed {
		return m.word(v.house.queue.now)
	}
	return media.Heard{}
}

// lease gives allowed calls their ports, and the ports their voice.
func (h *house) lease(w *shardShell, inputs []proxy.Input) {
	for i, in := range inputs {
		j, ok := in.(proxy.Judged)
		if !ok || j.Decision.Verdict != policy.Allow {
			continue
		}
		if a, b, ok := w.shard.MediaAddrs(j.Call); ok && !h.net.chance(h.net.cfg.PortsFail) {
			h.anchors++
			port := uint16(20000 + 4*(uint64(h.anchors)%10000))
			j.Anchor = media.Anchor{ID: h.anchors, Addr: [2]netip.AddrPort{netip.AddrPortFrom(a, port), netip.AddrPortFrom(b, port+2)}}
			m := &hearing{}
			h.media[j.Anchor.ID] = m
			m.voice = h.voices[h.witness.leased(j.Call, j.Anchor, m)]
			inputs[i] = j
		}
	}
}

// flow sets a flow, and tells the shard of the operator when he is decided,
// unless that is lost.
func (h *house) flow(id media.AnchorID, leg media.Leg, f media.Flow) {
	m := h.media[id]
	h.witness.flowed(id, m, leg, f)
	if m == nil || m.closed {
		call := ""
		if t := h.witness.byAnchor[id]; t != nil {
			call = t.id
		}
		h.witness.broken(call, "a flow of leg %c, and the media is closed", 'a'+leg)
		return
	}
	if !m.set(h.queue.now, leg, f, h.net.between(0, 20*time.Millisecond)) || m.voice.lost {
		return
	}
	t := h.witness.byAnchor[id]
	h.queue.at(m.decided, func() {
		if !m.closed && m.end == 0 {
			h.put(h.shards[t.call>>48], proxy.Told{Call: t.call}, h.net.between(0, gather))
		}
	})
}

// hush closes the media of a call.
func (h *house) hush(id media.AnchorID) {
	m := h.media[id]
	if id == 0 {
		return
	}
	if m == nil || m.closed {
		h.witness.broken("", "the media of anchor %d was closed twice", id)
		return
	}
	m.closed = true
}

// listening returns how many calls have media that was not closed.
func (h *house) listening() (n int) {
	for _, m := range h.media { // order: a count
		if !m.closed {
			n++
		}
	}
	return n
}
