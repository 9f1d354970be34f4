package book_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
)

const soon = 3 * 24 * time.Hour

// want puts numbers among those that the principal acme means to call.
func (d *desk) want(numbers ...policy.Number) {
	d.t.Helper()
	lines := []string{"number,purpose,channels,given_at"}
	for _, n := range numbers {
		lines = append(lines, n.String()+",energy,operator,2026-01-01")
	}
	d.load(book.Consents, "acme", time.Time{}, lines...)
}

// format gives the account of acme other keys.
func (d *desk) format(keys string) {
	d.t.Helper()
	if _, err := d.Apply(d.t.Context(), "anna", []byte("accounts: [{name: acme-rpo, principal: acme, "+keys+"}]"), false); err != nil {
		d.t.Fatal(err)
	}
}

// submit opens a submission of what is due under the account of acme.
func (d *desk) submit() book.Submission {
	d.t.Helper()
	s, err := d.Submit(d.t.Context(), "anna", "acme-rpo", soon)
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

// file is the file of a submission.
func (d *desk) file(s book.Submission) string {
	d.t.Helper()
	var text bytes.Buffer
	if err := d.WriteSubmission(&text, s.ID); err != nil {
		d.t.Fatal(err)
	}
	return text.String()
}

// reply is an answer of now.
func (d *desk) reply(s book.Submission, lines ...string) book.AnswerRequest {
	return book.AnswerRequest{
		Submission: s.ID, AnsweredAt: d.config.Now(), Actor: "anna",
		FileName: "reply.csv", Reader: strings.NewReader(strings.Join(lines, "\n") + "\n"),
	}
}

// answer enters a reply, which must be good.
func (d *desk) answer(s book.Submission, lines ...string) book.AnswerResult {
	d.t.Helper()
	result, err := d.Answer(d.t.Context(), d.reply(s, lines...))
	if err != nil {
		d.t.Fatal(err)
	}
	return result
}

// fact is what the account of acme knows of a number.
func (d *desk) fact(n policy.Number) policy.RegistryFact {
	return d.Current().Registry(d.account("acme/energia"), n)
}

// TestCycle goes round once: due, submitted, answered, due again.
func TestCycle(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	due := func(want book.Due) {
		t.Helper()
		want.Account, want.Principal = "acme-rpo", "acme"
		for range 2 {
			got, err := d.Due("acme-rpo", soon)
			if err != nil || got != want {
				t.Errorf("due %+v, %v, want %+v", got, err, want)
			}
			d.reopen()
		}
	}
	due(book.Due{})
	if s := d.submit(); s != (book.Submission{Account: "acme-rpo"}) || d.Current().Generation() != 1 {
		t.Errorf("a submission of nothing: %+v", s)
	}
	d.want(callee, callee+1, callee+2)
	d.want(callee) // stands on two lists
	due(book.Due{Listed: 3, Unchecked: 3})
	s := d.submit()
	text := d.file(s)
	sum := sha256.Sum256([]byte(text))
	if want := "number\n+393331234567\n+393331234568\n+393331234569\n"; text != want || s.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("the file is\n%s%s", text, s.SHA256)
	}
	if want := (book.Submission{ID: 3, Account: "acme-rpo", At: s.At, Actor: "anna", Rows: 3, SHA256: s.SHA256}); s != want || s.At.IsZero() {
		t.Errorf("got %+v, want %+v", s, want)
	}
	due(book.Due{Listed: 3, Unchecked: 3, Waiting: 3})
	if again := d.submit(); again.ID != 0 {
		t.Errorf("what waits for an answer is submitted again: %+v", again)
	}
	got := d.answer(s, "number,answer", "+393331234567,clear", "+393331234568,opposed")
	if got.Account != "acme-rpo" || got.Clear != 1 || got.Opposed != 1 || got.Unanswered != 1 || got.Generation != 5 || got.Part != 4 || got.Numbers != 2 {
		t.Errorf("answer %+v", got)
	}
	due(book.Due{Listed: 3, Unchecked: 1})
	if f := d.fact(callee + 1); f != (policy.RegistryFact{
		Known: policy.Present, Answer: policy.Opposed, AnsweredAt: monday, OpposedSince: monday, Submission: got.Part,
	}) {
		t.Errorf("opposed: %+v", f)
	}
	if f := d.fact(callee + 2); f.Known != policy.Absent {
		t.Errorf("not answered: %+v", f)
	}
	if f := d.Current().Registry(d.account("beta/old"), callee); f.Known != policy.Absent {
		t.Errorf("an answer counts for another account: %+v", f)
	}
	if s, err := d.Current().Submission(s.ID); err != nil || s.Answer != got.Part {
		t.Errorf("the submission: %+v, %v", s, err)
	}
	d.at(monday.Add(12*24*time.Hour - 1))
	due(book.Due{Listed: 3, Unchecked: 1})
	d.at(day(12)) // the answers end in three days
	due(book.Due{Listed: 3, Unchecked: 1, Ending: 2})
	d.at(day(15))
	due(book.Due{Listed: 3, Unchecked: 1, Ending: 2})
	d.at(day(15).Add(1))
	due(book.Due{Listed: 3, Unchecked: 1, Expired: 2})
}

// TestWaits: what is never answered is due again, and can still be answered.
func TestWaits(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.want(callee)
	lost := d.submit()
	d.at(lost.At.Add(15 * 24 * time.Hour))
	if s := d.submit(); s.ID != 0 {
		t.Errorf("submitted again while the answer may come: %+v", s)
	}
	d.at(lost.At.Add(15*24*time.Hour + 1))
	again := d.submit()
	if again.Rows != 1 {
		t.Fatalf("not submitted again: %+v", again)
	}
	if s := d.submit(); s.ID != 0 {
		t.Errorf("submitted while the newer of two may be answered: %+v", s)
	}
	d.answer(lost, "number,answer", callee.String()+",clear")
	d.answer(again, "number,answer", callee.String()+",opposed")
	if f := d.fact(callee); f.Answer != policy.Opposed {
		t.Errorf("the later answer of the same moment counts: %+v", f)
	}
}

