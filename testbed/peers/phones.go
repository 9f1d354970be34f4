package peers

// phone is a sound of speech: where a male vocal tract resonates, and what
// drives it.
type phone struct {
	formants [3]float64 // Hz
	ms       float64    // of a consonant without its closure; vowels are as long as the rhythm leaves them
	voice    float64    // amplitude of the voice
	hiss     float64    // amplitude of noise at a narrow place
	at       float64    // Hz, the noise's middle
	wide     float64    // Hz, its width
	closed   float64    // ms of closure before it, which ends in a burst
	hum      float64    // amplitude of the voice in the closure
}

// The seven vowels of Italian: i e ɛ a ɔ o u.
var vowels = [...]phone{
	{formants: [3]float64{290, 2250, 2950}, voice: 0.8},
	{formants: [3]float64{400, 2050, 2650}, voice: 0.9},
	{formants: [3]float64{550, 1830, 2520}, voice: 1},
	{formants: [3]float64{740, 1260, 2500}, voice: 1},
	{formants: [3]float64{560, 930, 2450}, voice: 1},
	{formants: [3]float64{430, 820, 2430}, voice: 0.9},
	{formants: [3]float64{310, 760, 2320}, voice: 0.8},
}

var consonants = [...]phone{
	{formants: [3]float64{350, 900, 2300}, ms: 14, hiss: 0.10, at: 900, wide: 1200, closed: 60},                        // p
	{formants: [3]float64{350, 1700, 2600}, ms: 16, hiss: 0.20, at: 3100, wide: 1300, closed: 52},                      // t
	{formants: [3]float64{350, 1900, 2300}, ms: 24, hiss: 0.18, at: 1800, wide: 700, closed: 56},                       // k
	{formants: [3]float64{250, 900, 2300}, ms: 8, voice: 0.3, hiss: 0.06, at: 800, wide: 1000, closed: 48, hum: 0.12},  // b
	{formants: [3]float64{250, 1700, 2600}, ms: 9, voice: 0.3, hiss: 0.10, at: 3000, wide: 1300, closed: 42, hum: 0.1}, // d
	{formants: [3]float64{250, 1900, 2300}, ms: 12, voice: 0.3, hiss: 0.10, at: 1800, wide: 800, closed: 44, hum: 0.1}, // g
	{formants: [3]float64{260, 1050, 2200}, ms: 62, voice: 0.35},                                                       // m
	{formants: [3]float64{270, 1500, 2450}, ms: 56, voice: 0.35},                                                       // n
	{formants: [3]float64{350, 1200, 2700}, ms: 52, voice: 0.5},                                                        // l
	{formants: [3]float64{420, 1300, 2000}, ms: 26, voice: 0.2},                                                        // r
	{formants: [3]float64{350, 1700, 2600}, ms: 85, hiss: 0.24, at: 3400, wide: 900},                                   // s
	{formants: [3]float64{350, 1100, 2300}, ms: 75, hiss: 0.09, at: 2400, wide: 2600},                                  // f
	{formants: [3]float64{350, 1100, 2300}, ms: 52, voice: 0.3, hiss: 0.05, at: 2400, wide: 2600},                      // v
	{formants: [3]float64{350, 1800, 2450}, ms: 90, hiss: 0.26, at: 2500, wide: 900},                                   // sc
	{formants: [3]float64{350, 1800, 2450}, ms: 55, hiss: 0.26, at: 2600, wide: 1000, closed: 44},                      // c
}

// onsets begin a syllable, the common ones more often, t and s above all.
var onsets = [...]int{0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 4, 4, 5, 6, 7, 8, 9, 10, 10, 11, 12, 13, 14, 14}

// codas end a syllable now and then: n, r, l, s of consonants.
var codas = [...]int{7, 9, 8, 10}
