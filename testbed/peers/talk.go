package peers

// Talk returns so many seconds of somebody who talks from the first sample on,
// at −20 dBFS, 8000 samples a second. A seed names the person and the words.
func Talk(seed uint64, seconds float64) []int16 { return speech(seed, seconds) }
