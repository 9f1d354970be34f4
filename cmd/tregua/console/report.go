package console

import (
	"cmp"
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy/access"
)

// ReportQuery says what report is wanted, and how it is written. First and Last are
// days, as 2026-11-22; without them a day is yesterday, a month the last one, and a
// final report all days of its campaign.
type ReportQuery struct {
	Kind        string // day, month, span or final
	First, Last string
	Principal   string // the subject; fields that are "" take all
	CallCentre  string
	Group       string
	Campaign    string
	Form        string // json, csv, html or pdf
	Lang        string // it or en
}

// ReportFile is a report that was written.
type ReportFile struct {
	Name      string // as a file
	Type      string // of the content
	Data      []byte
	Digest    string // SHA-256 of the report in JSON, in hex
	Signature string // of that, in base64; "" it is not signed
}

func (c *Console) reportOperation(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "report", Method: http.MethodGet, Path: "/v1/reports/{kind}",
		Summary:     "The statistical report of a day, a month, some days, or a whole campaign",
		Description: "Counts the calls of the scope; tells no number.",
		Errors:      []int{http.StatusNotFound, http.StatusUnprocessableEntity},
		Responses: map[string]*huma.Response{"200": {
			Description: "the report in the form that was asked for",
			Content:     map[string]*huma.MediaType{"application/json": {}, "text/csv": {}, "text/html": {}, "application/pdf": {}},
		}},
	}, everybody, c.report)
	operation(api, huma.Operation{
		OperationID: "statistics", Method: http.MethodGet, Path: "/v1/statistics",
		Summary: "What became of the calls of today, by campaign",
	}, everybody, c.statistics)
}

type reportInput struct {
	Kind       string `path:"kind" enum:"day,month,span,final"`
	First      string `query:"first" maxLength:"10" doc:"the first day, as 2026-11-22; left out: the last day or month that is over, or all of a campaign"`
	Last       string `query:"last" maxLength:"10" doc:"the last day; left out: the first one, or the last of its month"`
	Principal  string `query:"principal" maxLength:"64"`
	CallCentre string `query:"call_centre" maxLength:"64"`
	Group      string `query:"group" maxLength:"200" doc:"principal/purpose/call centre"`
	Campaign   string `query:"campaign" maxLength:"129" doc:"principal/campaign"`
	Form       string `query:"form" enum:"json,csv,html,pdf" default:"json"`
	Lang       string `query:"lang" enum:"it,en" default:"it" doc:"of html and pdf"`
}

type reportOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Digest      string `header:"Tregua-Report-Sha256" doc:"of the report in JSON, in hex"`
	Signature   string `header:"Tregua-Report-Signature" doc:"Ed25519, in base64"`
	Body        []byte
}

func (c *Console) report(ctx context.Context, scope access.Scope, in *reportInput) (*reportOutput, error) {
	if in.Kind == "final" && in.Campaign == "" {
		return nil, huma.Error422UnprocessableEntity("a final report is of a campaign; name it")
	}
	f, err := c.config.Records.Report(ctx, scope, ReportQuery(*in))
	if err != nil {
		return nil, c.answer("report", err)
	}
	return &reportOutput{f.Type, `attachment; filename="` + f.Name + `"`, f.Digest, f.Signature, f.Data}, nil
}

// Today is what became of the calls of one campaign since midnight in Rome.
type Today struct {
	Campaign  string   `json:"campaign"`
	Attempts  uint64   `json:"attempts"`
	Refused   uint64   `json:"refused"`
	Forwarded uint64   `json:"forwarded"`
	Answered  uint64   `json:"answered"`
	Silent    uint64   `json:"silent" doc:"class A"`
	Connected uint64   `json:"connected" doc:"class B"`
	AofB      *float64 `json:"a_of_b,omitempty" doc:"left out without class B"`
}

func (c *Console) statistics(ctx context.Context, scope access.Scope, _ *struct{}) (*body[[]Today], error) {
	today, err := c.config.Records.Today(ctx, scope)
	if err != nil {
		return nil, c.answer("statistics", err)
	}
	return &body[[]Today]{orEmpty(today)}, nil
}

// Report returns a report as it is written.
func (c *Client) Report(ctx context.Context, q ReportQuery) (ReportFile, error) {
	query := url.Values{}
	for key, value := range map[string]string{
		"first": q.First, "last": q.Last, "principal": q.Principal, "call_centre": q.CallCentre, "group": q.Group, "campaign": q.Campaign,
		"form": q.Form, "lang": q.Lang,
	} { // order: a query is sorted
		if value != "" {
			query.Set(key, value)
		}
	}
	return c.file(ctx, "/v1/reports/"+url.PathEscape(cmp.Or(q.Kind, "day")), query)
}

// file returns a signed file as it is written.
func (c *Client) file(ctx context.Context, path string, query url.Values) (f ReportFile, err error) {
	resp, err := c.send(ctx, http.MethodGet, path, query, "", nil)
	if err != nil {
		return f, err
	}
	defer resp.Body.Close()
	f.Type, f.Digest, f.Signature = resp.Header.Get("Content-Type"), resp.Header.Get("Tregua-Report-Sha256"), resp.Header.Get("Tregua-Report-Signature")
	if _, params, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition")); err == nil {
		f.Name = params["filename"]
	}
	f.Data, err = io.ReadAll(resp.Body)
	return f, err
}
