// Package desk is the one door through which a call asks.
//
// Every number has one owner, the desk that its hash names. A [Desk] gathers
// the facts the policy needs, judges, and hands what was decided to the
// ledger; because all that concerns a number passes through one desk, in
// order, nothing that two calls to it do can race. A desk is a value with
// Turn; [Desks] is the goroutine round each of them. While nothing waits at a desk
// an attempt is judged on the goroutine of who asks, as long as everything that it
// takes is in memory: to wake another goroutine costs more than to judge. A row of
// the store is read on the desk's own goroutine, so that no call waits for a disk.
//
// A person may have numbers of several desks. What reached them, and what may
// yet, is what the desks have in common ([Shared]): an attempt is judged and
// takes its place while all of them are held, so that a cap is exact.
//
// A call ends through the desk of its number too: what a silent call leaves, the
// bar and the guaranteed contact after it, is in force here at once and goes to
// the ledger with the record.
//
// A refusal is answered at once. An allowed attempt is answered when its open
// row is committed: no INVITE leaves before its record exists.
package desk