// sequences are all sequences of five answers: clear, opposed, or none to what
// was submitted.
func sequences() (all []string) {
	all = []string{""}
	for range 5 {
		var longer []string
		for _, s := range all {
			longer = append(longer, s+"c", s+"o", s+"-")
		}
		all = longer
	}
	return all
}

// TestOpposedSince goes round five times with a number for each sequence of
// answers. The run of opposed answers is broken by a clear one and by nothing
// else; no answer proves nothing.
func TestOpposedSince(t *testing.T) {
	t.Parallel()
	const between = 13 * 24 * time.Hour
	d := openAcme(t)
	all := sequences()
	numbers := []policy.Number{callee - 1} // always clear: an answer must have a row
	for i := range all {
		numbers = append(numbers, callee+policy.Number(i))
	}
	d.want(numbers...)
	words := map[byte]string{'c': "clear", 'o': "opposed"}
	for round := range 5 {
		d.at(monday.Add(time.Duration(round) * between))
		s := d.submit()
		if s.Rows != len(numbers) {
			t.Fatalf("round %d: %d of %d are submitted", round, s.Rows, len(numbers))
		}
		lines := []string{"number,answer", numbers[0].String() + ",clear"}
		for i, sequence := range all {
			if word := words[sequence[round]]; word != "" {
				lines = append(lines, numbers[i+1].String()+","+word)
			}
		}
		d.at(monday.Add(time.Duration(round)*between + time.Hour))
		d.answer(s, lines...)
	}
	d.reopen()
	answeredAt := func(round int) time.Time { return monday.Add(time.Duration(round)*between + time.Hour) }
	for i, sequence := range all {
		want := policy.RegistryFact{Known: policy.Absent}
		got := d.fact(numbers[i+1])
		if last := strings.LastIndexAny(sequence, "co"); last >= 0 {
			want = policy.RegistryFact{Known: policy.Present, Answer: policy.Clear, AnsweredAt: answeredAt(last), Submission: got.Submission}
			if sequence[last] == 'o' {
				want.Answer = policy.Opposed
				// The run: from behind the last clear answer, or from the beginning.
				run := strings.LastIndexByte(sequence, 'c') + 1
				want.OpposedSince = answeredAt(run + strings.IndexByte(sequence[run:], 'o'))
			}
		}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", sequence, got, want)
		}
	}
}

// TestImportAnswers: answers to a submission that was made elsewhere come by
// import, and the two kinds make one history.
func TestImportAnswers(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.load(book.Registry, "acme-rpo", monday, "number,answer", callee.String()+",opposed")
	d.at(day(14))
	s := d.submit()
	if s.Rows != 1 {
		t.Fatalf("numbers of an import are not asked about again: %+v", s)
	}
	d.answer(s, "number,answer", callee.String()+",opposed")
	if f := d.fact(callee); !f.OpposedSince.Equal(monday) || !f.AnsweredAt.Equal(day(14)) {
		t.Errorf("%+v", f)
	}
}

// TestSheets: the file is in the format of the account, and stays as it was when
// that changes. What is written is read again.
func TestSheets(t *testing.T) {
	t.Parallel()
	all := []policy.Number{393331234567, 390612345678, 33142685300}
	for _, c := range []struct{ keys, want string }{
		{"header: true", "number\n+33142685300\n+390612345678\n+393331234567\n"},
		{"numbers: national, number_column: TELEFONO", "TELEFONO\n+33142685300\n0612345678\n3331234567\n"},
		{"numbers: national, header: false", "+33142685300\n0612345678\n3331234567\n"},
	} {
		d := openAcme(t)
		d.format(c.keys)
		d.want(all...)
		s := d.submit()
		if got := d.file(s); got != c.want {
			t.Errorf("%s: got\n%swant\n%s", c.keys, got, c.want)
		}
		var read []policy.Number
		for line := range strings.FieldsSeq(c.want) {
			if n, err := d.Current().Number(line); err == nil {
				read = append(read, n)
			}
		}
		if slices.Sort(all); !slices.Equal(read, all) {
			t.Errorf("%s: read as %v", c.keys, read)
		}
		d.format("delimiter: pipe")
		d.reopen()
		if got := d.file(s); got != c.want {
			t.Errorf("%s: after another format\n%s", c.keys, got)
		}
	}
}

func TestSubmitRefuses(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.want(callee)
	for want, submit := range map[string]func() (book.Submission, error){
		`there is no account "acme": apply it first`:                            func() (book.Submission, error) { return d.Submit(t.Context(), "anna", "acme", soon) },
		"within -1ns: an answer holds for 15 days, so write less than that":     func() (book.Submission, error) { return d.Submit(t.Context(), "anna", "acme-rpo", -1) },
		"within 360h0m0s: an answer holds for 15 days, so write less than that": func() (book.Submission, error) { return d.Submit(t.Context(), "anna", "acme-rpo", 360*time.Hour) },
	} {
		if _, err := submit(); err == nil || err.Error() != want || !errors.Is(err, book.ErrInput) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if err := d.WriteSubmission(&bytes.Buffer{}, 1); !errors.Is(err, book.ErrUnknown) {
		t.Errorf("the file of an import: %v", err)
	}
	if s := d.submit(); fmt.Sprint(d.WriteSubmission(full{}, s.ID)) != "writing the numbers: "+errGone.Error() {
		t.Error("a file that cannot be written")
	}
}
