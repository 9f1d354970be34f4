package console

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
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
}

func (c *Console) providerOperations(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "providers", Method: http.MethodGet, Path: "/v1/providers", Summary: "Every provider and what rests on it",
	}, c.providers)
	for _, word := range []struct {
		id, path, summary string
		suspend           bool
	}{
		{"provider-suspend", "suspend", "Refuse, at once, every number whose only ground comes from a provider", true},
		{"provider-resume", "resume", "Take the suspension of a provider back", false},
	} {
		huma.Register(api, huma.Operation{
			OperationID: word.id, Method: http.MethodPost, Path: "/v1/providers/{provider}/" + word.path, Summary: word.summary,
			Errors: []int{http.StatusNotFound, http.StatusUnprocessableEntity},
		}, func(ctx context.Context, in *providerInput) (*body[Provider], error) {
			p, err := c.config.Book.SetProvider(Actor(ctx), in.Provider, in.Body.Because, word.suspend)
			if err != nil {
				return nil, c.answer(word.id, err)
			}
			p.Campaigns = orEmpty(p.Campaigns)
			return &body[Provider]{p}, nil
		})
	}
	huma.Register(api, huma.Operation{
		OperationID: "provider-sample", Method: http.MethodPost, Path: "/v1/providers/{provider}/sample",
		Summary: "Draw a random sample of what rests on a provider, and keep it",
		Errors:  []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, c.sample)
	huma.Register(api, huma.Operation{
		OperationID: "provider-samples", Method: http.MethodGet, Path: "/v1/providers/{provider}/samples",
		Summary: "The samples of a provider that were kept, newest first",
		Errors:  []int{http.StatusNotFound},
	}, c.samples)
}

func (c *Console) providers(context.Context, *struct{}) (*body[[]Provider], error) {
	all := c.config.Book.Providers()
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

func (c *Console) sample(ctx context.Context, in *sampleInput) (*body[Sample], error) {
	s, err := c.config.Book.SampleProvider(Actor(ctx), in.Provider, in.Body.Count, in.Body.Seed)
	if err != nil {
		return nil, c.answer("provider-sample", err)
	}
	return &body[Sample]{s}, nil
}

type samplesInput struct {
	Provider string `path:"provider" maxLength:"64"`
}

func (c *Console) samples(_ context.Context, in *samplesInput) (*body[[]Sample], error) {
	all, err := c.config.Book.Samples(in.Provider)
	if err != nil {
		return nil, c.answer("provider-samples", err)
	}
	return &body[[]Sample]{orEmpty(all)}, nil
}
