package call

import (
	"strings"
	"testing"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/wire"
)

// TestMachine: who may say that a machine answered.
func TestMachine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		contact, bye string
		want         policy.Machine
	}{
		"nobody":               {},
		"the carrier":          {contact: ";automata", want: policy.CarrierMachine},
		"the carrier denies":   {contact: `;automata="FALSE"`},
		"the dialer":           {bye: "X-Machine: beep\r\n", want: policy.DialerMachine},
		"the dialer denies":    {bye: "x-machine: no\r\n"},
		"the dialer, in doubt": {bye: "X-Machine: yes\r\n", contact: ";automata", want: policy.DialerMachine},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := watchedRig(t, offer, enforce)
			r.allow()
			ok := strings.Replace(response(r.open[1], 200, "x", reply), ":5060>\r\nContent-Type", ":5060>"+c.contact+"\r\nContent-Type", 1)
			r.in(Response{Ref: 1, At: r.now, Msg: r.read(ok)})
			r.fromA("ACK", 1, "x", "")
			bye := strings.Replace(request("BYE", 2, "x", ""), "Content-Length", c.bye+"Content-Length", 1)
			r.in(Request{From: media.A, Tx: r.tx("BYE"), Hop: hopA, Msg: r.read(bye)})
			for v := range r.open[2].Named("X-Machine") {
				t.Errorf("the callee is told %q", v)
			}
			r.answer(2, 200, "", "")
			if got := r.records[0].Ending.Machine; got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestPrivateHeaders: what the dialer tells us alone goes no further.
func TestPrivateHeaders(t *testing.T) {
	t.Parallel()
	r := newRigOf(t, strings.Replace(request("INVITE", 1, "", offer), "Content-Type", "x-OP: 1\r\nX-Other: 2\r\nContent-Type", 1), Watch{})
	r.allow()
	for v := range r.open[1].Named("X-Op") {
		t.Errorf("the callee is told %q", v)
	}
	if other, _ := r.open[1].SDP(); other == "" || len(r.open[1].RawLines(wire.HOther)) == 0 {
		t.Error("other headers are gone too")
	}
}

// TestPrivateResponse: what the dialer tells us in an answer goes no further.
func TestPrivateResponse(t *testing.T) {
	t.Parallel()
	r := newRig(t, offer)
	r.allow()
	r.answer(1, 200, "x", reply)
	r.fromB("INFO", 9, "x", "")
	r.in(Response{Ref: 2, At: r.now, Msg: r.read(strings.Replace(response(r.open[2], 200, "", ""), "Content-Length", "X-Op: anna\r\nX-Other: 1\r\nContent-Length", 1))})
	if last := string(r.lastRespond); strings.Contains(last, "X-Op") || !strings.Contains(last, "X-Other") {
		t.Errorf("the carrier is told\n%s", last)
	}
}
