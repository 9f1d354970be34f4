package flows

import (
	"fmt"
	"slices"
	"strings"
)

// Scenario is what one SIPp does in a flow.
type Scenario struct {
	Party  byte
	Begins bool // its first step is to send
	XML    string
	Steps  []Step // by SIPp's message index, for its complaints
}

// Compile returns the scenario of each party of a flow, those that are called
// before those that call.
func Compile(f *Flow, p *Place) ([]Scenario, error) {
	c := compiler{place: p, parties: map[byte]*party{}}
	for _, s := range f.Steps {
		if err := c.step(s); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", f.At, s.Line, err)
		}
	}
	var list []Scenario
	for _, name := range []byte("ABCD") {
		if w := c.parties[name]; w != nil {
			list = append(list, Scenario{Party: name, Begins: w.begins, XML: w.document(f.Name), Steps: w.steps})
		}
	}
	slices.SortStableFunc(list, func(a, b Scenario) int {
		if a.Begins == b.Begins {
			return 0
		}
		if b.Begins {
			return -1
		}
		return 1
	})
	return list, nil
}

type compiler struct {
	place   *Place
	parties map[byte]*party
}

// party is one side while its scenario is written.
type party struct {
	writer
	name   byte
	begins bool
	called bool   // it got a request before it sent one
	ours   string // URI of its own From
	theirs string // and of its To, where it calls
	cseq   int
	branch int
	tag    string // its own in the dialog
	remote string // the other's; "" before there is a dialog
	up     bool   // the dialog is confirmed
	target string // its Contact when a step wrote its own
	sent   *request
	got    []*request // oldest first
}

// request is a request on its way, as its sender wrote it.
type request struct {
	Step
	cseq    int
	branch  int
	uri     string
	from    string
	to      string
	initial bool
	saved   string // suffix of the variables in which its receiver has its headers
	done    bool   // it has a final answer
	by      *party // nil: tregua
}

func (c *compiler) party(name byte) *party {
	w := c.parties[name]
	if w == nil && name != '.' {
		caller := fmt.Sprintf("<sip:0212345678@%s>", c.place.host(name))
		callee := fmt.Sprintf("<sip:%s@%s>", c.place.Number, uriHost(c.place.usFor(name).Addr()))
		w = &party{name: name, ours: caller, theirs: callee, tag: strings.ToLower(string(name)) + "1"}
		c.parties[name] = w
	}
	return w
}

func (c *compiler) step(s Step) error {
	from := c.party(s.From)
	if s.To == 0 { // a pause
		from.pause(s)
		return nil
	}
	to := c.party(s.To)
	if from != nil && from.lastSent == "" && !from.called && s.Status == 0 {
		from.begins = true
	}
	if s.Status != 0 {
		return c.response(s, from, to)
	}
	if from != nil && from.sent == nil && (s.Method == "ACK" || s.Method == "CANCEL") {
		return fmt.Errorf("%c has sent no INVITE for its %s", s.From, s.Method)
	}
	r := c.request(s, from)
	if to != nil {
		c.receive(r, to)
	}
	return nil
}

// request writes a request and keeps what its answer needs.
func (c *compiler) request(s Step, from *party) *request {
	r := &request{Step: s, by: from}
	if from == nil {
		return r
	}
	if s.Tag != "" && !from.begins {
		from.tag = s.Tag // of its own fork
	}
	remote := from.remote
	switch {
	case s.Fresh:
		remote = ""
	case s.Tag != "" && from.begins:
		remote = s.Tag // the other's
	}
	r.uri, r.from, r.to = "[$target]", from.ours+";tag="+from.tag, from.theirs
	if r.initial = remote == ""; r.initial {
		r.uri = fmt.Sprintf("sip:%s@%s", c.place.Number, uriHost(c.place.usFor(from.name).Addr()))
	} else {
		r.to += ";tag=" + remote
	}
	if s.URI != "" {
		r.uri = c.place.fill(s.URI, from.name)
	}
	from.number(r)
	from.send(s, c.requestText(r))
	from.trying = s.Method == "INVITE"
	return r
}

// number gives a request its CSeq and branch: CANCEL has those of the INVITE,
// ACK its CSeq (RFC 3261 9.1, 13.2.2.4).
func (w *party) number(r *request) {
	switch r.Method {
	case "CANCEL":
		r.uri, r.to, r.cseq, r.branch = w.sent.uri, w.sent.to, w.sent.cseq, w.sent.branch
		return
	case "ACK":
		r.cseq = w.sent.cseq
	case "INVITE":
		w.sent = r
		fallthrough
	default:
		w.cseq++
		r.cseq = w.cseq
	}
	w.branch++
	r.branch = w.branch
	if r.CSeq != 0 {
		r.cseq = r.CSeq
	}
}

