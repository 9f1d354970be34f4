package ambience

import "math"

// gain returns the amplitude of a level in dB.
func gain(db float64) float64 { return math.Pow(10, db/20) }

// resonator is a formant: two poles, unity gain at 0 Hz (Klatt: Software for a
// cascade/parallel formant synthesizer, JASA 67, 1980).
type resonator struct{ a, b, c, y1, y2 float64 }

func (r *resonator) tune(hz, width float64) {
	e := math.Exp(-math.Pi * width / rate)
	r.c = -e * e
	r.b = 2 * e * math.Cos(2*math.Pi*hz/rate)
	r.a = 1 - r.b - r.c
}

func (r *resonator) pass(x float64) float64 {
	y := r.a*x + r.b*r.y1 + r.c*r.y2
	r.y1, r.y2 = y, r.y1
	return y
}

// lowPass has one pole.
type lowPass struct{ k, y float64 }

func newLowPass(hz float64) lowPass { return lowPass{k: 1 - math.Exp(-2*math.Pi*hz/rate)} }

func (f *lowPass) pass(x float64) float64 {
	f.y += f.k * (x - f.y)
	return f.y
}

// circular runs a filter over a ring as if it had run for ever: two seconds
// of the end go before, so that the end meets the beginning.
func circular(ring []float64, filter func(float64) float64) {
	for _, v := range ring[max(0, len(ring)-2*rate):] {
		filter(v)
	}
	for i, v := range ring {
		ring[i] = filter(v)
	}
}

// comb is a delay that is fed back through a low-pass: a part of a room.
type comb struct {
	delay    []float64
	at       int
	feedback float64
	damp     lowPass
}

func (c *comb) pass(x float64) float64 {
	y := c.delay[c.at]
	c.delay[c.at] = x + c.feedback*c.damp.pass(y)
	if c.at++; c.at == len(c.delay) {
		c.at = 0
	}
	return y
}

// allPass makes echoes dense and leaves the spectrum as it is.
type allPass struct {
	delay []float64
	at    int
}

func (a *allPass) pass(x float64) float64 {
	const g = 0.6
	d := a.delay[a.at]
	v := x + g*d
	a.delay[a.at] = v
	if a.at++; a.at == len(a.delay) {
		a.at = 0
	}
	return d - g*v
}

// room is an office's reverberation of some 0.4 s (Schroeder: Natural
// sounding artificial reverberation, JAES 10, 1962).
type room struct {
	combs   [6]comb
	allPass [3]allPass
}

func newRoom() *room {
	var r room
	// Prime lengths of 22 to 45 ms have no echo in common.
	for i, n := range [...]int{179, 211, 241, 283, 317, 359} {
		feedback := gain(-60 * float64(n) / (0.4 * rate))
		r.combs[i] = comb{delay: make([]float64, n), feedback: feedback, damp: newLowPass(2200)}
	}
	for i, n := range [...]int{53, 29, 13} {
		r.allPass[i].delay = make([]float64, n)
	}
	return &r
}

func (r *room) pass(x float64) float64 {
	y := 0.0
	for i := range r.combs {
		y += r.combs[i].pass(x)
	}
	for i := range r.allPass {
		y = r.allPass[i].pass(y)
	}
	return y / 3
}
