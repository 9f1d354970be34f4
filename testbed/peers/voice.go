package peers

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtp"
)

const (
	payloadType = 8 // PCMA, RFC 3551
	sampleRate  = 8000
	packetTime  = 20 * time.Millisecond
	samples     = sampleRate / 50 // in a packet
)

// Heard counts the RTP that one end of a call received.
type Heard struct {
	Packets   uint64
	Bytes     uint64 // of payload
	SSRC      uint32 // of the first packet; 0 before it
	Strangers uint64 // packets with another SSRC than the first
}

// voice is one end of an RTP stream: it speaks a tone with the rhythm of
// syllables, and counts what it hears.
type voice struct {
	conn *net.UDPConn
	addr netip.AddrPort
	ssrc uint32
	wg   sync.WaitGroup // listen and talk

	mu    sync.Mutex // protects heard
	heard Heard
}

// newVoice opens a free port of ip and listens.
func newVoice(ip netip.Addr) (*voice, error) {
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, 0)))
	if err != nil {
		return nil, fmt.Errorf("voice: %w", err)
	}
	v := &voice{conn: conn, addr: conn.LocalAddr().(*net.UDPAddr).AddrPort(), ssrc: rand.Uint32() | 1}
	v.wg.Go(v.listen)
	return v, nil
}

// talk speaks to peer until ctx ends, pitch Hz high.
func (v *voice) talk(ctx context.Context, peer netip.AddrPort, pitch float64) {
	v.wg.Go(func() {
		speech := tone(pitch)
		ticker := time.NewTicker(packetTime)
		defer ticker.Stop()
		packet := rtp.Packet{Header: rtp.Header{
			Version: 2, Marker: true, PayloadType: payloadType,
			SequenceNumber: uint16(rand.Uint32()), Timestamp: rand.Uint32(), SSRC: v.ssrc,
		}}
		for at := 0; ; at = (at + samples) % len(speech) {
			packet.Payload = speech[at : at+samples]
			raw, err := packet.Marshal()
			if err != nil {
				return
			}
			_, _ = v.conn.WriteToUDPAddrPort(raw, peer) // a peer that is gone is the end of the call, which SIP tells
			packet.Marker = false
			packet.SequenceNumber++
			packet.Timestamp += samples
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return
			}
		}
	})
}

func (v *voice) listen() {
	buf := make([]byte, 2048)
	for {
		n, _, err := v.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return // closed
		}
		var packet rtp.Packet
		if packet.Unmarshal(buf[:n]) == nil {
			v.count(&packet)
		}
	}
}

func (v *voice) count(packet *rtp.Packet) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.heard.Packets == 0 {
		v.heard.SSRC = packet.SSRC
	}
	if packet.SSRC != v.heard.SSRC {
		v.heard.Strangers++
	}
	v.heard.Packets++
	v.heard.Bytes += uint64(len(packet.Payload))
}

// close ends listening and, once its context has ended, talking, and returns
// all that was heard.
func (v *voice) close() Heard {
	_ = v.conn.Close()
	v.wg.Wait()
	return v.heard
}

// tone returns one second of a tone of pitch Hz that swells four times, as
// speech does, in A-law.
func tone(pitch float64) []byte {
	out := make([]byte, sampleRate)
	for i := range out {
		t := float64(i) / sampleRate
		loudness := 0.1 + 0.9*math.Abs(math.Sin(math.Pi*4*t))
		out[i] = alaw(int(8000 * loudness * math.Sin(2*math.Pi*pitch*t)))
	}
	return out
}

// alaw encodes a 16 bit sample (ITU-T G.711 table 1).
func alaw(sample int) byte {
	sign := byte(0x80)
	if sample < 0 {
		sign, sample = 0, -sample-1
	}
	magnitude := min(sample>>3, 0xFFF) // 12 bits
	segment := 0
	for m := magnitude >> 5; m > 0; m >>= 1 {
		segment++
	}
	mantissa := magnitude >> max(segment, 1) & 0x0F
	return (sign | byte(segment<<4|mantissa)) ^ 0x55
}
