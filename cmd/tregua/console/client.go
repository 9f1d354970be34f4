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
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrNoDaemon is returned when nobody listens at the admin socket.
var ErrNoDaemon = errors.New("no daemon listens")

// Client speaks to a console, over its unix socket or the network.
type Client struct {
	at    string // the socket or the URL, for messages
	base  string
	token string
	http  *http.Client
}

// NewClient makes a client for the socket at path. It connects to nothing.
func NewClient(path string) *Client {
	var dialer net.Dialer
	return &Client{at: path, base: "http://tregua", http: &http.Client{Transport: &http.Transport{
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

// Apply enters data.yaml; because, which may be empty, says why.
func (c *Client) Apply(ctx context.Context, data []byte, because string, dryRun bool) (out Changes, err error) {
	query := url.Values{}
	if because != "" {
		query.Set("because", because)
	}
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
	r.Format.into(query)
	if r.Kind == "registry" {
		set("account", r.Scope)
		set("answered_at", r.AnsweredAt.Format(time.RFC3339Nano))
	} else {
		principal, list, _ := strings.Cut(r.Scope, "/")
		set("principal", principal)
		set("list", list)
	}
	err = c.do(ctx, http.MethodPost, "/v1/imports/"+url.PathEscape(r.Kind), query, "text/csv", r.Reader, &out)
	return out, err
}

// into writes the format into the query of a request.
func (f *Format) into(query url.Values) {
	for _, column := range f.Columns {
		query.Add("column", column)
	}
	for _, one := range []struct{ key, value string }{
		{"delimiter", f.Delimiter},
		{"encoding", f.Encoding},
		{"numbers", f.Numbers},
		{"polarity", f.Polarity},
	} {
		if one.value != "" {
			query.Set(one.key, one.value)
		}
	}
}

// AddBlacklist adds one number to a principal's blacklist.
func (c *Client) AddBlacklist(ctx context.Context, o Objection) (out Entry, err error) {
	err = c.post(ctx, of(o.Principal, "blacklist"), map[string]any{"number": o.Number, "reason": o.Reason, "all": o.All}, &out)
	return out, err
}

// Modes returns how far trunks and rules are enforced.
func (c *Client) Modes(ctx context.Context) (out []Mode, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/modes", nil, "", nil, &out)
	return out, err
}

// SetMode puts the mode of a trunk, or of a rule, in force.
func (c *Client) SetMode(ctx context.Context, m Mode) (out ModeSet, err error) {
	path, request := "/v1/trunks/"+url.PathEscape(m.Trunk)+"/mode", map[string]any{"mode": m.Mode, "why": m.Why}
	switch {
	case m.Rule != "":
		path = "/v1/rules/" + url.PathEscape(m.Rule) + "/mode"
		request = map[string]any{"trunk": m.Trunk, "percent": m.Percent, "why": m.Why}
	case !m.Until.IsZero():
		request["until"] = m.Until
	}
	data, err := json.Marshal(request)
	if err != nil {
		return out, err
	}
	err = c.do(ctx, http.MethodPut, path, nil, "application/json", bytes.NewReader(data), &out)
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

// Generations returns the newest generations, the current one first.
func (c *Client) Generations(ctx context.Context, limit int) (out []Generation, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/generations", url.Values{"limit": {strconv.Itoa(limit)}}, "", nil, &out)
	return out, err
}

// Restore puts the imports of an older generation in force.
func (c *Client) Restore(ctx context.Context, generation uint64) (out Restored, err error) {
	err = c.do(ctx, http.MethodPost, fmt.Sprintf("/v1/generations/%d/restore", generation), nil, "", nil, &out)
	return out, err
}

// Export writes the file of a kind to w and returns its rows. After an error
// what was written is not whole.
func (c *Client) Export(ctx context.Context, kind, scope string, w io.Writer) (rows int64, err error) {
	resp, err := c.send(ctx, http.MethodGet, "/v1/exports/"+url.PathEscape(kind), url.Values{"scope": {scope}}, "", nil)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(w, resp.Body); err != nil {
		return 0, fmt.Errorf("export %s: %w", kind, err)
	}
	if rows, err = strconv.ParseInt(resp.Trailer.Get(exportRows), 10, 64); err != nil {
		return 0, fmt.Errorf("export %s: it broke off; the daemon's log says why", kind)
	}
	return rows, nil
}

func (c *Client) do(ctx context.Context, method, path string, query url.Values, kind string, body io.Reader, out any) error {
	resp, err := c.send(ctx, method, path, query, kind, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("reading the answer of %s (%s): %w", path, resp.Status, err)
	}
	return nil
}

func (c *Client) request(ctx context.Context, method, path string, query url.Values, kind string, body io.Reader) (*http.Request, error) {
	target := c.base + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return nil, err
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	return req, nil
}

// send asks and returns the answer, whose body the caller closes; one that says
// what is wrong is an error.
func (c *Client) send(ctx context.Context, method, path string, query url.Values, kind string, body io.Reader) (*http.Response, error) {
	req, err := c.request(ctx, method, path, query, kind, body)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%w at %s; start `tregua serve` or name its socket with --admin unix:PATH", ErrNoDaemon, c.at)
		}
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err
		}
		return nil, fmt.Errorf("asking the daemon at %s: %w", c.at, err)
	}
	if resp.StatusCode/100 != 2 && strings.HasPrefix(resp.Header.Get("Content-Type"), "application/problem+json") {
		defer resp.Body.Close()
		p := &Problem{Status: resp.StatusCode}
		if err := json.NewDecoder(resp.Body).Decode(p); err != nil {
			p.Title = resp.Status
		}
		return nil, p
	}
	return resp, nil
}
