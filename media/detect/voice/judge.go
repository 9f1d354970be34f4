package voice

// Hidden is how many cells the network has between features and answers.
const Hidden = 64

// Judge returns the log-odds that the frame is speech, and that it is a tone
// or music. One layer of cells that answer zero or more, then a weighted sum.
func Judge(v *[Features]float32) (speech, tone float32) {
	h := cells[Features]
	for i, x := range v {
		w := &cells[i]
		for j := range h {
			h[j] += w[j] * x
		}
	}
	speech, tone = answer[0][Hidden], answer[1][Hidden]
	for j, x := range h {
		if x > 0 {
			speech += answer[0][j] * x
			tone += answer[1][j] * x
		}
	}
	return speech, tone
}
