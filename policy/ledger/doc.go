// Package ledger keeps the account of every attempt so that it can be proved.
//
// The [Committer] is a value: entries in, one batch of rows out; the [Writer]
// is the goroutine round it, which commits each batch as one transaction. An
// attempt that is let through has an open row before its INVITE leaves, and an
// up row once it is answered, with a call row that has what the call needs to go
// on in another process; at its end, or at once when it is refused, it becomes a
// record with the next number of a gapless sequence (Seq) in the outbox.
// [Months] moves the outbox into one store a month. [Recover] closes what a crash
// left open, but for the calls that somebody goes on with. [Reader] finds records
// wherever they stand.
//
// A record has a public part, which holds nothing that leads to a person, and
// a personal part, sealed under the subject key of the called number (see
// policy/seal). Its leaf, SHA-256("tregua/1" ‖ SHA-256(public) ‖ commitment)
// with commitment = SHA-256(salt ‖ personal), holds both: after an erasure the
// public part still verifies and still counts.
//
// A [Note] is a record of no attempt: an amendment, a deed, or the [Summary] of an
// hour. It has a number and a leaf like any other and nothing personal: its
// commitment is SHA-256 over nothing. It stands at A6 of its month, so that no
// reader of attempts meets it.
//
// Every key range has one writer: the committer writes 01, 30, 32, 33, 40, 42, 50, 70,
// 71 and 72, the month writer its row of 51 (each sink of policy/handoff has its own)
// and the month stores, and it deletes from 50 what the committer has finished with.
package ledger
