package txn

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"testing"
	"time"
)

// TestLossyNetwork: whatever is lost, doubled and overtaken, a request is seen
// once, ends once, ends as it was answered, and leaves nothing.
func TestLossyNetwork(t *testing.T) {
	t.Parallel()
	const calls = 40
	for seed := range uint64(25) {
		for _, loss := range []float64{0, 0.2, 0.5} {
			d := newLadder(seed, loss, rfc3261)
			d.run(calls)
			if law := d.broken(calls); law != "" {
				t.Fatalf("seed %d, loss %v: %s", seed, loss, law)
			}
		}
	}
}

// TestSeedRepeats: one seed, one trace.
func TestSeedRepeats(t *testing.T) {
	t.Parallel()
	sum := func() uint64 {
		d := newLadder(7, 0.3, rfc3261)
		d.run(100)
		h := fnv.New64a()
		for _, line := range d.trace {
			fmt.Fprintln(h, line)
		}
		return h.Sum64()
	}
	if a, b := sum(), sum(); a != b {
		t.Errorf("two runs of one seed: %x and %x", a, b)
	}
}

// FuzzSilence posts an arbitrary order of messages, answers, failures and
// times, then lets the TU answer or forget all that has no timer. After 64*T1
// and T4 of silence nothing is left.
func FuzzSilence(f *testing.F) {
	random := rand.New(rand.NewPCG(3, 1))
	for range 200 {
		script := make([]byte, 60)
		for i := range script {
			script[i] = byte(random.Uint32())
		}
		f.Add(script)
	}
	f.Fuzz(func(t *testing.T, script []byte) {
		r := newRig(Config{Max: 6})
		var ids []ID
		for _, b := range script {
			ids = append(ids, r.random(b)...)
			if len(r.layer.keys) != r.layer.Len() {
				t.Fatalf("%d keys for %d transactions", len(r.layer.keys), r.layer.Len())
			}
		}
		for _, id := range ids {
			if x := r.layer.all[id]; x != nil && x.state == proceeding && x.machine == &inviteClient {
				r.layer.Forget(id)
			}
			r.respond(id, 480)
		}
		r.advance(r.now + 64*defaultT1 + defaultT4)
		if _, ok := r.layer.Next(); ok || r.layer.Len() != 0 {
			t.Fatalf("%d transactions left, timer %v", r.layer.Len(), ok)
		}
	})
}

// random does what a byte says: two bits choose the transaction, the rest the
// deed. It returns the transactions that were opened.
func (r *rig) random(b byte) []ID {
	branch := fmt.Sprint("z9hG4bK", b&3)
	method := []string{"INVITE", "BYE"}[b>>2&1]
	status := []int{100, 180, 200, 302, 486, 603}
	code := status[int(b>>3)%len(status)]
	last := r.layer.last
	switch b >> 3 % 16 {
	case 0, 1:
		r.receive(request(method, branch))
	case 2:
		r.receive(request("CANCEL", branch))
	case 3:
		r.receive(request("ACK", branch))
	case 4, 5:
		r.request(method, branch)
	case 6, 7, 8, 9:
		r.receive(response(code, method, branch))
	case 10, 11, 12:
		r.respond(r.layer.last-ID(b&3), code)
	case 13:
		r.layer.TransportFailed(r.now, r.layer.last-ID(b&3), &r.out)
		r.note()
	default:
		r.advance(r.now + time.Duration(b)*50*time.Millisecond)
	}
	if r.layer.last != last {
		return []ID{r.layer.last}
	}
	return nil
}

// TestLawsNotice breaks single rules by hand and wants the lossy network to
// notice, without being told what is broken.
func TestLawsNotice(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*figures)
	}{
		{"no timer B", func(f *figures) { m := *f.inviteClient; m.rests[calling].end = never; f.inviteClient = &m }},
		{"no timer D", func(f *figures) { m := *f.inviteClient; m.rests[completed].end = never; f.inviteClient = &m }},
		{"no timer F", func(f *figures) {
			m := *f.client
			m.rests[trying].end, m.rests[proceeding].end = never, never
			f.client = &m
		}},
		{"no timer G", func(f *figures) { m := *f.inviteServer; m.rests[completed].again = never; f.inviteServer = &m }},
		{"no timer H", func(f *figures) { m := *f.inviteServer; m.rests[completed].end = never; f.inviteServer = &m }},
		{"no timer J", func(f *figures) { m := *f.server; m.rests[completed].end = never; f.server = &m }},
		{"an accepted INVITE ends at once", func(f *figures) {
			m := *f.inviteServer
			m.moves[proceeding][tu2xx].to = terminated
			f.inviteServer = &m
		}},
		{"an ACK ends at once", func(f *figures) {
			m := *f.inviteServer
			m.moves[completed][rcvAck].to = terminated
			f.inviteServer = &m
		}},
		{"a repeated failure is told again", func(f *figures) {
			m := *f.inviteClient
			m.moves[completed][rcvFail].say = Response
			f.inviteClient = &m
		}},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := rfc3261
			c.change(&f)
			for seed := range uint64(25) {
				d := newLadder(seed, 0.5, f)
				d.run(40)
				if d.broken(40) != "" {
					return
				}
			}
			t.Error("nothing notices")
		})
	}
}
