package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"tregua/configs"
	"tregua/policy"
)

// TestFolderAfterACrash: a file that was taken and could not be moved away is taken
// again, also by the next process, and each of its rows counts once.
func TestFolderAfterACrash(t *testing.T) {
	t.Parallel()
	h := openTenants(t)
	dir := filepath.Join(t.TempDir(), "in")
	h.config.Dispositions = []configs.Dispositions{{Folder: dir, CallCentre: "northdesk", Every: time.Second}}
	look := func() folder {
		t.Helper()
		if err := h.openFolders(); err != nil {
			t.Fatal(err)
		}
		f := h.folders[len(h.folders)-1]
		f.Look(t.Context())
		f.Look(t.Context())
		return f
	}
	look()
	done := filepath.Join(dir, "done")
	if err := os.Remove(done); err != nil {
		t.Fatal(err)
	}
	text := "code,number,attempt\ndenial," + freeNumber + ",\nko,," + h.attempts["acme-north"] + "\n"
	for path, text := range map[string]string{done: "in the way", filepath.Join(dir, "day.csv"): text} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f := h.folders[0]
	for range 3 {
		f.Look(t.Context())
	}
	if s := f.State(); s.Done != 0 || s.Trouble == "" {
		t.Errorf("state %+v", s)
	}
	if err := os.Remove(done); err != nil {
		t.Fatal(err)
	}
	if s := look().State(); s.Done != 1 || s.Bad != 0 || s.Trouble != "" {
		t.Errorf("the next process: %+v", s)
	}
	if taken, known := h.metric("tregua_dispositions_total"), h.metric("tregua_dispositions_known_total"); taken != 2 || known != 4 {
		t.Errorf("%g rows were taken and %g known, want 2, and those of two more looks", taken, known)
	}
	if v := h.page("anna", freeNumber).Verdicts[0]; v.Reason != policy.BlacklistListed.String() {
		t.Errorf("the denial: %s", v.Reason)
	}
	if got := h.page("anna", acmeNumber).Reached; len(got) != 1 || got[0].Useful != 1 {
		t.Errorf("reached %+v", got)
	}
}

// metric is the sum of a counter over its labels.
func (h *tenants) metric(name string) (sum float64) {
	h.t.Helper()
	families, err := h.registry().Gather()
	if err != nil {
		h.t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			sum += m.GetCounter().GetValue()
		}
	}
	return sum
}
