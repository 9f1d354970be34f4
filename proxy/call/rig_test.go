package call

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/txn"
	"tregua/proxy/wire"
)

const (
	offer = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
	reply = "v=0\r\no=- 1 1 IN IP4 198.51.100.9\r\ns=-\r\nc=IN IP4 198.51.100.9\r\nt=0 0\r\nm=audio 6000 RTP/AVP 8\r\n"
)

// rig is the world round one call: it keeps what the call did in short words,
// and the transactions and timers it has open.
type rig struct {
	t        testing.TB
	call     *Call
	now      time.Duration
	effects  []Effect
	words    []string
	timers   map[Timer]time.Duration
	open     map[Ref]*wire.Message // client transactions of the call
	asked    int
	records  []Record
	released bool
	answers  map[txn.ID][]int
	acks     map[string]int // ACKs to the callee by To tag
	byes     map[string]int // BYEs to the callee by To tag
	byesToA  int
	lastAck  *wire.Message // to the callee

	redirected  []Redirected
	lastRespond []byte
	flows       [2]media.Flow
	oks         map[Ref]bool // INVITEs that got a 2xx
	lastOpen    Ref
	txs         txn.ID
	txName      map[txn.ID]string
	branches    int
}

var (
	hopA = wire.Hop{Local: netip.MustParseAddrPort("192.0.2.254:5060"), Remote: netip.MustParseAddrPort("192.0.2.1:5060")}
	hopB = wire.Hop{Listener: 1, Local: netip.MustParseAddrPort("198.51.100.254:5060"), Remote: netip.MustParseAddrPort("198.51.100.1:5060")}
)

func newRig(t testing.TB, body string) *rig { return watchedRig(t, body, Watch{}) }

// watchedRig is a rig whose call is watched.
func watchedRig(t testing.TB, body string, w Watch) *rig {
	return newRigOf(t, request("INVITE", 1, "", body), w)
}

// newRigOf is a rig whose call begins with that INVITE.
func newRigOf(t testing.TB, invite string, w Watch, changes ...func(*Setup)) *rig {
	r := &rig{
		t: t, now: time.Second, timers: map[Timer]time.Duration{}, open: map[Ref]*wire.Message{},
		oks: map[Ref]bool{}, answers: map[txn.ID][]int{}, acks: map[string]int{}, byes: map[string]int{}, txName: map[txn.ID]string{},
	}
	m := r.read(invite)
	setup := Setup{
		Times: DefaultTimes(), Tx: r.tx("INVITE"), Hop: hopA, Invite: m, Tag: "ours",
		Legs: [2]Leg{
			{Hop: hopA, Face: Face{"192.0.2.254", 5060}, Token: "tregua=a", PBX: true, Private: []string{"X-Op", "X-Machine"}},
			{Hop: hopB, Face: Face{"198.51.100.254", 5060}, Token: "tregua=b"},
		},
		Branch: func() string { r.branches++; return fmt.Sprintf("z9hG4bKb%d", r.branches) },
		Watch:  w, MachineHeader: "X-Machine",
	}
	for _, change := range changes {
		change(&setup)
	}
	r.call = New(r.now, setup, &r.effects)
	r.carryOut()
	return r
}

// request writes a request of the caller (tag "": outside a dialog).
func request(method string, cseq int, tag, body string) string {
	to := "<sip:+393331234567@carrier>"
	if tag != "" {
		to += ";tag=" + tag
	}
	return message(method+" sip:+393331234567@carrier SIP/2.0", "<sip:cc@pbx>;tag=alice", to, "192.0.2.1", cseq, method, body)
}

// fromCallee writes a request of the callee's side.
func fromCallee(method string, cseq int, tag, body string) string {
	return message(method+" sip:cc@192.0.2.254;tregua=b SIP/2.0", "<sip:+393331234567@carrier>;tag="+tag,
		"<sip:cc@pbx>;tag=alice", "198.51.100.1", cseq, method, body)
}

func message(start, from, to, host string, cseq int, method, body string) string {
	m := start + "\r\nVia: SIP/2.0/UDP " + host + ":5060;branch=z9hG4bK" + method + strconv.Itoa(cseq) +
		"\r\nMax-Forwards: 70\r\nFrom: " + from + "\r\nTo: " + to + "\r\nCall-ID: c1\r\nCSeq: " + fmt.Sprint(cseq, " ", method) +
		"\r\nContact: <sip:peer@" + host + ":5060>\r\n"
	if body != "" {
		m += "Content-Type: application/sdp\r\n"
	}
	return m + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
}

// response answers a request that the call has sent.
func response(req *wire.Message, status int, tag, body string) string {
	to := strings.TrimPrefix(req.RawLines(wire.HTo)[0], "To: ")
	if tag != "" && req.To.Tag == "" {
		to += ";tag=" + tag
	}
	m := fmt.Sprintf("SIP/2.0 %d Some\r\n", status) + strings.Join(req.RawLines(wire.HVia), "\r\n") + "\r\n" +
		req.RawLines(wire.HFrom)[0] + "\r\nTo: " + to + "\r\nCall-ID: c1\r\n" + req.RawLines(wire.HCSeq)[0] +
		"\r\nContact: <sip:callee@198.51.100.9:5060>\r\n"
	if body != "" {
		m += "Content-Type: application/sdp\r\n"
	}
	return m + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
}

func (r *rig) read(s string) *wire.Message {
	r.t.Helper()
	m, err := wire.Read([]byte(s))
	if err != nil {
		r.t.Fatalf("%v in\n%s", err, s)
	}
	return m
}

func (r *rig) tx(name string) txn.ID {
	r.txs++
	r.txName[r.txs] = name
	return r.txs
}

