package txn

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"tregua/proxy/wire"
)

// line is one step of a script: let the clock run to at (seconds), do what the
// words say, and find this in the log and the transaction in that state.
//
//	request M   the TU opens a client transaction
//	new M       a request comes that opens a server transaction
//	rcv X       the request, an ACK or a response comes
//	tu N        the TU answers
//	broken      the transport could not send
type line struct {
	at    float64
	do    string
	want  string
	state state
}

// script is one life of a transaction.
type script struct {
	name  string
	proto wire.Proto
	lines []line
}

// reliable is any transport that is not UDP.
const reliable = wire.UDP + 1

// play runs a script on a layer with the machines f, and says where it left it.
func (s script) play(f figures) error {
	r := newRig(Config{})
	r.layer.figures = f
	var id ID
	var method string
	way := hop
	way.Proto = s.proto
	const branch = "z9hG4bK1"
	for i, l := range s.lines {
		r.advance(secs(l.at))
		verb, arg, _ := strings.Cut(l.do, " ")
		status, _ := strconv.Atoi(arg)
		switch verb {
		case "request":
			method = arg
			text := requestText(method, branch)
			id = r.layer.Request(r.now, read(text), []byte(text), way, &r.out)
		case "new":
			method = arg
			r.layer.Receive(r.now, request(method, branch), way, &r.out)
			id = r.out.Events[0].ID
		case "rcv":
			if status != 0 {
				r.layer.Receive(r.now, response(status, method, branch), way, &r.out)
			} else {
				r.layer.Receive(r.now, request(arg, branch), way, &r.out)
			}
		case "tu":
			r.layer.Respond(r.now, id, status, []byte(responseText(status, method, branch)), &r.out)
		case "broken":
			r.layer.TransportFailed(r.now, id, &r.out)
		}
		r.note()
		if got := r.take(); got != l.want {
			return fmt.Errorf("line %d, %q at %v:\n got %s\nwant %s", i, l.do, l.at, got, l.want)
		}
		if got := r.stateOf(id); got != l.state {
			return fmt.Errorf("line %d, %q at %v: state %d, want %d", i, l.do, l.at, got, l.state)
		}
	}
	if _, ok := r.layer.Next(); ok && r.layer.Len() == 0 {
		return fmt.Errorf("a timer is left and no transaction")
	}
	return nil
}

// inviteClientScripts are figure 5 with RFC 6026.
var inviteClientScripts = []script{
	{"timer A doubles without a limit, timer B ends", wire.UDP, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{31.5, "", "0.5>INVITE, 1.5>INVITE, 3.5>INVITE, 7.5>INVITE, 15.5>INVITE, 31.5>INVITE", calling},
		{40, "", "32!timeout, 32!gone", terminated},
	}},
	{"no timer A when reliable", reliable, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{40, "", "32!timeout, 32!gone", terminated},
	}},
	{"transport error in calling", wire.UDP, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{1, "broken", "0.5>INVITE, 1!transport error, 1!gone", terminated},
		{40, "", "", terminated},
	}},
	{"a provisional stops A and B for ever", wire.UDP, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{0.5, "rcv 100", "0.5>INVITE, 0.5!response", proceeding},
		{100, "", "", proceeding},
		{100, "broken", "", proceeding},
		{200, "rcv 180", "200!response", proceeding},
		{1000, "rcv 180", "1000!response", proceeding},
		{1001, "rcv 486", "1001>ACK, 1001!response", completed},
	}},
	{"a failure in calling, timer D", wire.UDP, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{0, "rcv 300", "0>ACK, 0!response", completed},
		{0, "rcv 300", "0>ACK", completed},
		{0.1, "rcv 100", "", completed},
		{31.9, "rcv 699", "31.9>ACK", completed},
		{40, "", "32!gone", terminated},
		{41, "rcv 300", "41!stray response", terminated},
	}},
	{"timer D is zero when reliable", reliable, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{3, "rcv 603", "3>ACK, 3!response", completed},
		{3.5, "", "3!gone", terminated},
	}},
	{"a 2xx after a failure is stray", wire.UDP, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{1, "rcv 180", "0.5>INVITE, 1!response", proceeding},
		{2, "rcv 487", "2>ACK, 2!response", completed},
		{3, "rcv 200", "3!stray response", completed},
		{33, "rcv 200", "33!stray response", completed},
		{40, "", "34!gone", terminated},
	}},
	{"transport error for the ACK", wire.UDP, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{0, "rcv 486", "0>ACK, 0!response", completed},
		{0, "broken", "0!transport error, 0!gone", terminated},
		{40, "", "", terminated},
	}},
	{"2xx in calling, timer M", wire.UDP, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{0.1, "rcv 200", "0.1!response", accepted},
		{0.2, "rcv 200", "0.2!response", accepted},
		{0.3, "rcv 180", "", accepted},
		{0.4, "rcv 486", "", accepted},
		{0.5, "broken", "", accepted},
		{32, "rcv 299", "32!response", accepted},
		{40, "", "32.1!gone", terminated},
		{41, "rcv 200", "41!stray response", terminated},
	}},
	{"2xx in proceeding, timer M also when reliable", reliable, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{1, "rcv 199", "1!response", proceeding},
		{60, "rcv 200", "60!response", accepted},
		{93, "", "92!gone", terminated},
	}},
}

