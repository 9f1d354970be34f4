package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// Lists returns every contact list.
func (c *Client) Lists(ctx context.Context) (out []List, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/lists", nil, "", nil, &out)
	return out, err
}

// List returns the list "principal/list" with its history.
func (c *Client) List(ctx context.Context, name string) (out ListPage, err error) {
	err = c.do(ctx, http.MethodGet, listAddress(name), nil, "", nil, &out)
	return out, err
}

// ApproveList proposes to put a version of a list in force.
func (c *Client) ApproveList(ctx context.Context, name string, version uint32, digest string) (out Proposal, err error) {
	err = c.post(ctx, listAddress(name)+"/approve", map[string]any{"version": version, "digest": digest}, &out)
	return out, err
}

// ApproveService proposes that the campaign "principal/campaign" is one of service.
func (c *Client) ApproveService(ctx context.Context, campaign string) (out Proposal, err error) {
	principal, slug, _ := strings.Cut(campaign, "/")
	err = c.post(ctx, "/v1/campaigns/"+url.PathEscape(principal)+"/"+url.PathEscape(slug)+"/service", struct{}{}, &out)
	return out, err
}

// AttachList lets a campaign call a list.
func (c *Client) AttachList(ctx context.Context, name, campaign string) (out InForce, err error) {
	err = c.post(ctx, listAddress(name)+"/attach", map[string]any{"campaign": campaign}, &out)
	return out, err
}

// Providers returns every provider.
func (c *Client) Providers(ctx context.Context) (out []Provider, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/providers", nil, "", nil, &out)
	return out, err
}

// SetProvider suspends a provider, or takes that back.
func (c *Client) SetProvider(ctx context.Context, name, because string, suspend bool) (out Provider, err error) {
	word := "/resume"
	if suspend {
		word = "/suspend"
	}
	err = c.post(ctx, providerAddress(name)+word, map[string]any{"because": because}, &out)
	return out, err
}

// SampleProvider draws a sample of what rests on a provider; seed 0: any.
func (c *Client) SampleProvider(ctx context.Context, name string, count int, seed uint64) (out Sample, err error) {
	err = c.post(ctx, providerAddress(name)+"/sample", map[string]any{"count": count, "seed": seed}, &out)
	return out, err
}

// Samples returns the samples of a provider that were kept.
func (c *Client) Samples(ctx context.Context, name string) (out []Sample, err error) {
	err = c.do(ctx, http.MethodGet, providerAddress(name)+"/samples", nil, "", nil, &out)
	return out, err
}

func listAddress(name string) string {
	principal, list, _ := strings.Cut(name, "/")
	return "/v1/lists/" + url.PathEscape(principal) + "/" + url.PathEscape(list)
}

func providerAddress(name string) string { return "/v1/providers/" + url.PathEscape(name) }
