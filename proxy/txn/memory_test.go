package txn

import (
	"bytes"
	"testing"
)

// TestMemory: what a transaction holds in each state. One that is over but for
// repeats has the bytes it may send again and nothing of the messages.
func TestMemory(t *testing.T) {
	t.Parallel()
	r := newRig(Config{})
	check := func(what string, id ID, data string, request bool) {
		t.Helper()
		x := r.layer.all[id]
		if (data == "") != (x.bytes == nil) || (data != "" && !bytes.HasPrefix(x.bytes, []byte(data))) || (x.request != nil) != request {
			t.Errorf("%s: holds %q and the request %v, want %q and %v", what, x.bytes, x.request != nil, data, request)
		}
	}
	id := r.request("INVITE", "z9hG4bK1")
	check("invite client, calling", id, "INVITE", true)
	r.receive(response(180, "INVITE", "z9hG4bK1"))
	check("invite client, proceeding", id, "", true)
	r.receive(response(486, "INVITE", "z9hG4bK1"))
	check("invite client, completed", id, "ACK", false)
	id = r.request("INVITE", "z9hG4bK2")
	r.receive(response(200, "INVITE", "z9hG4bK2"))
	check("invite client, accepted", id, "", false)

	id = r.request("BYE", "z9hG4bK3")
	check("client, trying", id, "BYE", false)
	r.receive(response(100, "BYE", "z9hG4bK3"))
	check("client, proceeding", id, "BYE", false)
	r.receive(response(200, "BYE", "z9hG4bK3"))
	check("client, completed", id, "", false)

	id = r.open(request("INVITE", "z9hG4bK4")).ID
	check("invite server, new", id, "", false)
	r.respond(id, 180)
	check("invite server, proceeding", id, "SIP/2.0 180", false)
	r.respond(id, 603)
	check("invite server, completed", id, "SIP/2.0 603", false)
	r.receive(request("ACK", "z9hG4bK4"))
	check("invite server, confirmed", id, "", false)
	id = r.open(request("INVITE", "z9hG4bK5")).ID
	r.respond(id, 180)
	r.respond(id, 200)
	check("invite server, accepted", id, "", false)
	r.respond(id, 200)
	check("invite server, accepted, after another 2xx", id, "", false)

	id = r.open(request("BYE", "z9hG4bK6")).ID
	check("server, trying", id, "", false)
	r.respond(id, 100)
	check("server, proceeding", id, "SIP/2.0 100", false)
	r.respond(id, 200)
	check("server, completed", id, "SIP/2.0 200", false)
}

// TestRepeatsAllocateNothing: received and sent repeats, and stray messages.
func TestRepeatsAllocateNothing(t *testing.T) {
	r := newRig(Config{})
	invite, busy := request("INVITE", "z9hG4bKAbc"), response(486, "INVITE", "z9hG4bKdEf")
	r.respond(r.open(invite).ID, 180)
	r.request("INVITE", "z9hG4bKdEf")
	r.receive(busy)
	stray := response(200, "INVITE", "z9hG4bKghi")
	r.request("OPTIONS", "z9hG4bKjkl")
	out := &Out{Sends: make([]Send, 0, 16), Events: make([]Event, 0, 16)}
	now := r.now
	for _, c := range []struct {
		name string
		do   func()
	}{
		{"a request", func() { r.layer.Receive(now, invite, hop, out) }},
		{"a failure", func() { r.layer.Receive(now, busy, hop, out) }},
		{"a stray response", func() { r.layer.Receive(now, stray, hop, out) }},
		{"timer E", func() { now, _ = r.layer.Next(); r.layer.Fire(now, out) }},
	} {
		sent := 0
		n := testing.AllocsPerRun(5, func() {
			c.do()
			sent += len(out.Sends) + len(out.Events)
			out.Reset()
		})
		if n != 0 || sent == 0 {
			t.Errorf("%s again: %v allocations, %d things done; want 0 and some", c.name, n, sent)
		}
	}
}
