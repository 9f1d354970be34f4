package txn

import (
	"time"

	"tregua/proxy/wire"
)

// Layer holds the transactions of one shard. It has one owner and no lock. The
// now that its methods are given is the time since some start; it never goes
// back.
type Layer struct {
	config  Config
	figures figures
	all     map[ID]*transaction
	keys    map[string]*transaction
	timers  timers
	last    ID
	key     []byte // room for the key being looked up
}

// transaction is one running machine.
type transaction struct {
	id      ID
	key     string
	machine *machine
	state   state
	hop     wire.Hop      // where its messages go
	bytes   []byte        // what it would send again; nil in states that repeat nothing
	request *wire.Message // what an ACK is built from; nil but in the INVITE client before a final
	again   timer
	end     timer
}

// New is an empty Layer. c must be valid.
func New(c Config) *Layer {
	return &Layer{
		config:  c.orDefaults(),
		figures: rfc3261,
		all:     make(map[ID]*transaction),
		keys:    make(map[string]*transaction),
	}
}

// Len is the number of transactions. Two states have no timer: a server
// transaction that the TU has not answered with a final, and an INVITE client
// transaction that has had a provisional. The TU ends the first with Respond
// and the second with CANCEL, either with Forget; otherwise it stays, and Len
// shows it.
func (l *Layer) Len() int { return len(l.all) }

// Receive finds the transaction that m, which came by hop, belongs to, and
// moves it. A request that belongs to none opens a server transaction. m is
// not kept.
func (l *Layer) Receive(now time.Duration, m *wire.Message, hop wire.Hop, out *Out) {
	switch {
	case !m.IsRequest():
		l.receiveResponse(now, m, hop, out)
	case m.Method == methodAck:
		l.receiveAck(now, m, hop, out)
	default:
		l.receiveRequest(now, m, hop, out)
	}
}

// Knows reports whether m is a repeat of a request that has a transaction: it
// costs nobody anything and must not be turned away.
func (l *Layer) Knows(m *wire.Message) bool { return m.IsRequest() && l.server(m, m.Method) != nil }

func (l *Layer) receiveResponse(now time.Duration, m *wire.Message, hop wire.Hop, out *Out) {
	l.key = forClient(l.key[:0], m.Via.Branch, m.CSeq.Method)
	t := l.keys[string(l.key)]
	if t == nil {
		out.Events = append(out.Events, Event{Kind: StrayResponse, Msg: m, Hop: hop})
		return
	}
	l.step(now, t, cause{in: class(m.Status, rcv1xx), msg: m, hop: hop}, out)
}

// receiveAck gives an ACK to the INVITE server transaction of its branch: one
// to a failure ends there. Any other is to a 2xx and is the TU's.
func (l *Layer) receiveAck(now time.Duration, m *wire.Message, hop wire.Hop, out *Out) {
	t := l.server(m, methodInvite)
	if t == nil {
		out.Events = append(out.Events, Event{Kind: AckFor2xx, Msg: m, Hop: hop})
		return
	}
	l.step(now, t, cause{in: rcvAck, msg: m, hop: hop}, out)
}

func (l *Layer) receiveRequest(now time.Duration, m *wire.Message, hop wire.Hop, out *Out) {
	if t := l.server(m, m.Method); t != nil {
		l.step(now, t, cause{in: rcvRequest, msg: m, hop: hop}, out)
		return
	}
	e := Event{Kind: NewRequest, Msg: m, Hop: hop}
	if m.Method == methodCancel {
		if t := l.server(m, methodInvite); t != nil {
			e.Invite = t.id
		}
	}
	// A CANCEL of a call that exists makes room; it is let in over the cap, and
	// there is at most one for each INVITE.
	if len(l.all) >= l.config.Max && e.Invite == 0 {
		e.Kind = Overload
	} else {
		e.ID = l.Open(now, m, hop)
	}
	out.Events = append(out.Events, e)
}

