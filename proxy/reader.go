package proxy

import "tregua/proxy/transport"

// reader is the goroutine of one listener.
type reader struct {
	server *Server
	given  []bool // the shards that were put something since the last turns
}

// take takes a datagram to its shard. With the last of those that came together
// the shards turn: this one's here, the others' on their own goroutines.
func (r *reader) take(d transport.Datagram) {
	if i := r.server.receive(d); i >= 0 {
		r.given[i] = true
	}
	if d.More {
		return
	}
	here := -1
	for i, given := range r.given {
		if !given {
			continue
		}
		r.given[i] = false
		if here >= 0 {
			r.server.shards[here].rouse()
		}
		here = i
	}
	if here >= 0 {
		r.server.turnHere(r.server.shards[here])
	}
}
