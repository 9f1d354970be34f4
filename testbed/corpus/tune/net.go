package main

import (
	"math"
	"math/rand/v2"

	"tregua/media/detect/voice"
)

const (
	inputs  = voice.Features
	hidden  = voice.Hidden
	outputs = 2
	size    = hidden*(inputs+1) + outputs*(hidden+1)
)

// example is one frame: what is known of it, and how much it counts.
type example struct {
	x      [inputs]float32
	label  [outputs]float32
	weight [outputs]float32
}

// net is fitted by Adam on the log loss. The weights of the cells come first,
// those of one input together.
type net struct {
	w, m, v, g [size]float32
	step       int
	mean, std  [inputs]float32
}

type row = [hidden]float32

func cells(w *[size]float32, input int) *row { return (*row)(w[input*hidden:]) }

func answer(w *[size]float32, output int) []float32 {
	from := (inputs+1)*hidden + output*(hidden+1)
	return w[from : from+hidden+1]
}

func newNet(examples []example, r *rand.Rand) *net {
	n := &net{}
	for i := range inputs {
		var sum, squares float64
		for k := range examples {
			sum += float64(examples[k].x[i])
			squares += float64(examples[k].x[i]) * float64(examples[k].x[i])
		}
		mean := sum / float64(len(examples))
		n.mean[i] = float32(mean)
		n.std[i] = float32(math.Sqrt(max(squares/float64(len(examples))-mean*mean, 1e-3)))
	}
	for k := range examples {
		for i := range inputs {
			examples[k].x[i] = (examples[k].x[i] - n.mean[i]) / n.std[i]
		}
	}
	for i := range n.w {
		n.w[i] = float32(r.NormFloat64() * math.Sqrt(1.0/inputs))
	}
	return n
}

// learn adds the gradient of one example and returns its loss.
func (n *net) learn(e *example) (loss float64) {
	h := *cells(&n.w, inputs)
	for i, x := range &e.x {
		for j, w := range cells(&n.w, i) {
			h[j] += w * x
		}
	}
	for j := range h {
		h[j] = max(h[j], 0)
	}
	var back, none row
	for o := range outputs {
		if e.weight[o] != 0 {
			loss += n.judge(o, e, &h, &back)
		}
	}
	if back == none {
		return loss
	}
	for j := range back {
		if h[j] == 0 {
			back[j] = 0
		}
	}
	for i, x := range &e.x {
		g := cells(&n.g, i)
		for j, d := range &back {
			g[j] += d * x
		}
	}
	g := cells(&n.g, inputs)
	for j, d := range &back {
		g[j] += d
	}
	return loss
}

// settled is the error under which an example has nothing left to teach; most
// have soon.
const settled = 0.002

// judge adds one output's gradient, of its own weights and of the cells.
func (n *net) judge(o int, e *example, h, back *row) (loss float64) {
	w, g := answer(&n.w, o), answer(&n.g, o)
	z := w[hidden]
	for j, x := range h {
		z += w[j] * x
	}
	p := float32(1 / (1 + math.Exp(-float64(z))))
	loss = -float64(e.weight[o]) * math.Log(math.Abs(float64(1-e.label[o]-p))+1e-9)
	d := (p - e.label[o]) * e.weight[o]
	if max(d, -d) < settled {
		return loss
	}
	for j, x := range h {
		g[j] += d * x
		back[j] += d * w[j]
	}
	g[hidden] += d
	return loss
}

// move takes the step of a batch.
func (n *net) move(rate float64, batch int) {
	n.step++
	const b1, b2 = 0.9, 0.999
	c1, c2 := 1-math.Pow(b1, float64(n.step)), 1-math.Pow(b2, float64(n.step))
	lr := float32(rate * math.Sqrt(c2) / c1)
	for i := range n.w {
		g := n.g[i]/float32(batch) + 1e-5*n.w[i]
		n.g[i] = 0
		n.m[i] = b1*n.m[i] + (1-b1)*g
		n.v[i] = b2*n.v[i] + (1-b2)*g*g
		n.w[i] -= lr * n.m[i] / (float32(math.Sqrt(float64(n.v[i]))) + 1e-8)
	}
}

// folded returns the weights for features as they are.
func (n *net) folded() (c [inputs + 1]row, a [outputs][hidden + 1]float32) {
	c[inputs] = *cells(&n.w, inputs)
	for i := range inputs {
		for j, w := range cells(&n.w, i) {
			c[i][j] = w / n.std[i]
			c[inputs][j] -= w * n.mean[i] / n.std[i]
		}
	}
	for o := range outputs {
		copy(a[o][:], answer(&n.w, o))
	}
	return c, a
}
