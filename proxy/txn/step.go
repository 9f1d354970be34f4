package txn

import (
	"time"

	"tregua/proxy/wire"
)

// cause is an input and what came with it.
type cause struct {
	in    input
	msg   *wire.Message // received
	hop   wire.Hop      // how it came
	bytes []byte        // the TU's response
}

// step moves t along the arrow that its machine has for the cause, if any.
func (l *Layer) step(now time.Duration, t *transaction, c cause, out *Out) {
	m := t.machine.moves[t.state][c.in]
	if m.to == nowhere {
		return
	}
	t.act(m, c, out)
	if m.say != silent {
		out.Events = append(out.Events, Event{Kind: m.say, ID: t.id, Msg: c.msg, Hop: c.hop})
	}
	switch {
	case m.to == terminated:
		l.remove(t)
		out.Events = append(out.Events, Event{Kind: Gone, ID: t.id})
	case m.to != t.state:
		l.enter(now, t, m.to)
	case c.in == t.again.name && t.again.slot == 0:
		// From now and not from the deadline: after a stall of the shard there
		// is one repeat and not a burst of them.
		l.timers.start(now, &t.again, c.in, l.config.next(c.in, t.state, t.again.wait))
	}
}

// act sends what the move m says.
func (t *transaction) act(m move, c cause, out *Out) {
	data := t.bytes
	switch m.do {
	case nothing:
		return
	case repeat: // before the first answer there is nothing to repeat
		if data == nil {
			return
		}
	case send:
		data = c.bytes
	case ack:
		data = wire.HopByHop(t.request, methodAck, toLine(c.msg))
	}
	if t.machine.rests[m.to].bytes {
		t.bytes = data
	}
	out.Sends = append(out.Sends, Send{ID: t.id, Hop: t.hop, Data: data})
}

// enter puts t in state s: timers and memory become those of that state.
func (l *Layer) enter(now time.Duration, t *transaction, s state) {
	r := t.machine.rests[s]
	t.state = s
	if !r.bytes {
		t.bytes = nil
	}
	if !r.request {
		t.request = nil
	}
	l.run(now, t, &t.again, r.again)
	l.run(now, t, &t.end, r.end)
}

// run lets tm be the timer name, or stopped when name is never. If it is that
// timer already, it runs on.
func (l *Layer) run(now time.Duration, t *transaction, tm *timer, name input) {
	if tm.slot != 0 && tm.name == name {
		return
	}
	l.timers.stop(tm)
	if d, ok := l.config.wait(name, t.hop.Proto); ok {
		l.timers.start(now, tm, name, d)
	}
}

// toLine is the whole To line of m, whose tag an ACK must carry (17.1.1.3).
func toLine(m *wire.Message) string {
	for _, line := range m.Lines {
		if line.Header == wire.HTo {
			return line.Text
		}
	}
	return ""
}
