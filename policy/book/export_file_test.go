package book_test

import (
	"bytes"
	"context"
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

func (d *desk) export(k book.Kind, scope string) string {
	d.t.Helper()
	e, err := d.Export(k, scope)
	if err != nil {
		d.t.Fatal(err)
	}
	var text bytes.Buffer
	rows, err := e.Write(d.t.Context(), &text)
	if err != nil || int(rows) != bytes.Count(text.Bytes(), []byte("\n"))-1 {
		d.t.Fatalf("%d rows, %v:\n%s", rows, err, &text)
	}
	var written, told []string
	for line := range strings.Lines(text.String()) {
		if number, _, _ := strings.Cut(strings.TrimSpace(line), ","); number != "number" {
			written = append(written, number)
		}
	}
	for n := range e.Numbers() {
		told = append(told, n.String())
	}
	if diff := cmp.Diff(slices.Compact(written), told); diff != "" {
		d.t.Errorf("numbers of the file (-written +told):\n%s", diff)
	}
	return text.String()
}

// TestExport: what is written of two imports and an entry, and that an import
// of it gives the same again.
func TestExport(t *testing.T) {
	t.Parallel()
	head := "number,purpose,channels,given_at,revoked_at,evidence"
	for _, c := range []struct {
		kind          book.Kind
		scope         string
		first, second []string
		want          string
	}{
		{
			book.Registry, "acme-rpo",
			[]string{"number,answer", "3331234567,clear", "3331234568,clear"},
			[]string{"number,answer", "3331234567,opposed", "0612345678,clear"},
			"number,answer,answered_at\n+390612345678,clear,2026-03-02T09:00:00Z\n+393331234567,opposed,2026-03-02T09:00:00Z\n+393331234568,clear,2026-03-01T09:00:00Z\n",
		},
		{
			book.Blacklist, "acme",
			[]string{"number", "3331234567", "3331234568"},
			[]string{"number", "3331234568", "0612345678"},
			"number\n+393331234567\n+393331234568\n+390612345678\n+393331234999\n",
		},
		{
			book.Consents, "acme",
			[]string{head, "3331234567,energy,operator,2026-01-01,,", "3331234568,energy,automated,2026-01-01,2026-02-01T10:00:00.5Z,\"a, b\""},
			[]string{head, "3331234567,fibre,operator+automated,2026-01-02,,form 7", "3331234567,energy,operator,2026-01-01,,"},
			head + ",bundled,conditional,hops,broken,provider,other_operator\n" +
				"+393331234567,energy,operator,2025-12-31T23:00:00Z,,,,,,,,\n+393331234567,fibre,operator+automated,2026-01-01T23:00:00Z,,form 7,,,,,,\n" +
				"+393331234568,energy,automated,2025-12-31T23:00:00Z,2026-02-01T10:00:00.5Z,\"a, b\",,,,,,\n",
		},
	} {
		t.Run(c.kind.String(), func(t *testing.T) {
			t.Parallel()
			d, answered := openAcme(t), []time.Time{{}, {}}
			if c.kind == book.Registry {
				answered = []time.Time{monday.Add(-oneDay), monday}
			}
			if got := d.export(c.kind, c.scope); got != c.want[:bytes.IndexByte([]byte(c.want), '\n')+1] {
				t.Errorf("of nothing: %s", got)
			}
			d.load(c.kind, c.scope, answered[0], c.first...)
			d.load(c.kind, c.scope, answered[1], c.second...)
			if _, err := d.AddBlacklist(t.Context(), "anna", "acme", "3331234999", ""); err != nil {
				t.Fatal(err)
			}
			got := d.export(c.kind, c.scope)
			if got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
			again := openAcme(t)
			if c.kind != book.Registry {
				answered = answered[:1]
			}
			for _, at := range answered {
				r := request(c.kind, c.scope, at, got)
				r.MaxRejects = book.Limit{Percent: 100} // of the other date
				if _, err := again.Import(t.Context(), r); err != nil {
					t.Fatal(err)
				}
			}
			if back := again.export(c.kind, c.scope); sortedLines(back) != sortedLines(got) {
				t.Errorf("imported again\n%swas\n%s", back, got)
			}
		})
	}
}

func TestExportRefuses(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	if _, err := d.Export(book.Registry, "acme"); err == nil || err.Error() != `export registry: there is no account "acme": apply it first` || !errors.Is(err, book.ErrUnknown) {
		t.Error(err)
	}
	if _, err := d.Export(book.Contacts, "acme"); !errors.Is(err, book.ErrInput) {
		t.Errorf("whose ids are not kept: %v", err)
	}
	d.load(book.Blacklist, "acme", time.Time{}, "number", callee.String())
	e, err := d.Export(book.Blacklist, "acme")
	if err != nil {
		t.Fatal(err)
	}
	stop := errors.New("nobody listens any more")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	if _, err := e.Write(ctx, &bytes.Buffer{}); !errors.Is(err, stop) {
		t.Error(err)
	}
	if _, err := e.Write(t.Context(), full{}); !errors.Is(err, errGone) {
		t.Error(err)
	}
}

// TestExportSingles: what single changes made of a number is in its lines, and
// numbers that no import names have lines too.
func TestExportSingles(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	unlist := func() {
		t.Helper()
		if _, err := d.Unlist(t.Context(), "anna", "acme", callee.String(), "letter"); err != nil {
			t.Fatal(err)
		}
	}
	d.load(book.Blacklist, "acme", time.Time{}, "number", callee.String(), (callee + 1).String())
	unlist()
	if got, want := d.export(book.Blacklist, "acme"), "number\n"+(callee+1).String()+"\n"; got != want {
		t.Errorf("one off the blacklist: %s", got)
	}
	d.load(book.Blacklist, "acme", time.Time{}, "number", callee.String())
	if got, want := d.export(book.Blacklist, "acme"), "number\n"+(callee+1).String()+"\n"+callee.String()+"\n"; got != want {
		t.Errorf("and on it again: %s", got)
	}

	d.load(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at,hops,other_operator", callee.String()+",energy,operator,2026-01-01T00:00:00Z,2,true")
	for _, s := range []book.Saying{
		{Verb: book.Revoke, Reason: "letter", At: monday.Add(-time.Hour)},
		{Verb: book.Grant, Purpose: "energy", Channels: operator, Evidence: "form", At: monday.Add(-time.Minute)},
		{Verb: book.Grant, Purpose: "energy", Channels: operator, Evidence: "form", At: monday.Add(-time.Minute), Number: (callee + 1).String()},
	} {
		d.say(s)
	}
	_, got, _ := strings.Cut(d.export(book.Consents, "acme"), "\n")
	want := callee.String() + ",energy,operator,2026-01-01T00:00:00Z,2026-03-02T08:00:00Z,,,,2,,,true\n" +
		callee.String() + ",energy,operator,2026-03-02T08:59:00Z,,form,,,,,,\n" +
		(callee + 1).String() + ",energy,operator,2026-03-02T08:59:00Z,,form,,,,,,\n"
	if got != want {
		t.Errorf("consents: got\n%swant\n%s", got, want)
	}
	if _, err := d.Export(book.Requests, "acme"); err == nil || err.Error() != "export: requests are not exported: it is registry, blacklist or consents" {
		t.Errorf("requests: %v", err)
	}
}

func sortedLines(text string) string {
	return strings.Join(slices.Sorted(strings.Lines(text)), "")
}

// FuzzExport holds the law that what was imported and exported is the same
// when it is imported and exported again.
func FuzzExport(f *testing.F) {
	f.Add("energy", "operator", "2026-01-02T10:00:00.123456789+01:00", "", "form, \"7\"")
	f.Add("e-1", "operator automated", "2026-01-02", "2026-01-02", " x ")
	f.Fuzz(func(t *testing.T, purpose, channels, given, revoked, evidence string) {
		d, again := openAcme(t), openAcme(t)
		row := fmt.Sprintf("%s,%s,%s,%s,%s,%q", policy.Number(393331234567), purpose, channels, given, revoked, evidence)
		if _, err := d.Import(t.Context(), request(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at,revoked_at,evidence", row)); err != nil {
			return
		}
		text := d.export(book.Consents, "acme")
		again.load(book.Consents, "acme", time.Time{}, text)
		if back := again.export(book.Consents, "acme"); back != text {
			t.Fatalf("%q became\n%q, then\n%q", row, text, back)
		}
	})
}
