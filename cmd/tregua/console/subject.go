package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy/access"
	"tregua/policy/access/register"
	"tregua/policy/ledger"
)

// Subjects carries out what a person asks for.
type Subjects interface {
	// ObjectTo enters an objection at a principal, or at each of the scope when
	// there is none named; it returns when they are in force.
	ObjectTo(ctx context.Context, scope access.Scope, o Objection) ([]Entry, error)
	// EraseSubject erases a person, or says what an erasure would take.
	EraseSubject(ctx context.Context, scope access.Scope, e Erasure) (Erased, error)
}

// Erasure is what a person asked for (GDPR art. 17).
type Erasure struct {
	Number string // as people write it
	Reason string // how it was asked; kept in clear
	DryRun bool
}

// Erased is what an erasure took, and what had to stay.
type Erased struct {
	Number     string    `json:"number"`
	At         time.Time `json:"at"`
	DryRun     bool      `json:"dry_run"`
	Records    int       `json:"records" doc:"whose personal part can never be read again; what is public of them still counts"`
	Sets       []string  `json:"sets" doc:"imports that were written anew without the number"`
	Rows       int       `json:"rows" doc:"rows about the person that were changed or deleted"`
	Places     int       `json:"places" doc:"where the number was struck out of files in and out"`
	Suppressed []string  `json:"suppressed" doc:"principals whose blacklist keeps the number, sealed"`
	Kept       string    `json:"kept" doc:"what stays, and by which law"`
}

// KeptText says what an erasure leaves, and why.
const KeptText = "the number stays, sealed, on the blacklists named and in the register of erasures, " +
	"because an objection can be honoured only by who keeps it (GDPR art. 21(3), 17(3)(b)); " +
	"complaints that were answered stay, sealed, for legal claims (art. 17(3)(e)), and bars of silent calls until they end; the public parts of the records stay as evidence"

// SubjectData is everything that is kept of a number, as far as who asks may see
// it (GDPR art. 15 and 20).
type SubjectData struct {
	Number     string         `json:"number"`
	At         time.Time      `json:"at"`
	Scope      string         `json:"scope" doc:"whose data it is"`
	Registry   []RegistryLine `json:"registry" doc:"answers of the opposition registry"`
	Blacklist  []ListedLine   `json:"blacklist"`
	Consents   []ConsentLine  `json:"consents" doc:"the newest for each purpose that is called for; all are in people"`
	People     []PersonOf     `json:"people" doc:"consents, contracts, requests, objections, with where each came from"`
	Lists      []ListedIn     `json:"lists" doc:"contact lists with version and origin"`
	Bars       []BarLine      `json:"bars"`
	Reached    []ReachedLine  `json:"reached"`
	Attempts   []Record       `json:"attempts" doc:"of the last two years, with decision, outcome and dispositions"`
	Gone       []ledger.Gone  `json:"gone" doc:"attempts, to all numbers, whose personal part was purged because their term is over: nobody can tell which were to this one"`
	Complaints []Complaint    `json:"complaints" doc:"about calls to the number, open and closed"`
	Access     []Access       `json:"access" doc:"who read the number"`
}

const (
	// subjectYears is how far back the attempts of an export go.
	subjectYears = 2
	// maxSubject bounds the attempts and access records of an export.
	maxSubject = 100_000
)

func (c *Console) subjectOperations(api huma.API) {
	mend := []int{http.StatusNotFound, http.StatusUnprocessableEntity, http.StatusConflict}
	operation(api, huma.Operation{
		OperationID: "subject-export", Method: http.MethodGet, Path: "/v1/subjects/{number}",
		Summary: "Everything that is kept of a number, for the person (GDPR art. 15 and 20)", Errors: mend,
	}, access.Of(access.Compliance), c.subjectExport)
	operation(api, huma.Operation{
		OperationID: "subject-object", Method: http.MethodPost, Path: "/v1/subjects/{number}/objection",
		Summary:     "Enter the objection of a person (GDPR art. 21, Codice art. 130)",
		Description: "When the answer comes it is in force. Only the person can take it back: see blacklist-remove.", Errors: mend,
	}, access.Of(access.Compliance), c.subjectObject)
	operation(api, huma.Operation{
		OperationID: "subject-erase", Method: http.MethodPost, Path: "/v1/subjects/{number}/erasure",
		Summary:     "Erase a person (GDPR art. 17)",
		Description: "It takes the number from every principal of the node, so it needs a scope that has them all.",
		Errors:      mend,
	}, access.Of(access.Compliance), c.subjectErase)
}

