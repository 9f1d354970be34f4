package txn

import (
	"fmt"
	"testing"
	"time"

	"tregua/proxy/wire"
)

func TestOverload(t *testing.T) {
	t.Parallel()
	r := newRig(Config{Max: 2})
	first := r.open(request("INVITE", "z9hG4bK1")).ID
	r.request("INVITE", "z9hG4bK2")
	r.take()

	e := r.open(request("INVITE", "z9hG4bK3"))
	if e.Kind != Overload || e.ID != 0 || e.Msg == nil || e.Hop != hop {
		t.Fatalf("got %v id %d, want overload with its message and hop and no id", e.Kind, e.ID)
	}
	r.receive(request("CANCEL", "z9hG4bK3"))
	r.receive(request("BYE", "z9hG4bK4"))
	r.want(t, "new ones", "0!overload, 0!overload, 0!overload")
	if r.layer.Len() != 2 {
		t.Fatalf("%d transactions, want 2", r.layer.Len())
	}

	r.respond(first, 180)
	r.receive(request("INVITE", "z9hG4bK1"))
	r.receive(response(180, "INVITE", "z9hG4bK2"))
	r.want(t, "those that exist", "0>180, 0>180, 0!response")
	if e := r.open(request("CANCEL", "z9hG4bK1")); e.Kind != NewRequest || e.Invite != first {
		t.Errorf("a CANCEL of a call that exists: %v for %d, want a new request for %d", e.Kind, e.Invite, first)
	}
	r.respond(first, 487)
	r.receive(request("ACK", "z9hG4bK1"))
	r.request("CANCEL", "z9hG4bK2")
	r.want(t, "the end of both", "0!new request, 0>487, 0>CANCEL")
	if s := r.stateOf(first); s != confirmed {
		t.Errorf("state %d after the ACK, want confirmed", s)
	}
}

func TestOpenOverTheCap(t *testing.T) {
	t.Parallel()
	r := newRig(Config{Max: 1})
	r.open(request("INVITE", "z9hG4bK1"))
	bye := request("BYE", "z9hG4bK2")
	if e := r.open(bye); e.Kind != Overload {
		t.Fatalf("got %v, want overload", e.Kind)
	}
	id := r.layer.Open(r.now, bye, hop)
	if id == 0 {
		t.Fatal("Open gives no transaction")
	}
	if again := r.layer.Open(r.now, bye, hop); again != 0 {
		t.Errorf("Open of a request that has a transaction: %d, want 0", again)
	}
	if ack := r.layer.Open(r.now, request("ACK", "z9hG4bK3"), hop); ack != 0 {
		t.Errorf("Open of an ACK: %d, want 0", ack)
	}
	r.take()
	r.respond(id, 200)
	r.receive(bye)
	r.want(t, "the BYE and its repeat", "0>200, 0>200")
}

// TestPlaceIsFreed: the cap counts transactions that exist, not that existed.
func TestPlaceIsFreed(t *testing.T) {
	t.Parallel()
	r := newRig(Config{Max: 1})
	for i := range 3 {
		id := r.open(request("INVITE", fmt.Sprint("z9hG4bK", i))).ID
		if id == 0 {
			t.Fatalf("INVITE %d: overload, want a transaction", i)
		}
		r.respond(id, 603)
		r.receive(request("ACK", fmt.Sprint("z9hG4bK", i)))
		r.advance(r.now + defaultT4)
	}
}

func TestRequestIsRefused(t *testing.T) {
	t.Parallel()
	r := newRig(Config{})
	first := r.request("INVITE", "z9hG4bK1")
	if id := r.request("INVITE", "z9hG4bK1"); id != 0 {
		t.Errorf("a branch in use: %d, want 0", id)
	}
	if id := r.request("ACK", "z9hG4bK2"); id != 0 {
		t.Errorf("an ACK: %d, want 0", id)
	}
	cancel := r.request("CANCEL", "z9hG4bK1")
	if cancel == 0 || cancel == first {
		t.Errorf("a CANCEL under the INVITE's branch: %d, want an id of its own", cancel)
	}
	r.want(t, "sent", "0>INVITE, 0>CANCEL")
	r.receive(response(200, "CANCEL", "z9hG4bK1"))
	r.receive(response(487, "INVITE", "z9hG4bK1"))
	r.want(t, "the answers", "0!response, 0>ACK, 0!response")
}

