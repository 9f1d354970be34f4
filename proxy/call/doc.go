// Package call is one call: two legs, the dialogs between them, and the
// obligation that both end.
//
// A [Call] is a value that a shard owns. [Call.Handle] takes one [Input] (a
// message of a peer, a timer, the answer to something the call asked for) and
// appends [Effect] values that say what is to be done; it does nothing itself,
// so that a million calls on a bad network are a test that repeats from a seed.
//
// The life of a call:
//
//	asking     100 is out, the policy was asked; a CANCEL ends it here
//	calling    the INVITE is at the callee; 1xx pass, each To tag is a dialog
//	waiting    the caller was told to come again (a challenge, a redirect): its
//	           next INVITE with the same judged facts goes on in this call
//	answered   the first 2xx passed; it is repeated until the caller's ACK;
//	           the watch runs until an operator is heard, a side hangs up,
//	           or both are hung up because nobody was heard in time
//	           (from here on another process can go on with it: Kept, Adopt)
//	over       recorded; what is still under way (relayed requests, our own
//	           BYE, late 2xx of other forks) is brought to its end, then
//	           [Release] gives the call back to the shard
//
// Call-ID, tags and CSeq cross unchanged (design: "Ids: one rule"). The call
// originates as little as it can: the hop-by-hop CANCEL, ACK and BYE for a 2xx
// that nobody waits for, and one last BYE per direction when it must end a
// call itself; from then on that direction is shut.
package call
