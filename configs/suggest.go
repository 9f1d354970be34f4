package configs

// suggest returns the known word nearest to a mistyped one, if one is near:
// at most a third of its letters differ.
func suggest(typed string, known []string) (string, bool) {
	best, dist := "", len(typed)/3+1
	for _, k := range known {
		if d := distance(typed, k); d < dist || d == dist && best == "" {
			best, dist = k, d
		}
	}
	return best, best != ""
}

// distance is the number of letters to insert, delete, replace or swap
// (optimal string alignment). Long words count as far apart.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	var before, last, row [65]int
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(row[j-1]+1, last[j]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
