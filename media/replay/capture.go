package replay

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// Datagram is one UDP datagram of a capture. Its payload is valid only until
// the next one is read.
type Datagram struct {
	At       time.Duration // since the first frame; never less than of the one before
	From, To netip.AddrPort
	Payload  []byte
}

// Tally says what a capture held. Every frame is in one of the counts below
// Frames, and so is every datagram that came in several.
type Tally struct {
	Start  time.Time     // of the first frame that has a time
	Length time.Duration // from the first frame to the last

	Frames    int
	Datagrams int // of UDP, whole
	Short     int // of UDP, whose end the capture leaves out (a snap length)
	Fragments int // of IP, that are not the last of a datagram that was put together
	TCP       int
	Other     int

	// SetBack counts frames that are more than a second older than the one
	// before: the clock was set, or a frame is misdated. From there on the
	// times of the capture are those of the clock plus what it lost.
	SetBack int
	Shift   time.Duration // so much it lost

	// Broken says why reading ended before the file did, or that the file ends
	// within a frame; nil: all was read.
	Broken error
}

// Read gives every UDP datagram of a capture (pcap or pcapng) to each, in the
// order of the capture. The error says that r is no capture; what is wrong
// further on is in Tally.Broken, and what stands before it was read.
func Read(r io.Reader, each func(*Datagram)) (Tally, error) {
	next, err := open(bufio.NewReaderSize(r, 1<<16))
	if err != nil {
		return Tally{}, err
	}
	var t Tally
	f := newFrames()
	for {
		data, info, link, err := next()
		if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return t, nil
		}
		if err != nil {
			t.Broken = fmt.Errorf("after frame %d: %w", t.Frames, err)
			return t, nil
		}
		t.Frames++
		t.clock(info.Timestamp)
		d, is := f.decode(data, link)
		t.count(is)
		if is == whole {
			d.At = t.Length
			each(&d)
		}
	}
}

// overtaken is how much older than the one before a frame may be because the
// threads that capture overtake each other.
const overtaken = time.Second

// clock takes the time of a frame, if it has one. Time does not go back.
func (t *Tally) clock(stamp time.Time) {
	switch {
	case stamp.IsZero(): // a simple packet block of pcapng
		return
	case t.Start.IsZero():
		t.Start = stamp
	}
	at := stamp.Sub(t.Start) + t.Shift
	if at < t.Length-overtaken {
		t.SetBack++
		t.Shift += t.Length - at
	}
	t.Length = max(t.Length, at)
}

func (t *Tally) count(is kind) {
	switch is {
	case whole:
		t.Datagrams++
	case short:
		t.Short++
	case fragment:
		t.Fragments++
	case tcp:
		t.TCP++
	case other:
		t.Other++
	}
}

// reader returns the next frame and its link type.
type reader func() ([]byte, gopacket.CaptureInfo, layers.LinkType, error)

// recordMost is the longest record that is read: what libpcap takes at most
// (MAXIMUM_SNAPLEN), whatever the file says.
const recordMost = 262144

// ngMagic is the type of the first block of a pcapng file (draft-ietf-opsawg-
// pcapng section 4.1).
var ngMagic = []byte{0x0a, 0x0d, 0x0d, 0x0a}

func open(r *bufio.Reader) (reader, error) {
	magic, err := r.Peek(len(ngMagic))
	if err != nil {
		return nil, errors.New("not a capture: fewer than 4 bytes")
	}
	if bytes.Equal(magic, ngMagic) {
		// The link type comes with each frame: `tcpdump -i any` and Wireshark
		// write several interfaces into one file.
		ng, err := pcapgo.NewNgReader(&blocks{r: r}, pcapgo.NgReaderOptions{WantMixedLinkType: true, SkipUnknownVersion: true})
		if err != nil {
			return nil, fmt.Errorf("not a pcapng capture: %w", err)
		}
		return func() ([]byte, gopacket.CaptureInfo, layers.LinkType, error) {
			data, info, err := ng.ZeroCopyReadPacketData()
			if err != nil {
				return nil, info, 0, err
			}
			link, _ := info.AncillaryData[0].(layers.LinkType)
			return data, info, link, nil
		}, nil
	}
	old, err := pcapgo.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("not a capture (pcap or pcapng): %w", err)
	}
	// What a record says of its length is believed before its bytes are there,
	// and a compressed file has gigabytes of zeros for nothing.
	old.SetSnaplen(recordMost)
	return func() ([]byte, gopacket.CaptureInfo, layers.LinkType, error) {
		data, info, err := old.ZeroCopyReadPacketData()
		return data, info, old.LinkType(), err
	}, nil
}
