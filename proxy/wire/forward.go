package wire

import "strings"

// HopsLeft is the Edit.MaxForwards for request m on its way on (RFC 3261
// section 16.6, step 3): one less than it has, 70 when it has none. A request
// with none left must not be forwarded.
func (m *Message) HopsLeft() int {
	switch m.MaxForwards {
	case -1:
		return 70
	case 1:
		return -1 // in an Edit zero keeps
	}
	return m.MaxForwards - 1
}

// RAckCSeq returns the CSeq number of the request whose provisional m, a PRACK,
// acknowledges (RFC 3262 section 7.2).
func (m *Message) RAckCSeq() (n uint32, ok bool) {
	for v := range m.Named("RAck") {
		if fields := strings.Fields(v); len(fields) == 3 {
			cseq, ok := number(fields[1], 1<<31-1)
			return uint32(cseq), ok
		}
	}
	return 0, false
}