func TestForget(t *testing.T) {
	t.Parallel()
	r := newRig(Config{})
	mine := r.request("INVITE", "z9hG4bK1")
	theirs := r.open(request("OPTIONS", "z9hG4bK2")).ID
	waiting := r.open(request("INVITE", "z9hG4bK3")).ID
	r.respond(waiting, 603)
	r.take()
	for _, id := range []ID{mine, theirs, waiting, 0, 99} {
		r.layer.Forget(id)
	}
	if _, ok := r.layer.Next(); ok || r.layer.Len() != 0 {
		t.Errorf("%d transactions, timer %v; want none", r.layer.Len(), ok)
	}
	r.advance(secs(100))
	r.respond(theirs, 200)
	r.layer.TransportFailed(r.now, mine, &r.out)
	r.receive(response(200, "INVITE", "z9hG4bK1"))
	r.receive(request("OPTIONS", "z9hG4bK2"))
	r.want(t, "afterwards", "100!stray response, 100!new request")
	if id := r.request("INVITE", "z9hG4bK1"); id <= waiting {
		t.Errorf("id %d was used before", id)
	}
}

// TestEqualTimes: timers of one deadline fire in the order they were started.
func TestEqualTimes(t *testing.T) {
	t.Parallel()
	l := New(Config{})
	var out Out
	var ids []ID
	for i := range 50 {
		text := requestText("OPTIONS", fmt.Sprint("z9hG4bK", i))
		ids = append(ids, l.Request(0, read(text), []byte(text), hop, &out))
	}
	for _, i := range []int{3, 40, 17} {
		l.Forget(ids[i])
		ids[i] = 0
	}
	for _, at := range []time.Duration{secs(0.5), secs(1.5), secs(3.5)} {
		out.Reset()
		l.Fire(at, &out)
		i := 0
		for _, id := range ids {
			if id == 0 {
				continue
			}
			if i >= len(out.Sends) || out.Sends[i].ID != id {
				t.Fatalf("at %v: send %d is not that of transaction %d", at, i, id)
			}
			i++
		}
		if i != len(out.Sends) {
			t.Fatalf("at %v: %d sends, want %d", at, len(out.Sends), i)
		}
	}
}

// TestStall: a shard that comes late repeats once and goes on from there.
func TestStall(t *testing.T) {
	t.Parallel()
	r := newRig(Config{})
	r.request("OPTIONS", "z9hG4bK1")
	r.take()
	r.now = secs(10)
	r.layer.Fire(r.now, &r.out)
	r.note()
	r.want(t, "late", "10>OPTIONS")
	r.advance(secs(13))
	r.want(t, "then", "11>OPTIONS, 13>OPTIONS")
}

// TestNext: the earliest of many, and none when all is over.
func TestNext(t *testing.T) {
	t.Parallel()
	r := newRig(Config{T1: time.Second, T2: 2 * time.Second, T4: 3 * time.Second})
	if at, ok := r.layer.Next(); ok {
		t.Fatalf("an empty layer waits for %v", at)
	}
	r.request("OPTIONS", "z9hG4bK1")
	r.advance(secs(0.5))
	r.request("OPTIONS", "z9hG4bK2")
	r.take()
	for _, want := range []float64{1, 1.5, 3, 3.5} {
		at, ok := r.layer.Next()
		if !ok || at != secs(want) {
			t.Fatalf("next at %v, %v; want %v s", at, ok, want)
		}
		r.advance(at)
	}
	r.receive(response(200, "OPTIONS", "z9hG4bK1"))
	r.receive(response(200, "OPTIONS", "z9hG4bK2"))
	if at, _ := r.layer.Next(); at != secs(6.5) {
		t.Fatalf("next at %v, want timer K at 6.5 s", at)
	}
	r.advance(secs(6.5))
	if at, ok := r.layer.Next(); ok || r.layer.Len() != 0 {
		t.Errorf("%d transactions, next %v; want none", r.layer.Len(), at)
	}
}

func TestHop(t *testing.T) {
	t.Parallel()
	r := newRig(Config{})
	id := r.open(request("INVITE", "z9hG4bK1")).ID
	if got := r.layer.Hop(id); got.Local != hop.Local || got.Remote != wire.ReplyTo(request("INVITE", "z9hG4bK1"), hop) {
		t.Errorf("the hop is %+v", got)
	}
	if got := r.layer.Hop(id + 1); got != (wire.Hop{}) {
		t.Errorf("what is not known has the hop %+v", got)
	}
}