// clientScripts are figure 6.
var clientScripts = []script{
	{"timer E doubles up to T2, timer F ends", wire.UDP, []line{
		{0, "request BYE", "0>BYE", trying},
		{31.5, "", "0.5>BYE, 1.5>BYE, 3.5>BYE, 7.5>BYE, 11.5>BYE, 15.5>BYE, 19.5>BYE, 23.5>BYE, 27.5>BYE, 31.5>BYE", trying},
		{40, "", "32!timeout, 32!gone", terminated},
	}},
	{"no timer E when reliable", reliable, []line{
		{0, "request BYE", "0>BYE", trying},
		{1, "rcv 100", "1!response", proceeding},
		{40, "", "32!timeout, 32!gone", terminated},
	}},
	{"in proceeding timer E is T2 and timer F runs on", wire.UDP, []line{
		{0, "request OPTIONS", "0>OPTIONS", trying},
		{1, "rcv 100", "0.5>OPTIONS, 1!response", proceeding},
		{9.5, "", "1.5>OPTIONS, 5.5>OPTIONS, 9.5>OPTIONS", proceeding},
		{10, "rcv 183", "10!response", proceeding},
		{31.5, "", "13.5>OPTIONS, 17.5>OPTIONS, 21.5>OPTIONS, 25.5>OPTIONS, 29.5>OPTIONS", proceeding},
		{40, "", "32!timeout, 32!gone", terminated},
	}},
	{"transport error in trying", wire.UDP, []line{
		{0, "request BYE", "0>BYE", trying},
		{0, "broken", "0!transport error, 0!gone", terminated},
	}},
	{"transport error in proceeding", wire.UDP, []line{
		{0, "request BYE", "0>BYE", trying},
		{0, "rcv 100", "0!response", proceeding},
		{0, "broken", "0!transport error, 0!gone", terminated},
	}},
	{"2xx in trying, timer K absorbs", wire.UDP, []line{
		{0, "request BYE", "0>BYE", trying},
		{0.1, "rcv 200", "0.1!response", completed},
		{1, "rcv 200", "", completed},
		{2, "rcv 100", "", completed},
		{3, "rcv 481", "", completed},
		{4, "broken", "", completed},
		{40, "", "5.1!gone", terminated},
	}},
	{"timer K is zero when reliable", reliable, []line{
		{0, "request BYE", "0>BYE", trying},
		{1, "rcv 481", "1!response", completed},
		{1.5, "", "1!gone", terminated},
	}},
	{"a failure in proceeding", wire.UDP, []line{
		{0, "request OPTIONS", "0>OPTIONS", trying},
		{0.1, "rcv 100", "0.1!response", proceeding},
		{0.2, "rcv 404", "0.2!response", completed},
		{40, "", "5.2!gone", terminated},
	}},
	{"a failure in trying", wire.UDP, []line{
		{0, "request OPTIONS", "0>OPTIONS", trying},
		{0.2, "rcv 302", "0.2!response", completed},
	}},
	{"2xx in proceeding", wire.UDP, []line{
		{0, "request OPTIONS", "0>OPTIONS", trying},
		{0.1, "rcv 100", "0.1!response", proceeding},
		{0.2, "rcv 200", "0.2!response", completed},
	}},
}

