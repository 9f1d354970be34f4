package peers

import (
	"net/netip"
	"strings"
	"testing"
)

// TestSDP: what is described is read; of what else may come, the first law is
// taken.
func TestSDP(t *testing.T) {
	t.Parallel()
	at := netip.MustParseAddrPort("127.0.0.1:4000")
	own := func(l law, script Script) string { return audio{at, l}.describe(script) }
	swap := strings.NewReplacer("RTP/AVP 8", "RTP/AVP 18 0 8 101").Replace
	cases := map[string]struct {
		body, want string
		law        law
	}{
		"A-law":             {own(aLaw, nil), "", aLaw},
		"mu-law":            {own(muLaw, nil), "", muLaw},
		"and comfort noise": {own(muLaw, Script{Dead.For(1), ComfortNoise.For(0)}), "", muLaw},
		"of many":           {swap(own(aLaw, nil)), "", muLaw},
		"none":              {strings.Replace(own(aLaw, nil), "AVP 8", "AVP 18", 1), "sdp: no G.711 among formats [18]", 0},
		"held":              {strings.Replace(own(aLaw, nil), "4000", "0", 1), `sdp: no audio port "0"`, 0},
		"no audio":          {"v=0\r\nc=IN IP4 127.0.0.1\r\n", "sdp: no audio stream", 0},
		"empty":             {"", "sdp: c= line", 0},
	}
	for name, c := range cases {
		got, err := readAudio([]byte(c.body))
		if c.want != "" {
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("%s: error %v, want %q", name, err, c.want)
			}
		} else if err != nil || got != (audio{at, c.law}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if body := own(aLaw, Script{ComfortNoise.For(0)}); !strings.Contains(body, "RTP/AVP 8 13\r\n") || !strings.Contains(body, "a=rtpmap:13 CN/8000\r\n") {
		t.Errorf("comfort noise is not offered: %q", body)
	}
}
