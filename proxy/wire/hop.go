package wire

import "net/netip"

// Proto is the transport protocol of a Hop.
type Proto uint8

// UDP is the only protocol that is built so far.
const UDP Proto = iota

// String returns the name that stands in a Via.
func (p Proto) String() string {
	if p == UDP {
		return "UDP"
	}
	return "UNKNOWN"
}

// Hop is the way by which a message came or is to go.
type Hop struct {
	// Listener is the index of the listener in the configuration.
	Listener int
	Proto    Proto
	// Local and Remote are the two ends as the socket saw them.
	Local, Remote netip.AddrPort
	// Trunk is the index of the trunk at the other end. The transport does not
	// know it; the shard sets it.
	Trunk int
	// Conn is the connection on a stream transport, 0 on UDP.
	Conn uint64
}
