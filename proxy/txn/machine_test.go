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

// tested is every machine with its scripts and what can happen to it.
var tested = []struct {
	name    string
	of      func(*figures) **machine
	scripts []script
	inputs  []input
}{
	{
		"invite client", func(f *figures) **machine { return &f.inviteClient }, inviteClientScripts,
		[]input{rcv1xx, rcv2xx, rcvFail, broken},
	},
	{
		"client", func(f *figures) **machine { return &f.client }, clientScripts,
		[]input{rcv1xx, rcv2xx, rcvFail, broken},
	},
	{
		"invite server", func(f *figures) **machine { return &f.inviteServer }, inviteServerScripts,
		[]input{rcvRequest, rcvAck, tu1xx, tu2xx, tuFail, broken},
	},
	{
		"server", func(f *figures) **machine { return &f.server }, serverScripts,
		[]input{rcvRequest, tu1xx, tu2xx, tuFail, broken},
	},
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
