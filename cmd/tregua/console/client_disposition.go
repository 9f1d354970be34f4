package console

import (
	"context"
	"net/http"
	"net/url"
)

// ImportDispositions sends a file of dispositions.
func (c *Client) ImportDispositions(ctx context.Context, f DispositionFile) (out DispositionCount, err error) {
	query := url.Values{"call_centre": {f.CallCentre}}
	f.Format.into(query)
	if f.FileName != "" {
		query.Set("file", f.FileName)
	}
	err = c.do(ctx, http.MethodPost, "/v1/dispositions/file", query, "text/csv", f.Reader, &out)
	return out, err
}
