package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tregua/configs"
)

// TestHandoffOfATenant: the files of one principal or call centre have its attempts,
// and nothing of the others that share the node.
func TestHandoffOfATenant(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		sink  configs.Handoff
		lines int
		has   string
		not   []string
	}{
		"principal":   {configs.Handoff{Principal: "acmeline"}, 4, "acmesouth", []string{"betaline", "betacamp", "astray"}},
		"call centre": {configs.Handoff{CallCentre: "northdesk"}, 3, "acmecamp", []string{"southdesk", "betaline"}},
		"both":        {configs.Handoff{CallCentre: "southdesk", Principal: "acmeline", Numbers: true}, 2, sharedNumber, []string{"northdesk", "betaline"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := openTenants(t)
			c.sink.Name, c.sink.Folder, c.sink.Batch, c.sink.Max, c.sink.Days = "files", filepath.Join(t.TempDir(), "out"), 10, 1, 1
			h.config.Handoff = []configs.Handoff{c.sink}
			if err := h.openHandoff(); err != nil {
				t.Fatal(err)
			}
			h.committed(h.committer.Next())
			for more := true; more; {
				var err error
				if more, err = h.sinks[0].Step(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if lag := h.sinks[0].State().Lag; lag != 0 {
				t.Errorf("it is %d records behind", lag)
			}
			var all strings.Builder
			files, err := filepath.Glob(filepath.Join(c.sink.Folder, "files.*.jsonl"))
			for _, f := range files {
				more, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				all.Write(more)
			}
			text := all.String()
			if err != nil || strings.Count(text, "\n") != c.lines || !strings.Contains(text, c.has) {
				t.Errorf("want %d lines with %s, have %v %s", c.lines, c.has, err, text)
			}
			for _, foreign := range c.not {
				if strings.Contains(text, foreign) {
					t.Errorf("%s is told: %s", foreign, text)
				}
			}
		})
	}
}
