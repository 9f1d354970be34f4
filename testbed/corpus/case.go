package corpus

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"tregua/media/codec"
)

// Length is how long a case lasts after the answer.
const Length = 3 * time.Second

const samples = 3 * Rate

// Payload types of a case.
const (
	CN    = 13
	Event = 101
)

// Group says what a class is for.
type Group uint8

// The groups.
const (
	Lawful Group = iota // an operator begins within 2.5 s at an SNR of 10 dB or more
	Hard                // an operator, but at a lower SNR: listed, not held
	Steady              // silent: dead lines, tones, hum, clicks, echo, steady noise
	Lively              // silent: what sounds more like somebody
)

// Case is one answered call.
type Case struct {
	Class  *Class
	Onset  time.Duration // of the operator's first word at the PBX; -1: none comes
	Codec  codec.Codec
	Line   []float32 // the PBX's side, full scale 1
	Voice  []float32 // the operator alone, nil: none
	Callee []float32

	Speaker string // the operator

	quiet  []bool // by frame: no packet comes
	noise  []bool // by frame: a comfort-noise packet comes instead
	loss   float64
	packet int // samples in a packet
	r      *rand.Rand
}

// Packet is one RTP packet of either side as it arrives.
type Packet struct {
	At      time.Duration
	Callee  bool
	PT      uint8
	Seq     uint16
	TS      uint32
	From    int // sample of the case that it begins with
	Payload []byte
}

// Case makes case number i of a class.
func (lib *Library) Case(half Half, class *Class, i int) *Case {
	return lib.make(half.String(), half, class, i, false)
}

func newCase(class *Class, r *rand.Rand) *Case {
	c := &Case{
		Class: class, Onset: -1, r: r,
		Line: make([]float32, samples), Callee: make([]float32, samples),
		quiet: make([]bool, samples/frame), noise: make([]bool, samples/frame),
		packet: []int{80, 160, 160, 160, 160, 160, 160, 240, 320, 480}[r.IntN(10)],
	}
	if r.IntN(10) < 3 {
		c.Codec = codec.PCMU
	}
	return c
}

// Packets returns both sides' packets in the order of their arrival: each
// comes when its last sample has been spoken, and some milliseconds.
func (c *Case) Packets() []Packet {
	r := c.r
	var out []Packet
	start := time.Duration(r.IntN(20)) * time.Millisecond
	seq, ts := uint16(r.Uint32()), r.Uint32()
	for at := 0; at+c.packet <= samples; at += c.packet {
		f := at / frame
		p := Packet{
			At:  start + moment(at+c.packet) + time.Duration(r.IntN(5000))*time.Microsecond,
			PT:  c.Codec.PayloadType(),
			Seq: seq, TS: ts + uint32(at), From: at,
		}
		switch {
		case c.noise[f] && (f == 0 || !c.noise[f-1] || f%10 == 0):
			p.PT, p.Payload = CN, []byte{byte(r.IntN(20) + 50)}
		case c.quiet[f] || c.noise[f]:
			continue
		default:
			p.Payload = encode(c.Codec, c.Line[at:at+c.packet])
		}
		seq++
		if r.Float64() >= c.loss {
			out = append(out, p)
		}
	}
	for at := 0; at+frame <= samples; at += frame {
		out = append(out, Packet{
			At: moment(at+frame) + time.Duration(r.IntN(5000))*time.Microsecond, Callee: true,
			PT: c.Codec.PayloadType(), Payload: encode(c.Codec, c.Callee[at:at+frame]),
		})
	}
	slices.SortStableFunc(out, func(a, b Packet) int { return int(a.At - b.At) })
	return out
}

// Faster returns the case with its line played at another speed.
func (c *Case) Faster(speed float64) *Case {
	d := *c
	d.Line = make([]float32, len(c.Line))
	for i := range d.Line {
		at := float64(i) * speed
		for int(at)+1 >= len(c.Line) {
			at -= float64(len(c.Line) - 1)
		}
		part := float32(at - math.Floor(at))
		d.Line[i] = c.Line[int(at)]*(1-part) + c.Line[int(at)+1]*part
	}
	return &d
}

// moment is when a sample is.
func moment(sample int) time.Duration { return time.Duration(sample) * time.Second / Rate }

func encode(law codec.Codec, line []float32) []byte {
	out := make([]byte, len(line))
	for i, s := range line {
		out[i] = law.Encode(int16(max(-32768, min(32767, s*32768))))
	}
	return out
}
