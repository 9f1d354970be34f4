package console

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy"
	"tregua/policy/access"
)

// Lists are the contact lists, and the providers that rows of them came from. A
// list is its principal's; of a provider everybody sees what rests on it in
// their own lists.
type Lists interface {
	// Lists returns the contact lists of the scope, by name.
	Lists(scope access.Scope) []List
	// ListHistory returns what became of a list, newest first.
	ListHistory(scope access.Scope, name string) ([]ListChange, error)
	// MayApproveList returns nil when that version waits and has the digest.
	MayApproveList(scope access.Scope, name string, version uint32, digest string) error
	// ApproveList puts a version in force that first proposed and the scope's actor
	// confirmed.
	ApproveList(scope access.Scope, first, name string, version uint32, digest string) (generation uint64, err error)
	// MayApproveService returns nil when a campaign says that it is one of service
	// and waits for that to be confirmed.
	MayApproveService(scope access.Scope, campaign string) error
	// ApproveService makes it one, as first proposed and the scope's actor confirmed.
	ApproveService(scope access.Scope, first, campaign string) (generation uint64, err error)
	// AttachList lets a campaign call a list.
	AttachList(scope access.Scope, name, campaign string) (generation uint64, err error)
	// Providers returns the providers that the scope has to do with, by name.
	Providers(scope access.Scope) []Provider
	// SetProvider suspends a provider, or takes that back.
	SetProvider(scope access.Scope, name, because string, suspend bool) (Provider, error)
	// SampleProvider draws rows of a provider and keeps them; seed 0: any.
	SampleProvider(scope access.Scope, name string, count int, seed uint64) (Sample, error)
	// Samples returns the samples that were kept, newest first.
	Samples(scope access.Scope, name string) ([]Sample, error)
}

// List is a contact list.
type List struct {
	Name        string       `json:"name" doc:"principal/list"`
	Origin      string       `json:"origin"`
	Provider    string       `json:"provider,omitempty" doc:"of rows that name none"`
	RetainUntil time.Time    `json:"retain_until,omitzero"`
	Campaigns   []string     `json:"campaigns" doc:"that may call it"`
	Approved    *ListVersion `json:"approved,omitempty" doc:"the version in force"`
	ApprovedBy  string       `json:"approved_by,omitempty"`
	Pending     *ListVersion `json:"pending,omitempty" doc:"the version that waits for its approval"`
}

// ListVersion is one import of a list.
type ListVersion struct {
	Version uint32    `json:"version" doc:"the import as facts name it"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor" doc:"who imported it, and so cannot approve it"`
	File    string    `json:"file"`
	Numbers int       `json:"numbers"`
	Digest  string    `json:"digest" doc:"what an approval names"`
	Scanned bool      `json:"scanned,omitempty" doc:"it looks generated: its numbers are refused"`
	Broken  bool      `json:"broken,omitempty" doc:"it does not match its checksum"`
}

// ListChange is one change of a list.
type ListChange struct {
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Because string    `json:"because,omitempty"`
	Change  string    `json:"change"`
}

// ListPage is a list with its history.
type ListPage struct {
	List
	History []ListChange `json:"history" doc:"newest first"`
}

// InForce says since which generation a change is in force.
type InForce struct {
	Generation uint64 `json:"generation"`
}

// overseers are who may see what a principal's lists and accounts hold, without
// the numbers.
var overseers = access.Of(access.Admin, access.Compliance, access.Auditor, access.System)

func (c *Console) listOperations(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "lists", Method: http.MethodGet, Path: "/v1/lists", Summary: "Every contact list",
	}, overseers, c.lists)
	operation(api, huma.Operation{
		OperationID: "list", Method: http.MethodGet, Path: "/v1/lists/{principal}/{list}",
		Summary: "One contact list and its history",
		Errors:  []int{http.StatusNotFound},
	}, overseers, c.list)
	operation(api, huma.Operation{
		OperationID: "list-approve", Method: http.MethodPost, Path: "/v1/lists/{principal}/{list}/approve",
		Summary:       "Propose to put the version of a list that waits in force",
		Description:   "It takes effect when a second person confirms it, who cannot be the one that imported the version.",
		DefaultStatus: http.StatusAccepted,
		Errors:        []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, access.Of(access.Compliance), c.proposeApproval)
	operation(api, huma.Operation{
		OperationID: "list-attach", Method: http.MethodPost, Path: "/v1/lists/{principal}/{list}/attach",
		Summary: "Let a campaign call a list",
		Errors:  []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, access.Of(access.Compliance, access.System), c.attachList)
}

func (c *Console) lists(_ context.Context, scope access.Scope, _ *struct{}) (*body[[]List], error) {
	return &body[[]List]{orEmpty(c.config.Book.Lists(scope))}, nil
}

// ListPath is which list a request is about.
type ListPath struct {
	Principal string `path:"principal" maxLength:"64"`
	List      string `path:"list" maxLength:"64"`
}

func (p ListPath) name() string { return p.Principal + "/" + p.List }

func (c *Console) list(_ context.Context, scope access.Scope, in *ListPath) (*body[ListPage], error) {
	for _, l := range c.config.Book.Lists(scope) {
		if l.Name != in.name() {
			continue
		}
		history, err := c.config.Book.ListHistory(scope, l.Name)
		if err != nil {
			return nil, c.answer("list", err)
		}
		return &body[ListPage]{ListPage{l, history}}, nil
	}
	return nil, huma.Error404NotFound("there is no list " + in.name())
}

// approval is a version of a list that is to come into force.
type approval struct {
	List    string `json:"list"`
	Version uint32 `json:"version"`
	Digest  string `json:"digest"`
}

func (a approval) text() (string, policy.Number) {
	return fmt.Sprintf("put import %d of list %s in force, with the digest %s", a.Version, a.List, a.Digest), 0
}

type approveInput struct {
	ListPath
	Body struct {
		Version uint32 `json:"version" minimum:"1" doc:"the import"`
		Digest  string `json:"digest" minLength:"1" maxLength:"64" doc:"of the version that was looked at"`
	}
}

func (c *Console) proposeApproval(_ context.Context, scope access.Scope, in *approveInput) (*proposed, error) {
	a := approval{in.name(), in.Body.Version, in.Body.Digest}
	if err := c.config.Book.MayApproveList(scope, a.List, a.Version, a.Digest); err != nil {
		return nil, c.answer("list-approve", err)
	}
	return c.propose(scope, "list.approve", owner{principal: in.Principal}, "", a)
}

func (c *Console) approveListed(_ context.Context, by couple, a approval) (string, error) {
	generation, err := c.config.Book.ApproveList(by.second, by.first, a.List, a.Version, a.Digest)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("import %d of list %s is in force, generation %d", a.Version, a.List, generation), nil
}

type attachInput struct {
	ListPath
	Body struct {
		Campaign string `json:"campaign" minLength:"1" maxLength:"129" doc:"principal/campaign"`
	}
}

func (c *Console) attachList(_ context.Context, scope access.Scope, in *attachInput) (*body[InForce], error) {
	generation, err := c.config.Book.AttachList(scope, in.name(), in.Body.Campaign)
	if err != nil {
		return nil, c.answer("list-attach", err)
	}
	return &body[InForce]{InForce{generation}}, nil
}
