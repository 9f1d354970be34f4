package wire

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

// readSipgo reads with sipgo. Its parser may panic; that is a refusal.
func readSipgo(text string) (m sip.Message, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	m, err = sip.NewParser().ParseSIP([]byte(text))
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("cut: %w", err)
	}
	return m, err
}

// compare returns the fields in which the two readings of a message differ.
func compare(text string) (out []difference) {
	m, err := Read([]byte(text))
	theirs, theirErr := readSipgo(text)
	add := func(field, a, b string) {
		if a != b {
			out = append(out, difference{field: field, ours: a, sipgo: b, text: text, m: m, theirs: theirs})
		}
	}
	switch {
	case err != nil && theirErr != nil:
		return nil
	case err != nil:
		add("refused", err.Error(), "")
		return out
	case theirErr != nil:
		add("accepted", "", theirErr.Error())
		return out
	}
	switch r := theirs.(type) {
	case *sip.Request:
		add("method", m.Method, string(r.Method))
		add("uri", ourURI(m.URI), sipgoURI(&r.Recipient))
	case *sip.Response:
		add("status", strconv.Itoa(m.Status)+m.Phrase, strconv.Itoa(r.StatusCode)+r.Reason)
	}
	via, from, to := theirs.Via(), theirs.From(), theirs.To()
	branch, _ := via.Params.Get("branch")
	add("via", fmt.Sprint(m.Via.Proto, m.Via.Host, m.Via.Port, m.Via.Branch), fmt.Sprint(via.Transport, via.Host, via.Port, branch))
	tag, _ := from.Params.Get("tag")
	add("from", ourURI(m.From.URI)+m.From.Tag, sipgoURI(&from.Address)+tag)
	tag, _ = to.Params.Get("tag")
	add("to", ourURI(m.To.URI)+m.To.Tag, sipgoURI(&to.Address)+tag)
	add("call-id", m.CallID, string(*theirs.CallID()))
	cseq := theirs.CSeq()
	add("cseq", fmt.Sprint(m.CSeq.N, m.CSeq.Method), fmt.Sprint(cseq.SeqNo, cseq.MethodName))
	hops := "-1"
	if h, ok := sipgoHeader(theirs, "max-forwards").(*sip.MaxForwardsHeader); ok {
		hops = strconv.Itoa(int(h.Val()))
	}
	add("max-forwards", strconv.Itoa(m.MaxForwards), hops)
	if h, ok := sipgoHeader(theirs, "contact").(*sip.ContactHeader); ok {
		add("contact", ourURI(m.Contact.URI), sipgoURI(&h.Address))
	}
	add("body", m.Body, string(theirs.Body()))
	return out
}

func ourURI(s string) string {
	u, _ := ParseURI(s)
	if u.Scheme != "sip" && u.Scheme != "sips" {
		return u.Scheme + " " + u.User + string(u.Params)
	}
	return fmt.Sprintf("%s %s %s %d ", u.Scheme, u.User, u.Host, u.Port)
}

func sipgoURI(u *sip.Uri) string {
	if u.Scheme != "sip" && u.Scheme != "sips" {
		return u.Scheme + " " + u.Raw()
	}
	return fmt.Sprintf("%s %s %s %d ", u.Scheme, u.User, u.Host, u.Port)
}

func FuzzSipgo(f *testing.F) {
	corpus(f, func(text string) {
		if m, err := Read([]byte(text)); err == nil {
			start, _, _ := strings.Cut(text, "\r\n")
			via, _ := m.line(HVia)
			contact, _ := m.line(HContact)
			f.Add(start, via.raw(), m.From.Text, contact.raw(), "1 INVITE", "Route: <sip:p;lr>\r\n\r\nbody")
		}
	})
	f.Add("BYE tel:1 SIP/2.0", "SIP/2.0/UDP h:1;branch=x", "a <sip:b:c@d:5?e>;tag=f;g", "*", "02 BYE", "Max-Forwards: 7\r\nl: 0\r\n\r\n")
	for _, c := range mistakes {
		f.Add("INVITE sip:1@h SIP/2.0", c.repl, c.repl, c.repl, c.repl, c.repl)
	}
	f.Fuzz(func(t *testing.T, start, via, from, contact, cseq, rest string) {
		text := start + "\r\nVia: " + via + "\r\nFrom: " + from + "\r\nTo: <sip:t>\r\nContact: " + contact + "\r\nCall-ID: c\r\nCSeq: " + cseq + "\r\n" + rest
		explained(t, text)
	})
}

func TestSipgo(t *testing.T) {
	t.Parallel()
	differing(t, func(text string) { explained(t, text) })
}

func differing(t *testing.T, add func(text string)) {
	corpus(t, add)
	for _, c := range examples {
		add(with(t, c.old, c.repl))
	}
}

// TestDifferences wants an example in the corpus for each row of differences.
func TestDifferences(t *testing.T) {
	t.Parallel()
	used := make([]bool, len(differences))
	differing(t, func(text string) {
		for _, d := range compare(text) {
			for i := range differences {
				used[i] = used[i] || d.explainedBy(i)
			}
		}
	})
	for i, ok := range used {
		if !ok {
			t.Errorf("no example for: %s %q: %s", differences[i].fields, differences[i].reason, differences[i].why)
		}
	}
}

// explained fails on a difference that no row of differences explains.
func explained(t *testing.T, text string) {
	t.Helper()
	for _, d := range compare(text) {
		if d.explain() == "" {
			t.Errorf("%s: ours %q, sipgo %q, and no row of differences explains it\n%q", d.field, d.ours, d.sipgo, text)
		}
	}
}

func sipgoHeader(m sip.Message, name string) sip.Header {
	if list := m.GetHeaders(name); len(list) > 0 {
		return list[0]
	}
	return nil
}
