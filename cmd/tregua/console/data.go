package console

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy/access"
)

// Changes is what an apply did or, in a dry run, would do.
type Changes struct {
	Generation uint64 `json:"generation" doc:"the generation in force now"`
	DryRun     bool   `json:"dry_run" doc:"nothing was changed"`
	Edits      []Edit `json:"edits" doc:"what is new or different"`
}

// Edit is the change of one entity.
type Edit struct {
	What   string `json:"what" doc:"principal, call_centre, mandate, caller_id, account, campaign, group, provider, list"`
	Name   string `json:"name"`
	Change string `json:"change" doc:"new, or the fields that changed"`
}

// ImportRequest is one file that is imported.
type ImportRequest struct {
	Kind       string // registry, blacklist, consents, list, contacts, contracts, requests, reassigned
	Scope      string // the account of a registry file, the list ("principal/list") of one, else the principal
	AnsweredAt time.Time
	MaxRejects string // "12" rows or "1%"; "" is the default of the kind
	FileName   string
	Format     Format
	Reader     io.Reader
	Rejects    io.Writer // takes the bad rows as CSV with their line numbers
}

// Format is how a file is written, where it is not as files of tregua are.
type Format struct {
	Columns   []string `query:"column,explode" maxItems:"64" doc:"our name of a column and that of the file, as number=TELEFONO; ignore=NOTE for one to pass over"`
	Delimiter string   `query:"delimiter" maxLength:"4" doc:"one character, or tab; default: as the header has it"`
	Encoding  string   `query:"encoding" maxLength:"20" doc:"utf-8, iso-8859-1, windows-1252, or utf-16 with a byte order mark"`
	Numbers   string   `query:"numbers" maxLength:"20" doc:"e164, or national:IT; default: as people dial them"`
	Polarity  string   `query:"polarity" maxLength:"10" doc:"registry: clear or opposed, when the file has no column answer"`
}

// ImportResult is what became of a file.
type ImportResult struct {
	Activated  bool   `json:"activated" doc:"the good rows are in force; false: nothing changed"`
	Why        string `json:"why,omitempty" doc:"why nothing was activated"`
	Generation uint64 `json:"generation,omitempty" doc:"the generation that has the rows"`
	Part       uint32 `json:"import,omitempty" doc:"the import as facts name it"`
	Rows       int64  `json:"rows"`
	Good       int64  `json:"good" doc:"rows that could be read"`
	Bad        int64  `json:"bad" doc:"rows that could not"`
	Fast       int64  `json:"fast" doc:"rows whose number was read without the library"`
	Numbers    int    `json:"numbers" doc:"different numbers in force by this import"`
	Rejects    string `json:"rejects,omitempty" doc:"the bad rows as CSV with their line numbers"`
	Digest     string `json:"digest,omitempty" doc:"list: what its approval names; before that it is not in force"`
	Scanned    bool   `json:"scanned,omitempty" doc:"list: it looks generated, so its numbers are refused"`
	Truncated  bool   `json:"rejects_truncated,omitempty" doc:"there are more bad rows than fit"`
}

// Entry is a blacklist entry.
type Entry struct {
	Number    string    `json:"number"`
	Principal string    `json:"principal"`
	Since     time.Time `json:"since"`
	Source    string    `json:"source" doc:"the entry as lookup names it"`
	Existed   bool      `json:"existed" doc:"the number was listed already; since is the older time"`
}

// Objection is what puts a number on a blacklist.
type Objection struct {
	Principal string
	Number    string // as people write it
	Reason    string
	All       bool // the person wants no service calls either
}

// maxRejects bounds the bad rows that an answer carries, in bytes.
const maxRejects = 8 << 20

// maxApply bounds a data.yaml, in bytes.
const maxApply = 16 << 20

func (c *Console) dataOperations(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "apply", Method: http.MethodPost, Path: "/v1/apply",
		Summary:      "Enter principals, call centres, mandates, caller ids, accounts, providers, lists and campaigns",
		MaxBodyBytes: maxApply, BodyReadTimeout: time.Minute,
		Errors: []int{http.StatusUnprocessableEntity},
	}, access.Of(access.Admin, access.System), c.apply)
	operation(api, huma.Operation{
		OperationID: "import", Method: http.MethodPost, Path: "/v1/imports/{kind}",
		Summary:     "Import registry answers, a blacklist, consents, a contact list, contracts, requests or re-assigned numbers",
		Description: "The body is the CSV file; it is read as it comes. 422 with the body of 200: the file was not activated, nothing changed.",
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"text/csv": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
		}},
		Errors: []int{http.StatusConflict, http.StatusUnprocessableEntity},
	}, access.Of(access.Compliance, access.System), c.importFile)
	operation(api, huma.Operation{
		OperationID: "blacklist-add", Method: http.MethodPost, Path: "/v1/principals/{principal}/blacklist",
		Summary:     "Add one number to a principal's blacklist",
		Description: "When the answer comes, no call to the number leaves any more.",
		Errors:      []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, access.Of(access.Compliance, access.Supervisor, access.System), c.blacklist)
}

type applyInput struct {
	DryRun  bool   `query:"dry_run" doc:"say what would change and change nothing"`
	Because string `query:"because" maxLength:"1000" doc:"why; kept in the history of each entity that changes"`
	RawBody []byte
}

