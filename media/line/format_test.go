package line

import (
	"testing"
	"time"

	"tregua/media/codec"
)

// TestFormat: what an SDP says that comes after the stream began holds from
// then on, and the stream stays one.
func TestFormat(t *testing.T) {
	t.Parallel()
	l := New(Config{SSRC: ourSSRC})
	l.Note(0, rtp(8, 7, 1000, 1, 160, speechB))
	l.Format(Config{SSRC: 99, Sequence: 99, Timestamp: 99, Codec: codec.PCMU, Type: 97})
	l.Start(0, Fill)
	var out [PacketSize]byte
	n, _ := l.Tick(time.Second, nil, out[:])
	got := sent{packet: out[:n]}
	if got.kind() != 97 || got.packet[headerSize] != codec.PCMU.Silence() {
		t.Errorf("type %d, payload %x", got.kind(), got.packet[headerSize])
	}
	if got.ssrc() != 1 || got.sequence() != 8 || got.ts() != 1000+8000 {
		t.Errorf("the stream goes on as SSRC %x, number %d, time %d", got.ssrc(), got.sequence(), got.ts())
	}
}
