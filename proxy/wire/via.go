package wire

import (
	"net/netip"
	"strconv"
	"strings"
)

// ViaHop is one via-parm (RFC 3261 section 20.42). A line may hold several.
type ViaHop struct {
	Proto  string // the transport as it came, "UDP"
	Host   string // of sent-by, as it came
	Port   uint16 // of sent-by, 0 when none is given
	Branch string // "" when there is none
	Params Params
	Text   string // the whole via-parm exactly as it came
}

// readVia reads the via-parm that begins at i, and returns the index of the
// comma behind it or of the end of s.
func readVia(s string, i int) (ViaHop, int, error) {
	var v ViaHop
	start := skip(s, i)
	end, ours, err := v.readSentProtocol(s, start)
	if err != nil {
		return v, end, err
	}
	if end, err = v.readSentBy(s, end); err != nil {
		return v, end, err
	}
	if !ours {
		return v, end, syntax(protocolForm)
	}
	from := end
	if end, err = readParams(s, from, "branch", "received", "rport", "maddr"); err != nil {
		return v, end, err
	}
	v.Params = Params(trim(s[from:end]))
	v.Text = s[start:end]
	if p, ok := find(string(v.Params), "branch"); ok {
		if v.Branch = p.value; p.value == "" || p.value[0] == '"' {
			return v, end, syntax("a branch that is empty or in quotes")
		}
	}
	if end = skip(s, end); end < len(s) && s[end] != ',' {
		return v, end, syntax("a forbidden character behind the parameters")
	}
	return v, end, nil
}

const protocolForm = "the protocol is not like SIP/2.0/UDP"

// readSentProtocol reads "SIP / 2.0 / UDP" and the white space behind it. ours
// is false when name or version are others: then sent-by is still read, for an
// answer (RFC 3261 section 21.5.6).
func (v *ViaHop) readSentProtocol(s string, i int) (end int, ours bool, err error) {
	var parts [3]string
	for n := range parts {
		if n > 0 {
			if i = skip(s, i); at(s, i) != '/' {
				return i, false, syntax(protocolForm)
			}
			i = skip(s, i+1)
		}
		end = span(s, i, classToken)
		if parts[n], i = s[i:end], end; parts[n] == "" {
			return i, false, syntax(protocolForm)
		}
	}
	v.Proto = parts[2]
	if end = skip(s, i); end == i {
		return i, false, syntax("no white space between protocol and sent-by")
	}
	return end, strings.EqualFold(parts[0], "SIP") && parts[1] == "2.0", nil
}

// readSentBy reads host and port. Host is set only when all of sent-by has one
// reading: it is where an answer goes, whatever is wrong behind it.
func (v *ViaHop) readSentBy(s string, i int) (int, error) {
	end, err := readHost(s, i)
	if err != nil {
		return end, err
	}
	host := s[i:end]
	if colon := skip(s, end); at(s, colon) == ':' {
		from := skip(s, colon+1)
		for end = from; at(s, end) >= '0' && at(s, end) <= '9'; {
			end++
		}
		port, ok := number(s[from:end], 65535)
		if !ok || port == 0 {
			return end, syntax("a port that is no number from 1 to 65535")
		}
		v.Port = uint16(port)
	}
	if next := skip(s, end); next < len(s) && s[next] != ';' && s[next] != ',' {
		return end, syntax("a forbidden character behind sent-by")
	}
	v.Host = host
	return end, nil
}

// ReplyTo returns where the response to request m goes on UDP: the address the
// request came from; its port when rport asks for it (RFC 3581 section 4),
// otherwise the port of sent-by (RFC 3261 section 18.2.2). A maddr is not
// followed: it is meant for multicast, which tregua does not serve, and would
// let any peer aim our responses at a third party.
func ReplyTo(m *Message, hop Hop) netip.AddrPort {
	if _, ok := find(string(m.Via.Params), "rport"); ok {
		return hop.Remote
	}
	port := m.Via.Port
	if port == 0 {
		port = 5060
	}
	return netip.AddrPortFrom(hop.Remote.Addr(), port)
}

// Vias returns all Via lines of request m as they stand in its responses. The
// topmost via-parm gets a received parameter when its sent-by is not the
// address the request came from (RFC 3261 section 18.2.1) or when it asks for
// rport, which is filled (RFC 3581 section 4); all else is byte for byte.
func Vias(m *Message, hop Hop) []string {
	lines := m.RawLines(HVia)
	if len(lines) == 0 || m.Via.Text == "" {
		return lines
	}
	// Text is a part of the first line: the first one, by the reading of Read.
	i := strings.Index(lines[0], m.Via.Text)
	if i < 0 {
		return lines
	}
	lines[0] = lines[0][:i] + m.Via.stamped(hop.Remote) + lines[0][i+len(m.Via.Text):]
	return lines
}

// stamped returns the via-parm with received and rport set for its source.
func (v *ViaHop) stamped(source netip.AddrPort) string {
	addr := source.Addr().Unmap().WithZone("")
	by, literal := hostAddr(v.Host)
	_, asked := find(string(v.Params), "rport")
	text := without(v.Text, "received")
	if asked {
		text = replaceParam(text, "rport", strconv.Itoa(int(source.Port())))
	}
	if asked || !literal || by != addr {
		text += ";received=" + addr.String()
	}
	return text
}

// viaParams returns the index in a via-parm where its parameters begin.
func viaParams(text string) int {
	// Neither the protocol nor the host can hold a ";".
	if i := strings.IndexByte(text, ';'); i >= 0 {
		return i
	}
	return len(text)
}

// without returns a via-parm without the parameter of that name. What a peer
// says of its own source address is worth nothing.
func without(text, name string) string {
	from := viaParams(text)
	if p, ok := find(text[from:], name); ok {
		return text[:from+p.start] + text[from+p.end:]
	}
	return text
}

// replaceParam returns a via-parm with the value of a parameter that it has.
func replaceParam(text, name, value string) string {
	from := viaParams(text)
	p, ok := find(text[from:], name)
	if !ok {
		return text
	}
	return text[:from+p.start] + ";" + p.name + "=" + value + text[from+p.end:]
}
