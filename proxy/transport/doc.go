// Package transport carries datagrams between the network and the proxy. It
// knows nothing of SIP but the Hop of a message: the listener, the local
// address that a datagram came to and the kernel's time of its arrival. Today
// there is UDP; Listen opens a socket, Run reads it until its context ends,
// Send may be called from any goroutine meanwhile.
package transport
