package console

import (
	"context"
	"net/http"
	"net/url"
)

func ofSubject(number, what string) string { return "/v1/subjects/" + url.PathEscape(number) + what }

// SubjectExport returns everything that is kept of a number.
func (c *Client) SubjectExport(ctx context.Context, number string) (out SubjectData, err error) {
	err = c.do(ctx, http.MethodGet, ofSubject(number, ""), nil, "", nil, &out)
	return out, err
}

// SubjectObject enters the objection of a person.
func (c *Client) SubjectObject(ctx context.Context, o Objection) (out []Entry, err error) {
	in := objectInput{}
	in.Body.Principal, in.Body.Reason, in.Body.All = o.Principal, o.Reason, o.All
	err = c.post(ctx, ofSubject(o.Number, "/objection"), in.Body, &out)
	return out, err
}

// SubjectErase erases a person, or says what an erasure would take.
func (c *Client) SubjectErase(ctx context.Context, e Erasure) (out Erased, err error) {
	in := eraseInput{}
	in.Body.Reason, in.Body.DryRun = e.Reason, e.DryRun
	err = c.post(ctx, ofSubject(e.Number, "/erasure"), in.Body, &out)
	return out, err
}
