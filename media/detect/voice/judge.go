package voice

// Hidden is how many cells the network has between features and answers.
const Hidden = 32

// Judge returns the log-odds that the frame is speech, and that it is a tone
// or music. One layer of cells that answer zero or more, then a weighted sum.
func Judge(v *[Features]float32) (speech, tone float32) {
	speech, tone = answer[0][Hidden], answer[1][Hidden]
	for j := range cells {
		w := &cells[j]
		sum := w[Features]
		for i, x := range v {
			sum += w[i] * x
		}
		if sum > 0 {
			speech += answer[0][j] * sum
			tone += answer[1][j] * sum
		}
	}
	return speech, tone
}
