package book_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
)

// asked are the numbers of the submissions that the case files answer.
var asked = []policy.Number{390612345678, 393331234567, 393331234568}

// TestReplies reads the reply of each file: its first line is the format of the
// account, which may name how many rejects are allowed.
func TestReplies(t *testing.T) {
	t.Parallel()
	for _, path := range files(t, "testdata/registry/*.txt") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			golden(t, path, func(input string) string {
				keys, reply, _ := strings.Cut(input, "\n")
				keys, limit, _ := strings.Cut(keys, "; rejects ")
				d := openAcme(t)
				d.format(keys)
				d.want(asked...)
				r := d.reply(d.submit(), strings.TrimSuffix(reply, "\n"))
				if limit != "" {
					r.MaxRejects, _ = book.ParseLimit(limit)
				}
				return outcome(t, d, r)
			})
		})
	}
}

// outcome enters a reply and tells what came of it.
func outcome(t *testing.T, d *desk, r book.AnswerRequest) string {
	t.Helper()
	var rejects bytes.Buffer
	r.Rejects = &rejects
	before := d.Current().Generation()
	result, err := d.Answer(t.Context(), r)
	if err != nil && !errors.Is(err, book.ErrInput) {
		t.Errorf("%v is not ErrInput", err)
	}
	if (err != nil) != (d.Current().Generation() == before) {
		t.Errorf("generation %d became %d: %v", before, d.Current().Generation(), err)
	}
	var out strings.Builder
	if err != nil {
		fmt.Fprintln(&out, err)
	} else {
		fmt.Fprintf(&out, "clear %d, opposed %d, unanswered %d of %d rows\n", result.Clear, result.Opposed, result.Unanswered, result.Rows)
	}
	for _, n := range asked {
		f := d.fact(n)
		word := f.Answer.String()
		if f.Known == policy.Absent {
			word = "unchecked"
		}
		fmt.Fprintf(&out, "%s %s\n", n, word)
	}
	return out.String() + rejects.String()
}

// TestReplyBytes has what does not stand well in a file of text.
func TestReplyBytes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, keys, reply, want string }{
		{"Latin-1", "encoding: iso-8859-1, opposed: sì", "number,answer\n+393331234567,S\xcc\n", "clear 0, opposed 1, unanswered 2 of 1 rows"},
		{"Windows-1252", "encoding: windows-1252, opposed: n€", "number,answer\n+393331234567,n\x80\n", "clear 0, opposed 1, unanswered 2 of 1 rows"},
		{"Latin-1 that is said to be UTF-8", "opposed: sì", "number,answer\n+393331234567,s\xec\n", "registry answer 2: line 2 is not UTF-8 (Latin-1 or UTF-16?): save the file as UTF-8 or name its encoding"},
		{"byte order mark and crlf", "reply: opposed", "\xef\xbb\xbfnumber\r\n+393331234567\r\n", "clear 2, opposed 1, unanswered 0 of 1 rows"},
		{"the same without header", "reply: opposed, header: false", "\xef\xbb\xbf\r\n+393331234567\r\n", "clear 2, opposed 1, unanswered 0 of 1 rows"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := openAcme(t)
			d.format(c.keys)
			d.want(asked...)
			got := outcome(t, d, d.reply(d.submit(), strings.TrimSuffix(c.reply, "\n")))
			if first, _, _ := strings.Cut(got, "\n"); first != c.want {
				t.Errorf("got  %s\nwant %s", first, c.want)
			}
		})
	}
}