// inviteServerScripts are figure 7 with RFC 6026.
var inviteServerScripts = []script{
	{"before the TU speaks repeats are absorbed", wire.UDP, []line{
		{0, "new INVITE", "0!new request", proceeding},
		{0.5, "rcv INVITE", "", proceeding},
		{0.6, "rcv ACK", "", proceeding},
		{0.7, "tu 100", "0.7>100", proceeding},
		{0.8, "broken", "0.8!transport error", proceeding},
		{1.5, "rcv INVITE", "1.5>100", proceeding},
		{2, "tu 183", "2>183", proceeding},
		{3.5, "rcv INVITE", "3.5>183", proceeding},
		{1000, "", "", proceeding},
	}},
	{"timer G doubles up to T2, timer H ends", wire.UDP, []line{
		{0, "new INVITE", "0!new request", proceeding},
		{0, "tu 603", "0>603", completed},
		{31.5, "", "0.5>603, 1.5>603, 3.5>603, 7.5>603, 11.5>603, 15.5>603, 19.5>603, 23.5>603, 27.5>603, 31.5>603", completed},
		{40, "", "32!no ack, 32!gone", terminated},
		{41, "rcv ACK", "41!ack for 2xx", terminated},
	}},
	{"no timer G when reliable, timer H still", reliable, []line{
		{0, "new INVITE", "0!new request", proceeding},
		{0, "tu 603", "0>603", completed},
		{40, "", "32!no ack, 32!gone", terminated},
	}},
	{"completed: repeats answered, the TU is silenced, errors change nothing", wire.UDP, []line{
		{0, "new INVITE", "0!new request", proceeding},
		{0, "tu 480", "0>480", completed},
		{0.1, "rcv INVITE", "0.1>480", completed},
		{0.2, "broken", "0.2!transport error", completed},
		{0.3, "tu 180", "", completed},
		{0.3, "tu 200", "", completed},
		{0.3, "tu 486", "", completed},
		{0.4, "rcv INVITE", "0.4>480", completed},
		{2, "", "0.5>480, 1.5>480", completed},
		{2, "rcv ACK", "", confirmed},
	}},
	{"confirmed: all is absorbed, timer I ends", wire.UDP, []line{
		{0, "new INVITE", "0!new request", proceeding},
		{0, "tu 480", "0>480", completed},
		{1, "rcv ACK", "0.5>480", confirmed},
		{2, "rcv ACK", "", confirmed},
		{3, "rcv INVITE", "", confirmed},
		{4, "tu 180", "", confirmed},
		{4, "tu 200", "", confirmed},
		{4, "tu 480", "", confirmed},
		{4, "broken", "", confirmed},
		{5.9, "", "", confirmed},
		{40, "", "6!gone", terminated},
	}},
	{"timer I is zero when reliable", reliable, []line{
		{0, "new INVITE", "0!new request", proceeding},
		{0, "tu 480", "0>480", completed},
		{1, "rcv ACK", "", confirmed},
		{1.5, "", "1!gone", terminated},
	}},
	{"accepted: the TU repeats its 2xx, timer L ends", wire.UDP, []line{
		{0, "new INVITE", "0!new request", proceeding},
		{0, "tu 200", "0>200", accepted},
		{0.1, "rcv INVITE", "", accepted},
		{0.5, "tu 200", "0.5>200", accepted},
		{0.6, "rcv INVITE", "", accepted},
		{0.7, "rcv ACK", "0.7!ack for 2xx", accepted},
		{0.8, "rcv ACK", "0.8!ack for 2xx", accepted},
		{0.9, "tu 180", "", accepted},
		{0.9, "tu 486", "", accepted},
		{0.9, "broken", "0.9!transport error", accepted},
		{31.9, "", "", accepted},
		{40, "", "32!gone", terminated},
		{41, "tu 200", "", terminated},
	}},
	{"timer L also when reliable", reliable, []line{
		{0, "new INVITE", "0!new request", proceeding},
		{1, "tu 200", "1>200", accepted},
		{40, "", "33!gone", terminated},
	}},
}

