package proxy

import (
	"encoding/binary"
	"strconv"
	"time"

	"tregua/policy"
	"tregua/proxy/call"
	"tregua/proxy/txn"
)

// response takes a response to the call, or OPTIONS, that waits for it.
func (s *Shard) response(ev txn.Event, at time.Duration) {
	if p, ok := s.passing[ev.ID]; ok {
		s.passBack(ev, p)
		return
	}
	c := s.clients[ev.ID]
	if e := s.calls[c.call]; e != nil {
		s.handle(e, call.Response{Ref: c.ref, At: at, Msg: ev.Msg})
	}
}

func (s *Shard) failed(ev txn.Event) {
	if p, ok := s.passing[ev.ID]; ok {
		s.passFailed(ev.ID, p)
		return
	}
	c := s.clients[ev.ID]
	if e := s.calls[c.call]; e != nil {
		s.handle(e, call.Failed{Ref: c.ref, Timeout: ev.Kind == txn.Timeout})
	}
}

func (s *Shard) gone(id txn.ID) {
	delete(s.passing, id)
	c, ok := s.clients[id]
	if !ok {
		return
	}
	delete(s.clients, id)
	if e := s.calls[c.call]; e != nil {
		e.refs[c.ref] = 0
		s.handle(e, call.Gone{Ref: c.ref})
	}
}

func (s *Shard) branch() string {
	return "z9hG4bK" + strconv.FormatUint(s.entropy.Uint64(), 36)
}

// newID names a call, or an attempt beside one.
func (s *Shard) newID() uint64 {
	s.lastCall++
	return uint64(s.index)<<shardBits | s.lastCall
}

func (s *Shard) tag() string { return strconv.FormatUint(s.entropy.Uint64(), 36) }

// attemptID makes a UUIDv7 (RFC 9562 section 5.7).
func (s *Shard) attemptID() (id policy.AttemptID) {
	ms := uint64(s.now.Wall.UnixMilli())
	binary.BigEndian.PutUint64(id[0:], ms<<16|7<<12|s.entropy.Uint64()&0xfff)
	binary.BigEndian.PutUint64(id[8:], 1<<63|s.entropy.Uint64()&(1<<62-1))
	return id
}
