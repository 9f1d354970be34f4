package console

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/complaint"
)

// Complaints are what persons and authorities complain of, and the answers.
type Complaints interface {
	// OpenComplaint enters a complaint about calls to a number, as people write it,
	// and holds calls to it back.
	OpenComplaint(ctx context.Context, scope access.Scope, number string, c complaint.Complaint) (complaint.Complaint, error)
	// CloseComplaint notes how it ended, and lets calls pass again.
	CloseComplaint(ctx context.Context, scope access.Scope, id, outcome, answer string) (complaint.Complaint, error)
	// Complaints returns those of the scope, the oldest first.
	Complaints(scope access.Scope) []complaint.Complaint
	// AnswerComplaint makes the sheet or the statement; about is the number, with how
	// many of its calls are told.
	AnswerComplaint(ctx context.Context, scope access.Scope, q AnswerQuery) (f ReportFile, about policy.Number, calls int, err error)
}

// AnswerQuery says which answer to a complaint is wanted, and how it is written.
type AnswerQuery struct {
	ID   string
	Kind string // sheet or statement
	Form string // json, html or pdf
	Lang string // it or en
}

// Complaint is one complaint.
type Complaint struct {
	ID        string    `json:"id"`
	Number    string    `json:"number"`
	Principal string    `json:"principal,omitempty" doc:"none: the complaint does not say"`
	Channel   string    `json:"channel"`
	Reference string    `json:"reference,omitempty"`
	CallerID  string    `json:"caller_id,omitempty" doc:"as the person saw it"`
	From      time.Time `json:"from" doc:"when the calls are said to have been"`
	Until     time.Time `json:"until"`
	Received  time.Time `json:"received"`
	Deadline  time.Time `json:"deadline" doc:"of the answer"`
	Held      []string  `json:"held" doc:"principals whose calls to the number it holds back"`
	OpenedAt  time.Time `json:"opened_at"`
	OpenedBy  string    `json:"opened_by"`
	ClosedAt  time.Time `json:"closed_at,omitzero"`
	ClosedBy  string    `json:"closed_by,omitempty"`
	Outcome   string    `json:"outcome,omitempty"`
	Answer    string    `json:"answer,omitempty"`
}

func complaintOf(c *complaint.Complaint) Complaint {
	return Complaint{
		ID: c.ID, Number: c.Number.String(), Principal: c.Principal, Channel: c.Channel, Reference: c.Reference,
		CallerID: c.CallerID, From: c.From, Until: c.Until, Received: c.Received, Deadline: c.Deadline(), Held: orEmpty(c.Held),
		OpenedAt: c.OpenedAt, OpenedBy: c.OpenedBy, ClosedAt: c.ClosedAt, ClosedBy: c.ClosedBy, Outcome: c.Outcome, Answer: c.Answer,
	}
}

// complaintsAbout returns the complaints of a scope about a number.
func (c *Console) complaintsAbout(scope access.Scope, n policy.Number) []Complaint {
	about := []Complaint{}
	for _, one := range c.config.Complaints.Complaints(scope) {
		if one.Number == n {
			about = append(about, complaintOf(&one))
		}
	}
	return about
}

func (c *Console) complaintOperations(api huma.API) {
	mend, never := []int{http.StatusNotFound, http.StatusUnprocessableEntity}, []int{http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusConflict}
	desk := access.Of(access.Compliance)
	operation(api, huma.Operation{
		OperationID: "complaint-open", Method: http.MethodPost, Path: "/v1/complaints",
		Summary:     "Enter a complaint about calls to a number, and hold calls to it back",
		Description: "They are held back for the principal, or for every one of the scope when it names none.", Errors: mend,
	}, desk, c.openComplaint)
	operation(api, huma.Operation{
		OperationID: "complaints", Method: http.MethodGet, Path: "/v1/complaints", Summary: "The complaints of the scope, the oldest first",
	}, desk, c.complaints)
	operation(api, huma.Operation{
		OperationID: "complaint-answer", Method: http.MethodGet, Path: "/v1/complaints/{id}/{kind}",
		Summary:     "The answer to a complaint: the sheet of the calls, or the statement that there was none",
		Description: "A statement is refused when there were calls, or when the records of the time are not whole.",
		Errors:      never,
		Responses: map[string]*huma.Response{"200": {
			Description: "the answer in the form that was asked for",
			Content:     map[string]*huma.MediaType{"application/json": {}, "text/html": {}, "application/pdf": {}},
		}},
	}, desk, c.answerComplaint)
	operation(api, huma.Operation{
		OperationID: "complaint-close", Method: http.MethodPost, Path: "/v1/complaints/{id}/close",
		Summary: "Note how a complaint ended, and let calls pass again", Errors: mend,
	}, desk, c.closeComplaint)
}

