// Package rtp is the media of a load whose signalling is SIPp's: a generator
// that plays what a PBX and a called person send on each call, and a capture
// that says when what was on the wire. A Rig joins them. It listens at the
// loopback interface, reads in the SIP messages which address belongs to which
// call, sends from the very ports that the two SIPps named, and notes by the
// kernel's clock the 200, each BYE and each packet that the program under test
// sends. Nothing of the program is imported: it is known by its addresses.
//
// Capturing needs CAP_NET_RAW. The media addresses of the SIPps are on a
// network of their own (127.0.8.0/24), which tells them from everything else
// on the interface. RTCP is not played.
package rtp
