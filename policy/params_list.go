package policy

// ScanningParams are the figures of rule scanning: by what a contact list is
// known for one that was generated, number by number (regulation.md R18).
type ScanningParams struct {
	Basis `yaml:",inline"`
	// Run is how many numbers that follow each other make a run.
	Run CountParam `yaml:"run"`
	// InRuns is how many of 100 different numbers may stand in runs.
	InRuns CountParam `yaml:"in_runs"`
	// Unassignable is how many of 100 rows may have what is no number.
	Unassignable CountParam `yaml:"unassignable"`
}

// Scanned reports whether a list looks generated: of its rows so many had no
// number, of its different numbers so many stand in runs of Run and more.
func (p *ScanningParams) Scanned(rows, unassignable, numbers, inRuns int64) bool {
	return 100*unassignable > int64(p.Unassignable.Value)*rows || 100*inRuns > int64(p.InRuns.Value)*numbers
}

func (p ScanningParams) senses() (errs []error) {
	if p.Run.Value < 2 {
		errs = append(errs, wrong("run", "must be 2 numbers or more"))
	}
	for _, f := range []struct {
		name  string
		share int
	}{{"in_runs", p.InRuns.Value}, {"unassignable", p.Unassignable.Value}} {
		if f.share < 0 || f.share > 100 {
			errs = append(errs, wrong(f.name, "must be from 0 to 100: it is a share of 100"))
		}
	}
	return errs
}
