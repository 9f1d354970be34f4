package ambience

// random is splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom
// Number Generators, OOPSLA 2014). What it gives must never change: a seed
// names a sound.
type random uint64

func (r *random) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// unit returns a number in [0, 1).
func (r *random) unit() float64 { return float64(r.next()>>11) / (1 << 53) }

// between returns a number in [low, high).
func (r *random) between(low, high float64) float64 { return low + (high-low)*r.unit() }

// noise returns a number in [-1, 1).
func (r *random) noise() float64 { return float64(int64(r.next())) / (1 << 63) }

// below returns a whole number in [0, n).
func (r *random) below(n int) int { return int(r.next() % uint64(n)) }

// softer returns the amplitude of up to so many dB less than 1.
func (r *random) softer(db float64) float64 { return gain(r.between(-db, 0)) }
