package ledger

// Unended returns how many attempts of the span are on record and have not ended.
func (r *Reader) Unended(span Span) (n uint64, err error) {
	for row, err := range r.state.Scan([]byte{spaceOpen}, nil) {
		if err != nil {
			return n, err
		}
		o, err := readOpen(row)
		if err != nil {
			return n, err
		}
		if span.Takes(o.public.at()) {
			n++
		}
	}
	return n, nil
}
