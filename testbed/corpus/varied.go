package corpus

import "strconv"

// Varied makes case number i of a class as Case does, but everybody speaks a
// little faster or slower, higher or lower, brighter or duller than recorded,
// and before some silent lines nothing comes for a while: the few voices there
// are teach more so. For tuning alone.
func (lib *Library) Varied(half Half, class *Class, i int) *Case {
	c := lib.make("varied/"+half.String(), half, class, i, true)
	if c.Onset < 0 && c.r.IntN(3) == 0 {
		c.lead()
	}
	return c
}

func (lib *Library) make(salt string, half Half, class *Class, i int, varied bool) *Case {
	r := random(salt + "/" + class.Name + "/" + strconv.Itoa(i))
	c := newCase(class, r)
	class.make(&maker{lib, half, c, r, varied})
	return c
}

// lead lets nothing, comfort noise or digital silence come first.
func (c *Case) lead() {
	end := int(between(c.r, 0.1, 2.2) * Rate)
	kind := c.r.IntN(3)
	for f := range end / frame {
		switch kind {
		case 0:
			c.quiet[f] = true
		case 1:
			c.noise[f] = true
		default:
			clear(c.Line[f*frame : (f+1)*frame])
		}
	}
}

// manner is how somebody speaks: a speed, which is the pitch too, and a tilt.
type manner struct{ speed, tilt float64 }

func (m *maker) manner() manner {
	if !m.varied {
		return manner{speed: 1}
	}
	how := manner{speed: between(m.r, 0.86, 1.16), tilt: between(m.r, -0.45, 0.45)}
	if m.r.IntN(3) == 0 {
		how = manner{speed: 1}
	}
	return how
}

// of returns a recording said in that manner; what comes after the longest
// case is left out.
func (how manner) of(in []float32) []float32 {
	in = in[:min(len(in), 2*samples)]
	if how.speed == 1 && how.tilt == 0 {
		return in
	}
	out := make([]float32, int(float64(len(in)-1)/how.speed))
	var last float32
	for i := range out {
		at := float64(i) * how.speed
		k := int(at)
		part := float32(at - float64(k))
		s := in[k]*(1-part) + in[k+1]*part
		out[i], last = s+float32(how.tilt)*last, s
	}
	gain := float32(1 / (1 + how.tilt*0.7)) // near the level it had
	for i := range out {
		out[i] *= gain
	}
	return out
}
