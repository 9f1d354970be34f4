package voice

import "math"

// line is a peak of the spectrum that has stayed where it began: a partial of
// a note that is held, or of a tone. Those of a voice move with its pitch, the
// higher the faster.
type line struct {
	from float32 // where it began, in bins
	age  uint8   // frames
	gap  uint8   // frames since it was last seen
}

// lines are those of the last frame, by the bin that they are in now.
type lines [half]line

const (
	lineDrift = 0.3  // bins that a line may be from where it began: 9 Hz
	lineGap   = 1    // frames that it may be covered
	lineFaint = 1e-3 // a peak so far under the strongest is none
	lineOld   = 10   // frames from which a line is hardly a voice's
)

// follow moves the lines on by one frame and says which share of the power
// lies on lines of 5, 10 and 20 frames, and which share of the peaks on lines of 10.
func (l *lines) follow(p *[half]float32, total float32, k *kept, v *[Features]float32) {
	var next lines
	var strongest, old5, old10, old20 float32
	for i := edges[0]; i < edges[bands]; i++ {
		strongest = max(strongest, p[i])
	}
	peaks, old := 0, 0
	for i := edges[0]; i < edges[bands]; i++ {
		if p[i] <= p[i-1] || p[i] < p[i+1] || p[i] < lineFaint*strongest {
			continue
		}
		sum := p[i-1] + p[i] + p[i+1]
		age := l.take(i, float32(i)+(p[i+1]-p[i-1])/sum, &next)
		peaks++
		if age >= lineOld/2 {
			old5 += sum
		}
		if age >= lineOld {
			old10 += sum
			old++
		}
		if age >= 2*lineOld {
			old20 += sum
		}
	}
	l.keep(&next)
	k.old, k.lines = min(old10/total, 1), float32(old)/float32(max(peaks, 1))
	v[fOld5], v[fOld10], v[fOld20], v[fLines] = min(old5/total, 1), k.old, min(old20/total, 1), k.lines
}

// take adds the peak at a bin to the next frame's lines, as the oldest that it
// may be of or as a new one, and returns its age.
func (l *lines) take(i int, at float32, next *lines) uint8 {
	n := line{from: at, age: 1}
	for b := i - 1; b <= i+1; b++ {
		if o := &l[b]; o.age >= n.age && abs(o.from-at) < lineDrift {
			n.from, n.age = o.from, min(o.age, math.MaxUint8-1)+1
			o.age = 0 // taken
		}
	}
	next[i] = n
	return n.age
}

// keep carries over those that are covered for a moment.
func (l *lines) keep(next *lines) {
	for i := edges[0]; i < edges[bands]; i++ {
		if o := l[i]; o.age > 1 && o.gap < lineGap && next[i].age == 0 {
			o.gap++
			next[i] = o
		}
	}
	*l = *next
}
