package book_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/book"
)

func (d *desk) suspend(provider string) book.Provider {
	d.t.Helper()
	p, err := d.SuspendProvider("bruno", provider, "numbers fished from web pages")
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

// TestSuspend: every row of a suspended provider says so, at once, in every
// campaign and after a restart; others do not.
func TestSuspend(t *testing.T) {
	t.Parallel()
	d := openLists(t)
	d.load(book.Lists, "acme/bought", time.Time{}, "number,provider", callee.String()+",", (callee+1).String()+",leads", (callee+2).String()+",")
	d.approve("acme/bought")
	before := d.Current().Generation()
	p := d.suspend("dataco")
	if p.Rows != 2 || strings.Join(p.Campaigns, " ") != "acme/energia" || p.Because != "numbers fished from web pages" || p.Suspended.IsZero() {
		t.Errorf("%+v", p)
	}
	for range 2 {
		d.wantRow("acme/energia", callee, "present list 2 import 1 line 2 of provider provider 1 suspended")
		d.wantRow("acme/energia", callee+1, "present list 2 import 1 line 3 of provider provider 2")
		d.reopen()
	}
	// Again, it keeps its date, and nothing changes.
	if again := d.suspend("dataco"); !again.Suspended.Equal(p.Suspended) || d.Current().Generation() != before+1 {
		t.Errorf("%+v in generation %d", again, d.Current().Generation())
	}
	// data.yaml says nothing of suspensions.
	d.apply(`providers: [{name: dataco, contact: "privacy@dataco.example"}]`)
	d.wantRow("acme/energia", callee, "present list 2 import 1 line 2 of provider provider 1 suspended")
	// What is imported now rests on the same provider.
	d.load(book.Lists, "acme/bought", time.Time{}, "number", (callee + 3).String())
	d.wantRow("acme/energia", callee+3, "present list 2 import 2 line 2 of provider unapproved provider 1 suspended")
	if _, err := d.ResumeProvider("bruno", "dataco", "they showed their consents"); err != nil {
		t.Fatal(err)
	}
	d.wantRow("acme/energia", callee, "present list 2 import 1 line 2 of provider provider 1")
	history, err := d.History("provider", "dataco")
	if err != nil || len(history) != 4 || !strings.Contains(history[0].Change, "because: numbers fished from web pages -> they showed their consents") {
		t.Errorf("%+v, %v", history, err)
	}
	for _, tt := range [][3]string{{"nobody", "x", `there is no provider "nobody"`}, {"dataco", " ", "say why"}, {"dataco", strings.Repeat("x", 513), "513 bytes"}} {
		if _, err := d.SuspendProvider("bruno", tt[0], tt[1]); !errors.Is(err, book.ErrInput) || !strings.Contains(err.Error(), tt[2]) {
			t.Errorf("%v: %v", tt, err)
		}
	}
}

// TestConsentOfAProvider: a consent that a provider sold falls with the provider
// and rises with it; the principal's own does not.
func TestConsentOfAProvider(t *testing.T) {
	t.Parallel()
	d := openLists(t)
	given := day(-30).Format(time.RFC3339)
	d.load(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at,provider",
		fmt.Sprintf("%s,energy,operator,%s,dataco", callee, given), fmt.Sprintf("%s,energy,operator,%s,", callee+1, given))
	suspended := func(n policy.Number) bool {
		p, err := d.known(d.principal("acme"), n, "energy")
		if err != nil || p.Consent.Known != policy.Present {
			t.Fatalf("%s: %+v, %v", n, p.Consent, err)
		}
		return !p.Consent.SuspendedSince.IsZero()
	}
	for _, want := range []bool{false, true, false} {
		if got := suspended(callee); got != want || suspended(callee+1) {
			t.Errorf("suspended %t, want %t; the principal's own %t", got, want, suspended(callee+1))
		}
		if !want {
			d.suspend("dataco")
			continue
		}
		if _, err := d.ResumeProvider("bruno", "dataco", "they showed their consents"); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSample: a sample has rows of the provider only, with where they came
// from; its seed draws it again, and it is kept.
func TestSample(t *testing.T) {
	t.Parallel()
	d := openLists(t)
	lines := []string{"number,provider,batch,batch_row"}
	for i := range 300 {
		lines = append(lines, fmt.Sprintf("%s,%s,b%d,%d", callee+policy.Number(3*i), []string{"", "leads", ""}[i%3], i%2, i))
	}
	d.load(book.Lists, "acme/bought", time.Time{}, lines...)
	d.approve("acme/bought")
	first, err := d.SampleProvider("bruno", "dataco", "", 50, 7)
	if err != nil || len(first.Rows) != 50 || first.Of != 200 {
		t.Fatalf("%d rows of %d, %v", len(first.Rows), first.Of, err)
	}
	seen := map[policy.Number]bool{}
	for _, r := range first.Rows {
		i := int(r.Number-callee) / 3
		if want := (book.SampleRow{Number: r.Number, Part: 1, Row: uint32(i + 2), Batch: fmt.Sprintf("b%d", i%2), BatchRow: uint32(i)}); r != want || i%3 == 1 || seen[r.Number] {
			t.Errorf("%+v, want %+v once and of the provider", r, want)
		}
		seen[r.Number] = true
	}
	again, err := d.SampleProvider("carla", "dataco", "", 50, 7)
	if err != nil || !slices.Equal(again.Rows, first.Rows) {
		t.Errorf("the same seed draws other rows, %v", err)
	}
	other, err := d.SampleProvider("carla", "dataco", "", 50, 8)
	if err != nil || slices.Equal(other.Rows, first.Rows) {
		t.Errorf("another seed draws the same rows, %v", err)
	}
	whole, err := d.SampleProvider("carla", "dataco", "", 1000, 9)
	if err != nil || len(whole.Rows) != 200 {
		t.Errorf("%d rows, %v", len(whole.Rows), err)
	}
	d.reopen()
	kept, err := d.Samples("dataco", "")
	if diff := cmp.Diff([]book.Sample{whole, other, again, first}, kept); diff != "" || err != nil {
		t.Errorf("kept (-want +got):\n%s%v", diff, err)
	}
	for _, tt := range []struct {
		name  string
		count int
		want  string
	}{
		{"nobody", 1, "there is no provider"},
		{"dataco", 0, "1 to 1000 rows"},
		{"dataco", 1001, "1 to 1000 rows"},
	} {
		if _, err := d.SampleProvider("bruno", tt.name, "", tt.count, 1); !errors.Is(err, book.ErrInput) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
	if _, err := openLists(t).SampleProvider("bruno", "leads", "", 1, 1); !errors.Is(err, book.ErrInput) {
		t.Errorf("a provider without a row: %v", err)
	}
	if _, err := d.Samples("nobody", ""); !errors.Is(err, book.ErrUnknown) {
		t.Error(err)
	}
}

// TestServedBy: who has to do with a provider: by what a list says, by its rows,
// and by consents, also after a restart; what of it is whose.
func TestServedBy(t *testing.T) {
	t.Parallel()
	d := openLists(t)
	d.apply(`
principals: [{name: beta}, {name: gamma}]
providers: [{name: third}]
lists: [{name: own, principal: beta, origin: own_form}]`)
	want := func(provider, principals string) {
		t.Helper()
		for range 2 {
			if got := strings.Join(d.Current().ServedBy(provider), " "); got != principals {
				t.Errorf("%s is of %q, want %q", provider, got, principals)
			}
			d.reopen()
		}
	}
	want("dataco", "acme")
	want("third", "")
	want("none", "")
	d.load(book.Lists, "acme/bought", time.Time{}, "number", callee.String())
	d.load(book.Lists, "beta/own", time.Time{}, "number,provider", callee.String()+",dataco", (callee+1).String()+",")
	want("dataco", "acme beta")
	d.load(book.Consents, "gamma", time.Time{}, "number,purpose,channels,given_at,provider",
		fmt.Sprintf("%s,energy,operator,%s,third", callee, day(-30).Format(time.RFC3339)),
		fmt.Sprintf("%s,energy,operator,%s,dataco", callee+1, day(-30).Format(time.RFC3339)))
	want("dataco", "acme beta gamma")
	want("third", "gamma")
	for of, rows := range map[string]int64{"": 2, "acme": 1, "beta": 1, "gamma": 0} {
		if p := d.Current().Providers(of)[0]; p.Name != "dataco" || p.Rows != rows {
			t.Errorf("of %q: %+v, want %d rows", of, p, rows)
		}
	}
	for of, rows := range map[string]int64{"": 2, "beta": 1} {
		s, err := d.SampleProvider("bruno", "dataco", of, 5, 7)
		if err != nil || s.Of != rows || s.Principal != of || of == "beta" && s.Rows[0].Part != 2 {
			t.Errorf("of %q: %+v, %v, want %d rows", of, s, err, rows)
		}
	}
	if kept, err := d.Samples("dataco", "beta"); err != nil || len(kept) != 1 || kept[0].Principal != "beta" {
		t.Errorf("%+v, %v", kept, err)
	}
	if kept, err := d.Samples("dataco", "acme"); err != nil || len(kept) != 0 {
		t.Errorf("%+v, %v", kept, err)
	}
	if kept, err := d.Samples("dataco", ""); err != nil || len(kept) != 2 {
		t.Errorf("%+v, %v", kept, err)
	}
}
