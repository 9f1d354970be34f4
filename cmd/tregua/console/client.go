package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// ErrNoDaemon is returned when nobody listens at the admin socket.
var ErrNoDaemon = errors.New("no daemon listens")

// Client speaks to a console over its unix socket.
type Client struct {
	path string
	http *http.Client
}

// NewClient makes a client for the socket at path. It connects to nothing.
func NewClient(path string) *Client {
	var dialer net.Dialer
	return &Client{path: path, http: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", path)
		},
	}}}
}

// Problem is what the console answers to a request that it refuses (RFC 9457).
type Problem struct {
	Status int    `json:"status"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Errors []struct {
		Message  string `json:"message"`
		Location string `json:"location"`
	} `json:"errors"`
}

// Error returns the detail, and each value that is wrong with its place.
func (p *Problem) Error() string {
	if len(p.Errors) == 0 {
		if p.Detail == "" {
			return p.Title
		}
		return p.Detail
	}
	parts := make([]string, len(p.Errors))
	for i, e := range p.Errors {
		_, place, _ := strings.Cut(e.Location, ".")
		if place == "" {
			place = e.Location
		}
		parts[i] = strings.TrimPrefix(place+": "+e.Message, ": ")
	}
	return strings.Join(parts, "; ")
}

// Apply enters data.yaml.
func (c *Client) Apply(ctx context.Context, data []byte, dryRun bool) (out Changes, err error) {
	query := url.Values{}
	if dryRun {
		query.Set("dry_run", "true")
	}
	err = c.do(ctx, http.MethodPost, "/v1/apply", query, "application/yaml", bytes.NewReader(data), &out)
	return out, err
}

// Import sends a file. The result of a file with too many bad rows is no error:
// it says Activated false.
func (c *Client) Import(ctx context.Context, r ImportRequest) (out ImportResult, err error) {
	query := url.Values{}
	set := func(key, value string) {
		if value != "" {
			query.Set(key, value)
		}
	}
	set("file", r.FileName)
	set("max_rejects", r.MaxRejects)
	if r.Kind == "registry" {
		set("account", r.Scope)
		set("answered_at", r.AnsweredAt.Format(time.RFC3339))
	} else {
		set("principal", r.Scope)
	}
	err = c.do(ctx, http.MethodPost, "/v1/imports/"+url.PathEscape(r.Kind), query, "text/csv", r.Reader, &out)
	return out, err
}

// AddBlacklist adds one number to a principal's blacklist.
func (c *Client) AddBlacklist(ctx context.Context, o Objection) (out Entry, err error) {
	err = c.post(ctx, of(o.Principal, "blacklist"), map[string]any{"number": o.Number, "reason": o.Reason, "all": o.All}, &out)
	return out, err
}

// Lookup returns everything known of a number.
func (c *Client) Lookup(ctx context.Context, number string) (out Page, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/lookup/"+url.PathEscape(number), nil, "", nil, &out)
	return out, err
}

// Attempt returns one record.
func (c *Client) Attempt(ctx context.Context, id string) (out Record, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/attempts/"+url.PathEscape(id), nil, "", nil, &out)
	return out, err
}

// Attempts returns records newest first; query has the keys of GET /v1/attempts.
func (c *Client) Attempts(ctx context.Context, query url.Values) (out []Record, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/attempts", query, "", nil, &out)
	return out, err
}

// Counters returns the counters of the store.
func (c *Client) Counters(ctx context.Context) (out []Counter, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/counters", nil, "", nil, &out)
	return out, err
}

// Silent returns the report on silent calls.
func (c *Client) Silent(ctx context.Context, q SilentQuery) (out Silence, err error) {
	query := url.Values{}
	for key, at := range map[string]time.Time{"since": q.Since, "until": q.Until} {
		if !at.IsZero() {
			query.Set(key, at.Format(time.RFC3339Nano))
		}
	}
	if q.Trunk != "" {
		query.Set("trunk", q.Trunk)
	}
	err = c.do(ctx, http.MethodGet, "/v1/silent", query, "", nil, &out)
	return out, err
}

// Status returns the state of the node.
func (c *Client) Status(ctx context.Context) (out Status, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/status", nil, "", nil, &out)
	return out, err
}

func (c *Client) do(ctx context.Context, method, path string, query url.Values, kind string, body io.Reader, out any) error {
	target := "http://tregua" + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return err
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w at %s; start `tregua serve` or name its socket with --admin unix:PATH", ErrNoDaemon, c.path)
		}
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err
		}
		return fmt.Errorf("asking the daemon at %s: %w", c.path, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 && strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem+json") {
		p := &Problem{Status: resp.StatusCode}
		if err := json.NewDecoder(resp.Body).Decode(p); err != nil {
			p.Title = resp.Status
		}
		return p
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("reading the answer of %s (%s): %w", path, resp.Status, err)
	}
	return nil
}
