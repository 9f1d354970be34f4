package console

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// NewRemote makes a client for the console at a URL, as https://host:9465. A
// token does not cross a network in clear: http is for loopback addresses. It
// connects to nothing.
func NewRemote(server string) (*Client, error) {
	u, err := url.Parse(server)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%q is no URL of a server; write as https://tregua.example:9465", server)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return nil, fmt.Errorf("%q is more than a server; write as https://tregua.example:9465", u.Redacted())
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, fmt.Errorf("%q would send the token in clear; use https", server)
	}
	return &Client{at: server, base: u.Scheme + "://" + u.Host, http: &http.Client{
		// The token is for this server: where it points to is no answer.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// WithToken makes the client say who asks; "" leaves that to the socket.
func (c *Client) WithToken(token string) *Client {
	c.token = token
	return c
}
