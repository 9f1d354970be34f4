package book_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy/book"
)

// TestListRows: every row of a number stands there, with what it says of where it
// comes from, of its principal's lists only.
func TestListRows(t *testing.T) {
	t.Parallel()
	d := openLists(t)
	d.load(book.Lists, "acme/bought", time.Time{}, "number,ground,provider,batch,batch_row",
		callee.String()+",,leads,2026-10,7", (callee+1).String()+",consent,,,")
	d.approve("acme/bought")
	d.load(book.Lists, "acme/bought", time.Time{}, "number", callee.String())
	d.load(book.Lists, "acme/spring", time.Time{}, "number", callee.String())
	suspended := d.suspend("dataco").Suspended
	rows := func(principal string) []book.ListLine {
		t.Helper()
		got, err := d.Current().ListRows(d.principal(principal), callee)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	want := []book.ListLine{
		{List: "acme/bought", Source: "import 1 test.csv", Line: 2, Approved: true, Provider: "leads", Batch: "2026-10", BatchRow: 7},
		{List: "acme/bought", Source: "import 2 test.csv", Line: 2, Provider: "dataco", Suspended: suspended},
		{List: "acme/spring", Source: "import 3 test.csv", Line: 2},
	}
	if diff := cmp.Diff(want, rows("acme")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := rows("beta"); got != nil {
		t.Errorf("of another principal: %+v", got)
	}
	if got, err := d.Current().ListRows(d.principal("acme"), callee+1); err != nil || len(got) != 1 || got[0].Ground != "consent" {
		t.Errorf("%+v, %v", got, err)
	}
	sets, err := filepath.Glob(filepath.Join(d.config.Dir, "sets", "list", "*", "*", "*"))
	if err != nil || len(sets) == 0 {
		t.Fatalf("%v, %v", sets, err)
	}
	for _, path := range sets {
		if err := os.WriteFile(path, []byte("broken"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d.reopen()
	if got, err := d.Current().ListRows(d.principal("acme"), callee); err == nil {
		t.Errorf("a broken list does not hold the number: %+v", got)
	}
}
