package policy

import (
	"fmt"
	"reflect"
	"time"
)

// readAgain is how old a reading of the law may be before somebody must look
// whether it still says so.
const readAgain = 12 // months

// Aged returns a line for every section and figure whose source was read more than
// twelve months before now, in the order of the type.
func (p *Params) Aged(now time.Time) (lines []string) {
	for s := range sections(p) {
		lines = aged(lines, s.name, s.value, now)
	}
	return lines
}

func aged(lines []string, name string, v reflect.Value, now time.Time) []string {
	if v.Kind() != reflect.Struct || basisAt(v.Type()) < 0 {
		return lines
	}
	b := basisOf(v)
	if read, err := time.Parse(time.DateOnly, b.AsOf); err == nil && read.AddDate(0, readAgain, 0).Before(now) {
		lines = append(lines, fmt.Sprintf("%s: its source was read on %s: look whether it still holds (%s)", name, b.AsOf, b.Source))
	}
	for i := range v.NumField() {
		if i != basisAt(v.Type()) {
			lines = aged(lines, name+"."+v.Type().Field(i).Tag.Get("yaml"), v.Field(i), now)
		}
	}
	return lines
}