func TestAnswerRefuses(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.want(asked...)
	d.at(monday.Add(90 * time.Second))
	s := d.submit()
	d.at(day(20))
	good := []string{"number,answer", "+393331234567,clear"}
	generation := d.Current().Generation()
	for _, c := range []struct {
		name string
		bend func(*book.AnswerRequest)
		want string
	}{
		{"no submission", func(r *book.AnswerRequest) { r.Submission = 9 }, "registry answer 9: there is no submission 9: see registry status"},
		{"an import", func(r *book.AnswerRequest) { r.Submission = 1 }, "registry answer 1: there is no submission 1: see registry status"},
		{"answered when", func(r *book.AnswerRequest) { r.AnsweredAt = time.Time{} }, "registry answer 2: answered-at is missing: say when the registry answered"},
		{"in the future", func(r *book.AnswerRequest) { r.AnsweredAt = day(20).Add(1) }, "registry answer 2: answered-at 2026-03-22T09:00:00Z is in the future"},
		{
			"too old", func(r *book.AnswerRequest) { r.AnsweredAt = day(5).Add(-1) },
			"registry answer 2: answered-at 2026-03-07T08:59:59Z is more than 15 days ago: those answers count no more, ask again",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := d.reply(s, good...)
			c.bend(&r)
			if _, err := d.Answer(t.Context(), r); err == nil || err.Error() != c.want || !errors.Is(err, book.ErrInput) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
	d.at(monday.Add(2 * time.Minute))
	early := d.reply(s, good...)
	early.AnsweredAt = monday.Add(time.Minute - 1)
	_, err := d.Answer(t.Context(), early)
	if want := "registry answer 2: answered-at 2026-03-02T09:00:59Z is before the submission was opened, at 2026-03-02T09:01:00Z"; err == nil || err.Error() != want {
		t.Errorf("before it was asked: %v", err)
	}
	if d.Current().Generation() != generation {
		t.Fatal("a refused answer made a generation")
	}
	early.AnsweredAt, early.Reader = monday.Add(time.Minute), d.reply(s, good...).Reader
	if _, err := d.Answer(t.Context(), early); err != nil {
		t.Errorf("in the minute in which it was opened: %v", err)
	}
	_, err = d.Answer(t.Context(), d.reply(s, good...))
	if err == nil || !strings.HasPrefix(err.Error(), "registry answer 2: it was answered already, by import ") || !errors.Is(err, book.ErrInput) {
		t.Errorf("answered twice: %v", err)
	}
}

// FuzzAnswer holds the laws of a reply: every number that was submitted is
// clear, opposed or not answered, no other number has an answer, and a reply of
// one kind answers for all or for none.
func FuzzAnswer(f *testing.F) {
	for _, text := range []string{
		"number,answer\n+393331234567,clear\n3331234568,opposed", "number\n3331234567\n0612345678", "3331234567\n",
		"answer;number\nclear;3331234567", "number,answer\n3331234567,clear\n3331234567,opposed", "\xef\xbb\xbfnumber\n\n", "1,2,3\n",
	} {
		for kind := range uint8(6) {
			f.Add(text, kind)
		}
	}
	replies := []string{"both", "clear", "opposed"}
	f.Fuzz(func(t *testing.T, text string, kind uint8) {
		d := openAcme(t)
		reply := replies[kind%3]
		d.format(fmt.Sprintf("reply: %s, header: %v", reply, kind%6 < 3))
		d.want(asked...)
		r := d.reply(d.submit(), text)
		r.MaxRejects = book.Limit{Percent: 100}
		got, err := d.Answer(t.Context(), r)
		count := map[policy.RegistryAnswer]int{}
		for _, n := range asked {
			count[d.fact(n).Answer]++
		}
		if err != nil {
			if count[policy.NotAsked] != len(asked) {
				t.Fatalf("%q: refused with %v, and in force: %v", text, err, count)
			}
			return
		}
		if count[policy.Clear] != got.Clear || count[policy.Opposed] != got.Opposed || count[policy.NotAsked] != got.Unanswered {
			t.Fatalf("%q: %+v, in force %v", text, got, count)
		}
		if reply != "both" && got.Unanswered > 0 || got.Rows != got.Good+got.Rejects {
			t.Fatalf("%q: %+v", text, got)
		}
		if f := d.fact(callee + 7); f.Known != policy.Absent {
			t.Fatalf("%q: %+v of a number that was not submitted", text, f)
		}
	})
}
