package book_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"tregua/policy"
	"tregua/policy/book"
)

// TestImportGolden imports the CSV of each file; the first word of its name is
// the kind.
func TestImportGolden(t *testing.T) {
	t.Parallel()
	for _, path := range files(t, "testdata/import/*.txt") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			golden(t, path, func(input string) string {
				word, _, _ := strings.Cut(filepath.Base(path), "_")
				kind, err := book.ParseKind(word)
				if err != nil {
					t.Fatal(err)
				}
				r := request(kind, "acme", time.Time{}, strings.TrimSuffix(input, "\n"))
				if kind == book.Registry {
					r.Scope, r.AnsweredAt = "acme-rpo", monday.Add(-time.Hour)
				}
				var rejects bytes.Buffer
				r.Rejects, r.MaxRejects = &rejects, book.Limit{Percent: 90}
				d := openAcme(t)
				result, err := d.Import(t.Context(), r)
				if err != nil && !errors.Is(err, book.ErrInput) {
					t.Errorf("%v is not ErrInput", err)
				}
				return fmt.Sprintf("%v\n%+v\n%s", err, result, rejects.String())
			})
		})
	}
}

// TestImportValidFor: how old an answer may be is a figure of the profile.
func TestImportValidFor(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	for validFor, want := range map[time.Duration]string{
		36 * time.Hour: "more than 36h0m0s ago",
		48 * time.Hour: "more than 2 days ago",
	} {
		d.config.ValidFor = validFor
		d.reopen()
		oldest := monday.Add(-validFor)
		d.load(book.Registry, "acme-rpo", oldest, "number,answer", "3331234567,clear")
		_, err := d.Import(t.Context(), request(book.Registry, "acme-rpo", oldest.Add(-1)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("an answer older than %s: %v", validFor, err)
		}
	}
}

// TestImportBytes has what does not stand well in a file of text.
func TestImportBytes(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("3", 70_000)
	for _, c := range []struct {
		name, text string
		want       string
	}{
		{"byte order mark", "\xef\xbb\xbfnumber\n+393331234567\n", "1 good 0 rejects <nil>"},
		{"crlf, blank lines, no end", "number\r\n\r\n+393331234567\r\n \r\n+393331234568", "2 good 0 rejects <nil>"},
		{"a long line between good ones", "number\n+393331234567\n" + long + "\n+393331234568\n", "2 good 1 rejects <nil>"},
		{"a long line at the end", "number\n+393331234567\n" + long, "1 good 1 rejects <nil>"},
		{"Latin-1", "number\n+393331234567\n\xe0\n", "0 good 0 rejects import blacklist test.csv: line 3 is not UTF-8 (Latin-1 or UTF-16?): save the file as UTF-8 or name its encoding"},
		{"UTF-16", "\xff\xfen\x00u\x00", "0 good 0 rejects import blacklist test.csv: line 1 is not UTF-8 (Latin-1 or UTF-16?): save the file as UTF-8 or name its encoding"},
		{"nothing", "", "0 good 0 rejects import blacklist test.csv: the file is empty: it must begin with a header row that names number"},
		{"only a header", "number\n", "0 good 0 rejects <nil>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := openAcme(t)
			r := request(book.Blacklist, "acme", time.Time{}, c.text)
			r.MaxRejects = book.Limit{Count: 1}
			result, err := d.Import(t.Context(), r)
			if err != nil {
				result.Good = 0
			}
			if got := fmt.Sprintf("%d good %d rejects %v", result.Good, result.Rejects, err); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	for _, c := range []struct {
		name string
		r    book.ImportRequest
		want string
	}{
		{"kind", request(9, "acme", time.Time{}), "import: there is no kind 9"},
		{"account", request(book.Registry, "acme", monday), `import registry: there is no account "acme": apply it first`},
		{"principal", request(book.Consents, "acme-rpo", time.Time{}), `import consents: there is no principal "acme-rpo": apply it first`},
		{"answered when", request(book.Registry, "acme-rpo", time.Time{}), "import registry: answered-at is missing: say when the registry answered"},
		{"in the future", request(book.Registry, "acme-rpo", monday.Add(1)), "import registry: answered-at 2026-03-02T09:00:00Z is in the future"},
		{
			"too old", request(book.Registry, "acme-rpo", monday.Add(-15*24*time.Hour-1)),
			"import registry: answered-at 2026-02-15T08:59:59Z is more than 15 days ago: those answers count no more, ask again",
		},
		{"answered, but no registry", request(book.Blacklist, "acme", monday), "import blacklist: answered-at is for registry answers only"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := d.Import(t.Context(), c.r)
			if err == nil || err.Error() != c.want || !errors.Is(err, book.ErrInput) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
	if d.Current().Generation() != 1 {
		t.Error("a refused import made a generation")
	}
	d.load(book.Registry, "acme-rpo", monday.Add(-15*24*time.Hour), "number,answer", "3331234567,clear")
	d.load(book.Registry, "acme-rpo", monday, "number,answer", "3331234567,clear")
}

func TestLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		limit   string
		rejects int
		refused bool
	}{
		{"0", 0, false},
		{"0", 1, true},
		{"2", 2, false},
		{"2", 3, true},
		{"25%", 1, false},
		{"25%", 2, true},
		{"0.5%", 1, true},
		{"0%", 0, false},
		{"0%", 1, true},
	} {
		d := openAcme(t)
		lines := []string{"number", "3331234561", "3331234562", "3331234563", "3331234564"}
		for i := range c.rejects {
			lines[1+i] = "nobody"
		}
		r := request(book.Blacklist, "acme", time.Time{}, lines...)
		var err error
		if r.MaxRejects, err = book.ParseLimit(c.limit); err != nil {
			t.Fatal(err)
		}
		result, err := d.Import(t.Context(), r)
		many, isMany := errors.AsType[*book.TooManyRejects](err)
		if isMany != c.refused || (result.Generation == 0) != c.refused || (d.Current().Generation() == 1) != c.refused {
			t.Errorf("%s with %d rejects: %+v, %v", c.limit, c.rejects, result, err)
		}
		if isMany && (many.Rejects != int64(c.rejects) || many.Rows != 4) {
			t.Errorf("%s: %+v", c.limit, many)
		}
	}
	for _, bad := range []string{"", "-1", "1.5", "101%", "x%", "%", "NaN%"} {
		if l, err := book.ParseLimit(bad); err == nil {
			t.Errorf("%q is read as %v", bad, l)
		}
	}
	if got := fmt.Sprint(book.DefaultLimit(book.Blacklist), book.DefaultLimit(book.Registry), book.DefaultLimit(book.Consents)); got != "0 1% 1%" {
		t.Errorf("defaults %s", got)
	}
}

func TestImportStops(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	stop := errors.New("the operator went home")
	ctx, cancel := context.WithCancelCause(t.Context())
	lines := []string{"number,purpose,channels,given_at"}
	for i := range 10_000 {
		lines = append(lines, fmt.Sprintf("+39333%07d,energy,operator,2026-01-01", i))
	}
	r := request(book.Consents, "acme", time.Time{}, lines...)
	r.Reader = &stopping{Reader: r.Reader, reads: 4, stop: func() { cancel(stop) }}
	before := len(rows(t, d.config.Store))
	if _, err := d.Import(ctx, r); !errors.Is(err, stop) {
		t.Fatalf("got %v", err)
	}
	// Only the counter of parts has come; the staged rows are gone again.
	if after := len(rows(t, d.config.Store)); after != before+1 {
		t.Errorf("%d rows became %d", before, after)
	}
	if d.Current().Generation() != 1 {
		t.Error("a stopped import is in force")
	}
}

// stopping calls stop at one of its reads; the first holds the header.
type stopping struct {
	io.Reader
	reads int
	stop  func()
}

func (s *stopping) Read(b []byte) (int, error) {
	if s.reads--; s.reads == 0 {
		s.stop()
	}
	return s.Reader.Read(b)
}

// TestUploadBreaks: what was read of a file that is cut off is not activated.
func TestUploadBreaks(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	r := request(book.Blacklist, "acme", time.Time{})
	r.Reader = io.MultiReader(strings.NewReader("number\n3331234567\n"), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := d.Import(t.Context(), r); !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, book.ErrInput) || d.Current().Generation() != 1 {
		t.Errorf("generation %d: %v", d.Current().Generation(), err)
	}
	r.Reader, r.Rejects = strings.NewReader("number\nnobody\n"), full{}
	if _, err := d.Import(t.Context(), r); !errors.Is(err, errGone) || d.Current().Generation() != 1 {
		t.Errorf("rejects that cannot be written: %v", err)
	}
}

// full is a disk that is full.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errGone }

func TestManifest(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	result := d.load(book.Registry, "acme-rpo", monday, "number,answer", "3331234567,clear", "3331234568,opposed")
	dir := filepath.Join(d.config.Dir, "sets", "registry", "00000001", "00000001")
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/manifest.txt", func(string) string { return string(text) })
	if want := (book.ImportResult{Rows: 2, Good: 2, Fast: 2, Numbers: 2, Generation: 2, Part: 1}); result != want {
		t.Errorf("got %+v, want %+v", result, want)
	}
	parts := d.Current().Parts()
	if len(parts) != 1 || parts[0].Count != 2 || d.Current().Source(1) != "import 1 test.csv" || d.Current().Source(2) != "" {
		t.Errorf("parts %+v", parts)
	}
	before := d.Current().Parts()
	d.reopen()
	if after := d.Current().Parts(); len(after) != 1 || after[0] != before[0] || d.Current().Generation() != 2 {
		t.Errorf("after reopening %+v, was %+v", after, before)
	}
}

// FuzzImport holds the laws that every row is good or a reject, and that a
// number in force stands in the file.
func FuzzImport(f *testing.F) {
	for _, text := range []string{"number\n+393331234567\n\n3331234567", "number;x\n1;2", "\"number\"\n\"+39 0612345678\"\n", "number\n\"", "\xef\xbb\xbfnumber\r\n112"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := openAcme(t)
		r := request(book.Blacklist, "acme", time.Time{}, text)
		r.MaxRejects = book.Limit{Percent: 100}
		var rejects bytes.Buffer
		r.Rejects = &rejects
		result, err := d.Import(t.Context(), r)
		if err != nil {
			return
		}
		if result.Rows != result.Good+result.Rejects || int64(result.Numbers) > result.Good || result.Good > int64(strings.Count(text, "\n")) {
			t.Fatalf("%+v of %q", result, text)
		}
		p := d.principal("acme")
		listed := 0
		for _, line := range slices.Collect(strings.SplitSeq(text, "\n")) {
			n, err := d.Current().Number(strings.Trim(line, " \t\r\""))
			if err == nil && d.Current().Blacklist(p, n, time.Time{}).Known == policy.Present {
				listed++
			}
		}
		if listed < result.Numbers {
			t.Fatalf("%d numbers in force, %d lines have one of them: %q", result.Numbers, listed, text)
		}
	})
}
