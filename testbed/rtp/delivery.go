package rtp

import (
	"errors"
	"math"
	"slices"
)

// loud is the level from which a frame is known again under ambience of about
// −34 dBFS: what it adds up to with the frame is then off by a tenth.
const loud = -32 // dBFS

// Delivery is what became of the frames of a source on their way to a
// listener, from a frame on until the last that came unchanged.
type Delivery struct {
	Sent    int
	Lost    []int // their numbers from the first on: nothing stands in their place, or something else does
	Missing int   // of Lost: nothing
	Exact   int   // came byte for byte
	Judged  int   // were loud enough to be told by their sound; the others by their place alone
}

// Delivered compares the frames of source, the first of which is number from,
// with what was heard. A line may add its own sound to them, but keeps their
// number and distance: frames that came unchanged give the place of all others
// by the timestamps, and a loud frame must be heard at its place. The source
// must not repeat itself, and the first frame must be loud.
func Delivered(source Source, from int, heard Stream) (Delivery, error) {
	if level(source(from).Payload) < loud {
		return Delivery{}, errors.New("delivery: the first frame is not loud")
	}
	at, last := places(source, from, heard)
	if last < from {
		return Delivery{}, errors.New("delivery: no frame came unchanged")
	}
	var d Delivery
	for n := from; n <= last; n++ {
		frame := source(n).Payload
		if frame == nil {
			continue
		}
		d.Sent++
		a, ok := at[n]
		isLoud := level(frame) >= loud
		if isLoud {
			d.Judged++
		}
		switch {
		case !ok:
			d.Lost = append(d.Lost, n-from)
			d.Missing++
		case string(a) == string(frame):
			d.Exact++
		case isLoud && !contains(a, frame):
			d.Lost = append(d.Lost, n-from)
		}
	}
	return d, nil
}

// places returns what was heard by the number of the frame in whose place it
// stands, and the last frame that came unchanged, or −1.
func places(source Source, from int, heard Stream) (at map[int][]byte, last int) {
	known := map[string]int{}
	for n := from; n <= from+len(heard); n++ {
		if p := source(n).Payload; level(p) >= loud {
			known[string(p)] = n
		}
	}
	at, last = map[int][]byte{}, -1
	// Each is counted from the next after it that came unchanged.
	number := -1
	for i, a := range slices.Backward(heard) {
		n, unchanged := known[string(a.Payload)]
		switch {
		case unchanged:
			number, last = n, max(last, n)
		case number >= 0:
			step := int32(heard[i+1].Timestamp - a.Timestamp)
			number -= int((step + frameSize/2) / frameSize)
		}
		if number >= from {
			at[number] = a.Payload
		}
	}
	return at, last
}

// level returns the level of a payload in dBFS (a full square wave is 0).
func level(payload []byte) float64 {
	sum := 1e-9
	for _, b := range payload {
		s := float64(decode(b)) / 32768
		sum += s * s
	}
	return 10 * math.Log10(sum/frameSize)
}

// contains says whether frame is in what was heard, and at about its level.
func contains(heard, frame []byte) bool {
	if len(heard) != len(frame) {
		return false
	}
	var both, own float64
	for i, b := range frame {
		s := float64(decode(b))
		both += s * float64(decode(heard[i]))
		own += s * s
	}
	return both > own/2
}
