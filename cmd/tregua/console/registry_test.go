package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/access"
)

const (
	sheet    = "number\n+393331234567\n"
	sheetSum = "aac5f64122ac4f1c32e549646d2f89ca78367f1884658a147e676a32799a9546"
)

func (h *house) Due(_ context.Context, _ access.Scope, account string, within time.Duration) (Due, error) {
	return Due{Account: account, Due: 3, BandFrom: 1, BandTo: 9}, h.ask("due of %s within %s", account, within)
}

func (h *house) Submit(_ context.Context, scope access.Scope, account string, within time.Duration) (Submission, error) {
	return Submission{ID: 7, Account: account, At: noon, Rows: 1}, h.ask("submit by %s of %s within %s", scope.Actor, account, within)
}

func (h *house) Submission(_ context.Context, _ access.Scope, id uint32) (Submission, iter.Seq[policy.Number], error) {
	s := Submission{ID: id, Rows: 1, SHA256: sheetSum}
	if id == 8 {
		s.SHA256 = "another"
	}
	return s, slices.Values([]policy.Number{393331234567}), h.ask("submission %d", id)
}

func (h *house) WriteSubmission(_ context.Context, _ access.Scope, w io.Writer, id uint32) error {
	if id == 9 {
		_, err := io.WriteString(w, strings.Repeat(sheet, 10_000)) // enough to be on its way
		return errors.Join(err, errors.New("the disk is gone"))
	}
	_, err := io.WriteString(w, sheet)
	return err
}

func (h *house) Answer(_ context.Context, scope access.Scope, r AnswerRequest) (AnswerResult, error) {
	data, err := io.ReadAll(r.Reader)
	if err != nil {
		return AnswerResult{}, err
	}
	err = h.ask("answer %d by %s at %s max %q file %s: %d bytes", r.Submission, scope.Actor, r.AnsweredAt.Format(time.RFC3339), r.MaxRejects, r.FileName, len(data))
	fmt.Fprintf(r.Rejects, "2,no number,x\n")
	return AnswerResult{ImportResult: ImportResult{Activated: r.MaxRejects != "1", Bad: 1}, Account: "rpo", Clear: 1}, err
}

func (h *house) Accounts(context.Context, access.Scope) ([]AccountStatus, error) {
	return []AccountStatus{{Account: "rpo", Listed: 3, Ends: noon}}, h.ask("accounts")
}

// TestRegistryRequests holds what each request asks of the house, and what it
// answers.
func TestRegistryRequests(t *testing.T) {
	t.Parallel()
	const answer = "/v1/submissions/7/answer"
	mistake := &Mistake{Code: 404, Err: errors.New("there is no account x; apply it first")}
	for _, c := range []struct {
		name, method, path, body string
		fail                     error
		status                   int
		answer                   string // a part of it
		asked                    string // "" nothing
	}{
		{"due", "GET", "/v1/accounts/rpo/due?within_hours=36", "", nil, 200, `"due":3`, "due of rpo within 36h0m0s"},
		{"due by default", "GET", "/v1/accounts/rpo/due", "", nil, 200, `"band_from":1`, "due of rpo within 72h0m0s"},
		{"due of nobody", "GET", "/v1/accounts/x/due", "", mistake, 404, "apply it first", "due of x within 72h0m0s"},
		{"due, back in time", "GET", "/v1/accounts/rpo/due?within_hours=-1", "", nil, 422, "within_hours", ""},
		{"submit", "POST", "/v1/accounts/rpo/submissions?within_hours=0", "", nil, 200, `"id":7`, "submit by 0:root of rpo within 0s"},
		{"submit, store broken", "POST", "/v1/accounts/rpo/submissions", "", errors.New("disk full"), 500, "disk full", "submit by 0:root of rpo within 72h0m0s"},
		{"file", "GET", "/v1/submissions/7/file", "", nil, 200, sheet, "submission 7"},
		{"file of nothing", "GET", "/v1/submissions/7/file", "", mistake, 404, "apply it first", "submission 7"},
		{"file of no number", "GET", "/v1/submissions/x/file", "", nil, 422, "id", ""},
		{"answer", "POST", answer + "?answered_at=2026-11-22T12:00:00Z&file=f.csv&max_rejects=2%25", "12345", nil, 200, `"rejects":"2,no number,x\n"`, `answer 7 by 0:root at 2026-11-22T12:00:00Z max "2%" file f.csv: 5 bytes`},
		{"answer with too many rejects", "POST", answer + "?answered_at=2026-11-22T12:00:00Z&max_rejects=1", "", nil, 422, `"activated":false`, `answer 7 by 0:root at 2026-11-22T12:00:00Z max "1" file unnamed: 0 bytes`},
		{"answered when", "POST", answer, "", nil, 422, "answered_at", ""},
		{"answer to nothing", "POST", answer + "?answered_at=2026-11-22T12:00:00Z", "", mistake, 404, "apply it first", `answer 7 by 0:root at 2026-11-22T12:00:00Z max "" file unnamed: 0 bytes`},
		{"status", "GET", "/v1/accounts", "", nil, 200, `"open":[]`, "accounts"},
		{"status, store broken", "GET", "/v1/accounts", "", errors.New("no sets"), 500, "no sets", "accounts"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := &house{fail: c.fail}
			rec := ask(open(t, h), "", c.method, c.path, c.body)
			if rec.Code != c.status || !strings.Contains(rec.Body.String(), c.answer) {
				t.Errorf("%s %s: %d %s\nwant %d with %q", c.method, c.path, rec.Code, rec.Body, c.status, c.answer)
			}
			if got := strings.Join(h.calls(), "; "); got != c.asked {
				t.Errorf("asked %q, want %q", got, c.asked)
			}
		})
	}
}

