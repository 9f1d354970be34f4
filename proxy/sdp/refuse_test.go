package sdp

import "testing"

func TestRefuse(t *testing.T) {
	t.Parallel()
	offer := "v=0\r\no=pbx 1 1 IN IP4 192.0.2.7\r\ns=x\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n" +
		"m=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\nm=video 4002/2 RTP/AVP 96\r\n"
	want := "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n" +
		"m=audio 0 RTP/AVP 8 101\r\nm=video 0 RTP/AVP 96\r\n"
	if got := Refuse(offer); got != want {
		t.Errorf("Refuse:\n%s\nwant:\n%s", got, want)
	}
}
