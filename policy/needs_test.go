package policy

import (
	"reflect"
	"strings"
	"testing"
)

// TestNeedsHaveFacts wants a name and a fact of its own for every need, and a need
// for every fact that can be Unknown.
func TestNeedsHaveFacts(t *testing.T) {
	t.Parallel()
	var f Facts
	all := f.Unknown()
	facts := 0
	v := reflect.ValueOf(&f).Elem()
	for i := range v.NumField() {
		if v.Field(i).Kind() != reflect.Struct {
			continue
		}
		known := v.Field(i).FieldByName("Known")
		if !known.IsValid() {
			continue
		}
		facts++
		known.SetUint(uint64(Absent))
		gone := all &^ f.Unknown()
		name := strings.ToLower(v.Type().Field(i).Name)
		if words := gone.Names(); len(words) != 1 || !strings.HasPrefix(strings.ReplaceAll(words[0], " ", ""), name) {
			t.Errorf("%s is what the needs %v look at, want its own", name, words)
		}
		all &^= gone
	}
	if facts == 0 || all != 0 {
		t.Errorf("%d facts; the needs %v have none", facts, all.Names())
	}
	if last := NeedsGate; len((last<<1 - 1).Names()) != facts {
		t.Errorf("%d names for %d facts", len((last<<1 - 1).Names()), facts)
	}
}
