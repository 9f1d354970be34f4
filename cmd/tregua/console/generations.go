package console

import (
	"context"
	"fmt"
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

// Generation is what was in force from a time until the next generation.
type Generation struct {
	Number  uint64    `json:"generation"`
	At      time.Time `json:"at" doc:"from when it was in force"`
	Actor   string    `json:"actor" doc:"who made it"`
	Cause   string    `json:"cause" doc:"import, apply or restore"`
	Imports []Import  `json:"imports" doc:"that were in force"`
	Missing int       `json:"missing" doc:"imports whose sets are gone: it cannot be restored"`
}

// Import is an import as generations name it.
type Import struct {
	ID      uint32    `json:"import"`
	Kind    string    `json:"kind"`
	At      time.Time `json:"at"`
	Numbers int       `json:"numbers"`
	Source  string    `json:"source" doc:"name of the file"`
	Actor   string    `json:"actor"`
}

// Restored is the generation that a restore made.
type Restored struct {
	Generation uint64 `json:"generation"`
}

// exportRows is the trailer that says how many rows an export has. Without it
// the export broke off.
const exportRows = "Tregua-Rows"

// Export is a file of numbers that is about to be written.
type Export struct {
	Numbers iter.Seq[policy.Number] // each once
	// Write writes the file and returns its rows; after an error it is not whole.
	Write func(context.Context, io.Writer) (rows int64, err error)
}

// maxExport bounds the numbers that a token takes out at once: more need two
// persons (compliance.md 1.9), which a file that is streamed cannot wait for.
const maxExport = 1000

func (c *Console) generationOperations(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "generations", Method: http.MethodGet, Path: "/v1/generations",
		Summary: "What was in force when, the current generation first",
	}, access.Of(access.Admin, access.Auditor), c.generations)
	operation(api, huma.Operation{
		OperationID: "restore", Method: http.MethodPost, Path: "/v1/generations/{generation}/restore",
		Summary:     "Put the imports of an older generation in force, as a new generation",
		Description: "Principals, campaigns and single blacklist entries stay as they are.",
		Errors:      []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, access.Of(access.Admin), c.restore)
	operation(api, huma.Operation{
		OperationID: "export", Method: http.MethodGet, Path: "/v1/exports/{kind}",
		Summary:     "Everything of one kind, in the form that import reads",
		Description: "The trailer " + exportRows + " comes with the last row; without it the file is not whole.",
		Responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
			"text/csv": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}}},
		Errors: []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, access.Of(access.Compliance, access.Auditor, access.System), c.export)
}

type generationsInput struct {
	Limit int `query:"limit" minimum:"1" maximum:"1000" default:"20" doc:"how many"`
}

func (c *Console) generations(ctx context.Context, scope access.Scope, in *generationsInput) (*body[[]Generation], error) {
	list, err := c.config.Book.Generations(ctx, scope, in.Limit)
	if err != nil {
		return nil, c.answer("generations", err)
	}
	for i := range list {
		list[i].Imports = orEmpty(list[i].Imports)
	}
	return &body[[]Generation]{orEmpty(list)}, nil
}

type restoreInput struct {
	Generation uint64 `path:"generation"`
}

func (c *Console) restore(ctx context.Context, scope access.Scope, in *restoreInput) (*body[Restored], error) {
	number, err := c.config.Book.Restore(ctx, scope, in.Generation)
	if err != nil {
		return nil, c.answer("restore", err)
	}
	return &body[Restored]{Restored{number}}, nil
}

type exportInput struct {
	Kind  string `path:"kind" enum:"registry,blacklist,consents"`
	Scope string `query:"scope" required:"true" minLength:"1" doc:"the account of registry answers, else the principal"`
}

func (c *Console) export(ctx context.Context, scope access.Scope, in *exportInput) (*huma.StreamResponse, error) {
	e, err := c.config.Book.Export(scope, in.Kind, in.Scope)
	if err != nil {
		return nil, c.answer("export", err)
	}
	count := 0
	for range e.Numbers {
		if count++; count > maxExport && scope.Role != access.Local {
			return nil, huma.Error403Forbidden(fmt.Sprintf("more than %d numbers are exported at the admin socket only, by root or the daemon's user", maxExport))
		}
	}
	if err := c.config.Register.Read(scope, "export", count, some(e.Numbers, register.MaxNumbers)...); err != nil {
		return nil, c.answer("export", err)
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", "text/csv")
		out.SetHeader("Trailer", exportRows)
		rows, err := e.Write(ctx, out.BodyWriter())
		if err != nil {
			c.log.Error("an export broke off", "kind", in.Kind, "of", in.Scope, "err", err)
			return
		}
		out.SetHeader(exportRows, strconv.FormatInt(rows, 10))
	}}, nil
}
