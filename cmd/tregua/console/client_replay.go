package console

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// Replay judges recorded attempts anew.
func (c *Client) Replay(ctx context.Context, q ReplayQuery) (out Replay, err error) {
	query := spanQuery(q.Since, q.Until, q.Campaign)
	if len(q.Policy) == 0 {
		return out, c.do(ctx, http.MethodPost, "/v1/replay", query, "", nil, &out)
	}
	data, err := json.Marshal(map[string]string{"policy": string(q.Policy)})
	if err != nil {
		return out, err
	}
	return out, c.do(ctx, http.MethodPost, "/v1/replay", query, "application/json", bytes.NewReader(data), &out)
}

// Shadow returns what enforcement would do.
func (c *Client) Shadow(ctx context.Context, q ShadowQuery) (out Shadow, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/shadow", spanQuery(q.Since, q.Until, q.Campaign), "", nil, &out)
	return out, err
}

func spanQuery(since, until time.Time, campaign string) url.Values {
	query := url.Values{}
	for key, at := range map[string]time.Time{"since": since, "until": until} {
		if !at.IsZero() {
			query.Set(key, at.Format(time.RFC3339Nano))
		}
	}
	if campaign != "" {
		query.Set("campaign", campaign)
	}
	return query
}
