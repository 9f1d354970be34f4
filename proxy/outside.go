package proxy

import (
	"strconv"

	"tregua/policy"
	"tregua/proxy/answer"
	"tregua/proxy/call"
	"tregua/proxy/txn"
	"tregua/proxy/wire"
)

// passing is an OPTIONS on its way across, kept by its client transaction.
type passing struct {
	server txn.ID
	msg    *wire.Message
	hop    wire.Hop
}

// options relays an OPTIONS outside a dialog to the other side and brings back
// that side's answer, so that a dialer's qualify tells the carrier's health.
// Where nobody stands behind us it asks whether we live: we do.
func (s *Shard) options(ev txn.Event, m Message) {
	to, ok := s.cfg.opposite(m.Trunk)
	switch {
	case ev.Msg.MaxForwards == 0:
		s.reply(ev, 483, "Too Many Hops")
		return
	case !ok:
		s.reply(ev, 200, "OK", "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS")
		return
	}
	hop := s.cfg.hopTo(to)
	face := s.cfg.Faces[hop.Listener]
	raw := ev.Msg.Write(wire.Edit{
		Vias:        []string{face.Via(s.branch())},
		Contact:     wire.ContactLine(ev.Msg, face.Host, face.Port, ""),
		MaxForwards: ev.Msg.HopsLeft(), SetRoutes: true, Drop: s.cfg.Trunks[m.Trunk].private(),
	})
	msg, err := wire.Read(raw)
	if err != nil {
		s.reply(ev, 500, "Server Internal Error")
		return
	}
	id := s.layer.Request(s.now.Mono, msg, raw, hop, &s.tx)
	s.passing[id] = passing{ev.ID, ev.Msg, ev.Hop}
}

func (s *Shard) passBack(ev txn.Event, p passing) {
	if ev.Msg.Status == 100 {
		return
	}
	raw := ev.Msg.Write(wire.Edit{Vias: wire.Vias(p.msg, p.hop)})
	s.layer.Respond(s.now.Mono, p.server, ev.Msg.Status, raw, &s.tx)
	if ev.Msg.Status >= 200 {
		delete(s.passing, ev.ID)
	}
}

func (s *Shard) passFailed(id txn.ID, p passing) {
	delete(s.passing, id)
	s.reply(txn.Event{ID: p.server, Msg: p.msg, Hop: p.hop}, 408, "Request Timeout")
}

// malformed answers what could not be read: 400 with the header's name, or
// silence where no answer can be built.
func (s *Shard) malformed(m Message) {
	if m.Err.Partial == nil {
		return
	}
	s.stateless(m.Hop, m.Err.Partial, 400, "Bad Request", "Warning: 399 tregua "+strconv.Quote(m.Err.Error()))
}

// refuseStateless turns a request away without keeping anything of it.
func (s *Shard) refuseStateless(m Message, why policy.Reason) {
	if m.Msg == nil || !m.Msg.IsRequest() || m.Msg.Method == "ACK" {
		return
	}
	r := s.answerFor(m.Trunk, why, policy.AttemptID{})
	s.stateless(m.Hop, m.Msg, r.Status, r.Phrase, r.Lines...)
}

func (s *Shard) stateless(hop wire.Hop, req *wire.Message, status int, phrase string, lines ...string) {
	raw := wire.Reply(req, wire.Vias(req, hop), status, phrase, s.tag(), lines...)
	hop.Remote = wire.ReplyTo(req, hop)
	s.tx.Sends = append(s.tx.Sends, txn.Send{Hop: hop, Data: raw})
}

// answer refuses a request within its transaction, worded for the trunk.
func (s *Shard) answer(ev txn.Event, trunk int, why policy.Reason) {
	r := s.answerFor(trunk, why, policy.AttemptID{})
	s.reply(ev, r.Status, r.Phrase, r.Lines...)
}

func (s *Shard) answerFor(trunk int, why policy.Reason, id policy.AttemptID) call.Refusal {
	t := s.cfg.Trunks[trunk]
	a := answer.For(t.Answers, t.Fault, why, id)
	return call.Refusal{Status: a.Status, Phrase: a.Phrase, Lines: a.Lines, Reason: why}
}
