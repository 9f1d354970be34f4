// Package anchor takes the checkpoints of the proof log out of the house and keeps
// what comes back (compliance.md 2.6). Who holds the signing key and the whole disk
// can write the log anew, but not what others have seen of it: a checkpoint that
// came from outside contradicts him for all records that it is over.
//
// There are five ways out: a time stamp (RFC 3161), a witness (c2sp.org/tlog-witness),
// a folder on another system, a webhook, and mail. Nothing waits for any of them.
package anchor
