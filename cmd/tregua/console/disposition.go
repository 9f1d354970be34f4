package console

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy"
	"tregua/policy/access"
)

// Dispositions takes what agents enter after a call.
type Dispositions interface {
	// Dispose returns when what the disposition comes to is in force.
	Dispose(ctx context.Context, scope access.Scope, d Disposition) (Disposed, error)
	// ImportDispositions takes every good row of a file, whatever the others are.
	ImportDispositions(ctx context.Context, scope access.Scope, f DispositionFile) (DispositionCount, error)
	// DispositionsOf returns those of an attempt, the oldest first.
	DispositionsOf(id policy.AttemptID) ([]DisposedLine, error)
}

// Disposition is what an agent entered after a call, and which call that was.
type Disposition struct {
	CallCentre string    `json:"call_centre,omitempty" maxLength:"64" doc:"whose codes these are; may be left out when the call or the token says"`
	Code       string    `json:"code" minLength:"1" maxLength:"64" doc:"as the call centre has it, or ok, ko, denial, callback, wrong_person, other"`
	Attempt    string    `json:"attempt,omitempty" maxLength:"36" doc:"the attempt id of the call; or else its number, with call_id or called_at"`
	Number     string    `json:"number,omitempty" maxLength:"64" doc:"the called number as people write it"`
	CallID     string    `json:"call_id,omitempty" maxLength:"1024" doc:"of the INVITE"`
	CalledAt   time.Time `json:"called_at,omitzero" doc:"when the call was"`
	ID         string    `json:"id,omitempty" maxLength:"256" doc:"its own id at the call centre; the same code of the same number under it counts once"`
	Principal  string    `json:"principal,omitempty" maxLength:"64" doc:"of a denial whose call cannot be found: on whose behalf it was"`
	AgreedAt   time.Time `json:"agreed_at,omitzero" doc:"of a callback: the appointment"`
	Until      time.Time `json:"until,omitzero" doc:"of a callback: how long the wish holds"`
}

// Disposed is what became of a disposition.
type Disposed struct {
	Kind    string `json:"kind" doc:"what the code came to"`
	Attempt string `json:"attempt,omitempty" doc:"the call; left out for a denial whose call is not known"`
	Known   bool   `json:"known" doc:"it was taken before"`
}

// DisposedLine is a disposition in the record of its call.
type DisposedLine struct {
	At       time.Time `json:"at" doc:"when it was taken"`
	Actor    string    `json:"actor,omitempty" doc:"who entered it; left out for a call centre"`
	Kind     string    `json:"kind"`
	Code     string    `json:"code"`
	AgreedAt time.Time `json:"agreed_at,omitzero"`
}

// DispositionFile is a file of dispositions of a call centre.
type DispositionFile struct {
	CallCentre string
	FileName   string
	Format     Format
	Reader     io.Reader
	Rejects    io.Writer // takes the bad rows as CSV with their line numbers
}

// DispositionCount is what became of the rows of a file.
type DispositionCount struct {
	Rows      int64  `json:"rows"`
	New       int64  `json:"new" doc:"taken now"`
	Known     int64  `json:"known" doc:"taken before"`
	Bad       int64  `json:"bad" doc:"not taken; the other rows are"`
	Rejects   string `json:"rejects,omitempty" doc:"the bad rows as CSV with their line numbers"`
	Truncated bool   `json:"rejects_truncated,omitempty" doc:"there are more bad rows than fit"`
}

func (c *Console) dispositionOperations(api huma.API) {
	enter := access.Of(access.Compliance, access.Supervisor, access.System)
	operation(api, huma.Operation{
		OperationID: "disposition", Method: http.MethodPost, Path: "/v1/dispositions",
		Summary:     "Enter what an agent closed a call with",
		Description: "When the answer comes, every call is judged by it: after a denial none leaves any more. The same again changes nothing.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity},
	}, enter, c.dispose)
	operation(api, huma.Operation{
		OperationID: "disposition-import", Method: http.MethodPost, Path: "/v1/dispositions/file",
		Summary:     "Enter a file of dispositions of a call centre",
		Description: "The body is a CSV file. Each good row is taken, once, whatever the others are.",
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"text/csv": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}},
		Errors: []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, enter, c.importDispositions)
}

type disposeInput struct{ Body Disposition }

func (c *Console) dispose(ctx context.Context, scope access.Scope, in *disposeInput) (*body[Disposed], error) {
	done, err := c.config.Dispositions.Dispose(ctx, scope, in.Body)
	if err != nil {
		return nil, c.answer("disposition", err)
	}
	return &body[Disposed]{done}, nil
}

type importDispositionsInput struct {
	CallCentre string `query:"call_centre" required:"true" maxLength:"64" doc:"whose agents entered them"`
	File       string `query:"file" maxLength:"255" doc:"name of the file, for people"`
	Format
	reader io.Reader
}

// Resolve keeps the body as a stream.
func (in *importDispositionsInput) Resolve(ctx huma.Context) []error {
	in.reader = ctx.BodyReader()
	return nil
}

func (c *Console) importDispositions(ctx context.Context, scope access.Scope, in *importDispositionsInput) (*body[DispositionCount], error) {
	rejects := &capped{room: maxRejects}
	count, err := c.config.Dispositions.ImportDispositions(ctx, scope, DispositionFile{
		CallCentre: in.CallCentre, FileName: cmp.Or(in.File, "unnamed"), Format: in.Format, Reader: in.reader, Rejects: rejects,
	})
	if err != nil {
		return nil, c.answer("disposition-import", err)
	}
	if count.Bad > 0 { // else it is a header at most
		count.Rejects, count.Truncated = rejects.text.String(), rejects.full
	}
	return &body[DispositionCount]{count}, nil
}
