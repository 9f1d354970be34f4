package flows

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// receive writes what a party makes of a request.
func (c *compiler) receive(r *request, to *party) {
	to.called = to.called || to.lastSent == ""
	to.vars++
	r.saved = strconv.Itoa(to.vars)
	from, dest := "From:", "To:"
	if r.Compact {
		from, dest = "f:", "t:"
	}
	checks := []check{
		{header: "Via:", text: ".*", variable: "via" + r.saved},
		{header: from, text: ".*", variable: "from" + r.saved},
		{header: dest, text: ".*", variable: "to" + r.saved},
		{header: "CSeq:", text: ".*", variable: "cseq" + r.saved},
	}
	if r.by != nil && r.From != '.' {
		checks = append(checks, c.arrived(r.Step, to.name)...)
		checks = append(checks,
			literal(c.requestLine(r, to)), literal(fmt.Sprintf("CSeq: %d %s", r.cseq+r.Shift, r.Method)),
			literal(r.from), literal(r.to), literal(fmt.Sprintf("Max-Forwards: %d", r.Hops-1)))
	} else {
		checks = append(checks, c.wanted(r.Step, to.name)...)
	}
	to.recv(r.Step, fmt.Sprintf(`request="%s"`, r.Method), checks)
	if r.Method != "ACK" {
		to.got = append(to.got, r)
	}
	if to.remote == "" && r.by != nil {
		to.remote, to.ours, to.theirs = r.by.tag, r.by.theirs, r.by.ours
	}
}

// requestLine is as it must arrive: an initial one byte for byte, one within a
// dialog with the receiver's own Contact.
func (c *compiler) requestLine(r *request, to *party) string {
	if r.Arrives != "" {
		return fmt.Sprintf("%s %s SIP/2.0", r.Method, c.place.fill(r.Arrives, to.name))
	}
	if r.initial {
		return fmt.Sprintf("%s %s SIP/2.0", r.Method, r.uri)
	}
	target := to.target
	if target == "" {
		target = c.contactURI(to.name)
	}
	return fmt.Sprintf("%s %s SIP/2.0", r.Method, target)
}

// response writes a response of a party, or of tregua.
func (c *compiler) response(s Step, from, to *party) error {
	var r *request
	if from != nil {
		i := lastOf(from.got, s.Method)
		if i < 0 {
			return fmt.Errorf("%c has no %s to answer", s.From, s.Method)
		}
		r = from.got[i]
		r.done = r.done || s.Status >= 200
		s.Method = r.Method
		c.answer(s, r, from)
	} else if s.Method == "" && to.sent != nil {
		s.Method = to.lastSent
	}
	if to != nil {
		c.answered(s, r, to)
	}
	if s.Method == "INVITE" && s.Status >= 300 {
		c.ackFailure(s, r, from, to)
	}
	return nil
}

// lastOf returns the newest request that waits for an answer, or that had one:
// an answer may be repeated.
func lastOf(list []*request, method string) int {
	for _, done := range []bool{false, true} {
		for i, r := range slices.Backward(list) {
			if r.done == done && (method == "" || r.Method == method) {
				return i
			}
		}
	}
	return -1
}

// answer writes a response to a request that a party got.
func (c *compiler) answer(s Step, r *request, from *party) {
	tag := ""
	if s.Tag != "" {
		from.tag = s.Tag
	}
	tagged := strings.Contains(r.to, ";tag=")
	if r.by == nil { // tregua repeats an INVITE of a caller; what else it asks belongs to a dialog
		tagged = r.Method != "INVITE"
	}
	if !tagged && s.Status != 100 {
		tag = ";tag=" + from.tag
	}
	from.send(s, join(
		fmt.Sprintf("SIP/2.0 %d %s", s.Status, s.Phrase),
		fmt.Sprintf("Via: [$via%s]", r.saved), fmt.Sprintf("From: [$from%s]", r.saved),
		fmt.Sprintf("To: [$to%s]%s", r.saved, tag), "Call-ID: [call_id]", fmt.Sprintf("CSeq: [$cseq%s]", r.saved),
		c.contact(s), c.rest(s)))
	// A 2xx confirms the dialog of who sends it.
	from.up = from.up || s.Method == "INVITE" && s.Status/100 == 2
}

