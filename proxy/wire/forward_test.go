package wire

import (
	"strconv"
	"strings"
	"testing"
)

func TestHopsLeft(t *testing.T) {
	t.Parallel()
	for have, want := range map[string]string{"": "70", "Max-Forwards: 70\r\n": "69", "Max-Forwards: 2\r\n": "1", "Max-Forwards: 1\r\n": "0"} {
		text := "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c;branch=z9hG4bK1\r\n" + have +
			"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n\r\n"
		m, err := Read([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		out, err := Read(m.Write(Edit{MaxForwards: m.HopsLeft()}))
		if err != nil {
			t.Fatal(err)
		}
		if got := strconv.Itoa(out.MaxForwards); got != want {
			t.Errorf("%q leaves with %s, want %s", strings.TrimSpace(have), got, want)
		}
	}
}
