package book_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"tregua/policy"
	"tregua/policy/book"
)

// TestImportFormat reads files of others as they are.
func TestImportFormat(t *testing.T) {
	t.Parallel()
	utf16 := func(text string) string {
		b := []byte{0xfe, 0xff}
		for _, r := range text {
			b = append(b, byte(r>>8), byte(r))
		}
		return string(b)
	}
	for _, c := range []struct {
		name   string
		kind   book.Kind
		format book.Format
		text   string
		want   string
	}{
		{"columns", book.Registry, book.Format{Columns: []string{"number=TELEFONO", "Answer=Esito", "ignore=note", "ignore=ID"}}, "id;telefono;ESITO;Note\n1;3331234567;clear;x\n", "1 good, 1 in force"},
		{"a digit in a column of theirs", book.Blacklist, book.Format{Columns: []string{"number=TEL1"}}, "tel1\n3331234567\n", "1 good, 1 in force"},
		{"no such column of ours", book.Blacklist, book.Format{Columns: []string{"phone=TEL"}}, "tel\n", `column "phone=TEL": there is no column "phone": the columns are number, and ignore for one to pass over`},
		{"no such column of theirs", book.Consents, book.Format{Columns: []string{"revoked_at=REVOCA"}}, "number,purpose,channels,given_at\n", `line 1: header: there is no column "REVOCA": it has number, purpose, channels, given_at`},
		{"no column of theirs", book.Blacklist, book.Format{Columns: []string{"number"}}, "tel\n", `column "number": write our name and that of the file, as number=TELEFONO`},
		{"one column twice", book.Registry, book.Format{Columns: []string{"number=A", "answer=a"}}, "a\n", `column "answer=a": "a" is named already`},
		{"two columns for one", book.Blacklist, book.Format{Columns: []string{"number=A", "number=B"}}, "a,b\n1,2\n", `line 1: header: column "number" stands twice`},
		{"delimiter", book.Registry, book.Format{Delimiter: "|"}, "number|answer\n\"3331234567\"|clear\n3331234568|opposed\n", "2 good, 2 in force"},
		{"delimiter that the header hides", book.Blacklist, book.Format{Delimiter: "tab", Columns: []string{"number=a,b,c"}}, "a,b,c\n3331234567\n", "1 good, 1 in force"},
		{"delimiter of two", book.Blacklist, book.Format{Delimiter: "||"}, "number\n", `delimiter "||": it is one character, like ; or |, or the word tab`},
		{"delimiter of three bytes", book.Registry, book.Format{Delimiter: "…"}, "number…answer\n3331234567…clear\n", "1 good, 1 in force"},
		{"latin-1", book.Blacklist, book.Format{Encoding: "ISO-8859-1", Columns: []string{"ignore=città"}}, "number,citt\xe0\n3331234567,Forl\xec\n", "1 good, 1 in force"},
		{"windows-1252", book.Blacklist, book.Format{Encoding: "windows-1252", Columns: []string{"ignore=€"}}, "number,\x80\n3331234567,\x80\n", "1 good, 1 in force"},
		{"not windows-1252", book.Blacklist, book.Format{Encoding: "windows-1252"}, "number\n3331234567\n\x81\n", "line 3 is not windows-1252: is that the encoding of the file?"},
		{"utf-16", book.Blacklist, book.Format{Encoding: "utf-16"}, utf16("number\r\n3331234567\r\n"), "1 good, 1 in force"},
		{"utf-16 without mark", book.Blacklist, book.Format{Encoding: "utf-16"}, utf16("number\n")[2:], "the file has no byte order mark at its beginning: is it utf-16?"},
		{"encoding", book.Blacklist, book.Format{Encoding: "ebcdic"}, "number\n", `encoding "ebcdic": it is utf-8, iso-8859-1, windows-1252 or utf-16`},
		{"utf-8", book.Blacklist, book.Format{Encoding: "UTF-8"}, "number\n\xe0\n", "line 2 is not UTF-8 (Latin-1 or UTF-16?): save the file as UTF-8 or name its encoding"},
		{"e164", book.Blacklist, book.Format{Numbers: "e164"}, "number\n3901234567\n+39 333 1234567\n", "2 good, 2 in force"},
		{"national", book.Blacklist, book.Format{Numbers: "national:DE"}, "number\n030 1234567\n", "1 good, 1 in force"},
		{"national, but it is not", book.Blacklist, book.Format{Numbers: "national:IT"}, "number\n+393331234567\n", "1 of 1 rows are rejects, 0 are allowed: nothing was activated; mend the rows or allow more"},
		{"numbers", book.Blacklist, book.Format{Numbers: "local"}, "number\n", `numbers "local": they are e164 or national:IT`},
		{"a country that is none", book.Blacklist, book.Format{Numbers: "national:XX"}, "number\n", `numbers "national:XX": country "XX": use an ISO 3166 code like IT`},
		{"all opposed", book.Registry, book.Format{Polarity: "opposed"}, "number\n3331234567\n", "1 good, 1 in force"},
		{"all opposed, and a column", book.Registry, book.Format{Polarity: "opposed"}, "number,answer\n3331234567,clear\n", `line 1: header: unknown column "answer": the columns are number, [answered_at]`},
		{"polarity", book.Registry, book.Format{Polarity: "yes"}, "number\n", `polarity "yes": it is clear or opposed`},
		{"polarity of a blacklist", book.Blacklist, book.Format{Polarity: "clear"}, "number\n", "polarity is for registry answers only"},
		{"answered then", book.Registry, book.Format{}, "number,answer,answered_at\n3331234567,clear,2026-03-02T10:00:00+01:00\n3331234568,clear,\n", "2 good, 2 in force"},
		{"answered at another time", book.Registry, book.Format{}, "number,answer,answered_at\n3331234567,clear,2026-03-01T10:00:00Z\n", "1 of 1 rows are rejects, 0 are allowed: nothing was activated; mend the rows or allow more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := openAcme(t)
			r := request(c.kind, "acme", time.Time{}, c.text)
			if r.Format = c.format; c.kind == book.Registry {
				r.Scope, r.AnsweredAt = "acme-rpo", monday
			}
			result, err := d.Import(t.Context(), r)
			got := fmt.Sprintf("%d good, %d in force", result.Good, result.Numbers)
			if err != nil {
				_, got, _ = strings.Cut(err.Error(), "test.csv: ")
			}
			if got != c.want || err != nil && !errors.Is(err, book.ErrInput) {
				t.Errorf("got  %s (%v)\nwant %s", got, err, c.want)
			}
		})
	}
}