type openComplaintInput struct {
	Body struct {
		Number    string    `json:"number" minLength:"1" maxLength:"64" doc:"as people write it"`
		Principal string    `json:"principal,omitempty" maxLength:"64" doc:"on whose behalf, if the complaint says so"`
		Channel   string    `json:"channel" enum:"garante,agcom,monitoring_body,customer_care"`
		Reference string    `json:"reference,omitempty" maxLength:"200" doc:"of who forwards it"`
		CallerID  string    `json:"caller_id,omitempty" maxLength:"64" doc:"as the person saw it"`
		Received  time.Time `json:"received,omitzero" doc:"now if not given"`
		From      time.Time `json:"from,omitzero" doc:"when the calls are said to have been; 30 days before it was received if not given"`
		Until     time.Time `json:"until,omitzero" doc:"when it was received if not given"`
	}
}

// before is how far back a complaint goes that does not say when the calls were.
const before = 30 * 24 * time.Hour

func (c *Console) openComplaint(ctx context.Context, scope access.Scope, in *openComplaintInput) (*body[Complaint], error) {
	b := &in.Body
	if b.Received.IsZero() {
		b.Received = c.config.Register.Now()
	}
	if b.Until.IsZero() {
		b.Until = b.Received
	}
	if b.From.IsZero() {
		b.From = b.Until.Add(-before)
	}
	opened, err := c.config.Complaints.OpenComplaint(ctx, scope, b.Number, complaint.Complaint{
		Principal: b.Principal, Channel: b.Channel, Reference: b.Reference, CallerID: b.CallerID,
		Received: b.Received.UTC(), From: b.From.UTC(), Until: b.Until.UTC(), OpenedBy: scope.Actor,
	})
	if err != nil {
		return nil, c.answer("complaint-open", err)
	}
	return &body[Complaint]{complaintOf(&opened)}, nil
}

func (c *Console) complaints(_ context.Context, scope access.Scope, _ *struct{}) (*body[[]Complaint], error) {
	list := c.config.Complaints.Complaints(scope)
	if err := c.readEach(scope, "complaints", len(list), func(i int) policy.Number { return list[i].Number }); err != nil {
		return nil, c.answer("complaints", err)
	}
	out := make([]Complaint, len(list))
	for i := range list {
		out[i] = complaintOf(&list[i])
	}
	return &body[[]Complaint]{out}, nil
}

type answerComplaintInput struct {
	ID   string `path:"id" maxLength:"20"`
	Kind string `path:"kind" enum:"sheet,statement"`
	Form string `query:"form" enum:"json,html,pdf" default:"json"`
	Lang string `query:"lang" enum:"it,en" default:"it"`
}

func (c *Console) answerComplaint(ctx context.Context, scope access.Scope, in *answerComplaintInput) (*reportOutput, error) {
	f, about, calls, err := c.config.Complaints.AnswerComplaint(ctx, scope, AnswerQuery(*in))
	if err == nil {
		err = c.config.Register.Read(scope, "complaint-answer", calls, about)
	}
	if err != nil {
		return nil, c.answer("complaint-answer", err)
	}
	return &reportOutput{f.Type, `attachment; filename="` + f.Name + `"`, f.Digest, f.Signature, f.Data}, nil
}

type closeComplaintInput struct {
	ID   string `path:"id" maxLength:"20"`
	Body struct {
		Outcome string `json:"outcome" enum:"upheld,rejected,not_ours"`
		Answer  string `json:"answer,omitempty" maxLength:"1000" doc:"what was answered, without the number"`
	}
}

func (c *Console) closeComplaint(ctx context.Context, scope access.Scope, in *closeComplaintInput) (*body[Complaint], error) {
	closed, err := c.config.Complaints.CloseComplaint(ctx, scope, in.ID, in.Body.Outcome, in.Body.Answer)
	if err != nil {
		return nil, c.answer("complaint-close", err)
	}
	return &body[Complaint]{complaintOf(&closed)}, nil
}

// OpenComplaint enters a complaint.
func (c *Client) OpenComplaint(ctx context.Context, in Complaint) (out Complaint, err error) {
	b := openComplaintInput{}.Body
	b.Number, b.Principal, b.Channel, b.Reference, b.CallerID = in.Number, in.Principal, in.Channel, in.Reference, in.CallerID
	b.Received, b.From, b.Until = in.Received, in.From, in.Until
	err = c.post(ctx, "/v1/complaints", b, &out)
	return out, err
}

// Complaints lists them.
func (c *Client) Complaints(ctx context.Context) (out []Complaint, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/complaints", nil, "", nil, &out)
	return out, err
}

// CloseComplaint notes how one ended.
func (c *Client) CloseComplaint(ctx context.Context, id, outcome, answer string) (out Complaint, err error) {
	text, err := json.Marshal(map[string]string{"outcome": outcome, "answer": answer})
	if err != nil {
		return out, err
	}
	err = c.do(ctx, http.MethodPost, "/v1/complaints/"+url.PathEscape(id)+"/close", nil, "application/json", bytes.NewReader(text), &out)
	return out, err
}

// AnswerComplaint returns the answer to one as it is written.
func (c *Client) AnswerComplaint(ctx context.Context, q AnswerQuery) (ReportFile, error) {
	return c.file(ctx, "/v1/complaints/"+url.PathEscape(q.ID)+"/"+url.PathEscape(q.Kind), url.Values{"form": {q.Form}, "lang": {q.Lang}})
}
