package console

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// AddToken makes a token; the answer has its secret, once.
func (c *Client) AddToken(ctx context.Context, r TokenRequest) (out NewToken, err error) {
	err = c.post(ctx, "/v1/tokens", r, &out)
	return out, err
}

// Tokens returns every token there ever was, newest first.
func (c *Client) Tokens(ctx context.Context) (out []Token, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/tokens", nil, "", nil, &out)
	return out, err
}

// RevokeToken ends a token.
func (c *Client) RevokeToken(ctx context.Context, name, why string) (out Token, err error) {
	err = c.post(ctx, "/v1/tokens/"+url.PathEscape(name)+"/revoke", map[string]string{"why": why}, &out)
	return out, err
}

// Access returns access records, newest first.
func (c *Client) Access(ctx context.Context, q AccessQuery) (out []Access, err error) {
	query := url.Values{"limit": {strconv.Itoa(q.Limit)}}
	for key, value := range map[string]string{"actor": q.Actor, "number": q.Number} {
		if value != "" {
			query.Set(key, value)
		}
	}
	if !q.Since.IsZero() {
		query.Set("since", q.Since.Format(time.RFC3339Nano))
	}
	err = c.do(ctx, http.MethodGet, "/v1/access", query, "", nil, &out)
	return out, err
}

// Proposals returns what waits for a second person, and what did, newest first.
func (c *Client) Proposals(ctx context.Context) (out []Proposal, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/proposals", nil, "", nil, &out)
	return out, err
}

// Proposal returns one proposal with its parameters and its digest.
func (c *Client) Proposal(ctx context.Context, id uint64) (out Proposal, err error) {
	err = c.do(ctx, http.MethodGet, proposalPath(id), nil, "", nil, &out)
	return out, err
}

// Confirm does what a proposal says that has the digest.
func (c *Client) Confirm(ctx context.Context, id uint64, digest string) (out Proposal, err error) {
	err = c.post(ctx, proposalPath(id)+"/confirm", map[string]string{"digest": digest}, &out)
	return out, err
}

// Withdraw ends a proposal that nobody has confirmed.
func (c *Client) Withdraw(ctx context.Context, id uint64) (out Proposal, err error) {
	err = c.do(ctx, http.MethodPost, proposalPath(id)+"/withdraw", nil, "", nil, &out)
	return out, err
}

func proposalPath(id uint64) string { return "/v1/proposals/" + strconv.FormatUint(id, 10) }

// post sends in as JSON.
func (c *Client) post(ctx context.Context, path string, in, out any) error {
	data, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return c.do(ctx, http.MethodPost, path, nil, "application/json", bytes.NewReader(data), out)
}