// serverScripts are figure 8.
var serverScripts = []script{
	{"trying: repeats are absorbed", wire.UDP, []line{
		{0, "new OPTIONS", "0!new request", trying},
		{0.5, "rcv OPTIONS", "", trying},
		{0.6, "broken", "", trying},
		{1000, "", "", trying},
	}},
	{"proceeding: the last provisional is repeated", wire.UDP, []line{
		{0, "new OPTIONS", "0!new request", trying},
		{0, "tu 100", "0>100", proceeding},
		{1, "rcv OPTIONS", "1>100", proceeding},
		{2, "tu 183", "2>183", proceeding},
		{3, "rcv OPTIONS", "3>183", proceeding},
		{1000, "tu 200", "1000>200", completed},
	}},
	{"transport error in proceeding", wire.UDP, []line{
		{0, "new OPTIONS", "0!new request", trying},
		{0, "tu 100", "0>100", proceeding},
		{0, "broken", "0!transport error, 0!gone", terminated},
	}},
	{"completed: the final is repeated, timer J ends", wire.UDP, []line{
		{0, "new BYE", "0!new request", trying},
		{0, "tu 200", "0>200", completed},
		{1, "rcv BYE", "1>200", completed},
		{2, "tu 100", "", completed},
		{2, "tu 200", "", completed},
		{2, "tu 481", "", completed},
		{31.9, "rcv BYE", "31.9>200", completed},
		{40, "", "32!gone", terminated},
	}},
	{"transport error in completed", wire.UDP, []line{
		{0, "new BYE", "0!new request", trying},
		{0, "tu 481", "0>481", completed},
		{0, "broken", "0!transport error, 0!gone", terminated},
		{1, "rcv BYE", "1!new request", terminated},
	}},
	{"timer J is zero when reliable", reliable, []line{
		{0, "new BYE", "0!new request", trying},
		{2, "tu 200", "2>200", completed},
		{3, "", "2!gone", terminated},
	}},
	{"a failure after a provisional", wire.UDP, []line{
		{0, "new CANCEL", "0!new request", trying},
		{0, "tu 100", "0>100", proceeding},
		{0, "tu 481", "0>481", completed},
		{40, "", "32!gone", terminated},
	}},
}

// tested is every machine with its scripts and what can happen to it.
var tested = []struct {
	name    string
	of      func(*figures) **machine
	scripts []script
	inputs  []input
}{
	{"invite client", func(f *figures) **machine { return &f.inviteClient }, inviteClientScripts,
		[]input{rcv1xx, rcv2xx, rcvFail, broken}},
	{"client", func(f *figures) **machine { return &f.client }, clientScripts,
		[]input{rcv1xx, rcv2xx, rcvFail, broken}},
	{"invite server", func(f *figures) **machine { return &f.inviteServer }, inviteServerScripts,
		[]input{rcvRequest, rcvAck, tu1xx, tu2xx, tuFail, broken}},
	{"server", func(f *figures) **machine { return &f.server }, serverScripts,
		[]input{rcvRequest, tu1xx, tu2xx, tuFail, broken}},
}

func TestMachines(t *testing.T) {
	t.Parallel()
	for _, c := range tested {
		for _, s := range c.scripts {
			t.Run(c.name+"/"+s.name, func(t *testing.T) {
				t.Parallel()
				if err := s.play(rfc3261); err != nil {
					t.Error(err)
				}
			})
		}
	}
}