// Open opens a server transaction for a request that came as Overload and must
// be served all the same (an emergency call, a BYE of a call that exists).
// There is no event; it is 0 for an ACK and for a request that has a
// transaction already.
func (l *Layer) Open(now time.Duration, m *wire.Message, hop wire.Hop) ID {
	if m.Method == methodAck || l.server(m, m.Method) != nil {
		return 0
	}
	t := &transaction{machine: l.figures.server, hop: hop}
	if m.Method == methodInvite {
		t.machine = l.figures.inviteServer
	}
	t.hop.Remote = wire.ReplyTo(m, hop)
	l.key = forServer(l.key[:0], m, m.Method)
	l.open(now, t)
	return t.id
}

// Respond sends the TU's response msg, of that status, by the server
// transaction id, and keeps msg as long as it may have to be repeated: the
// caller must not write into it afterwards. In Accepted only a further 2xx is
// sent; what comes after another final, or for an id that is not known, is
// dropped.
func (l *Layer) Respond(now time.Duration, id ID, status int, msg []byte, out *Out) {
	if t := l.all[id]; t != nil {
		l.step(now, t, cause{in: class(status, tu1xx), bytes: msg}, out)
	}
}

// Hop is the way of the messages of a transaction; the zero Hop for an id that
// is not known.
func (l *Layer) Hop(id ID) (hop wire.Hop) {
	if t := l.all[id]; t != nil {
		hop = t.hop
	}
	return hop
}

// Request opens a client transaction for the request msg, whose bytes are raw
// and whose top Via carries a branch of ours, and sends it by hop. Both are
// kept and must not be changed. It is 0, and nothing is sent, for an ACK, and
// when that branch is in use for that method.
func (l *Layer) Request(now time.Duration, msg *wire.Message, raw []byte, hop wire.Hop, out *Out) ID {
	l.key = forClient(l.key[:0], msg.Via.Branch, msg.Method)
	if msg.Method == methodAck || l.keys[string(l.key)] != nil {
		return 0
	}
	t := &transaction{machine: l.figures.client, hop: hop, bytes: raw}
	if msg.Method == methodInvite {
		t.machine, t.request = l.figures.inviteClient, msg
	}
	l.open(now, t)
	out.Sends = append(out.Sends, Send{ID: t.id, Hop: t.hop, Data: t.bytes})
	return t.id
}

// Forget ends a transaction without a word: nothing is sent, no event comes,
// and what arrives for it later is new or stray.
func (l *Layer) Forget(id ID) {
	if t := l.all[id]; t != nil {
		l.remove(t)
	}
}

// TransportFailed says that a Send of the transaction id could not be sent.
func (l *Layer) TransportFailed(now time.Duration, id ID, out *Out) {
	if t := l.all[id]; t != nil {
		l.step(now, t, cause{in: broken}, out)
	}
}

// Next is the earliest deadline; ok is false when no timer runs.
func (l *Layer) Next() (at time.Duration, ok bool) { return l.timers.next() }

// Fire lets every timer with a deadline at or before now run out, in order of
// deadline, and of starting where these are equal.
func (l *Layer) Fire(now time.Duration, out *Out) {
	for t := l.timers.due(now); t != nil; t = l.timers.due(now) {
		l.step(now, t.of, cause{in: t.name}, out)
	}
}

// server is the server transaction of m's branch and of method, nil when none.
func (l *Layer) server(m *wire.Message, method string) *transaction {
	l.key = forServer(l.key[:0], m, method)
	return l.keys[string(l.key)]
}

// open stores t under the key in l.key and puts it in its first state.
func (l *Layer) open(now time.Duration, t *transaction) {
	l.last++
	t.id = l.last
	t.key = string(l.key)
	t.again.of, t.end.of = t, t
	l.all[t.id] = t
	l.keys[t.key] = t
	l.enter(now, t, t.machine.start)
}

// remove takes t out of the layer.
func (l *Layer) remove(t *transaction) {
	l.timers.stop(&t.again)
	l.timers.stop(&t.end)
	delete(l.all, t.id)
	delete(l.keys, t.key)
}

// class is the input for a response of that status, counted from the input for
// a provisional.
func class(status int, first input) input {
	switch {
	case status < 200:
		return first
	case status < 300:
		return first + 1
	default:
		return first + 2
	}
}
