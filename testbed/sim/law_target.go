package sim

import (
	"fmt"

	"tregua/media"
	"tregua/proxy/wire"
)

// targets follows where each side of the dialogs of a call wants its requests
// (12.2.1.2): the Contact of the INVITE, then that of each response that makes or
// refreshes a dialog, and of each request that does once it is accepted.
type targets struct {
	uri     map[dialogOf]string
	before  map[dialogOf]string // what it was until this turn
	since   map[dialogOf]int64
	pending map[pendingKey]string
	done    map[doneKey]bool // requests of which a 2xx came: its copies say nothing new
}

type doneKey struct {
	of  pendingKey
	tag string
}

// dialogOf is a side of a dialog, which the callee's tag names.
type dialogOf struct {
	side media.Leg
	tag  string
}

type pendingKey struct {
	from   media.Leg
	cseq   uint32
	method string
}

// reachTargets: a request within a dialog is for the target that its side gave
// last.
func (t *trail) reachTargets() (broken []string) {
	k := targets{map[dialogOf]string{}, map[dialogOf]string{}, map[dialogOf]int64{}, map[pendingKey]string{}, map[doneKey]bool{}}
	for i := range t.list {
		x := &t.list[i]
		if x.in {
			k.hears(t, x)
			continue
		}
		if !x.msg.IsRequest() || x.msg.To.Tag == "" || !t.endToEnd(x) || t.again(i) || t.stray(x) {
			continue
		}
		d := dialogOf{x.side, t.calleeTag(x)}
		if is, want := targetOf(x.msg), k.of(d); want != "" && is != want && !(k.since[d] == int64(x.at) && is == k.before[d]) {
			broken = append(broken, fmt.Sprintf("%s %d to leg %c is for %s, its target is %s", x.msg.Method, x.msg.CSeq.N, 'a'+x.side, is, want))
		}
	}
	return broken
}

// of is the target of a side, "" when it never gave one.
func (k *targets) of(d dialogOf) string {
	if uri := k.uri[d]; uri != "" {
		return uri
	}
	return k.uri[dialogOf{d.side, ""}]
}

// calleeTag is the tag of the side that was called, in a message of either.
func (t *trail) calleeTag(x *crossing) string {
	towards := x.in == (x.side == t.side) // it moves towards the callee
	if towards == x.msg.IsRequest() {
		return x.msg.To.Tag
	}
	return x.msg.From.Tag
}

// hears takes what a side says of itself.
func (k *targets) hears(t *trail, x *crossing) {
	m := x.msg
	switch m.CSeq.Method {
	case "INVITE", "UPDATE":
	default:
		return
	}
	d := dialogOf{x.side, t.calleeTag(x)}
	switch {
	case m.IsRequest() && m.To.Tag == "":
		k.set(dialogOf{x.side, ""}, m.Contact.URI, x)
	case m.IsRequest():
		k.pending[pendingKey{x.side, m.CSeq.N, m.Method}] = m.Contact.URI
	case m.Status == 100 || m.Status >= 300 || !m.HasContact:
	default:
		k.answered(d, x)
	}
}

func (k *targets) answered(d dialogOf, x *crossing) {
	other := pendingKey{x.side.Other(), x.msg.CSeq.N, x.msg.CSeq.Method}
	offered, within := k.pending[other]
	final := x.msg.Status >= 200
	if k.done[doneKey{other, d.tag}] || within && !final { // a provisional of a re-INVITE refreshes nothing
		return
	}
	k.done[doneKey{other, d.tag}] = final
	k.set(d, x.msg.Contact.URI, x)
	if within {
		k.set(dialogOf{x.side.Other(), d.tag}, offered, x)
	}
}

func (k *targets) set(d dialogOf, uri string, x *crossing) {
	was, known := k.uri[d]
	if !known && d.tag != "" {
		was = k.uri[dialogOf{d.side, ""}]
	}
	if was != uri {
		k.before[d], k.since[d] = was, int64(x.at)
	}
	k.uri[d] = uri
}

// targetOf is whom a request is for: where a strict router has taken the
// Request-URI, the last route says it.
func targetOf(m *wire.Message) string {
	rr := m.RawLines(wire.HRoute)
	if len(rr) > 0 && hasParam(m.URI, "n") {
		return uriOf(rr[len(rr)-1])
	}
	return m.URI
}

// hasParam reports whether a URI has a parameter: the routers of the simulation
// all have one.
func hasParam(uri, name string) bool {
	u, err := wire.ParseURI(uri)
	_, has := u.Params.Get(name)
	return err == nil && has
}
