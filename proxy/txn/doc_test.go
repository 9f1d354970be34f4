package txn

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

var stateNames = [states]string{
	calling: "calling", trying: "trying", proceeding: "proceeding", completed: "completed",
	confirmed: "confirmed", accepted: "accepted", terminated: "gone",
}

var inputNames = [inputs]string{
	rcvRequest: "request again", rcvAck: "ACK", rcv1xx: "1xx", rcv2xx: "2xx", rcvFail: "3xx-6xx",
	tu1xx: "TU: 1xx", tu2xx: "TU: 2xx", tuFail: "TU: 3xx-6xx", broken: "not sent",
	timerA: "Timer A", timerB: "Timer B", timerD: "Timer D", timerE: "Timer E", timerF: "Timer F",
	timerG: "Timer G", timerH: "Timer H", timerI: "Timer I", timerJ: "Timer J", timerK: "Timer K",
	timerL: "Timer L", timerM: "Timer M",
}

var deedNames = [...]string{nothing: "", send: "it", repeat: "again", ack: "ACK"}

// page is a machine as the package comment shows it.
func page(m *machine) string {
	var b strings.Builder
	fmt.Fprintf(&b, "//\t%-11s %-14s %-6s %-16s %s\n", "in", "on", "sends", "tells", "goes to")
	for s, row := range m.moves {
		name := stateNames[s]
		for in, x := range row {
			if x.to == nowhere {
				continue
			}
			tells, to := "", stateNames[x.to]
			if x.say != silent {
				tells = x.say.String()
			}
			if x.to == state(s) {
				to = ""
			}
			line := fmt.Sprintf("//\t%-11s %-14s %-6s %-16s %s", name, inputNames[in], deedNames[x.do], tells, to)
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			name = ""
		}
	}
	return b.String()
}

// TestDoc: the tables of the package comment are those that run.
func TestDoc(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []*machine{&inviteClient, &client, &inviteServer, &server} {
		if p := page(m); !strings.Contains(string(doc), p) {
			t.Errorf("doc.go lacks this table:\n%s", p)
		}
	}
}