type subjectInput struct {
	Number string `path:"number" maxLength:"64" doc:"as people write it"`
}

func (c *Console) subjectExport(ctx context.Context, scope access.Scope, in *subjectInput) (*body[SubjectData], error) {
	const operation = "subject-export"
	names := c.config.Book.Names(scope)
	n, err := names.Number(in.Number)
	if err != nil {
		return nil, huma.Error422UnprocessableEntity(err.Error())
	}
	now := c.config.Register.Now()
	p, records, err := c.page(ctx, scope, names, n, Query{Number: n, Since: now.AddDate(-subjectYears, 0, 0), Limit: maxSubject})
	if err != nil {
		return nil, c.answer(operation, err)
	}
	for _, principal := range names.Principals() { // also those without a campaign
		if err := errors.Join(p.lists(names, principal, n), p.person(names, principal, n)); err != nil {
			return nil, c.answer(operation, err)
		}
	}
	if err := c.narrow(ctx, scope, &p); err != nil {
		return nil, c.answer(operation, err)
	}
	reads, err := c.config.Register.Reads(scope, register.ReadQuery{Number: n, Limit: maxSubject})
	if err != nil {
		return nil, c.answer(operation, err)
	}
	complaints := c.complaintsAbout(scope, n)
	if err := c.config.Register.Read(scope, operation, 1+records+len(reads)+len(complaints), n); err != nil {
		return nil, c.answer(operation, err)
	}
	return &body[SubjectData]{SubjectData{
		Number: p.Number, At: now, Scope: scope.Of(), Registry: p.Registry, Blacklist: p.Blacklist, Consents: p.Consents,
		People: p.People, Lists: p.Lists, Bars: p.Bars, Reached: p.Reached, Attempts: p.Attempts, Gone: p.Gone,
		Complaints: complaints, Access: accessOf(reads),
	}}, nil
}

// accessOf words access records, without whom else they are about.
func accessOf(list []access.Read) []Access {
	out := make([]Access, len(list))
	for i, r := range list {
		out[i] = Access{At: r.At, Actor: r.Scope.Actor, Role: r.Scope.Role.String(), Scope: r.Scope.Of(), Kind: r.Kind, Rows: r.Rows}
	}
	return out
}

type objectInput struct {
	Number string `path:"number" maxLength:"64" doc:"as people write it"`
	Body   struct {
		Principal string `json:"principal,omitempty" maxLength:"64" doc:"of the scope; every one if not given"`
		Reason    string `json:"reason" minLength:"1" maxLength:"1000" doc:"how the person said so, without the number"`
		All       bool   `json:"all,omitempty" doc:"the person wants no service calls either"`
	}
}

func (c *Console) subjectObject(ctx context.Context, scope access.Scope, in *objectInput) (*body[[]Entry], error) {
	entries, err := c.config.Subjects.ObjectTo(ctx, scope, Objection{
		Principal: in.Body.Principal, Number: in.Number, Reason: in.Body.Reason, All: in.Body.All,
	})
	if err != nil {
		return nil, c.answer("subject-object", err)
	}
	return &body[[]Entry]{orEmpty(entries)}, nil
}

type eraseInput struct {
	Number string `path:"number" maxLength:"64" doc:"as people write it"`
	Body   struct {
		Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"how the person asked, without the number"`
		DryRun bool   `json:"dry_run,omitempty" doc:"say what would be taken, and take nothing"`
	}
}

func (c *Console) subjectErase(ctx context.Context, scope access.Scope, in *eraseInput) (*body[Erased], error) {
	done, err := c.config.Subjects.EraseSubject(ctx, scope, Erasure{Number: in.Number, Reason: in.Body.Reason, DryRun: in.Body.DryRun})
	if err != nil {
		return nil, c.answer("subject-erase", err)
	}
	done.Sets, done.Suppressed, done.Kept = orEmpty(done.Sets), orEmpty(done.Suppressed), KeptText
	slices.Sort(done.Suppressed)
	return &body[Erased]{done}, nil
}
