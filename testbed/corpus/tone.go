package corpus

import (
	"math"
	"math/rand/v2"
)

// signal is one tone of a country's network (ITU-T E.180 supplement 2):
// frequencies in Hz that sound together, a modulation, and on and off times in
// ms in turn. No cadence: it sounds on.
type signal struct {
	hz      []float64
	by      float64 // amplitude modulation in Hz
	cadence []int
}

// country has the tones of one.
type country struct {
	name                 string
	ring, busy, congests signal
}

var countries = []country{
	{"it", signal{[]float64{425}, 0, []int{1000, 4000}}, signal{[]float64{425}, 0, []int{500, 500}}, signal{[]float64{425}, 0, []int{200, 200}}},
	{"us", signal{[]float64{440, 480}, 0, []int{2000, 4000}}, signal{[]float64{480, 620}, 0, []int{500, 500}}, signal{[]float64{480, 620}, 0, []int{250, 250}}},
	{"gb", signal{[]float64{400, 450}, 0, []int{400, 200, 400, 2000}}, signal{[]float64{400}, 0, []int{375, 375}}, signal{[]float64{400}, 0, []int{400, 350, 225, 525}}},
	{"fr", signal{[]float64{440}, 0, []int{1500, 3500}}, signal{[]float64{440}, 0, []int{500, 500}}, signal{[]float64{440}, 0, []int{250, 250}}},
	{"de", signal{[]float64{425}, 0, []int{1000, 4000}}, signal{[]float64{425}, 0, []int{480, 480}}, signal{[]float64{425}, 0, []int{240, 240}}},
	{"es", signal{[]float64{425}, 0, []int{1500, 3000}}, signal{[]float64{425}, 0, []int{200, 200}}, signal{[]float64{425}, 0, []int{200, 200, 200, 600}}},
	{"ru", signal{[]float64{425}, 0, []int{800, 3200}}, signal{[]float64{425}, 0, []int{400, 400}}, signal{[]float64{425}, 0, []int{200, 200}}},
	{"jp", signal{[]float64{400}, 16, []int{1000, 2000}}, signal{[]float64{400}, 0, []int{500, 500}}, signal{[]float64{400}, 0, []int{500, 500}}},
	{"au", signal{[]float64{425}, 25, []int{400, 200, 400, 2000}}, signal{[]float64{425}, 0, []int{375, 375}}, signal{[]float64{425}, 0, []int{375, 375}}},
	{"in", signal{[]float64{400}, 25, []int{400, 200, 400, 2000}}, signal{[]float64{400}, 0, []int{750, 750}}, signal{[]float64{400}, 0, []int{250, 250}}},
}

var (
	dtmfRows    = []float64{697, 770, 852, 941}
	dtmfColumns = []float64{1209, 1336, 1477, 1633}
)

// sound adds a signal from a random place of its cadence.
func sound(r *rand.Rand, line []float32, s signal, level float64) {
	gain := float64(amplitude(level)) * math.Sqrt(2/float64(len(s.hz)))
	cycle := 0
	for _, ms := range s.cadence {
		cycle += ms * Rate / 1000
	}
	at := r.IntN(max(cycle, 1))
	if r.IntN(2) == 0 {
		at = 0
	}
	phase := r.Float64() * 100
	for i := range line {
		if cycle > 0 && !sounds(s.cadence, (at+i)%cycle) {
			continue
		}
		t := phase + float64(i)/Rate
		v := 0.0
		for _, hz := range s.hz {
			v += math.Sin(2 * math.Pi * hz * t)
		}
		if s.by > 0 {
			v *= 0.5 + 0.5*math.Sin(2*math.Pi*s.by*t)
		}
		line[i] += float32(v * gain)
	}
}

func sounds(cadence []int, at int) bool {
	for k, ms := range cadence {
		if at -= ms * Rate / 1000; at < 0 {
			return k%2 == 0
		}
	}
	return false
}

// dtmf adds dialled digits.
func dtmf(r *rand.Rand, line []float32, level float64) {
	on, off := int(between(r, 0.05, 0.2)*Rate), int(between(r, 0.05, 0.3)*Rate)
	for at := r.IntN(Rate / 2); at < len(line); at += on + off {
		s := signal{hz: []float64{dtmfRows[r.IntN(4)], dtmfColumns[r.IntN(4)]}}
		sound(r, line[at:min(at+on, len(line))], s, level)
	}
}

// melody adds a tune of notes with overtones: one voice or chords, plucked or
// held, with or without vibrato, bass and drums.
func melody(r *rand.Rand, line []float32, level float64) {
	tmp := make([]float32, len(line))
	n := note{
		decay: between(r, 0.1, 1.5), steep: between(r, 0.6, 2.5), attack: between(r, 0.003, 0.08),
		vibrato: max(0, between(r, -0.01, 0.012)), speed: between(r, 4, 7),
	}
	base, length, chord := between(r, 110, 330), between(r, 0.12, 0.6), 1+r.IntN(4)
	drums, bass := r.IntN(2) == 0, r.IntN(2) == 0
	for at := 0.0; at < 3; {
		steps := float64(1 + r.IntN(2))
		n.length = length * steps * between(r, 0.5, 3)
		for range chord {
			n.add(tmp, at, base*math.Pow(2, float64(scale[r.IntN(len(scale))]+12*r.IntN(2))/12), 1)
		}
		if bass {
			n.add(tmp, at, base/2*math.Pow(2, float64(scale[r.IntN(4)])/12), 2)
		}
		if drums {
			drum(r, tmp, at, between(r, 0.01, 0.1))
			drum(r, tmp, at+length/2, between(r, 0.01, 0.04))
		}
		at += length * steps
	}
	add(line, tmp, 0, amplitude(level)/float32(math.Sqrt(meanSquare(tmp)+1e-12)))
}

var scale = []int{0, 2, 4, 5, 7, 9, 11, 12}

// note is the sound of an instrument.
type note struct{ length, decay, steep, attack, vibrato, speed float64 }

func (n *note) add(line []float32, at, hz, gain float64) {
	for i := int(at * Rate); i < min(int((at+n.length)*Rate), len(line)); i++ {
		t := float64(i)/Rate - at
		env := gain * math.Exp(-t/n.decay) * min(1, t/n.attack, (n.length-t)/0.02)
		phase := 2 * math.Pi * hz * (t + n.vibrato/(2*math.Pi*n.speed)*math.Sin(2*math.Pi*n.speed*t))
		for k := 1; k <= 8 && hz*float64(k) < 3600; k++ {
			line[i] += float32(env * math.Sin(phase*float64(k)) * math.Pow(float64(k), -n.steep))
		}
	}
}

func drum(r *rand.Rand, line []float32, at, decay float64) {
	gain := between(r, 0.2, 2)
	for i := int(at * Rate); i < min(int((at+5*decay)*Rate), len(line)); i++ {
		line[i] += float32(gain * r.NormFloat64() * math.Exp(-(float64(i)/Rate-at)/decay))
	}
}
