// Package handoff gives the records of the ledger to other systems: a [Webhook]
// that is posted to, or a [Folder] of files. A [Sink] reads the ledger by a cursor,
// in order of Seq, as far as its scope goes, and moves the cursor when its [Target]
// has what it was given. So a slow or dead target makes its own sink lag, loses
// nothing and is waited for by nobody; of what it has not taken, a sink holds one
// batch.
//
// A sink hands off records (JSON), call data records (CSV), or the traffic of
// principals by the hour. Numbers are masked unless the sink is told otherwise and
// its scope is a tenant's; of an erased person nothing is known and nothing told.
package handoff
