package numbers

import (
	"slices"
	"testing"
)

func TestEmergencyCodes(t *testing.T) {
	t.Parallel()
	codes := EmergencyCodes("IT")
	for _, want := range []string{"112", "113", "118", "1530", "116117"} {
		if !slices.Contains(codes, want) {
			t.Errorf("%s is missing in %v", want, codes)
		}
	}
	for _, c := range codes {
		if !IsEmergency("IT", c) {
			t.Errorf("%s is no emergency code", c)
		}
	}
	if !slices.Contains(EmergencyCodes("US"), "911") {
		t.Error("911 is missing")
	}
}
