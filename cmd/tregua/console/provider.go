package console

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy"
	"tregua/policy/access"
)

// Provider is who sells or gives numbers, and what rests on it.
type Provider struct {
	Name      string    `json:"name"`
	Contact   string    `json:"contact,omitempty"`
	Suspended time.Time `json:"suspended,omitzero" doc:"since when; absent: it is not"`
	Because   string    `json:"because,omitempty" doc:"why it was suspended, or resumed"`
	Rows      int64     `json:"rows" doc:"of lists in force and of those that wait"`
	Campaigns []string  `json:"campaigns" doc:"that may call a list with rows of it"`
}

// Sample is a random sample of what rests on a provider.
type Sample struct {
	Provider   string      `json:"provider"`
	Principal  string      `json:"principal,omitempty" doc:"from whose lists it was drawn; absent: from all"`
	At         time.Time   `json:"at"`
	Actor      string      `json:"actor"`
	Seed       uint64      `json:"seed" doc:"the same seed over the same lists draws the same rows"`
	Generation uint64      `json:"generation"`
	Of         int64       `json:"of" doc:"rows that rested on the provider"`
	Rows       []SampleRow `json:"rows"`
}

// SampleRow is one row of a sample, and where it came from.
type SampleRow struct {
	Number   string `json:"number"`
	Version  uint32 `json:"version" doc:"the import"`
	Row      uint32 `json:"row" doc:"line of its file"`
	Batch    string `json:"batch,omitempty" doc:"of the provider"`
	BatchRow uint32 `json:"batch_row,omitempty"`

	Called policy.Number `json:"-"` // what Number writes
}

func (c *Console) providerOperations(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "providers", Method: http.MethodGet, Path: "/v1/providers", Summary: "Every provider and what rests on it",
	}, overseers, c.providers)
	for _, word := range []struct {
		id, path, summary string
		suspend           bool
	}{
		{"provider-suspend", "suspend", "Refuse, at once, every number whose only ground comes from a provider", true},
		{"provider-resume", "resume", "Take the suspension of a provider back", false},
	} {
		operation(api, huma.Operation{
			OperationID: word.id, Method: http.MethodPost, Path: "/v1/providers/{provider}/" + word.path, Summary: word.summary,
			Description: "It holds for everybody: a provider on whom several principals rest is an admin's.",
			Errors:      []int{http.StatusNotFound, http.StatusUnprocessableEntity},
		}, setters, func(_ context.Context, scope access.Scope, in *providerInput) (*body[Provider], error) {
			p, err := c.config.Book.SetProvider(scope, in.Provider, in.Body.Because, word.suspend)
			if err != nil {
				return nil, c.answer(word.id, err)
			}
			p.Campaigns = orEmpty(p.Campaigns)
			return &body[Provider]{p}, nil
		})
	}
	operation(api, huma.Operation{
		OperationID: "provider-sample", Method: http.MethodPost, Path: "/v1/providers/{provider}/sample",
		Summary: "Draw a random sample of what rests on a provider, and keep it",
		Errors:  []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, access.Of(access.Compliance), c.sample)
	operation(api, huma.Operation{
		OperationID: "provider-samples", Method: http.MethodGet, Path: "/v1/providers/{provider}/samples",
		Summary: "The samples of a provider that were kept, newest first",
		Errors:  []int{http.StatusNotFound},
	}, access.Of(access.Compliance, access.Auditor, access.System), c.samples)
}

func (c *Console) providers(_ context.Context, scope access.Scope, _ *struct{}) (*body[[]Provider], error) {
	all := c.config.Book.Providers(scope)
	for i := range all {
		all[i].Campaigns = orEmpty(all[i].Campaigns)
	}
	return &body[[]Provider]{orEmpty(all)}, nil
}

type providerInput struct {
	Provider string `path:"provider" maxLength:"64"`
	Body     struct {
		Because string `json:"because" minLength:"1" maxLength:"512" doc:"the history keeps it"`
	}
}

type sampleInput struct {
	Provider string `path:"provider" maxLength:"64"`
	Body     struct {
		Count int    `json:"count" minimum:"1" maximum:"1000"`
		Seed  uint64 `json:"seed,omitempty" doc:"0: any"`
	}
}

func (c *Console) sample(_ context.Context, scope access.Scope, in *sampleInput) (*body[Sample], error) {
	s, err := c.config.Book.SampleProvider(scope, in.Provider, in.Body.Count, in.Body.Seed)
	if err == nil {
		err = c.readSamples(scope, "provider-sample", s)
	}
	if err != nil {
		return nil, c.answer("provider-sample", err)
	}
	return &body[Sample]{s}, nil
}

type samplesInput struct {
	Provider string `path:"provider" maxLength:"64"`
}

func (c *Console) samples(_ context.Context, scope access.Scope, in *samplesInput) (*body[[]Sample], error) {
	all, err := c.config.Book.Samples(scope, in.Provider)
	if err == nil {
		err = c.readSamples(scope, "provider-samples", all...)
	}
	if err != nil {
		return nil, c.answer("provider-samples", err)
	}
	return &body[[]Sample]{orEmpty(all)}, nil
}

// readSamples writes that the numbers of samples were read.
func (c *Console) readSamples(scope access.Scope, operation string, all ...Sample) error {
	var numbers []policy.Number
	rows := 0
	for i := range all {
		rows += len(all[i].Rows)
		for _, r := range all[i].Rows {
			numbers = append(numbers, r.Called)
		}
	}
	return c.config.Register.Read(scope, operation, rows, numbers...)
}
