// Package backup copies the data of a node into one file, and back.
//
// A backup is a tar of entries: first [About], then what lies in node.data, then
// the checksum of every entry with a MAC over all of them under the keys of the
// node. The stores stand in it as their rows and not as the files of a database, as
// of one moment: state is read in one transaction, and no record moves from it into
// its month meanwhile (see [ledger.Months.Hold]), so that records, counters and
// outbox agree. The proof log is copied before them and the subject keys after
// them: a log that is behind its ledger goes on, and a row never names a slot that
// the copy has not.
//
// The keys are in no backup. Without them it can be neither checked nor restored,
// and what it has of persons is sealed, but for the numbers of lists and sets.
package backup
