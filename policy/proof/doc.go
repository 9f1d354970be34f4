// Package proof keeps a log of the leaves of all records that nobody can change
// unseen, and proves records by it.
//
// The [Log] is a Merkle tree as RFC 6962 section 2 has it, in the files of
// c2sp.org/tlog-tiles: entry n is the 32 bytes of the leaf of the record with
// Seq n (see policy/ledger), so that the hash in the tree is SHA-256(0x00 ‖ leaf).
// Its head is a checkpoint (c2sp.org/tlog-checkpoint), signed with the log's
// Ed25519 key. The cursor of the log is its own size: it reads the ledger from
// there, and at the start compares its last leaves with it, so that each record
// stands in it once whatever was cut off.
//
// [Log.Prove] writes a file that shows that a record is in the log
// (c2sp.org/tlog-proof@v1), and [Verify] needs nothing but that file and the public
// key. [Audit] holds ledger, leaves, tiles and head against each other and against
// anchors: checkpoints that have left the house, see [Anchors]. What one person can
// do who holds the key and the disk is to write another history from some record
// on; an anchor of a later time is what contradicts it.
package proof
