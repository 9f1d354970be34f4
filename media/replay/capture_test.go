package replay_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gopacket/gopacket/layers"

	"tregua/media/replay"
	"tregua/media/replay/replaytest"
)

var (
	pbx    = netip.MustParseAddrPort("10.0.0.20:4000")
	callee = netip.MustParseAddrPort("10.0.0.30:5000")
	pbx6   = netip.MustParseAddrPort("[2001:db8::20]:4000")
	far6   = netip.MustParseAddrPort("[2001:db8::30]:5000")
)

// read returns what a capture holds, a line for each datagram.
func read(t *testing.T, capture []byte) (replay.Tally, []string) {
	t.Helper()
	var lines []string
	tally, err := replay.Read(bytes.NewReader(capture), func(d *replay.Datagram) {
		lines = append(lines, fmt.Sprintf("%v %v %v %d %.8s", d.At, d.From, d.To, len(d.Payload), d.Payload))
	})
	if err != nil {
		t.Fatal(err)
	}
	return tally, lines
}

// TestReadFrames holds that a datagram is the same whatever is round it.
func TestReadFrames(t *testing.T) {
	t.Parallel()
	long := []byte("a long message " + strings.Repeat("x", 4000))
	want := []string{
		"0s 10.0.0.20:4000 10.0.0.30:5000 5 hello",
		"20ms 10.0.0.30:5000 10.0.0.20:4000 4015 a long m",
		"40ms [2001:db8::20]:4000 [2001:db8::30]:5000 3 six",
	}
	for name, c := range map[string]struct {
		capture replaytest.Capture
		frames  int
	}{
		"ethernet":   {replaytest.Capture{}, 4},
		"vlan":       {replaytest.Capture{VLAN: 7}, 4},
		"cooked":     {replaytest.Capture{Link: layers.LinkTypeLinuxSLL}, 4},
		"cooked 2":   {replaytest.Capture{Link: layers.LinkTypeLinuxSLL2}, 4},
		"raw":        {replaytest.Capture{Link: layers.LinkTypeRaw}, 4},
		"raw, of 4":  {replaytest.Capture{Link: layers.LinkTypeIPv4}, 4},
		"raw, of 6":  {replaytest.Capture{Link: layers.LinkTypeIPv6}, 4},
		"loopback":   {replaytest.Capture{Link: layers.LinkTypeLoop}, 4},
		"fragmented": {replaytest.Capture{MTU: 1500}, 6},
	} {
		for _, ng := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/ng=%v", name, ng), func(t *testing.T) {
				t.Parallel()
				capture := c.capture
				capture.UDP(0, pbx, callee, []byte("hello"))
				capture.TCP(10*time.Millisecond, pbx, callee)
				capture.UDP(20*time.Millisecond, callee, pbx, long)
				capture.UDP(40*time.Millisecond, pbx6, far6, []byte("six"))
				var b bytes.Buffer
				if err := capture.Write(&b, ng); err != nil {
					t.Fatal(err)
				}
				tally, lines := read(t, b.Bytes())
				if diff := cmp.Diff(want, lines); diff != "" {
					t.Errorf("datagrams (-want +got):\n%s", diff)
				}
				wantTally := replay.Tally{
					Start: replaytest.Start, Length: 40 * time.Millisecond,
					Frames: c.frames, Datagrams: 3, TCP: 1, Fragments: c.frames - 4,
				}
				tally.Start = tally.Start.UTC()
				if diff := cmp.Diff(wantTally, tally); diff != "" {
					t.Errorf("tally (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// TestReadBroken holds that what stands before a fault is read, and that the
// fault is told.
func TestReadBroken(t *testing.T) {
	t.Parallel()
	var c replaytest.Capture
	for i := range 3 {
		c.UDP(time.Duration(i), pbx, callee, []byte("hello"))
	}
	whole := c.PCAP()
	frame := (len(whole) - 24) / 3
	for name, c := range map[string]struct {
		capture   []byte
		datagrams int
		broken    string
	}{
		"whole":         {whole, 3, ""},
		"no frame":      {whole[:24], 0, ""},
		"in a header":   {whole[:24+frame+7], 1, "after frame 1: unexpected EOF"},
		"in the data":   {whole[:24+2*frame+20], 2, "after frame 2: unexpected EOF"},
		"a huge length": {bytes.Replace(whole, whole[24+frame+8:24+frame+16], bytes.Repeat([]byte{0x7f}, 8), 2), 0, "after frame 0: "},
	} {
		tally, _ := read(t, c.capture)
		got := ""
		if tally.Broken != nil {
			got = tally.Broken.Error()
		}
		if tally.Datagrams != c.datagrams || !strings.HasPrefix(got, c.broken) || c.broken == "" && got != "" {
			t.Errorf("%s: %d datagrams, want %d; broken %q, want %q", name, tally.Datagrams, c.datagrams, got, c.broken)
		}
	}
}

// TestReadShort: a datagram that the capture cut is not taken for a whole one.
func TestReadShort(t *testing.T) {
	t.Parallel()
	c := replaytest.Capture{Snap: 60}
	c.UDP(0, pbx, callee, []byte("short"))
	c.UDP(1, pbx, callee, bytes.Repeat([]byte("long"), 20))
	tally, lines := read(t, c.PCAP())
	if tally.Short != 1 || len(lines) != 1 || tally.Frames != 2 {
		t.Errorf("%+v, %v; want one whole and one short", tally, lines)
	}
}

// TestReadClock: time does not run back, whatever the stamps say.
func TestReadClock(t *testing.T) {
	t.Parallel()
	var c replaytest.Capture
	for i := range 10 {
		c.UDP(time.Duration(i)*time.Second/2, pbx, callee, nil)
	}
	head, frames := records(c.PCAP())
	for _, c := range []struct {
		order []int // of the frames, half a second apart
		want  string
		back  int
		shift time.Duration
	}{
		{[]int{0, 1, 2}, "0s 500ms 1s", 0, 0},
		{[]int{0, 2, 1, 3, 1}, "0s 1s 1s 1.5s 1.5s", 0, 0},
		{[]int{0, 4, 0, 1, 5}, "0s 2s 2s 2.5s 4.5s", 1, 2 * time.Second},
		{[]int{0, 9, 1, 2, 9, 3, 4}, "0s 4.5s 4.5s 5s 8.5s 8.5s 9s", 2, 7 * time.Second},
	} {
		file := [][]byte{head}
		for _, i := range c.order {
			file = append(file, frames[i])
		}
		tally, lines := read(t, bytes.Join(file, nil))
		for i := range lines {
			lines[i], _, _ = strings.Cut(lines[i], " ")
		}
		if got := strings.Join(lines, " "); got != c.want || tally.SetBack != c.back || tally.Shift != c.shift {
			t.Errorf("%v: %s, set back %d times by %v; want %s, %d, %v", c.order, got, tally.SetBack, tally.Shift, c.want, c.back, c.shift)
		}
	}
}

// TestReadTimeless: a simple packet block of pcapng has no time; it came with
// what is before it.
func TestReadTimeless(t *testing.T) {
	t.Parallel()
	for _, lead := range []bool{false, true} {
		var c replaytest.Capture
		c.UDP(0, pbx, callee, []byte("hello"))
		c.UDP(time.Second, pbx, callee, []byte("hello"))
		var b bytes.Buffer
		if err := c.Write(&b, true); err != nil {
			t.Fatal(err)
		}
		var blocks [][]byte
		for rest := b.Bytes(); len(rest) > 0; {
			size := binary.LittleEndian.Uint32(rest[4:])
			blocks, rest = append(blocks, rest[:size]), rest[size:]
		}
		head, first, second := bytes.Join(blocks[:2], nil), blocks[2], blocks[3]
		word := func(v int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(v)) }
		_, frames := records(c.PCAP())
		data := frames[0][16:]
		pad := make([]byte, -len(data)&3)
		simple := bytes.Join([][]byte{word(3), word(16 + len(data) + len(pad)), word(len(data)), data, pad, word(16 + len(data) + len(pad))}, nil)
		file, want := [][]byte{head, first, simple, second}, "0s 0s 1s"
		if lead {
			file = [][]byte{head, simple, first, second}
		}
		tally, lines := read(t, bytes.Join(file, nil))
		for i := range lines {
			lines[i], _, _ = strings.Cut(lines[i], " ")
		}
		if got := strings.Join(lines, " "); got != want || tally.SetBack > 0 || !tally.Start.Equal(replaytest.Start) {
			t.Errorf("%s, want %s: %+v", got, want, tally)
		}
	}
}

// records takes a pcap file apart.
func records(file []byte) (head []byte, frames [][]byte) {
	head, file = file[:24], file[24:]
	for len(file) > 0 {
		size := 16 + int(binary.LittleEndian.Uint32(file[8:]))
		frames, file = append(frames, file[:size]), file[size:]
	}
	return head, frames
}

// TestReadHuge: a record that says it is huge is not read, however little of
// the file it takes.
func TestReadHuge(t *testing.T) {
	t.Parallel()
	var c replaytest.Capture
	c.UDP(0, pbx, callee, []byte("hello"))
	head, frames := records(c.PCAP())
	binary.LittleEndian.PutUint32(head[16:], 1<<31)
	size := binary.LittleEndian.AppendUint32(nil, 1<<24)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	for _, part := range [][]byte{head, frames[0], make([]byte, 8), size, size, make([]byte, 1<<24)} {
		if _, err := z.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	tally, lines := read(t, packed.Bytes())
	if tally.Frames != 1 || len(lines) != 1 || tally.Broken == nil {
		t.Errorf("%+v of %d bytes; want one frame, and a fault", tally, packed.Len())
	}
}

// TestReadFragments: what waits for the rest of its datagram is bounded by
// count and by what came since, not by the times of the capture.
func TestReadFragments(t *testing.T) {
	t.Parallel()
	c := replaytest.Capture{MTU: 40}
	const n = 1000
	for i := range n {
		c.UDP(time.Duration(i), pbx, callee, fmt.Appendf(nil, "two frames%04d", i))
	}
	c.TCP(time.Hour, pbx, callee)
	head, frames := records(c.PCAP())
	file := [][]byte{head}
	for i := range n {
		file = append(file, frames[2*i])
	}
	for i := range n {
		file = append(file, frames[2*i+1])
	}
	if tally, _ := read(t, bytes.Join(file, nil)); tally.Datagrams != 0 {
		t.Errorf("%d datagrams of %d whose ends came much later", tally.Datagrams, n)
	}
	file = [][]byte{head}
	for i := range 200 {
		file = append(file, frames[2*i])
	}
	for i := range 200 {
		file = append(file, frames[2*n], frames[2*i+1]) // and a frame of an hour later
	}
	if tally, _ := read(t, bytes.Join(file, nil)); tally.Datagrams < 100 {
		t.Errorf("%d datagrams of 200 whose ends came soon", tally.Datagrams)
	}
	file = [][]byte{head, frames[0]}
	for range 1 << 15 {
		file = append(file, frames[2*n])
	}
	file = append(file, frames[4], frames[1], frames[5])
	if tally, _ := read(t, bytes.Join(file, nil)); tally.Datagrams != 1 {
		t.Errorf("%d datagrams; want one, and none of a fragment of long ago", tally.Datagrams)
	}
}

func TestReadNoCapture(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, want string }{
		"empty":         {"", "not a capture: fewer than 4 bytes"},
		"text":          {"these are words and no frames", "not a capture (pcap or pcapng): "},
		"only the head": {"\xd4\xc3\xb2\xa1\x02\x00", "not a capture (pcap or pcapng): "},
		"of pcapng":     {"\x0a\x0d\x0d\x0a\x1c\x00\x00\x00", "not a pcapng capture: "},
	} {
		_, err := replay.Read(strings.NewReader(c.file), func(*replay.Datagram) { t.Errorf("%s: a datagram", name) })
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}