func (c *compiler) requestText(r *request) string {
	text := join(
		fmt.Sprintf("%s %s SIP/2.0", r.Method, escaped(r.uri)),
		c.via(r.From, r.branch),
		fmt.Sprintf("Max-Forwards: %d", r.Hops),
		"From: "+escaped(r.from), "To: "+escaped(r.to), "Call-ID: [call_id]",
		fmt.Sprintf("CSeq: %d %s", r.cseq, r.Method),
		c.contact(r.Step), c.rest(r.Step))
	if r.Compact {
		text = compact.Replace(text)
	}
	return text
}

// compact writes the names of headers in their short forms (RFC 3261 7.3.3).
var compact = strings.NewReplacer("\nVia:", "\nv:", "\nFrom:", "\nf:", "\nTo:", "\nt:", "\nCall-ID:", "\ni:",
	"\nContact:", "\nm:", "\nContent-Type:", "\nc:", "\nContent-Length:", "\nl:")

func (c *compiler) via(party byte, branch int) string {
	return fmt.Sprintf("Via: SIP/2.0/UDP %s;branch=z9hG4bK-%d-%c%d", escaped(c.place.party[party].String()), c.place.running(), party, branch)
}

// contact is the Contact of a message, where RFC 3261 section 20.10 wants one.
func (c *compiler) contact(s Step) string {
	if !s.hasContact() {
		return ""
	}
	for _, line := range s.Own {
		if uri, ok := strings.CutPrefix(line, "Contact: <"); ok {
			uri, _, _ = strings.Cut(uri, ">")
			c.parties[s.From].target = c.place.fill(uri, s.From)
			return ""
		}
	}
	return "Contact: <" + escaped(c.contactURI(s.From)) + ">"
}

func (c *compiler) contactURI(party byte) string {
	return fmt.Sprintf("sip:%c@%s", party|0x20, c.place.party[party])
}

func (s *Step) hasContact() bool {
	switch s.Method {
	case "INVITE", "UPDATE", "REFER", "SUBSCRIBE", "NOTIFY", "OPTIONS":
		return s.Status == 0 || s.Status > 100 && s.Status < 300 && s.Method != "NOTIFY" && s.Method != "OPTIONS"
	}
	return false
}

// rest is what every message ends with: headers, and the body.
func (c *compiler) rest(s Step) string {
	var lines []string
	for _, line := range slices.Concat(s.Carried, s.Own) {
		lines = append(lines, escaped(c.place.fill(line, s.From)))
	}
	body := c.body(s)
	if len(body) == 0 {
		return join(append(lines, "Content-Length: 0", "\n")...)
	}
	if s.SDP != nil || strings.HasPrefix(body[0], "v=0") && !has(s, "Content-Type") {
		lines = append(lines, "Content-Type: application/sdp")
	}
	lines = append(lines, "Content-Length: [len]", "\n")
	for _, line := range body {
		lines = append(lines, escaped(line)+"\n")
	}
	return join(lines...)
}

func has(s Step, name string) bool {
	return slices.ContainsFunc(slices.Concat(s.Carried, s.Own), func(line string) bool { return strings.HasPrefix(line, name+":") })
}

// session is the description that "sdp" stands for.
var session = []string{"v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN {ip} {me}", "t=0 0", "m=audio 6000 RTP/AVP 8", "a=rtpmap:8 PCMA/8000"}

// body returns the lines of a body.
func (c *compiler) body(s Step) (lines []string) {
	text := s.Body
	if s.SDP != nil {
		text = slices.Clone(session)
	}
	for _, a := range s.SDP {
		text = append(text, "a="+a)
	}
	version := "IP4"
	if c.place.Us == us6 {
		version = "IP6"
	}
	for _, line := range text {
		lines = append(lines, c.place.fill(strings.ReplaceAll(line, "{ip}", version), s.From))
	}
	return lines
}

// join puts lines together, without the empty ones; "\n" is one.
func join(lines ...string) string {
	var b strings.Builder
	for _, line := range lines {
		if line != "" {
			b.WriteString(strings.TrimSuffix(line, "\n"))
			b.WriteByte('\n')
		}
	}
	return b.String()
}
