// Package sdp reads a session description (RFC 8866) as far as tregua needs it
// and anchors it: Media tells where each m-line wants its media, Anchor puts our
// addresses in place of the peer's. It works on lines, not on a model: what
// is not an address passes byte for byte, so that codecs, attributes and
// extensions that tregua has never heard of survive.
//
// Reading is strict where another parser could see another address: a line
// that is not "x=…", a bare CR, a NUL, a control character in m= or c=, an empty
// line before the last one, or a second session-level c= is an error. Line ends may be CRLF or LF.
//
// The package is pure: no socket, no clock, no state.
package sdp
