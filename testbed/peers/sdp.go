package peers

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// describe returns an SDP body that offers or accepts G.711 A-law at addr.
func describe(addr netip.AddrPort) string {
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 %[1]s\r\ns=-\r\nc=IN IP4 %[1]s\r\nt=0 0\r\n"+
		"m=audio %[2]d RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=ptime:20\r\na=sendrecv\r\n",
		addr.Addr(), addr.Port())
}

// audioAddr returns where the first audio stream of body is received.
func audioAddr(body []byte) (netip.AddrPort, error) {
	var host string
	var port uint64
	for line := range strings.Lines(string(body)) {
		fields := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "c=IN IP4 ") && len(fields) == 3:
			host = fields[2]
		case strings.HasPrefix(line, "m=audio ") && len(fields) > 1:
			port, _ = strconv.ParseUint(fields[1], 10, 16) // 0 is found below
		}
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("sdp: c= line: %w", err)
	}
	if port == 0 {
		return netip.AddrPort{}, errors.New("sdp: no audio port")
	}
	return netip.AddrPortFrom(ip, uint16(port)), nil
}
