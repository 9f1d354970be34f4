package console

import (
	"cmp"
	"context"
	"io"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/access/register"
)

// Registry is the cycle of registry checks: what is due, what was asked, what
// was answered. Its errors are those of [Book].
type Registry interface {
	// Due counts the numbers without an answer that holds for longer than within.
	Due(ctx context.Context, scope access.Scope, account string, within time.Duration) (Due, error)
	// Submit opens a submission of the numbers that are due and do not wait for
	// an answer; ID 0: there are none.
	Submit(ctx context.Context, scope access.Scope, account string, within time.Duration) (Submission, error)
	// Submission returns one submission and its numbers, ascending.
	Submission(ctx context.Context, scope access.Scope, id uint32) (Submission, iter.Seq[policy.Number], error)
	// WriteSubmission writes the file of a submission, the same each time.
	WriteSubmission(ctx context.Context, scope access.Scope, w io.Writer, id uint32) error
	// Answer reads the reply to a submission, all of it or nothing.
	Answer(ctx context.Context, scope access.Scope, r AnswerRequest) (AnswerResult, error)
	// Accounts returns how far the numbers of each account of the scope are
	// checked, by name.
	Accounts(ctx context.Context, scope access.Scope) ([]AccountStatus, error)
}

// Due is how many numbers an account must ask the registry about. Each counts
// once, whatever lists it stands on.
type Due struct {
	Account   string `json:"account"`
	Principal string `json:"principal"`
	Listed    int    `json:"listed" doc:"numbers that the principal means to call"`
	Due       int    `json:"due" doc:"of these: unchecked, expired or ending"`
	Unchecked int    `json:"unchecked" doc:"without an answer"`
	Expired   int    `json:"expired" doc:"with an answer that holds no more"`
	Ending    int    `json:"ending" doc:"with one that ends within the time asked for"`
	Waiting   int    `json:"waiting" doc:"of all that are due: submitted already, the answer may come"`
	ToSubmit  int    `json:"to_submit" doc:"due and not waiting: what a submission would have"`
	BandFrom  int    `json:"band_from" doc:"the power of ten that to_submit lies in: the registry's tariff has bands that this program does not know"`
	BandTo    int    `json:"band_to"`
}

// Submission is a file of numbers that an account asks the registry about.
type Submission struct {
	ID      uint32    `json:"id" doc:"0: nothing was due and nothing was opened"`
	Account string    `json:"account"`
	At      time.Time `json:"at,omitzero" doc:"when it was opened"`
	Actor   string    `json:"actor,omitempty"`
	Rows    int       `json:"rows" doc:"numbers in the file"`
	SHA256  string    `json:"sha256,omitempty" doc:"of the file"`
	Answer  uint32    `json:"answer,omitempty" doc:"the import that answered it; left out while it is open"`
}

// AnswerRequest is a reply to a submission.
type AnswerRequest struct {
	Submission uint32
	AnsweredAt time.Time
	MaxRejects string // as of an import; "" allows none
	FileName   string
	Reader     io.Reader
	Rejects    io.Writer // takes the bad rows as CSV with their line numbers
}

// AnswerResult is what became of a reply.
type AnswerResult struct {
	ImportResult
	Account    string `json:"account"`
	Clear      int    `json:"clear"`
	Opposed    int    `json:"opposed"`
	Unanswered int    `json:"unanswered" doc:"submitted and not in the reply: not clear"`
}

// AccountStatus is how far the numbers of an account are checked.
type AccountStatus struct {
	Account   string       `json:"account"`
	Principal string       `json:"principal"`
	Listed    int          `json:"listed" doc:"numbers that the principal means to call"`
	Clear     int          `json:"clear" doc:"of these: with an answer that holds"`
	Opposed   int          `json:"opposed" doc:"of these: with an answer that holds"`
	Unchecked int          `json:"unchecked" doc:"without"`
	Ends      time.Time    `json:"ends,omitzero" doc:"when the first of the answers stops to hold"`
	Within72h int          `json:"ending_72h" doc:"answers that end within 72 hours"`
	Within24h int          `json:"ending_24h" doc:"answers that end within 24 hours"`
	Open      []Submission `json:"open" doc:"submissions without an answer, newest first"`
	Broken    string       `json:"broken,omitempty" doc:"why nothing of this is known"`
}

func (c *Console) registryOperations(api huma.API) {
	// Accounts are of a principal: a call centre has none. Counts are no numbers.
	checkers := access.Of(access.Compliance, access.System)
	operation(api, huma.Operation{
		OperationID: "registry-due", Method: http.MethodGet, Path: "/v1/accounts/{account}/due",
		Summary: "How many numbers must be asked about",
		Errors:  []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, overseers, c.due)
	operation(api, huma.Operation{
		OperationID: "registry-submit", Method: http.MethodPost, Path: "/v1/accounts/{account}/submissions",
		Summary:     "Open a submission of the numbers that are due",
		Description: "Numbers that wait for the answer to another one are left out. Id 0: nothing is due.",
		Errors:      []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, checkers, c.submit)
	operation(api, huma.Operation{
		OperationID: "registry-file", Method: http.MethodGet, Path: "/v1/submissions/{id}/file",
		Summary: "The numbers of a submission, in the format of its account",
		Responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
			"text/csv": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}}},
		Errors: []int{http.StatusNotFound},
	}, checkers, c.submissionFile)
	operation(api, huma.Operation{
		OperationID: "registry-answer", Method: http.MethodPost, Path: "/v1/submissions/{id}/answer",
		Summary:     "Enter the registry's reply to a submission",
		Description: "The body is the file, in the format of the account; it is read as it comes. 422 with the body of 200: it was not activated, nothing changed.",
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"text/csv": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}},
		Errors: []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, checkers, c.registryAnswer)
	operation(api, huma.Operation{
		OperationID: "registry-status", Method: http.MethodGet, Path: "/v1/accounts",
		Summary: "How far the numbers of each account are checked",
	}, overseers, c.accounts)
}

