package console

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tregua/policy/access"
)

func (h *house) Report(_ context.Context, _ access.Scope, q ReportQuery) (ReportFile, error) {
	err := h.ask("report %v", q)
	return ReportFile{Name: "day.csv", Type: "text/csv; charset=utf-8", Data: []byte("level,name\n"), Digest: "ab", Signature: "c2ln"}, err
}

func (h *house) Today(context.Context, access.Scope) ([]Today, error) {
	return []Today{{Campaign: "acme/energia", Attempts: 3, Silent: 1}}, h.ask("today")
}

// TestReport: a report comes through as it was written, with what is signed of it.
func TestReport(t *testing.T) {
	t.Parallel()
	h := &house{}
	client := running(t, h)
	q := ReportQuery{
		Kind: "span", First: "2026-11-01", Last: "2026-11-22", Principal: "acme", CallCentre: "north", Group: "acme/ads/north", Campaign: "acme/energia",
		Form: "csv", Lang: "en",
	}
	got, err := client.Report(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	want := ReportFile{Name: "day.csv", Type: "text/csv; charset=utf-8", Data: []byte("level,name\n"), Digest: "ab", Signature: "c2ln"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{"report {span 2026-11-01 2026-11-22 acme north acme/ads/north acme/energia csv en}"}, h.calls()); d != "" {
		t.Error(d)
	}
}
