package console

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// Lists are the contact lists, and the providers that rows of them came from.
type Lists interface {
	// Lists returns every contact list, by name.
	Lists() []List
	// ListHistory returns what became of a list, newest first.
	ListHistory(name string) ([]ListChange, error)
	// ApproveList puts a version in force.
	ApproveList(actor, name string, version uint32, digest string) (generation uint64, err error)
	// AttachList lets a campaign call a list.
	AttachList(actor, name, campaign string) (generation uint64, err error)
	// Providers returns every provider, by name.
	Providers() []Provider
	// SetProvider suspends a provider, or takes that back.
	SetProvider(actor, name, because string, suspend bool) (Provider, error)
	// SampleProvider draws rows of a provider and keeps them; seed 0: any.
	SampleProvider(actor, name string, count int, seed uint64) (Sample, error)
	// Samples returns the samples that were kept, newest first.
	Samples(name string) ([]Sample, error)
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

func (c *Console) listOperations(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "lists", Method: http.MethodGet, Path: "/v1/lists", Summary: "Every contact list",
	}, c.lists)
	huma.Register(api, huma.Operation{
		OperationID: "list", Method: http.MethodGet, Path: "/v1/lists/{principal}/{list}",
		Summary: "One contact list and its history",
		Errors:  []int{http.StatusNotFound},
	}, c.list)
	huma.Register(api, huma.Operation{
		OperationID: "list-approve", Method: http.MethodPost, Path: "/v1/lists/{principal}/{list}/approve",
		Summary:     "Put the version of a list that waits in force",
		Description: "Who imported the version cannot approve it.",
		Errors:      []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, c.approveList)
	huma.Register(api, huma.Operation{
		OperationID: "list-attach", Method: http.MethodPost, Path: "/v1/lists/{principal}/{list}/attach",
		Summary: "Let a campaign call a list",
		Errors:  []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, c.attachList)
}

func (c *Console) lists(context.Context, *struct{}) (*body[[]List], error) {
	return &body[[]List]{orEmpty(c.config.Book.Lists())}, nil
}

// ListPath is which list a request is about.
type ListPath struct {
	Principal string `path:"principal" maxLength:"64"`
	List      string `path:"list" maxLength:"64"`
}

func (p ListPath) name() string { return p.Principal + "/" + p.List }

func (c *Console) list(_ context.Context, in *ListPath) (*body[ListPage], error) {
	for _, l := range c.config.Book.Lists() {
		if l.Name != in.name() {
			continue
		}
		history, err := c.config.Book.ListHistory(l.Name)
		if err != nil {
			return nil, c.answer("list", err)
		}
		return &body[ListPage]{ListPage{l, history}}, nil
	}
	return nil, huma.Error404NotFound("there is no list " + in.name())
}

type approveInput struct {
	ListPath
	Body struct {
		Version uint32 `json:"version" minimum:"1" doc:"the import"`
		Digest  string `json:"digest" minLength:"1" doc:"of the version that was looked at"`
	}
}

func (c *Console) approveList(ctx context.Context, in *approveInput) (*body[InForce], error) {
	generation, err := c.config.Book.ApproveList(Actor(ctx), in.name(), in.Body.Version, in.Body.Digest)
	if err != nil {
		return nil, c.answer("list-approve", err)
	}
	return &body[InForce]{InForce{generation}}, nil
}

type attachInput struct {
	ListPath
	Body struct {
		Campaign string `json:"campaign" minLength:"1" doc:"principal/campaign"`
	}
}

func (c *Console) attachList(ctx context.Context, in *attachInput) (*body[InForce], error) {
	generation, err := c.config.Book.AttachList(Actor(ctx), in.name(), in.Body.Campaign)
	if err != nil {
		return nil, c.answer("list-attach", err)
	}
	return &body[InForce]{InForce{generation}}, nil
}
