package voice

// Judge returns the log-odds that the frame is speech, and that it is a tone
// or music.
func Judge(v *[Features]float32) (speech, tone float32) {
	speech = -6
	switch {
	case v[fLevelStd20] < 0.2:
	case v[fPeak20] > 0.9 || v[fHeld20] > 0.7:
		tone = 3
	case v[fVoiced] > isVoiced:
		speech = 3
	case v[fVoiced20] > 0.3:
		speech = 0.5
	}
	return speech, tone - 1
}
