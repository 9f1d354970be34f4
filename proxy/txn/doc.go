// Package txn is the transaction layer of SIP: RFC 3261 section 17 with the
// corrections of RFC 6026. It is a value: a [Layer] is told what happened (a
// message came, its user answers, a timer is due) and writes into an [Out] what
// to send and what its user, the TU, has to know. Time is an argument, nothing
// is parsed here, and the same inputs in the same order give the same outputs.
//
// A shard drives it so:
//
//	layer.Fire(now, &out)                 // when Next says so
//	layer.Receive(now, msg, hop, &out)    // when a message came
//	for each out.Sends: transmit; if that fails: layer.TransportFailed
//	for each out.Events: the call decides: layer.Respond, layer.Request
//	out.Reset()
//
// # Who is who
//
// A response belongs to the client transaction of its top branch and its CSeq
// method. A request belongs to the server transaction of its branch, sent-by
// and method, an ACK to that of the INVITE. Branch and host are compared
// without regard to case. A request whose branch lacks the cookie z9hG4bK is
// matched by Call-ID, From tag, CSeq number, Request-URI and top Via instead. A
// CANCEL is a transaction of its own; its event names the INVITE it means. An
// ACK that finds no INVITE is one to a 2xx and goes to the TU.
//
// A new request over Config.Max gets no transaction but an Overload event.
// Responses, ACKs, repeats, and the CANCEL of an INVITE that is here get
// through; the TU may let others in with [Layer.Open].
//
// # The machines
//
// Each machine is a table in a file of its own. "It" is the TU's response,
// "again" what was sent last (nothing, if nothing was). What is not in a table
// changes nothing. Every transaction that goes is told as Gone. Timer C belongs
// to the TU, as do the 100 to an INVITE and the repeats of a 2xx.
//
// INVITE client (17.1.1, figure 5, RFC 6026 7.2). Timers: A and B in calling, D
// in completed, M in accepted; none in proceeding. The 2xx after a failure is
// ours: a fork that answers late has to be ended by somebody.
//
//	in          on             sends  tells            goes to
//	calling     1xx                   response         proceeding
//	            2xx                   response         accepted
//	            3xx-6xx        ACK    response         completed
//	            not sent              transport error  gone
//	            Timer A        again
//	            Timer B               timeout          gone
//	proceeding  1xx                   response
//	            2xx                   response         accepted
//	            3xx-6xx        ACK    response         completed
//	completed   2xx                   stray response
//	            3xx-6xx        again
//	            not sent              transport error  gone
//	            Timer D                                gone
//	accepted    2xx                   response
//	            Timer M                                gone
//
// Any other client (17.1.2, figure 6). Timers: E and F in trying and
// proceeding, K in completed.
//
//	in          on             sends  tells            goes to
//	trying      1xx                   response         proceeding
//	            2xx                   response         completed
//	            3xx-6xx               response         completed
//	            not sent              transport error  gone
//	            Timer E        again
//	            Timer F               timeout          gone
//	proceeding  1xx                   response
//	            2xx                   response         completed
//	            3xx-6xx               response         completed
//	            not sent              transport error  gone
//	            Timer E        again
//	            Timer F               timeout          gone
//	completed   Timer K                                gone
//
// INVITE server (17.2.1, figure 7, RFC 6026 7.1). Timers: G and H in completed,
// I in confirmed, L in accepted; none in proceeding, so the TU must answer.
//
//	in          on             sends  tells            goes to
//	proceeding  request again  again
//	            TU: 1xx        it
//	            TU: 2xx        it                      accepted
//	            TU: 3xx-6xx    it                      completed
//	            not sent              transport error
//	completed   request again  again
//	            ACK                                    confirmed
//	            not sent              transport error
//	            Timer G        again
//	            Timer H               no ack           gone
//	confirmed   Timer I                                gone
//	accepted    ACK                   ack for 2xx
//	            TU: 2xx        it
//	            not sent              transport error
//	            Timer L                                gone
//
// Any other server (17.2.2, figure 8). Timer: J in completed; none before, so
// the TU must answer.
//
//	in          on             sends  tells            goes to
//	trying      TU: 1xx        it                      proceeding
//	            TU: 2xx        it                      completed
//	            TU: 3xx-6xx    it                      completed
//	proceeding  request again  again
//	            TU: 1xx        it
//	            TU: 2xx        it                      completed
//	            TU: 3xx-6xx    it                      completed
//	            not sent              transport error  gone
//	completed   request again  again
//	            not sent              transport error  gone
//	            Timer J                                gone
//
// # Times
//
// A, E and G start with T1 and double, E and G up to T2 (E is T2 at once in
// proceeding). B, D, F, H, J, L, M are 64*T1; I and K are T4. On a reliable
// transport A, E and G do not run and D, I, J and K are zero. Timers that are
// due at one time fire in the order they were started.
//
// # Memory
//
// A transaction keeps its key, its hop and at most one message to send again;
// the INVITE client keeps its request until the final, for the ACK. Once over
// but for repeats, nothing else is left. A repeat allocates nothing. The states
// without a timer are the TU's to end: by Respond, by CANCEL, or by Forget;
// [Layer.Len] tells how many there are.
package txn