// withinInput is a time before the end of an answer.
type withinInput struct {
	Account string `path:"account" maxLength:"64"`
	Hours   int    `query:"within_hours" default:"72" minimum:"0" maximum:"8760" doc:"an answer that ends within so many hours counts as none"`
}

func (in *withinInput) within() time.Duration { return time.Duration(in.Hours) * time.Hour }

func (c *Console) due(ctx context.Context, scope access.Scope, in *withinInput) (*body[Due], error) {
	due, err := c.config.Book.Due(ctx, scope, in.Account, in.within())
	if err != nil {
		return nil, c.answer("registry-due", err)
	}
	return &body[Due]{due}, nil
}

func (c *Console) submit(ctx context.Context, scope access.Scope, in *withinInput) (*body[Submission], error) {
	s, err := c.config.Book.Submit(ctx, scope, in.Account, in.within())
	if err != nil {
		return nil, c.answer("registry-submit", err)
	}
	return &body[Submission]{s}, nil
}

type submissionInput struct {
	ID uint32 `path:"id" minimum:"1"`
}

func (c *Console) submissionFile(ctx context.Context, scope access.Scope, in *submissionInput) (*huma.StreamResponse, error) {
	s, all, err := c.config.Book.Submission(ctx, scope, in.ID)
	if err != nil {
		return nil, c.answer("registry-file", err)
	}
	if err := c.config.Register.Read(scope, "registry-file", s.Rows, some(all, register.MaxNumbers)...); err != nil {
		return nil, c.answer("registry-file", err)
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hc.SetHeader("Content-Type", "text/csv")
		hc.SetHeader("X-Content-SHA256", s.SHA256)
		if err := c.config.Book.WriteSubmission(ctx, scope, hc.BodyWriter(), in.ID); err != nil {
			// The head has left: an answer that is cut off is how the other end
			// learns of it, and the checksum.
			c.log.Error("an admin operation failed", "operation", "registry-file", "err", err)
			panic(http.ErrAbortHandler)
		}
	}}, nil
}

// some returns the first of the numbers.
func some(all iter.Seq[policy.Number], most int) (numbers []policy.Number) {
	for n := range all {
		if len(numbers) == most {
			break
		}
		numbers = append(numbers, n)
	}
	return numbers
}

type registryAnswerInput struct {
	ID         uint32    `path:"id" minimum:"1"`
	AnsweredAt time.Time `query:"answered_at" required:"true" doc:"when the registry answered (RFC 3339)"`
	MaxRejects string    `query:"max_rejects" pattern:"^[0-9]+([.][0-9]+)?%?$" doc:"bad rows allowed in a reply that lists both kinds, or their share; default 0"`
	File       string    `query:"file" maxLength:"255" doc:"name of the file, for people"`
	reader     io.Reader
}

// Resolve keeps the body as a stream.
func (in *registryAnswerInput) Resolve(ctx huma.Context) []error {
	in.reader = ctx.BodyReader()
	return nil
}

type registryAnswerOutput struct {
	Status int
	Body   AnswerResult
}

func (c *Console) registryAnswer(ctx context.Context, scope access.Scope, in *registryAnswerInput) (*registryAnswerOutput, error) {
	rejects := &capped{room: maxRejects}
	result, err := c.config.Book.Answer(ctx, scope, AnswerRequest{
		Submission: in.ID, AnsweredAt: in.AnsweredAt, MaxRejects: in.MaxRejects,
		FileName: cmp.Or(in.File, "unnamed"), Reader: in.reader, Rejects: rejects,
	})
	if err != nil {
		return nil, c.answer("registry-answer", err)
	}
	status := result.tell(rejects)
	return &registryAnswerOutput{Status: status, Body: result}, nil
}

func (c *Console) accounts(ctx context.Context, scope access.Scope, _ *struct{}) (*body[[]AccountStatus], error) {
	all, err := c.config.Book.Accounts(ctx, scope)
	if err != nil {
		return nil, c.answer("registry-status", err)
	}
	for i := range all {
		all[i].Open = orEmpty(all[i].Open)
	}
	return &body[[]AccountStatus]{orEmpty(all)}, nil
}

// submissionPath is the path of what belongs to a submission.
func submissionPath(id uint32, what string) string {
	return "/v1/submissions/" + strconv.FormatUint(uint64(id), 10) + "/" + what
}
