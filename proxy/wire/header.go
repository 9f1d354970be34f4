package wire

import "strings"

// Header is the kind of a header line. Kinds exist for the headers that
// tregua acts on; all others are HOther.
type Header uint8

// The kinds of header lines.
const (
	HOther Header = iota
	HVia
	HFrom
	HTo
	HCallID
	HCSeq
	HContact
	HMaxForwards
	HRoute
	HRecordRoute
	HContentLength
	HContentType
	HContentEncoding
	HContentDisposition
	HTransferEncoding
	HPAI // P-Asserted-Identity, RFC 3325
	HTimestamp
	headers // the number of kinds
)

// headerNames has the full name of each kind, as RFC 3261 writes it.
var headerNames = [headers]string{
	HVia: "Via", HFrom: "From", HTo: "To", HCallID: "Call-ID", HCSeq: "CSeq",
	HContact: "Contact", HMaxForwards: "Max-Forwards", HRoute: "Route",
	HRecordRoute: "Record-Route", HContentLength: "Content-Length",
	HContentType: "Content-Type", HContentEncoding: "Content-Encoding",
	HContentDisposition: "Content-Disposition", HTransferEncoding: "Content-Transfer-Encoding",
	HPAI: "P-Asserted-Identity", HTimestamp: "Timestamp",
}

// String returns the full name, "" for HOther.
func (h Header) String() string {
	if h >= headers {
		return ""
	}
	return headerNames[h]
}

// single tells whether a second line of that kind has no agreed meaning: one
// parser takes the first, another the last.
func (h Header) single() bool {
	switch h {
	case HFrom, HTo, HCallID, HCSeq, HMaxForwards, HContentLength, HContentType, HContentEncoding,
		HContentDisposition, HTransferEncoding:
		return true
	default:
		return false
	}
}

// headerOf returns the kind of a header name in any case, long or compact.
func headerOf(name string) Header {
	if len(name) == 1 {
		name = longName(name)
	}
	// Most lines of a message are of kinds with a rare length, so the length
	// is compared before the letters.
	for h := HVia; h < headers; h++ {
		if full := headerNames[h]; len(full) == len(name) && strings.EqualFold(full, name) {
			return h
		}
	}
	return HOther
}

// longName returns the full name of a compact form (RFC 3261 section 7.3.3 and
// the registry of IANA), and name itself when it is none.
func longName(name string) string {
	if len(name) != 1 {
		return name
	}
	switch name[0] | 0x20 {
	case 'a':
		return "Accept-Contact"
	case 'b':
		return "Referred-By"
	case 'c':
		return "Content-Type"
	case 'd':
		return "Request-Disposition"
	case 'e':
		return "Content-Encoding"
	case 'f':
		return "From"
	case 'i':
		return "Call-ID"
	case 'j':
		return "Reject-Contact"
	case 'k':
		return "Supported"
	case 'l':
		return "Content-Length"
	default:
		return longNameLate(name)
	}
}

func longNameLate(name string) string {
	switch name[0] | 0x20 {
	case 'm':
		return "Contact"
	case 'n':
		return "Identity-Info"
	case 'o':
		return "Event"
	case 'r':
		return "Refer-To"
	case 's':
		return "Subject"
	case 't':
		return "To"
	case 'u':
		return "Allow-Events"
	case 'v':
		return "Via"
	case 'x':
		return "Session-Expires"
	case 'y':
		return "Identity"
	default:
		return name
	}
}

// sameName tells whether two header names mean the same header.
func sameName(a, b string) bool { return strings.EqualFold(longName(a), longName(b)) }
