package replay

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"tregua/media"
	"tregua/media/codec"
	"tregua/media/detect"
)

// TestFree: a detector is held from the first packet of a call to the end of
// what is played of it.
func TestFree(t *testing.T) {
	t.Parallel()
	far := netip.MustParseAddrPort("10.0.0.1:5000")
	calls := make([]Call, 30)
	for i := range calls {
		calls[i] = Call{
			Answered: time.Duration(i) * 5 * time.Second,
			Media:    [2][]netip.AddrPort{media.A: {netip.AddrPortFrom(far.Addr(), uint16(6000+i))}},
		}
	}
	calls[1].Ended = 12 * time.Second
	s, err := NewStage(calls, detect.DefaultConfig())
	if err != nil {
		t.Fatal(err)
	}
	packet := make([]byte, 12+frame)
	packet[0], packet[1] = 0x80, codec.PCMA.PayloadType()
	most := 0
	for i := range uint32(50 * 160) {
		at := time.Duration(i) * 20 * time.Millisecond
		binary.BigEndian.PutUint16(packet[2:], uint16(i))
		binary.BigEndian.PutUint32(packet[4:], i*frame)
		for c := range calls[:29] { // nothing comes of the last one
			s.Take(&Datagram{At: at, From: calls[c].Media[media.A][0], To: far, Payload: packet})
		}
		most = max(most, len(s.players))
	}
	if most != 2 {
		t.Errorf("%d players at a time, want those of %v, 2", most, Listen)
	}
	for i, r := range s.Results(160 * time.Second) {
		want, ended := Result{Until: Listen}, i == 1
		want.Traffic[media.A].Packets = 500
		if ended {
			want.Until = 7 * time.Second
			want.Traffic[media.A].Packets = 350
		}
		if i == 29 {
			want.Traffic[media.A].Packets = 0
		}
		if r.Call != &calls[i] || r.Until != want.Until || r.Ended != ended || r.Traffic[media.A].Packets != want.Traffic[media.A].Packets {
			t.Errorf("call %d: until %v, ended %v, %d packets; want until %v, %v, %d", i, r.Until, r.Ended, r.Traffic[media.A].Packets,
				want.Until, ended, want.Traffic[media.A].Packets)
		}
	}
}
