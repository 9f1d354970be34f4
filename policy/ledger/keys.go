package ledger

import (
	"encoding/binary"
	"time"

	"tregua/policy"
	"tregua/policy/rings"
	"tregua/policy/seal"
)

// The first byte of a key is its space (compliance.md 2.4). Numbers in keys
// are big-endian, so that rows are in their order.
const (
	spaceMeta    = 0x01        // name → value; in a month store: its index key
	spaceBar     = 0x30        // index of a number → its bars, see policy/bar
	spaceRings   = rings.Space // principal, index of a number → what reached it
	spaceServed  = 0x36        // index of a number, principal → when a request was served
	spaceCount   = 0x40        // group, campaign, day → Counters
	spaceHour    = 0x42        // what was recorded since the last summary, see rows_hour.go
	spaceLegal   = 0x43        // hold → what a legal hold covers
	spacePurge   = 0x44        // month → the purge that goes on in it
	spaceSettled = 0x45        // month → when everything due of it was gone
	spaceBeside  = 0x46        // nothing → what a purge beside the records took, and no note tells of yet
	spaceMoved   = 0x47        // month → seq after the newest record that was written into it
	spaceOutbox  = 0x50        // seq → record
	spaceCursor  = 0x51        // sink → next seq it wants
	spaceOpen    = 0x70        // attempt → record without an ending
	spaceUp      = 0x71        // attempt → up row
	spaceCall    = 0x72        // attempt → what its call needs to go on, sealed
	spacePublic  = 0xA0        // attempt → public part      (A0 to A7: month stores)
	spacePerson  = 0xA1        // attempt → personal part
	spaceSeq     = 0xA2        // seq → attempt, or time and note
	spaceNumber  = 0xA3        // month index, time, attempt → nothing
	spaceNote    = 0xA6        // time, note → public part of a note
	spaceAmend   = 0xA7        // attempt, time, amendment → nothing
	sinkMonths   = "ledger"
	metaSchema   = "schema"
	metaNode     = "node"
	metaBoot     = "boot"
	metaKeys     = "keys"
	metaMonthKey = "index key"
	metaRemoved  = "removed"  // and the purge: of a month store, see Removal
	metaSeqs     = "sequence" // of the state store: all months have their A2 rows
)

func metaRow(name string) []byte { return append([]byte{spaceMeta}, name...) }

// monthsCursor is the row that says which record the months want next.
func monthsCursor() []byte { return append([]byte{spaceCursor}, sinkMonths...) }

func openRow(id policy.AttemptID) []byte { return append([]byte{spaceOpen}, id[:]...) }

func upRow(id policy.AttemptID) []byte { return append([]byte{spaceUp}, id[:]...) }

func callRow(id policy.AttemptID) []byte { return append([]byte{spaceCall}, id[:]...) }

func outboxRow(seq uint64) []byte { return binary.BigEndian.AppendUint64([]byte{spaceOutbox}, seq) }

func publicRow(id policy.AttemptID) []byte { return append([]byte{spacePublic}, id[:]...) }

func personRow(id policy.AttemptID) []byte { return append([]byte{spacePerson}, id[:]...) }

func seqRow(seq uint64) []byte { return binary.BigEndian.AppendUint64([]byte{spaceSeq}, seq) }

func numberPrefix(h seal.Index) []byte { return append([]byte{spaceNumber}, h[:]...) }

func numberRow(h seal.Index, at time.Time, id policy.AttemptID) []byte {
	return timed(numberPrefix(h), at, id)
}

func noteRow(at time.Time, id policy.AttemptID) []byte { return timed([]byte{spaceNote}, at, id) }

func amendPrefix(of policy.AttemptID) []byte { return append([]byte{spaceAmend}, of[:]...) }

// timed ends a key with a time and an attempt.
func timed(key []byte, at time.Time, id policy.AttemptID) []byte {
	key = binary.BigEndian.AppendUint64(key, uint64(at.UnixNano()))
	return append(key, id[:]...)
}

// timedID reads the attempt at the end of a key.
func timedID(key []byte) (id policy.AttemptID) {
	copy(id[:], key[len(key)-len(id):])
	return id
}
