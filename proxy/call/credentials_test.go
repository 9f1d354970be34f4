package call

import (
	"fmt"
	"testing"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/wire"
)

// TestCredentials: the carrier challenges all, the dialer has no secret and
// hears of nothing; each side keeps its own numbers.
func TestCredentials(t *testing.T) {
	t.Parallel()
	tries := 0
	own := func(s *Setup) {
		s.Legs[media.B].Credentials = func(challenge, sent *wire.Message) ([]string, bool) {
			tries++
			return []string{fmt.Sprintf("Authorization: Digest %s %d", sent.Method, challenge.Status)}, tries < 10
		}
	}
	r := newRigOf(t, request("INVITE", 7, "", offer), Watch{}, own)
	cseq := func(want uint32) {
		t.Helper()
		if m := r.open[r.lastOpen]; m.CSeq.N != want {
			t.Errorf("%s has CSeq %d, want %d", m.Method, m.CSeq.N, want)
		}
	}
	back := func(want uint32) {
		t.Helper()
		if m := r.read(string(r.lastRespond)); m.CSeq.N != want {
			t.Errorf("the answer to %s has CSeq %d, want %d", m.CSeq.Method, m.CSeq.N, want)
		}
	}
	r.walk([]step{
		{(*rig).allow, "flow A, >B INVITE, +c"},
		{func(r *rig) { r.answer(1, 401, "p", "") }, ">B INVITE, +c"},
	})
	cseq(8)
	if v := headerText(r.open[2], "Authorization"); v != "Digest INVITE 401" {
		t.Errorf("Authorization: %q", v)
	}
	r.walk([]step{{func(r *rig) { r.answer(2, 183, "x", reply) }, "+c, flow B, INVITE:183"}})
	back(7)
	r.walk([]step{{func(r *rig) { r.fromAWith("PRACK", 8, "RAck: 5 7 INVITE\r\n") }, ">B PRACK"}})
	cseq(9)
	if v := headerText(r.open[3], "RAck"); v != "5 8 INVITE" {
		t.Errorf("RAck: %q", v)
	}
	r.walk([]step{
		{func(r *rig) { r.answer(3, 407, "", "") }, ">B PRACK"},
		{func(r *rig) { r.answer(4, 200, "", "") }, "PRACK:200"},
	})
	back(8)
	r.walk([]step{
		{func(r *rig) { r.answer(2, 200, "x", reply) }, "flow B, up, INVITE:200, -c, +repeat, +noack"},
		{func(r *rig) { r.fromA("ACK", 7, "x", "") }, "-repeat, -noack, >B ACK"},
	})
	if back(7); r.lastAck.CSeq.N != 8 {
		t.Errorf("the ACK has CSeq %d, want that of the INVITE, 8", r.lastAck.CSeq.N)
	}
	r.walk([]step{
		{func(r *rig) { r.fromB("INFO", 50, "x", "") }, ">A INFO"},
		{func(r *rig) { r.answer(5, 200, "", "") }, "INFO':200"},
		{func(r *rig) { r.fromA("INVITE", 9, "x", offer2) }, "INVITE:100, >B INVITE, +a.c"},
		{func(r *rig) { r.answer(6, 401, "", "") }, ">B INVITE, +a.c"},
	})
	cseq(12)
	r.walk([]step{
		{func(r *rig) { r.answer(7, 200, "", reply2) }, "flow A, flow B, INVITE:200, -a.c, +a.repeat, +a.noack"},
		{func(r *rig) { r.fromA("ACK", 9, "x", "") }, "-a.repeat, -a.noack, >B ACK"},
		{func(r *rig) { r.in(Kick{Reason: policy.Draining}) }, ">B BYE, >A BYE, record connected"},
		{func(r *rig) { r.answer(8, 401, "", "") }, ">B BYE"},
	})
	if back(9); r.lastAck.CSeq.N != 12 {
		t.Errorf("the ACK has CSeq %d, want that of the re-INVITE, 12", r.lastAck.CSeq.N)
	}
	cseq(14)
	r.walk([]step{{func(r *rig) { r.answer(10, 200, "", "") }, ""}})
}

// TestCredentialsInVain: a challenge that cannot be answered is the dialer's.
func TestCredentialsInVain(t *testing.T) {
	t.Parallel()
	no := func(s *Setup) {
		s.Legs[media.B].Credentials = func(_, _ *wire.Message) ([]string, bool) { return nil, false }
	}
	r := newRigOf(t, request("INVITE", 1, "", offer), Watch{}, no)
	r.walk([]step{
		{(*rig).allow, "flow A, >B INVITE, +c"},
		{func(r *rig) { r.answer(1, 401, "p", "") }, "INVITE:401, -c, +retry"},
	})
}

func headerText(m *wire.Message, name string) string {
	for v := range m.Named(name) {
		return v
	}
	return ""
}

// TestCredentialsInOrder: each request that we number anew is above all that
// went before, and one after another may be challenged for as long as it takes.
func TestCredentialsInOrder(t *testing.T) {
	t.Parallel()
	own := func(s *Setup) {
		s.Legs[media.B].Credentials = func(_, _ *wire.Message) ([]string, bool) { return []string{"Authorization: x"}, true }
	}
	r := newRigOf(t, request("INVITE", 7, "", offer), Watch{}, own)
	highest := uint32(0)
	above := func() {
		t.Helper()
		m := r.open[r.lastOpen]
		if m.CSeq.N <= highest {
			t.Errorf("%s has CSeq %d behind %d", m.Method, m.CSeq.N, highest)
		}
		highest = m.CSeq.N
	}
	r.allow()
	above()
	r.answer(r.lastOpen, 401, "p", "")
	above()
	r.answer(r.lastOpen, 422, "p", "")
	r.in(Again{Tx: r.tx("INVITE"), Hop: hopA, Msg: r.read(request("INVITE", 8, "", offer))})
	above()
	r.answer(r.lastOpen, 200, "x", reply)
	r.fromA("ACK", 8, "x", "")
	first := r.lastOpen + 1
	r.fromA("INFO", 9, "x", "")
	above()
	r.fromA("INFO", 10, "x", "")
	above()
	r.answer(first, 401, "", "")
	above()
	for n := 11; n < 120; n++ {
		r.fromA("UPDATE", n, "x", "")
		above()
		r.answer(r.lastOpen, 401, "", "")
		above()
		r.answer(r.lastOpen, 200, "", "")
	}
	r.in(Kick{Reason: policy.Draining})
	for ref, m := range r.open {
		if m.Method == "BYE" && m.To.Tag == "x" {
			r.lastOpen = ref
		}
	}
	above()
	for range maxTries {
		r.words = r.words[:0]
		r.answer(r.lastOpen, 401, "", "")
		above()
	}
	r.walk([]step{{func(r *rig) { r.answer(r.lastOpen, 401, "", "") }, "unended B 401"}})
}
