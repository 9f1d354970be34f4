package access

import "time"

// Read is an access record: who read numbers, when and by what, with what scope
// (Garante, provv. 27 Nov 2008, asks it of administrators). A number stands in
// it as its index.
type Read struct {
	At      time.Time
	Scope   Scope  // of who read, without its operations
	Kind    string // the operation
	Numbers []Index
	Rows    uint64 // how many records or rows were shown
}

// Index stands for a number: the first 16 bytes of a keyed hash (policy/seal).
type Index [16]byte
