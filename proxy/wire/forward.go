package wire

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
