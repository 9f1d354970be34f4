package console

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// Say enters one thing of one number at one principal.
func (c *Client) Say(ctx context.Context, s Saying) (out Said, err error) {
	in := sayInput{}
	in.Body.Change, in.Body.Number, in.Body.At, in.Body.Purpose = s.Change, s.Number, s.At, s.Purpose
	in.Body.Channels, in.Body.Evidence, in.Body.AgreedAt, in.Body.Reason = s.Channels, s.Evidence, s.AgreedAt, s.Reason
	if s.Valid != 0 {
		in.Body.Valid = s.Valid.String()
	}
	err = c.post(ctx, of(s.Principal, "changes"), in.Body, &out)
	return out, err
}

// Person returns what a principal knows of the holder of a number.
func (c *Client) Person(ctx context.Context, principal, number string) (out Person, err error) {
	err = c.do(ctx, http.MethodGet, of(principal, "numbers/"+url.PathEscape(number)), nil, "", nil, &out)
	return out, err
}

// Standing returns the requests or holds that stand.
func (c *Client) Standing(ctx context.Context, principal, what string) (out []Standing, err error) {
	err = c.do(ctx, http.MethodGet, of(principal, "standing/"+what), nil, "", nil, &out)
	return out, err
}

// Unlist proposes to take one number off a principal's blacklist.
func (c *Client) Unlist(ctx context.Context, principal, number, evidence string) (out Proposal, err error) {
	err = c.post(ctx, of(principal, "blacklist/removals"), map[string]string{"number": number, "evidence": evidence}, &out)
	return out, err
}

// Synced notes that a principal's blacklist is whole.
func (c *Client) Synced(ctx context.Context, principal string) (out SyncedAt, err error) {
	err = c.do(ctx, http.MethodPost, of(principal, "blacklist/synced"), nil, "", nil, &out)
	return out, err
}

// Feed returns single changes of a principal's blacklist after a seq.
func (c *Client) Feed(ctx context.Context, principal string, since uint64, limit int) (out []FeedLine, err error) {
	query := url.Values{"since": {strconv.FormatUint(since, 10)}, "limit": {strconv.Itoa(limit)}}
	err = c.do(ctx, http.MethodGet, of(principal, "blacklist"), query, "", nil, &out)
	return out, err
}

// of is the path of something of a principal.
func of(principal, what string) string {
	return "/v1/principals/" + url.PathEscape(principal) + "/" + what
}