// answered writes what the party that asked makes of a response.
func (c *compiler) answered(s Step, r *request, to *party) {
	checks := c.wanted(s, to.name)
	if r != nil {
		checks = append(c.arrived(s, to.name), literal(fmt.Sprintf("SIP/2.0 %d %s", s.Status, s.Phrase)))
		if s.Method == "INVITE" && !to.up {
			checks = append(checks, literal(";tag="+c.parties[s.From].tag))
		}
	}
	switch {
	case r != nil && r.by != nil:
		checks = append(checks, literal(fmt.Sprintf("%d %s", r.cseq, r.Method)))
	case s.Method != "":
		checks = append(checks, literal(" "+s.Method))
	}
	to.recv(s, fmt.Sprintf(`response="%d"`, s.Status), checks)
	if s.Method == "INVITE" && r != nil {
		to.hears(s.Status, c.parties[s.From].tag)
	}
}

// hears follows the dialog of who called (RFC 3261 12.1, 12.3).
func (w *party) hears(status int, tag string) {
	switch {
	case status > 100 && status < 300:
		w.remote = tag
		w.up = w.up || status >= 200
	case status >= 300 && !w.up:
		w.remote = ""
	}
}

// ackFailure: the ACK to a failure goes hop by hop (RFC 3261 17.1.1.3).
func (c *compiler) ackFailure(s Step, r *request, from, to *party) {
	ack := Step{Line: s.Line, Method: "ACK", Hops: 70}
	if to != nil && to.sent != nil {
		ack.From = to.name
		if r == nil || r.by == nil {
			r = to.sent
		}
		to.send(ack, join(
			fmt.Sprintf("ACK %s SIP/2.0", escaped(r.uri)),
			c.via(to.name, r.branch), "Max-Forwards: 70", "From: "+escaped(r.from), "[last_To:]", "Call-ID: [call_id]",
			fmt.Sprintf("CSeq: %d ACK", r.cseq), "Content-Length: 0", "\n"))
	}
	if from != nil {
		ack.From, ack.To = '.', from.name
		from.recv(ack, `request="ACK"`, nil)
	}
}

// arrived are the checks of what a step says must arrive as it was sent.
func (c *compiler) arrived(s Step, to byte) []check {
	checks := c.wanted(s, to)
	for _, line := range s.Carried {
		checks = append(checks, literal(c.place.fill(line, s.From)))
	}
	for _, line := range c.body(s) {
		if line == "" {
			continue
		}
		checks = append(checks, c.bodyCheck(line, s.From, to))
	}
	if s.hasContact() {
		name := "Contact:"
		if s.Compact {
			name = "m:"
		}
		checks = append(checks, check{header: name, text: `sips?:[^>]*@` + quoted(c.place.usFor(to).String()) + `[^>]*`, variable: "target"})
	}
	return checks
}

// bodyCheck: of a session description the addresses are ours, and the ports of
// open streams.
func (c *compiler) bodyCheck(line string, from, to byte) check {
	addr := c.place.party[from].Addr().String()
	kind, rest, _ := strings.Cut(line, " ")
	port, rest, _ := strings.Cut(rest, " ")
	switch {
	case strings.HasPrefix(line, "c=") && strings.HasSuffix(line, addr):
		return literal(strings.TrimSuffix(line, addr) + c.place.usFor(to).Addr().String())
	case strings.HasPrefix(line, "m=") && port != "0":
		return check{text: quoted(kind) + " [0-9]+ " + quoted(rest)}
	case strings.Contains(line, addr):
		return check{text: quoted(line), not: true}
	}
	return literal(line)
}

// wanted are the checks that stand below a step.
func (c *compiler) wanted(s Step, to byte) (checks []check) {
	for _, line := range s.Want {
		checks = append(checks, literal(c.place.fill(line, to)))
	}
	for _, line := range s.Not {
		checks = append(checks, check{text: quoted(c.place.fill(line, to)), not: true})
	}
	return checks
}
