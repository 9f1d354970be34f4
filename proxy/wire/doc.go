// Package wire reads and writes one SIP message. It reads strictly and in one
// way only: what Read returns is what the rest of tregua judges, and Write
// sends the very bytes that were read, but for the few lines that an Edit
// names. Header lines are therefore carried raw (case, compact form, folding,
// order); only the handful that tregua itself acts on is read further. What
// has two readings is refused with an error that names the header.
//
// The package is pure: it knows no socket, no clock and no state. Strings of a
// Message are parts of one copy of the datagram; who keeps one of them longer
// than the message clones it.
//
// Where RFC 3261 leaves a choice, or the wild differs from it, the choice is
// written beside the code that makes it:
//
//   - control characters are refused everywhere above the body, and so are bare
//     CR and bare LF: other parsers end a line or a string there. Only in the
//     quoted strings of a Via or an address are they taken, when escaped
//     (RFC 4475 section 3.1.1.2);
//   - a method that is a known one in the wrong case is refused;
//   - an unquoted display name may hold more than tokens, as long as nothing in
//     it could be taken for an address or a list;
//   - "#" is accepted unescaped in a user part, "_" in a host;
//   - a From without a tag is accepted (RFC 3261 section 12.1.1).
package wire