// TestRegistryClient holds that what the client sends is what the console reads,
// and that a file that is not whole is an error.
func TestRegistryClient(t *testing.T) {
	t.Parallel()
	h := &house{}
	path := filepath.Join(t.TempDir(), "admin.sock")
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := open(t, h).Run(ctx, l); err != nil {
			t.Error(err)
		}
	})
	client := NewClient(path)
	if got, err := client.Due(ctx, "a/b", 36); err != nil || got.Account != "a/b" {
		t.Errorf("due: %+v %v", got, err)
	}
	if got, err := client.Submit(ctx, "rpo", 0); err != nil || got.ID != 7 || !got.At.Equal(noon) {
		t.Errorf("submit: %+v %v", got, err)
	}
	var file bytes.Buffer
	if err := client.SubmissionFile(ctx, &file, 7); err != nil || file.String() != sheet {
		t.Errorf("file: %q %v", &file, err)
	}
	if err := client.SubmissionFile(ctx, io.Discard, 8); err == nil || !strings.Contains(err.Error(), "does not match the checksum") {
		t.Errorf("another file: %v", err)
	}
	if err := client.SubmissionFile(ctx, io.Discard, 9); err == nil {
		t.Error("a file that is cut off is whole")
	}
	got, err := client.Answer(ctx, AnswerRequest{Submission: 7, AnsweredAt: noon, MaxRejects: "1", FileName: "f.csv", Reader: strings.NewReader("123")})
	if err != nil || got.Activated || got.Account != "rpo" || got.Bad != 1 || got.Clear != 1 {
		t.Errorf("answer: %+v %v", got, err)
	}
	if got, err := client.Accounts(ctx); err != nil || len(got) != 1 || got[0].Listed != 3 {
		t.Errorf("accounts: %+v %v", got, err)
	}
	want := []string{
		"due of a/b within 36h0m0s", "submit by " + actorNow() + " of rpo within 0s", "submission 7", "submission 8", "submission 9",
		"answer 7 by " + actorNow() + ` at 2026-11-22T12:00:00Z max "1" file f.csv: 3 bytes`, "accounts",
	}
	if diff := cmp.Diff(want, h.calls()); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	cancel()
	wg.Wait()
	client.http.CloseIdleConnections()
}

// TestRegistryOpenAPI holds that every operation is in the document.
func TestRegistryOpenAPI(t *testing.T) {
	t.Parallel()
	rec := httptest.NewRecorder()
	open(t, &house{}).ServeHTTP(rec, httptest.NewRequest("GET", "/openapi.json", nil))
	var doc struct{ Paths map[string]map[string]any }
	if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		"/v1/accounts", "/v1/accounts/{account}/due", "/v1/accounts/{account}/submissions",
		"/v1/submissions/{id}/file", "/v1/submissions/{id}/answer",
	} {
		if len(doc.Paths[path]) != 1 {
			t.Errorf("%s is not in the document", path)
		}
	}
}