// TestPolarity: a file of opposed numbers only opposes them.
func TestPolarity(t *testing.T) {
	t.Parallel()
	for polarity, want := range map[string]policy.RegistryAnswer{"opposed": policy.Opposed, "clear": policy.Clear} {
		d := openAcme(t)
		r := request(book.Registry, "acme-rpo", monday, "number", callee.String())
		r.Format.Polarity = polarity
		if _, err := d.Import(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if f := d.Current().Registry(d.account("acme/energia"), callee); f.Answer != want {
			t.Errorf("%s: %+v", polarity, f)
		}
	}
}

// TestImportBlocks: a file of many blocks, whose rows contradict each other
// over their borders, is read as one that is read row after row.
func TestImportBlocks(t *testing.T) {
	t.Parallel()
	const rows = 60_000
	rnd := rand.New(rand.NewPCG(5, 6))
	lines := []string{"number,answer"}
	var want []string // of the rejects: line numbers
	opposed, known := map[int]bool{}, map[int]bool{}
	for len(lines) < rows {
		n, answer := rnd.IntN(10*rows), "clear"
		if rnd.IntN(2) == 0 {
			answer = "opposed"
		}
		switch {
		case len(lines)%1000 == 500:
			lines = append(lines, strings.Repeat("7", 70_000)) // too long, over the border of a block
			want = append(want, strconv.Itoa(len(lines)))
			continue
		case rnd.IntN(100) == 0:
			lines = append(lines, "")
			continue
		}
		lines = append(lines, fmt.Sprintf("+39333%07d,%s", n, answer))
		if known[n] && opposed[n] != (answer == "opposed") {
			want = append(want, strconv.Itoa(len(lines)))
		}
		known[n], opposed[n] = true, opposed[n] || answer == "opposed"
	}
	d := openAcme(t)
	r := request(book.Registry, "acme-rpo", monday, lines...)
	r.Reader = iotest.HalfReader(r.Reader)
	var rejects bytes.Buffer
	r.Rejects, r.MaxRejects = &rejects, book.Limit{Percent: 100}
	result, err := d.Import(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(rejects.String()) {
		if number, _, _ := strings.Cut(line, ","); number != "line" {
			got = append(got, number)
		}
	}
	if !slices.Equal(got, want) || result.Numbers != len(known) {
		t.Errorf("%d rejects, want %d; %d numbers, want %d", len(got), len(want), result.Numbers, len(known))
	}
	account := d.account("acme/energia")
	for n := range known {
		f := d.Current().Registry(account, policy.Number(393330000000+n))
		if (f.Answer == policy.Opposed) != opposed[n] || f.Known != policy.Present {
			t.Fatalf("%d: %+v, opposed %v", n, f, opposed[n])
		}
	}
}

// TestVeryLongLine: a line that no block holds is one reject, not the end of it
// another row.
func TestVeryLongLine(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	r := request(book.Blacklist, "acme", time.Time{}, "number", strings.Repeat("x", 1<<20), callee.String())
	var rejects bytes.Buffer
	r.Rejects, r.MaxRejects = &rejects, book.Limit{Count: 1}
	result, err := d.Import(t.Context(), r)
	want := "line,reason,row\n2,the line has more than 65536 bytes," + strings.Repeat("x", 80) + "…\n"
	if err != nil || result.Rows != 2 || rejects.String() != want {
		t.Errorf("%+v, %v, %s", result, err, &rejects)
	}
}

// TestMapped: a set that is large enough to be mapped says what it was told.
func TestMapped(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	lines := []string{"number"}
	for i := range 600_000 {
		lines = append(lines, fmt.Sprintf("+39333%07d", i*16))
	}
	d.load(book.Blacklist, "acme", time.Time{}, lines...)
	d.reopen()
	acme := d.principal("acme")
	for i := 0; i < 9_600_000; i += 23 {
		n := policy.Number(393330000000 + i)
		if got := d.Current().Blacklist(acme, n, time.Time{}).Known; (got == policy.Present) != (i%16 == 0) {
			t.Fatalf("%d is %v", n, got)
		}
	}
}
