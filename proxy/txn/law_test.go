package txn

import (
	"container/heap"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// parcel is a message on its way.
type parcel struct {
	at     time.Duration
	seq    int
	to     int // 0 the caller, 1 the callee
	method string
	branch string
	status int // 0 is a request
}

// network carries parcels and loses, doubles and reorders them.
type network struct {
	rand *rand.Rand
	loss float64
	way  parcels
	seq  int
}

type parcels []parcel

func (p parcels) Len() int      { return len(p) }
func (p parcels) Swap(i, j int) { p[i], p[j] = p[j], p[i] }
func (p *parcels) Push(x any)   { *p = append(*p, x.(parcel)) }
func (p *parcels) Pop() any     { x := (*p)[len(*p)-1]; *p = (*p)[:len(*p)-1]; return x }
func (p parcels) Less(i, j int) bool {
	if p[i].at != p[j].at {
		return p[i].at < p[j].at
	}
	return p[i].seq < p[j].seq
}

// post lets a parcel arrive never, once or twice, after 1 to 400 ms.
func (n *network) post(now time.Duration, p parcel) {
	for n.rand.Float64() >= n.loss {
		n.seq++
		p.seq = n.seq
		p.at = now + time.Duration(1+n.rand.IntN(400))*time.Millisecond
		heap.Push(&n.way, p)
		if n.rand.Float64() > 0.1 {
			return
		}
	}
}

// ladder is two layers, what stands on them, and the network between.
type ladder struct {
	net    network
	ends   [2]*Layer
	now    time.Duration
	out    Out
	trace  []string
	branch map[ID]string     // the caller's transactions
	method map[string]string // of a branch
	opened map[string]int    // how often the callee's TU saw a request
	final  map[string][]int  // what the caller's TU got: finals, 0 for a timeout
	told   map[string]int    // the final that the callee's TU gave
	strays int               // ACKs to a failure that the callee's TU saw
}

func newLadder(seed uint64, loss float64, f figures) *ladder {
	d := &ladder{
		net:    network{rand: rand.New(rand.NewPCG(seed, 1)), loss: loss},
		ends:   [2]*Layer{New(Config{}), New(Config{})},
		branch: map[ID]string{}, method: map[string]string{}, opened: map[string]int{},
		final: map[string][]int{}, told: map[string]int{},
	}
	d.ends[0].figures, d.ends[1].figures = f, f
	return d
}

// run places n requests within ten seconds and goes on until nothing is on the
// way and no timer runs.
func (d *ladder) run(n int) {
	for i := range n {
		branch := fmt.Sprint("z9hG4bK", i)
		method := []string{"INVITE", "BYE", "INVITE", "OPTIONS"}[i%4]
		d.method[branch] = method
		// A parcel that the caller sends itself stands for its TU.
		heap.Push(&d.net.way, parcel{
			at: time.Duration(d.net.rand.IntN(10_000)) * time.Millisecond, seq: -i - 1,
			to: 0, method: method, branch: branch,
		})
	}
	for d.turn() {
	}
}

// turn does the earliest thing there is.
func (d *ladder) turn() bool {
	at, who := time.Duration(-1), -1
	if len(d.net.way) > 0 {
		at, who = d.net.way[0].at, 2
	}
	for i, l := range d.ends {
		if next, ok := l.Next(); ok && (who < 0 || next < at) {
			at, who = next, i
		}
	}
	if who < 0 || at > time.Hour {
		return false
	}
	d.now = at
	if who < 2 {
		d.ends[who].Fire(at, &d.out)
		d.carry(who)
		return true
	}
	p := heap.Pop(&d.net.way).(parcel)
	switch {
	case p.status != 0:
		d.ends[p.to].Receive(at, response(p.status, p.method, p.branch), hop, &d.out)
	case p.to == 0:
		text := requestText(p.method, p.branch)
		d.branch[d.ends[0].Request(at, read(text), []byte(text), hop, &d.out)] = p.branch
	default:
		d.ends[1].Receive(at, request(p.method, p.branch), hop, &d.out)
	}
	d.carry(p.to)
	return true
}

// carry posts what an end sent and answers what it told.
func (d *ladder) carry(who int) {
	sends, events := slices.Clone(d.out.Sends), slices.Clone(d.out.Events)
	d.out.Reset()
	for _, s := range sends {
		d.trace = append(d.trace, fmt.Sprint(d.now, " ", who, ">", word(s.Data)))
		m := read(string(s.Data))
		d.net.post(d.now, parcel{to: 1 - who, method: m.CSeq.Method, branch: m.Via.Branch, status: m.Status})
	}
	for _, e := range events {
		d.trace = append(d.trace, fmt.Sprint(d.now, " ", who, "!", e.Kind, e.ID))
		d.hear(e)
	}
}

// hear is both transaction users: the callee answers at once with a provisional
// and, for the half of them, later in the same breath with a final.
func (d *ladder) hear(e Event) {
	switch e.Kind {
	case NewRequest:
		branch := e.Msg.Via.Branch
		d.opened[branch]++
		status := []int{200, 486, 603}[d.net.rand.IntN(3)]
		d.told[branch] = status
		if e.Msg.Method == "INVITE" || d.net.rand.IntN(2) == 0 {
			d.ends[1].Respond(d.now, e.ID, 100, []byte(responseText(100, e.Msg.Method, branch)), &d.out)
		}
		d.ends[1].Respond(d.now, e.ID, status, []byte(responseText(status, e.Msg.Method, branch)), &d.out)
		d.carry(1)
	case AckFor2xx:
		d.strays++
	case Response:
		if e.Msg.Status >= 200 {
			branch := d.branch[e.ID]
			d.final[branch] = append(d.final[branch], e.Msg.Status)
		}
	case Timeout:
		branch := d.branch[e.ID]
		d.final[branch] = append(d.final[branch], 0)
	default:
	}
}

// broken names the first law that a finished ladder breaks, "" when none.
func (d *ladder) broken(n int) string {
	for i := range n {
		branch := fmt.Sprint("z9hG4bK", i)
		final := d.final[branch]
		accepted := d.method[branch] == "INVITE" && d.told[branch] == 200
		switch {
		case d.opened[branch] > 1:
			return fmt.Sprintf("%s: the callee saw it %d times, want once", branch, d.opened[branch])
		case len(final) == 0 && !accepted:
			return branch + ": the caller heard no end"
		case len(final) > 1 && !accepted:
			return fmt.Sprintf("%s: the caller heard %d ends", branch, len(final))
		case len(final) > 0 && final[0] != 0 && final[0] != d.told[branch]:
			return fmt.Sprintf("%s: the callee said %d, the caller heard %d", branch, d.told[branch], final[0])
		case len(final) > 0 && final[0] == 0 && d.net.loss == 0:
			return branch + ": timed out on a network without loss"
		}
	}
	for i, l := range d.ends {
		for _, x := range l.all {
			// The callee's TU of this test does not repeat its 2xx, so an INVITE
			// client may be left with a provisional alone, which has no timer.
			if x.state != proceeding || x.machine != l.figures.inviteClient {
				return fmt.Sprintf("end %d: a transaction is left in state %d", i, x.state)
			}
			l.Forget(x.id)
		}
		if _, ok := l.Next(); ok || l.Len() != 0 {
			return fmt.Sprintf("end %d: %d transactions left, timer %v", i, l.Len(), ok)
		}
	}
	if d.strays != 0 {
		return fmt.Sprintf("the callee's user saw %d ACKs to failures", d.strays)
	}
	return ""
}

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
