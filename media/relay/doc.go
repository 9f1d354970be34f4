// Package relay moves the RTP and RTCP of calls in user space. A Relay has a
// few workers, each with one epoll loop, and hands out anchors: four UDP
// sockets that belong to one call and live on one worker, so that no packet
// meets a lock. New opens the sockets, Run moves packets until its context
// ends, Lease gives an anchor to a call, Set says what is done with the
// packets of a leg, Close ends it and returns what was counted.
//
// An address is learnt from the packets of a leg (symmetric RTP, RFC 4961),
// never from packets that came before its SDP. A port given back is not leased
// again for Config.Drain, nor while packets still come to it.
package relay
