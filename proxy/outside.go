package proxy

import (
	"slices"
	"strconv"

	"tregua/policy"
	"tregua/proxy/answer"
	"tregua/proxy/call"
	"tregua/proxy/txn"
	"tregua/proxy/wire"
)

// passing is a request outside a dialog on its way across, kept by its client
// transaction.
type passing struct {
	server txn.ID
	msg    *wire.Message
	hop    wire.Hop
	face   call.Face // how we look to the side that asked
}

// outside handles a request that is of no dialog and opens none. What opens a
// dialog that tregua would have to know (SUBSCRIBE, REFER), and REGISTER, are
// not carried.
func (s *Shard) outside(ev txn.Event, m Message) {
	t := &s.cfg.Trunks[m.Trunk]
	to, ok := s.cfg.opposite(m.Trunk)
	switch {
	case ev.Msg.Method == "OPTIONS" && s.stopping != policy.OK:
		s.reply(ev, 503, "Service Unavailable")
	case ev.Msg.Method == "OPTIONS" && (!ok || t.AnswersOptions):
		// Nobody stands behind us, or it is us who is asked: we live.
		s.reply(ev, 200, "OK", "Allow: "+allow)
	case !ok || !t.passes(ev.Msg.Method):
		s.reply(ev, 405, "Method Not Allowed", "Allow: "+allow)
	case ev.Msg.MaxForwards == 0:
		s.reply(ev, 483, "Too Many Hops")
	default:
		s.pass(ev, m, to)
	}
}

// allow are the methods that pass in a call.
const allow = "INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY, MESSAGE"

// passes reports whether a request of that method from the trunk crosses outside
// a dialog. A message is a way to reach a person: from a PBX it must be asked for.
func (t *Trunk) passes(method string) bool {
	switch method {
	case "OPTIONS":
		return true
	case "MESSAGE", "NOTIFY", "INFO", "PUBLISH":
		return !t.PBX || slices.Contains(t.Methods, method)
	}
	return false
}

// pass relays a request to the other side and brings back that side's answer,
// so that a dialer's qualify tells the carrier's health.
func (s *Shard) pass(ev txn.Event, m Message, to int) {
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
	id := s.ask(hop, msg, raw)
	s.passing[id] = passing{ev.ID, ev.Msg, ev.Hop, s.cfg.Faces[ev.Hop.Listener]}
}

func (s *Shard) passBack(ev txn.Event, p passing) {
	if ev.Msg.Status == 100 {
		return
	}
	edit := wire.Edit{Vias: wire.Vias(p.msg, p.hop)}
	if ev.Msg.Status < 300 {
		edit.Contact = wire.ContactLine(ev.Msg, p.face.Host, p.face.Port, "")
	} else if ev.Msg.Status < 400 { // what a peer finds elsewhere would go round us
		edit.Contact = wire.RedirectLine(ev.Msg, p.face.Host, p.face.Port)
	}
	s.respond(p.server, ev.Msg.Status, ev.Msg.Write(edit))
	if ev.Msg.Status >= 200 {
		delete(s.passing, ev.ID)
	}
}

func (s *Shard) passFailed(id txn.ID, p passing) {
	delete(s.passing, id)
	s.reply(txn.Event{ID: p.server, Msg: p.msg, Hop: p.hop}, 408, "Request Timeout")
}

// malformed answers what could not be read: 400 or 505 with the header's name,
// or silence where no answer can be built.
func (s *Shard) malformed(m Message) {
	if m.Err.Partial == nil {
		return
	}
	phrase := "Bad Request"
	if m.Err.Status == 505 {
		phrase = "Version Not Supported"
	}
	s.stateless(m.Hop, m.Err.Partial, m.Err.Status, phrase, "Warning: 399 tregua "+strconv.Quote(m.Err.Error()))
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
