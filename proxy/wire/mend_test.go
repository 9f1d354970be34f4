package wire

import (
	"slices"
	"strings"
	"testing"
)

// TestRenumber has the CSeq of base, and a RAck beside it.
func TestRenumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		lines string // in place of "cseq: 1 INVITE"
		edit  Edit
		want  string
		n     uint32 // of the CSeq, read again
		rack  string // likewise
	}{
		{"CSeq", "cseq: 1 INVITE", Edit{CSeq: 2147483647}, "cseq: 2147483647 INVITE", 2147483647, ""},
		{"CSeq, zeros and folds", "CSEQ :\r\n\t0009\r\n   INVITE ", Edit{CSeq: 10}, "CSEQ :\r\n\t10\r\n   INVITE ", 10, ""},
		{"CSeq, no space", "CSeq:7 INVITE", Edit{CSeq: 8}, "CSeq:8 INVITE", 8, ""},
		{"CSeq leaves RAck", "CSeq: 3 INVITE\r\nRAck: 1 2 INVITE", Edit{CSeq: 4}, "CSeq: 4 INVITE\r\nRAck: 1 2 INVITE", 4, "1 2 INVITE"},
		{"RAck leaves CSeq", "CSeq: 3 INVITE\r\nRAck: 1 2 INVITE", Edit{RAckCSeq: 5}, "CSeq: 3 INVITE\r\nRAck: 1 5 INVITE", 3, "1 5 INVITE"},
		{"RAck in its folds", "CSeq: 3 INVITE\r\nrack :776656\t 001\r\n INVITE ", Edit{RAckCSeq: 12}, "CSeq: 3 INVITE\r\nrack :776656\t 12\r\n INVITE ", 3, "776656\t 12 INVITE"},
		{"both", "CSeq: 3 INVITE\r\nRAck: 1 2 INVITE", Edit{CSeq: 4, RAckCSeq: 5}, "CSeq: 4 INVITE\r\nRAck: 1 5 INVITE", 4, "1 5 INVITE"},
		{"no RAck", "CSeq: 3 INVITE\r\nX-RAck: 1 2 INVITE", Edit{RAckCSeq: 5}, "CSeq: 3 INVITE\r\nX-RAck: 1 2 INVITE", 3, ""},
		{"a RAck that is none", "CSeq: 3 INVITE\r\nRAck: 1", Edit{RAckCSeq: 5}, "CSeq: 3 INVITE\r\nRAck: 1", 3, "1"},
		{"a RAck of nothing", "CSeq: 3 INVITE\r\nRAck:", Edit{RAckCSeq: 5}, "CSeq: 3 INVITE\r\nRAck:", 3, ""},
		{"a RAck dropped", "CSeq: 3 INVITE\r\nRAck: 1 2 INVITE", Edit{RAckCSeq: 5, Drop: []string{"rack"}}, "CSeq: 3 INVITE", 3, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(base, "cseq: 1 INVITE", c.lines, 1)
			want := strings.Replace(base, "cseq: 1 INVITE", c.want, 1)
			got := string(mustRead(t, text).Write(c.edit))
			if got != want {
				t.Fatalf("\n%s\nwant\n%s", got, want)
			}
			again := mustRead(t, got)
			rack := strings.Join(slices.Collect(again.Named("RAck")), "|")
			if again.CSeq.N != c.n || rack != c.rack {
				t.Errorf("read again: CSeq %d, RAck %q", again.CSeq.N, rack)
			}
		})
	}
}
