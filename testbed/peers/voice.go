package peers

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtp"
)

const (
	sampleRate = 8000
	packetTime = 20 * time.Millisecond
	samples    = sampleRate / 50 // in a packet

	comfortNoise = 13 // payload type, RFC 3389
)

// voice is one end of an RTP stream: it sends what a script says, and hears.
type voice struct {
	conn *net.UDPConn
	addr netip.AddrPort
	wg   sync.WaitGroup // listen and talk

	mu   sync.Mutex // protects the fields below
	ear  ear
	ssrc uint32 // of the first packet sent; 0: none
	sent uint64 // packets
}

// newVoice opens a free port of ip and listens.
func newVoice(ip netip.Addr) (*voice, error) {
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, 0)))
	if err != nil {
		return nil, fmt.Errorf("voice: %w", err)
	}
	v := &voice{conn: conn, addr: conn.LocalAddr().(*net.UDPAddr).AddrPort(), ear: newEar()}
	v.wg.Go(v.listen)
	return v, nil
}

// answered says when the call was.
func (v *voice) answered(at time.Time) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.ear.answered = at
}

// talk sends what is played until ctx ends.
func (v *voice) talk(ctx context.Context, to audio, play *player) {
	start := time.Now()
	v.wg.Go(func() {
		out := newStream(to.law)
		timer := time.NewTimer(0)
		defer timer.Stop()
		for n := time.Duration(1); ; n++ {
			select {
			case <-timer.C:
			case <-ctx.Done():
				return
			}
			s, ok := play.next()
			if !ok {
				return
			}
			if packet := out.packet(&s); packet != nil {
				v.send(packet, to.addr)
			}
			// By the clock, as a sound card does: who was late makes up for it.
			timer.Reset(time.Until(start.Add(n * packetTime)))
		}
	})
}

func (v *voice) send(packet *rtp.Packet, to netip.AddrPort) {
	raw, err := packet.Marshal()
	if err != nil {
		return // never: it has no extension
	}
	_, _ = v.conn.WriteToUDPAddrPort(raw, to) // a peer that is gone is the end of the call, which SIP tells
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.sent == 0 {
		v.ssrc = packet.SSRC
	}
	v.sent++
}

func (v *voice) listen() {
	buf := make([]byte, 2048)
	for {
		n, _, err := v.conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return // closed
		}
		at := time.Now()
		var packet rtp.Packet
		if packet.Unmarshal(buf[:n]) == nil {
			v.mu.Lock()
			v.ear.hear(&packet, at)
			v.mu.Unlock()
		}
	}
}

// close ends listening and, once its context has ended, talking. The ear, ssrc
// and sent are then final.
func (v *voice) close() {
	_ = v.conn.Close()
	v.wg.Wait()
}

// stream makes the RTP packets of one end (RFC 3550 section 5.1).
type stream struct {
	law    law
	header rtp.Header // of the next packet
	pause  bool       // no audio went before
}

func newStream(l law) *stream {
	s := &stream{law: l}
	s.renew()
	return s
}

// renew begins another source.
func (s *stream) renew() {
	s.pause = true
	s.header = rtp.Header{
		Version: 2, SSRC: rand.Uint32() | 1,
		SequenceNumber: uint16(rand.Uint32()), Timestamp: rand.Uint32(),
	}
}

// packet returns the packet of a step, nil: none. Timestamps go on while
// nothing is sent, and the first audio thereafter has the marker (RFC 3551
// section 4.1).
func (s *stream) packet(step *step) *rtp.Packet {
	if step.newSSRC {
		s.renew()
	}
	defer func() { s.header.Timestamp += samples }()
	packet := &rtp.Packet{Header: s.header}
	switch step.sound {
	case Nothing:
		s.pause = true
		return nil
	case ComfortNoise:
		s.pause = true
		packet.PayloadType, packet.Payload = comfortNoise, []byte{-floorLevel}
	case Speech, Dead, Quiet, Ringback, Tone, Music:
		packet.PayloadType, packet.Payload = s.law.payloadType(), s.encode(step.audio)
		packet.Marker, s.pause = s.pause, false
	}
	s.header.SequenceNumber++
	return packet
}

// encode returns 20 ms in G.711; of no audio, silence.
func (s *stream) encode(audio []int16) []byte {
	payload := make([]byte, samples)
	for i := range payload {
		payload[i] = s.law.silence()
	}
	for i, v := range audio {
		payload[i] = s.law.encode(int(v))
	}
	return payload
}

// personOf says who speaks with a number: the same two people whenever it is
// called.
func personOf(user string) uint64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(user)) // it never fails
	return uint64(h.Sum32())
}
