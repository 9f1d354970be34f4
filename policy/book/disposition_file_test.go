package book_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tregua/policy/book"
)

var errRow = errors.New("there is no such call")

// read gives a file to a taker that writes down what it is given. Codes tell it
// what to say.
func (d *desk) read(text string, f book.Format) (taken, rejects string, count book.DispositionCount, err error) {
	var took, bad strings.Builder
	count, err = d.ReadDispositions(context.Background(), book.DispositionFile{
		Reader: strings.NewReader(text), Format: f, Rejects: &bad,
		Mends: func(err error) bool { return errors.Is(err, errRow) },
		Take: func(_ context.Context, r *book.DispositionRow) (bool, error) {
			switch r.Code {
			case "NOCALL":
				return false, errRow
			case "BROKEN":
				return false, errGone
			}
			fmt.Fprintln(&took, r.Code, r.Number, when(r.CalledAt), r.CallID, r.Attempt, r.ID, r.Principal, when(r.AgreedAt), when(r.Until))
			return r.Code == "AGAIN", nil
		},
	})
	return took.String(), bad.String(), count, err
}

func when(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}

// TestDispositionFile reads a file as ViciDial writes it.
func TestDispositionFile(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	taken, rejects, count, err := d.read(strings.Join([]string{
		"uniqueid;phone_number;call_date;status;user",
		"1.1;3331234567;2026-03-02 09:30:00;DNC;agent",
		"",
		"1.2;3331234567;2026-03-02T08:30:00Z;AGAIN;agent",
		"1.3;none;2026-03-02 09:30:00;NI;agent",
		"1.4;3331234567;yesterday;NI;agent",
		"1.5;3331234567;2026-03-02 09:30:00;NOCALL;agent",
		"1.6;3331234567",
	}, "\n"), book.Format{Columns: []string{"id=uniqueid", "number=phone_number", "called_at=call_date", "code=status", "ignore=user"}})
	if err != nil {
		t.Fatal(err)
	}
	// 09:30 in Rome is 08:30 UTC.
	if want := "DNC +393331234567 2026-03-02T08:30:00Z   1.1  - -\nAGAIN +393331234567 2026-03-02T08:30:00Z   1.2  - -\n"; taken != want {
		t.Errorf("taken %q\n want %q", taken, want)
	}
	if want := (book.DispositionCount{Rows: 6, New: 1, Known: 1, Rejects: 4}); count != want {
		t.Errorf("count %+v", count)
	}
	for _, want := range []string{
		`5,"number: no number: `, `6,"called_at ""yesterday"": write 2026-03-31 14:05:00 or `, "7,there is no such call,", "8,\"the row has 2 fields, the header 5\",",
	} {
		if !strings.Contains(rejects, "\n"+want) {
			t.Errorf("no %q in %s", want, rejects)
		}
	}
}

// TestBrokenDispositionFile: a file that cannot be read on says where, and what
// is no mistake of a row ends it.
func TestBrokenDispositionFile(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	for _, c := range []struct{ text, want string }{
		{"", "dispositions: the file is empty: it must begin with a header row that names code, [number], [called_at], [call_id], [attempt], [id], [principal], [agreed_at], [until]"},
		{"number\n3331234567", `dispositions: line 1: header: column "code" is missing: the columns are code, [number], [called_at], [call_id], [attempt], [id], [principal], [agreed_at], [until]`},
		{"code\nOK\nN\xff", "dispositions: line 3 is not UTF-8 (Latin-1 or UTF-16?): save the file as UTF-8 or name its encoding"},
	} {
		if _, _, _, err := d.read(c.text, book.Format{}); err == nil || err.Error() != c.want || !errors.Is(err, book.ErrInput) {
			t.Errorf("%q: %v", c.text, err)
		}
	}
	taken, _, count, err := d.read("code\nOK\nBROKEN\nKO", book.Format{})
	if !errors.Is(err, errGone) || errors.Is(err, book.ErrInput) || count.New != 1 || !strings.HasPrefix(taken, "OK") || strings.Contains(taken, "KO") {
		t.Errorf("taken %q, %+v, %v", taken, count, err)
	}
}

// FuzzDispositionFile: whatever a file holds, each row is taken, known or a
// reject.
func FuzzDispositionFile(f *testing.F) {
	f.Add("code,number\nOK,3331234567\n")
	f.Add("code;called_at\r\nAGAIN;2026-03-02 09:30\r\n\"x;\n")
	d := openAcme(f)
	f.Fuzz(func(t *testing.T, text string) {
		taken, rejects, count, err := d.read(text, book.Format{})
		if count.Rows != count.New+count.Known+count.Rejects+broken(err) {
			t.Fatalf("%+v, %v", count, err)
		}
		if err == nil && int64(strings.Count(taken, "\n")) < count.New || err == nil && int64(strings.Count(rejects, "\n")) < count.Rejects+1 {
			t.Errorf("%+v:\n%s%s", count, taken, rejects)
		}
	})
}

// broken is the row at which a file ended, if it did by a fault.
func broken(err error) int64 {
	if errors.Is(err, errGone) {
		return 1
	}
	return 0
}