func (c *Console) apply(ctx context.Context, scope access.Scope, in *applyInput) (*body[Changes], error) {
	if len(bytes.TrimSpace(in.RawBody)) == 0 {
		return nil, huma.Error422UnprocessableEntity("the body is empty; send the data as YAML")
	}
	changes, err := c.config.Book.Apply(ctx, scope, in.Because, in.RawBody, in.DryRun)
	if err != nil {
		return nil, c.answer("apply", err)
	}
	changes.Edits = orEmpty(changes.Edits)
	return &body[Changes]{changes}, nil
}

type importInput struct {
	Kind       string    `path:"kind" enum:"registry,blacklist,consents,list,contacts,contracts,requests,reassigned"`
	Account    string    `query:"account" doc:"registry: the account that asked"`
	Principal  string    `query:"principal" doc:"every other kind: on whose behalf"`
	List       string    `query:"list" doc:"list: which of the principal's"`
	AnsweredAt time.Time `query:"answered_at" doc:"registry: when the registry answered (RFC 3339)"`
	MaxRejects string    `query:"max_rejects" pattern:"^[0-9]+([.][0-9]+)?%?$" doc:"bad rows allowed, or their share; default 0 for blacklist and reassigned, else 1%"`
	File       string    `query:"file" maxLength:"255" doc:"name of the file, for people"`
	Format
	reader io.Reader
}

// Resolve keeps the body as a stream: a registry file has millions of rows.
func (in *importInput) Resolve(ctx huma.Context) []error {
	in.reader = ctx.BodyReader()
	misplaced := in.ofPrincipal
	if in.Kind == "registry" {
		misplaced = in.ofAccount
	}
	if name, text := misplaced(); text != "" {
		return []error{&huma.ErrorDetail{Location: "query." + name, Message: text}}
	}
	return nil
}

// ofAccount says what is wrong with where a registry file belongs.
func (in *importInput) ofAccount() (name, text string) {
	switch {
	case in.Account == "":
		return "account", "missing; a registry file belongs to an account"
	case in.AnsweredAt.IsZero():
		return "answered_at", "missing; say when the registry answered, as 2026-11-22T09:00:00+01:00"
	case in.Principal != "":
		return "principal", "a registry file belongs to an account; remove it"
	case in.List != "":
		return "list", "this kind is no list; remove it"
	}
	return "", ""
}

// ofPrincipal says what is wrong with where any other file belongs.
func (in *importInput) ofPrincipal() (name, text string) {
	switch {
	case in.Principal == "":
		return "principal", "missing; say on whose behalf"
	case in.Account != "":
		return "account", "this kind belongs to a principal; remove it"
	case in.Kind == "list" && in.List == "":
		return "list", "missing; say which list of the principal"
	case in.Kind != "list" && in.List != "":
		return "list", "this kind is no list; remove it"
	}
	return "", ""
}

type importOutput struct {
	Status int
	Body   ImportResult
}

func (c *Console) importFile(ctx context.Context, scope access.Scope, in *importInput) (*importOutput, error) {
	rejects := &capped{room: maxRejects}
	of := in.Account + in.Principal
	if in.List != "" {
		of += "/" + in.List
	}
	result, err := c.config.Book.Import(ctx, scope, ImportRequest{
		Kind: in.Kind, Scope: of, AnsweredAt: in.AnsweredAt,
		MaxRejects: in.MaxRejects, FileName: cmp.Or(in.File, "unnamed"), Format: in.Format, Reader: in.reader, Rejects: rejects,
	})
	if err != nil {
		return nil, c.answer("import", err)
	}
	status := result.tell(rejects)
	return &importOutput{Status: status, Body: result}, nil
}

// tell puts the bad rows into the result and returns the status of its answer.
func (r *ImportResult) tell(rejects *capped) (status int) {
	if r.Bad > 0 { // else it is a header at most
		r.Rejects, r.Truncated = rejects.text.String(), rejects.full
	}
	if !r.Activated {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// capped keeps what fits and forgets the rest, so that a file of nothing but
// bad rows takes no more memory than one with few.
type capped struct {
	text bytes.Buffer
	room int
	full bool
}

// Write never fails.
func (c *capped) Write(p []byte) (int, error) {
	if c.full || len(p) > c.room-c.text.Len() {
		c.full = true
		return len(p), nil
	}
	return c.text.Write(p)
}

type blacklistInput struct {
	Principal string `path:"principal" maxLength:"63"`
	Body      struct {
		Number string `json:"number" minLength:"1" maxLength:"64" doc:"as people write it"`
		Reason string `json:"reason,omitempty" maxLength:"1000" doc:"how the person said so"`
		All    bool   `json:"all,omitempty" doc:"the person wants no service calls either"`
	}
}

func (c *Console) blacklist(ctx context.Context, scope access.Scope, in *blacklistInput) (*body[Entry], error) {
	entry, err := c.config.Book.AddBlacklist(ctx, scope, Objection{
		Principal: in.Principal, Number: in.Body.Number, Reason: in.Body.Reason, All: in.Body.All,
	})
	if err != nil {
		return nil, c.answer("blacklist-add", err)
	}
	entry.Source = sourceFor(scope, entry.Source)
	return &body[Entry]{entry}, nil
}

// body is an answer with a document and nothing else.
type body[T any] struct{ Body T }

// orEmpty makes an absent list an empty one, which JSON writes as [].
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