func (r *rig) in(i Input) {
	r.t.Helper()
	if r.released {
		r.t.Fatalf("%T after release", i)
	}
	r.now += time.Millisecond
	r.call.Handle(r.now, i, &r.effects)
	r.carryOut()
}

// fromA and fromB put a request of a side to the call.
func (r *rig) fromA(method string, cseq int, tag, body string) {
	req := Request{From: media.A, Hop: hopA, Msg: r.read(request(method, cseq, tag, body))}
	if method != "ACK" {
		req.Tx = r.tx(method)
	}
	r.in(req)
}

func (r *rig) fromB(method string, cseq int, tag, body string) {
	req := Request{From: media.B, Hop: hopB, Msg: r.read(fromCallee(method, cseq, tag, body))}
	if method != "ACK" {
		req.Tx = r.tx(method + "'")
	}
	r.in(req)
}

func (r *rig) cancel() {
	r.in(Cancel{Tx: r.tx("CANCEL"), Invite: 1, Hop: hopA, Msg: r.read(request("CANCEL", 1, "", ""))})
}

func (r *rig) allow() {
	r.in(Judged{Anchor: media.Anchor{ID: 7, Addr: [2]netip.AddrPort{
		netip.MustParseAddrPort("192.0.2.254:20000"), netip.MustParseAddrPort("198.51.100.254:20002"),
	}}})
}

// answer gives the response to the request that was sent as ref.
func (r *rig) answer(ref Ref, status int, tag, body string) {
	r.t.Helper()
	req := r.open[ref]
	if req == nil {
		r.t.Fatalf("no request %d is open", ref)
	}
	if status >= 200 && (req.Method != "INVITE" || status >= 300) {
		delete(r.open, ref)
	}
	if req.Method == "INVITE" && status >= 200 && status < 300 {
		r.oks[ref] = true
	}
	r.in(Response{Ref: ref, At: r.now, Msg: r.read(response(req, status, tag, body))})
}

func (r *rig) gone(ref Ref) {
	delete(r.open, ref)
	r.in(Gone{ref})
}

// expire lets the earliest timer run out; false when there is none.
func (r *rig) expire() bool {
	first, found := Timer(0), false
	for t := range Timers {
		if at, ok := r.timers[t]; ok && (!found || at < r.timers[first]) {
			first, found = t, true
		}
	}
	if !found {
		return false
	}
	r.now = max(r.now, r.timers[first])
	delete(r.timers, first)
	r.in(Expired{first})
	return true
}

func (r *rig) carryOut() {
	for _, e := range r.effects {
		if r.released {
			r.t.Fatalf("%T after release", e)
		}
		r.words = append(r.words, r.one(e))
	}
	r.effects = r.effects[:0]
}

func (r *rig) one(e Effect) string {
	switch e := e.(type) {
	case Respond:
		r.lastRespond = e.Data
		r.answers[e.Tx] = append(r.answers[e.Tx], e.Status)
		return fmt.Sprintf("%s:%d", r.txName[e.Tx], e.Status)
	case Open:
		r.open[e.Ref], r.lastOpen = e.Msg, e.Ref
		if e.Msg.Method == "BYE" {
			if e.Hop.Listener == 1 {
				r.byes[e.Msg.To.Tag]++
			} else {
				r.byesToA++
			}
		}
		return ">" + "AB"[e.Hop.Listener:e.Hop.Listener+1] + " " + e.Msg.Method
	case Send:
		m := r.read(string(e.Raw))
		r.acks[m.To.Tag]++
		r.lastAck = m
		return ">" + "AB"[e.Hop.Listener:e.Hop.Listener+1] + " " + m.Method
	case Forget:
		delete(r.open, e.Ref)
		return "forget"
	case SetTimer:
		r.timers[e.Timer] = r.now + e.After
		return "+" + timerNames[e.Timer]
	case StopTimer:
		delete(r.timers, e.Timer)
		return "-" + timerNames[e.Timer]
	case Ask:
		r.asked++
		return "ask"
	case Withdraw:
		return "withdraw"
	case Lease:
		return "lease"
	case Redirected:
		r.redirected = append(r.redirected, e)
		return "redirected " + e.URI
	case Drop:
		return fmt.Sprint("drop ", e.Anchor)
	case AskAside:
		return "ask " + e.URI
	case AsideEnded:
		return fmt.Sprintf("aside %d %s %d", e.N, e.Outcome, e.Status)
	case SetFlow:
		r.flows[e.Leg] = e.Flow
		return [...]string{"mute", "flow", "tap", "cover"}[e.Flow.Mode] + " " + "AB"[e.Leg:e.Leg+1]
	case Up:
		if e.Watching {
			return "up, watched"
		}
		if e.Watch != r.call.watch.Mode {
			return "up, unheard"
		}
		return "up"
	case Unended:
		return fmt.Sprintf("unended %c %d", 'A'+rune(e.Leg), e.Status)
	case Record:
		r.records = append(r.records, e)
		return "record " + outcomeNames[e.Ending.Outcome]
	case Release:
		r.released = true
		return "release"
	}
	return "?"
}

var (
	timerNames = [Timers]string{
		"c", "repeat", "noack", "cancel", "a.c", "a.repeat", "a.noack", "a.cancel",
		"b.c", "b.repeat", "b.noack", "b.cancel", "bye", "cut", "session", "retry", "linger", "grant",
	}
	outcomeNames = map[policy.Outcome]string{
		policy.OutcomeRefused: "refused", policy.OutcomeCancelled: "cancelled", policy.OutcomeFailed: "failed",
		policy.OutcomeUnreachable: "unreachable", policy.OutcomeConnected: "connected",
		policy.OutcomeInterrupted: "interrupted",
	}
)
