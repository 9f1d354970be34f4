package sdp

import "strings"

// Refuse returns an answer to an offer in which every stream is refused: each
// m-line with port 0 (RFC 3264 section 6), nothing else of the offer.
func Refuse(offer string) string {
	var b strings.Builder
	b.WriteString("v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n")
	for line := range strings.Lines(offer) {
		fields := strings.Fields(strings.TrimRight(line, "\r\n"))
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "m=") {
			continue
		}
		fields[1] = "0"
		b.WriteString(strings.Join(fields, " ") + "\r\n")
	}
	return b.String()
}
