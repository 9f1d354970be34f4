package rtp

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"time"
)

// TestWalk reads a block as the kernel writes it.
func TestWalk(t *testing.T) {
	t.Parallel()
	const first, mac, room = 48, 64, 200
	block := make([]byte, 4*room)
	word := binary.NativeEndian.PutUint32
	word(block[12:], 3)
	word(block[16:], first)
	frames := [][]byte{
		frameOf("127.0.0.1:1", "127.0.8.1:2", []byte("one")),
		frameOf("127.0.0.1:1", "127.0.8.1:2", []byte("two"))[:30], // cut off: not shown
		frameOf("127.0.0.1:3", "127.0.8.1:4", []byte("three")),
	}
	for i, f := range frames {
		h := block[first+i*room:]
		word(h, room)
		word(h[4:], 1700000000)
		word(h[8:], uint32(i))
		word(h[12:], uint32(len(f)))
		binary.NativeEndian.PutUint16(h[24:], mac)
		copy(h[mac:], f)
	}
	var got []string
	walk(block, func(p Packet) {
		got = append(got, p.From.String()+" "+p.To.String()+" "+string(p.Payload))
		if want := time.Unix(1700000000, 2*int64(len(got)-1)); p.At != want || !bytes.Contains(p.Frame, p.Payload) {
			t.Errorf("packet %+v", p)
		}
	})
	if want := []string{"127.0.0.1:1 127.0.8.1:2 one", "127.0.0.1:3 127.0.8.1:4 three"}; !slices.Equal(got, want) {
		t.Errorf("shown %q", got)
	}
}

func TestDissect(t *testing.T) {
	t.Parallel()
	whole := frameOf("127.0.0.1:1", "127.0.8.1:2", []byte("payload"))
	const length = ipStart + 20 + 5 // of the UDP header
	for name, c := range map[string]struct {
		frame []byte
		want  string
		ok    bool
	}{
		"whole":            {whole, "payload", true},
		"and padding":      {append(slices.Clone(whole), 0, 0), "payload", true},
		"no payload":       {frameOf("127.0.0.1:1", "127.0.8.1:2", nil), "", true},
		"cut off":          {whole[:len(whole)-1], "", false},
		"in the header":    {whole[:ipStart+27], "", false},
		"nothing":          {nil, "", false},
		"a length too low": {slices.Replace(slices.Clone(whole), length, length+1, 7), "", false},
	} {
		p, ok := dissect(c.frame)
		if ok != c.ok || string(p.Payload) != c.want {
			t.Errorf("%s: %q, %v", name, p.Payload, ok)
		}
	}
}

// FuzzDissect: whatever a frame holds, the payload is a part of it, and of the
// length that the UDP header gives.
func FuzzDissect(f *testing.F) {
	f.Add(frameOf("127.0.0.1:1", "127.0.8.1:2", []byte("payload")))
	f.Fuzz(func(t *testing.T, frame []byte) {
		p, ok := dissect(frame)
		if !ok {
			return
		}
		at := ipStart + 4*int(frame[ipStart]&0xf) + 8
		if at+len(p.Payload) > len(frame) && len(p.Payload) > 0 || !bytes.Contains(frame, p.Payload) {
			t.Errorf("%x: payload %x", frame, p.Payload)
		}
	})
}

func TestPcap(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := NewPcap(&out)
	p.Write(Packet{At: time.Unix(3, 4), Frame: []byte("frame")})
	want := []byte{
		0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0,
		3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 5, 0, 0, 0, 'f', 'r', 'a', 'm', 'e',
	}
	if p.Err() != nil || !bytes.Equal(out.Bytes(), want) {
		t.Errorf("%x, %v", out.Bytes(), p.Err())
	}
}
