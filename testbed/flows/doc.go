// Package flows runs SIP flows through a real tregua, SIPp at both ends of each.
// A flow is a ladder in a file of scenarios/, written by what the RFC asks for;
// it is compiled to one SIPp scenario for each party. What a message carries is
// checked where it arrives, every packet by tshark. The tests need the build tag
// testbed and a network namespace of their own, see `make testbed`.
//
// A flow begins with its name and the section that says what must happen, then
// come its settings, then its steps:
//
//	== the callee is busy | RFC 3261 13.3.1.3
//	record failed
//
//	A -> B INVITE sdp
//	B -> A 180
//	B -> A 486 Busy Here
//	  + Retry-After: 18
//
// The settings: "record" is the outcome of each record on the first Call-ID, in
// the order of the alphabet; "dial" a kind of number (opposed, blacklist,
// unchecked, nonsense, emergency); "pbx" and "telco" are keys more of the two
// trunks, "ipv6" puts the flow on IPv6, "patience 40s" is how long a party waits
// for a message. "A waits 1s" is a step.
//
// A is the PBX and B the carrier, C and D those of a second pair of trunks; a
// dot is tregua itself, where it answers or asks in its own name. ACKs to
// failures are left out. What follows a method: "sdp" with attributes of its
// stream, tag=x for another fork, uri=x for another Request-URI, cseq=3,
// shift=1 where the CSeq arrives as one more, hops=0 for Max-Forwards, fresh for an INVITE without a To tag, compact for
// short forms, arrives=x for the Request-URI with which it must arrive. A status
// is followed by its phrase and "to METHOD" where it does not answer the newest
// request. The lines below a step:
//
//   - + Name: value   a header, which arrives as it was sent
//   - = Name: value   a header that is not looked for where it arrives
//   - | text          a line of the body, {me} is the sender's address
//   - ? text          the message that arrives has it
//   - ! text          it has it not
//
// In all of them {a} to {d} are the addresses of the parties, {us} is ours,
// {n} is the called number, {escaped} with its first character escaped, {n2} and
// {opposed} are two more, {national} is {opposed} without +39, {call} and {call2} the Call-IDs.
package flows
