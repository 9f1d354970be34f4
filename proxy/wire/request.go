package wire

import "strconv"

// Request is a request that tregua originates. All lines are complete header
// lines.
type Request struct {
	Method, URI string
	Via         string
	From, To    string
	CallID      string
	CSeq        uint32
	Routes      []string
	MaxForwards int // 0 writes 70
	Extra       []string
	// ContentType and Body are values, "" when there is no body.
	ContentType, Body string
}

// Bytes returns the request as it goes out.
func (r Request) Bytes() []byte {
	hops := r.MaxForwards
	if hops == 0 {
		hops = 70 // RFC 3261 section 8.1.1.6
	}
	out := startRequest(make([]byte, 0, 1024+len(r.Body)), r.Method, r.URI, r.Via, hops, r.Routes)
	out = appendLine(appendLine(appendLine(out, r.From), r.To), r.CallID)
	out = appendCSeq(out, r.CSeq, r.Method)
	for _, line := range r.Extra {
		out = appendLine(out, line)
	}
	if r.ContentType != "" {
		out = appendLine(append(out, "Content-Type: "...), r.ContentType)
	}
	out = strconv.AppendInt(append(out, "Content-Length: "...), int64(len(r.Body)), 10)
	return append(append(out, "\r\n\r\n"...), r.Body...)
}

// HopByHop builds the CANCEL of a request that we sent (RFC 3261 section 9.1)
// or the ACK to a final response to it that is no 2xx (section 17.1.1.3): its
// Request-URI, topmost Via, Routes, From, Call-ID and CSeq number. to is the
// complete To line of the response that an ACK answers; "" takes that of the
// request. extra are complete lines.
func HopByHop(sent *Message, method, to string, extra ...string) []byte {
	out := startRequest(make([]byte, 0, 1024), method, sent.URI,
		"Via: "+sent.Via.Text, 70, sent.RawLines(HRoute))
	for _, h := range [...]Header{HFrom, HTo, HCallID} {
		l, _ := sent.line(h)
		if h == HTo && to != "" {
			l.Text = to
		}
		out = appendLine(out, l.Text)
	}
	out = appendCSeq(out, sent.CSeq.N, method)
	for _, line := range extra {
		out = appendLine(out, line)
	}
	return append(out, "Content-Length: 0\r\n\r\n"...)
}

func startRequest(out []byte, method, uri, via string, hops int, routes []string) []byte {
	out = append(append(append(append(out, method...), ' '), uri...), " SIP/2.0\r\n"...)
	out = appendLine(out, via)
	out = strconv.AppendInt(append(out, "Max-Forwards: "...), int64(hops), 10)
	out = append(out, "\r\n"...)
	for _, line := range routes {
		out = appendLine(out, line)
	}
	return out
}

func appendCSeq(out []byte, n uint32, method string) []byte {
	out = strconv.AppendUint(append(out, "CSeq: "...), uint64(n), 10)
	return append(append(append(out, ' '), method...), "\r\n"...)
}
