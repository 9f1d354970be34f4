package book

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

var evidenceColumns = []Column{{"number", true}, {"at", true}, {"id", false}}

func rowsBook(t *testing.T) *Book {
	t.Helper()
	r, err := newReading("IT", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	return &Book{reading: r, zone: rome}
}

func TestReadRows(t *testing.T) {
	const file = "TEL;when;note\n3331234567;2026-03-31 14:05:00;a\n\n112;2026-03-31;b\nx;y;z\n;2026-03-31;c\n3331234567;never;d\nshort\n"
	var taken, bad []string
	err := rowsBook(t).ReadRows(t.Context(), RowFile{
		Reader: strings.NewReader(file), Columns: evidenceColumns,
		Format: Format{Columns: []string{"number=TEL", "at=when", "ignore=note"}},
		Bad:    func(line int, why error) { bad = append(bad, fmt.Sprintf("%d %v", line, why)) },
		Take: func(r *Row) error {
			n, err := r.Number("number")
			if err != nil {
				return err
			}
			from, to, err := r.Span("at")
			if err != nil {
				return err
			}
			taken = append(taken, fmt.Sprintf("%d %d %s %s %v", r.Line, n, from.UTC().Format(time.RFC3339), to.Sub(from), r.Has("id")))
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(taken, "\n"), "2 393331234567 2026-03-31T12:05:00Z 0s false\n6 0 2026-03-30T22:00:00Z 24h0m0s false"; got != want {
		t.Errorf("taken\n%s\nwant\n%s", got, want)
	}
	for at, want := range []string{"4 number: an emergency number", "5 number: no number: write it as", "7 at \"never\": write 2026", "8 the row has 1 fields"} {
		if at >= len(bad) || !strings.HasPrefix(bad[at], want) {
			t.Errorf("bad %q, want one that begins with %q", bad, want)
		}
	}
}

// An error that is none of the row ends the file.
func TestReadRowsFails(t *testing.T) {
	gone := errors.New("the disk is gone")
	bad := func(line int, why error) { t.Errorf("line %d: %v", line, why) }
	b := rowsBook(t)
	file := func(text string) RowFile {
		return RowFile{Reader: strings.NewReader(text), Columns: evidenceColumns, Bad: bad, Take: func(*Row) error { return gone }}
	}
	if err := b.ReadRows(t.Context(), file("number,at\n1,2\n")); !errors.Is(err, gone) || !strings.HasPrefix(err.Error(), "line 2: ") {
		t.Errorf("err %v", err)
	}
	for text, want := range map[string]string{
		"":                    "the file is empty",
		"number\n":            `column "at" is missing`,
		"number,at,to\n":      `unknown column "to"`,
		"number,at\n1,\xff\n": "line 2 is not UTF-8",
	} {
		if err := b.ReadRows(t.Context(), file(text)); err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, ErrInput) {
			t.Errorf("%q: err %v, want %q", text, err, want)
		}
	}
	f := file("number,at\n")
	f.Format.Polarity = "clear"
	if err := b.ReadRows(t.Context(), f); !errors.Is(err, ErrInput) {
		t.Errorf("polarity: err %v", err)
	}
	for _, f := range []Format{{Numbers: "x"}, {Encoding: "y"}, {Delimiter: "zz"}, {Columns: []string{"v"}}} {
		if err := CheckRows(f, evidenceColumns); !errors.Is(err, ErrInput) {
			t.Errorf("CheckRows of %+v: %v", f, err)
		}
	}
}
