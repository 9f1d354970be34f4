package wire

import "strings"

// header reads one header line, when its kind is read at all.
func (r *reader) header(l *Line) {
	h := l.Header
	if r.seen[h]++; r.seen[h] > 1 && h.single() {
		r.fail(h.String(), "it stands twice")
		return
	}
	if err := r.value(h, l.raw()); err != nil {
		r.fail(h.String(), err.Error())
	}
}

// value reads the value of one header line.
func (r *reader) value(h Header, value string) (err error) {
	switch h {
	case HVia:
		return r.vias(value)
	case HFrom:
		r.m.From, err = oneAddr(value)
	case HTo:
		r.m.To, err = oneAddr(value)
	case HCallID:
		if r.m.CallID = value; !all(value, classCallID) {
			return syntax("it is empty or holds a forbidden character")
		}
	case HCSeq:
		r.m.CSeq, err = readCSeq(value)
	case HContact:
		return r.contacts(value)
	case HRoute, HRecordRoute:
		_, err = firstAddr(value)
	case HMaxForwards:
		if r.m.MaxForwards, err = readNumber(value, 255); err != nil {
			return syntax("it is no number from 0 to 255")
		}
	case HContentLength:
		r.length, err = readNumber(value, MaxSize)
	default:
		// The others are carried, and read by who acts on them.
	}
	return err
}

func readNumber(value string, limit uint64) (int, error) {
	n, ok := number(value, limit)
	if !ok {
		return 0, syntax("it is no number, or over 64 kB")
	}
	return int(n), nil
}

// vias reads the via-parms of one line; the first of the first line is the
// topmost.
func (r *reader) vias(value string) error {
	for i := 0; ; i++ {
		v, end, err := readVia(value, i)
		if r.seen[HVia] == 1 && i == 0 {
			r.m.Via = v
		}
		if err != nil {
			return err
		}
		if i = end; i == len(value) {
			return nil
		}
	}
}

func (r *reader) contacts(value string) error {
	if value == "*" { // RFC 3261 section 10.2.2
		return nil
	}
	first, err := firstAddr(value)
	if err == nil && !r.m.HasContact {
		r.m.Contact, r.m.HasContact = first, true
	}
	return err
}

// firstAddr reads a comma list to its end and returns its first address.
func firstAddr(value string) (first NameAddr, err error) {
	for i := 0; ; i++ {
		a, end, err := readNameAddr(value, i)
		if err != nil {
			return NameAddr{}, err
		}
		if i == 0 {
			first = a
		}
		if i = end; i == len(value) {
			return first, nil
		}
	}
}

// oneAddr reads a value that may be one address only.
func oneAddr(value string) (NameAddr, error) {
	a, end, err := readNameAddr(value, 0)
	if err == nil && end != len(value) {
		err = syntax("more than one address")
	}
	if err != nil {
		return NameAddr{}, err
	}
	return a, nil
}

// readCSeq reads 1*DIGIT LWS Method (RFC 3261 sections 20.16 and 8.1.1.5).
func readCSeq(value string) (CSeq, error) {
	digits := strings.IndexAny(value, " \t\r\n")
	if digits < 0 {
		return CSeq{}, syntax("it is no number and method")
	}
	n, ok := number(value[:digits], 1<<31-1)
	method := value[skip(value, digits):]
	switch {
	case !ok:
		return CSeq{}, syntax("the number is none below 2^31")
	case !all(method, classToken):
		return CSeq{}, syntax("the method is none")
	}
	return CSeq{N: uint32(n), Method: method}, nil
}

// whole checks what concerns more than one header, and cuts the body: on UDP
// what follows its length is dropped, and a body that is shorter is a mistake
// (RFC 3261 section 18.3).
func (r *reader) whole(body string) {
	for _, h := range [...]Header{HVia, HFrom, HTo, HCallID, HCSeq} {
		if r.seen[h] == 0 {
			r.fail(h.String(), "it is missing")
		}
	}
	if r.m.IsRequest() && r.m.CSeq.Method != r.m.Method {
		r.fail("CSeq", "its method is not that of the request line")
	}
	if r.m.Body = body; r.length < 0 {
		return
	}
	if r.length > len(body) {
		r.fail("Content-Length", "it is longer than the body")
		return
	}
	r.m.Body = body[:r.length]
}

// answerable tells whether Reply can build a 400: a request, no ACK, with a
// topmost Via that says where to, and with the lines that a response repeats.
func (r *reader) answerable() bool {
	return r.m.IsRequest() && r.m.Method != "ACK" && r.m.Via.Host != "" &&
		r.seen[HFrom] > 0 && r.seen[HTo] > 0 &&
		r.seen[HCallID] > 0 && r.seen[HCSeq] > 0
}
