package book_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tregua/policy/book"
)

// TestListScanned: runs of numbers and rows without a number mark a version,
// each beyond its figure.
func TestListScanned(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name               string
		apart, run, broken int // rows that follow nobody, that follow each other, without a number
		want               bool
	}{
		{"apart", 100, 0, 0, false},
		{"a run too short", 1, 4, 0, false},
		{"a quarter in runs", 15, 5, 0, false},
		{"more than a quarter", 14, 5, 0, true},
		{"a tenth without a number", 18, 0, 2, false},
		{"more than a tenth", 17, 0, 2, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := openLists(t)
			d.config.Scanning.Run.Value, d.config.Scanning.InRuns.Value, d.config.Scanning.Unassignable.Value = 5, 25, 10
			d.reopen()
			lines := []string{"number", "+393331" + "300000"}
			for i := 1; i < tt.apart; i++ {
				lines = append(lines, fmt.Sprintf("+39333%07d", 1300000+2*i))
			}
			for i := range tt.run {
				lines = append(lines, fmt.Sprintf("+39333%07d", 2200000+i))
			}
			for range tt.broken {
				lines = append(lines, "+3900000")
			}
			r := request(book.Lists, "acme/spring", time.Time{}, lines...)
			r.MaxRejects = book.Limit{Percent: 90}
			if _, err := d.Import(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			d.approve("acme/spring")
			if got := d.list("acme/spring").Approved.Scanned; got != tt.want {
				t.Errorf("scanned: %t", got)
			}
			if got := strings.Contains(d.row("acme/energia", 393331300000), "scanned"); got != tt.want {
				t.Errorf("the fact says scanned: %t", got)
			}
		})
	}
}
