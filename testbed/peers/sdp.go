package peers

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// audio is an audio stream as a session description has it.
type audio struct {
	addr netip.AddrPort // where it is received
	law  law
}

// describe returns an SDP body that offers or accepts G.711, and comfort noise
// if the script has it.
func (a audio) describe(script Script) string {
	formats, maps := "8", "a=rtpmap:8 PCMA/8000\r\n"
	if a.law == muLaw {
		formats, maps = "0", "a=rtpmap:0 PCMU/8000\r\n"
	}
	if slices.ContainsFunc(script, func(s Segment) bool { return s.Sound == ComfortNoise }) {
		formats, maps = formats+" 13", maps+"a=rtpmap:13 CN/8000\r\n"
	}
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 %[1]s\r\ns=-\r\nc=IN IP4 %[1]s\r\nt=0 0\r\n"+
		"m=audio %[2]d RTP/AVP %[3]s\r\n%[4]sa=ptime:20\r\na=sendrecv\r\n",
		a.addr.Addr(), a.addr.Port(), formats, maps)
}

// readAudio returns the first audio stream of body, in the first law that it
// names.
func readAudio(body []byte) (audio, error) {
	var host string
	var media []string // of the m= line: port, transport, formats
	for line := range strings.Lines(string(body)) {
		fields := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "c=IN IP4 ") && len(fields) == 3:
			host = fields[2]
		case strings.HasPrefix(line, "m=audio ") && len(fields) > 3 && media == nil:
			media = fields[1:]
		}
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return audio{}, fmt.Errorf("sdp: c= line: %w", err)
	}
	if media == nil {
		return audio{}, errors.New("sdp: no audio stream")
	}
	port, err := strconv.ParseUint(media[0], 10, 16)
	if err != nil || port == 0 {
		return audio{}, fmt.Errorf("sdp: no audio port %q", media[0])
	}
	l, err := firstLaw(media[2:])
	return audio{netip.AddrPortFrom(ip, uint16(port)), l}, err
}

func firstLaw(formats []string) (law, error) {
	for _, format := range formats {
		for _, l := range []law{aLaw, muLaw} {
			if format == strconv.Itoa(int(l.payloadType())) {
				return l, nil
			}
		}
	}
	return aLaw, fmt.Errorf("sdp: no G.711 among formats %v", formats)
}
