// Package proxy is the back-to-back user agent: the shards that own the calls,
// and what stands round them.
//
//	datagram ─ transport ─ Admission ─ wire.Read ─ Shard.Turn ─ txn ─ edge ─ call ─► Outputs
//
// A call belongs to one [Shard], chosen by a keyed hash of its Call-ID; all
// that happens to the call happens there, in order of arrival. A shard is a
// value: [Shard.Turn] takes the time, the business data in force, and a few
// inputs, and returns what is to be sent, asked, set in the media plane and
// recorded. [Server] is the shell round the shards: a goroutine for each, and the
// readers of the listeners, who turn a shard that nobody else turns. The
// simulation is another shell round the same value.
//
// A trunk may hide Call-IDs and tags, and have rules for headers. Both are done
// at the edge between transactions and calls: outside it a message is as the
// trunk has it, inside a call has one set of identifiers.
//
// An INVITE that opens a dialog becomes a policy.Attempt and an Ask; the
// answer comes back as [Judged]. Until then the call is an ordinary call: 100
// is out, CANCEL and timers work. In-dialog requests find their call and side
// by the leg token in our Contact, or by Call-ID and tags where a peer ignores
// Contact. What belongs to no call any more is ended on the spot: a request
// with 481, a late 2xx with ACK and BYE.
//
// What an answered call needs to go on is put out as a [Keep] whenever that
// changes. The next process gives it to the shard of its Call-ID as an [Adopt],
// before the listeners are read: the call goes on under the id that its tokens
// have, or is ended on both sides.
package proxy
