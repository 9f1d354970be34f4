// Package relay moves the RTP and RTCP of calls in user space. A Relay has a
// few workers, each with one epoll loop, and hands out anchors: four UDP
// sockets that belong to one call and live on one worker, so that no packet
// meets a lock. New opens the sockets, Run moves packets until its context
// ends, Lease gives an anchor to a call, Set says what is done with the
// packets of a leg, Close ends it and returns what was counted. A call that
// never has media costs little: its worker hears of it when both legs are known,
// and finds its end by itself.
//
// The watch on an answered call begins when leg A is set to Tap or Cover. A
// guard, which is a detector from a pool, listens to both legs and keeps the
// word of the anchor: what Heard returns. Under Cover the stream to leg B goes
// over a line: ambience at once, then what line.For says of each state, and
// from the operator on leg A's packets alone. The guard goes back to the pool
// when an operator is heard or the mode is another one; the line stays to the
// call's end. Its clock is the worker's: one list of the guards by their next
// turn, looked at after every batch of packets.
//
// What is no RTP passes as it is, unheard, where the legs have agreed on it
// (media.Formats.Opaque): a call that becomes a fax keeps its anchor.
//
// Reopen leases the ports that a call had before a restart: its peers go on
// where they are. Nothing else outlives the process, the line neither: what
// comes is passed as it is and latched anew.
//
// An address is learnt from the packets of a leg (symmetric RTP, RFC 4961),
// never from packets that came before its SDP. A port given back is not leased
// again for Config.Drain, nor while packets still come to it. Its sockets stay
// open for the next call if nothing comes to them meanwhile.
package relay
