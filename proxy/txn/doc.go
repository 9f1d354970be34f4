// Package txn is the transaction layer of SIP: RFC 3261 section 17 with the
// corrections of RFC 6026, as a value that is told what happened and says what
// to do.
package txn
