package configs

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestAdminHTTP holds that no token crosses a network in clear.
func TestAdminHTTP(t *testing.T) {
	t.Parallel()
	rest := `
listen: [{name: all, bind: "udp:192.0.2.1:5060"}]
trunks:
  - {name: d, side: pbx, peers: [198.51.100.10], call_centre: ccx, numbers: {country: IT}, mode: enforce}
  - {name: c, side: carrier, peers: ["sip:198.51.100.1"]}
routes: [{from: d, to: [c]}]
`
	for admin, want := range map[string]string{
		"{}":                          "",
		"{http: 127.0.0.1:9465}":      "",
		"{http: \"[::1]:9465\"}":      "",
		"{http: 192.0.2.1:9465}":      "admin.http: 192.0.2.1 is no loopback address, and tokens would cross the network in clear; give certificate and key",
		"{http: 0.0.0.0:9465}":        "admin.http: 0.0.0.0 is no loopback address",
		"{http: localhost}":           `admin.http: "localhost" is no IP address with port`,
		"{certificate: a, key: b}":    "admin.certificate: serves nothing; give admin.http too, as 192.0.2.1:9465",
		"{http: 192.0.2.1:1, key: b}": "admin.certificate: certificate and key go together; give both, as paths of PEM files",
		"{http: 192.0.2.1:9465, certificate: tls/a, key: tls/b}": "",
		"{http: 127.0.0.1:9465, certificate: tls/a}":             "admin.certificate: certificate and key go together",
		"{http: 192.0.2.1:9465, certificate: \"\", key: b}":      "admin.certificate: is empty",
	} {
		c, err := Parse("conf/node.yaml", []byte("admin: "+admin+rest))
		switch {
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %s", admin, err, want)
		case want == "" && err != nil:
			t.Errorf("%s: %v", admin, err)
		case want == "" && strings.Contains(admin, "tls") && (c.Admin.Cert != filepath.Join("conf", "tls", "a") || c.Admin.Key != filepath.Join("conf", "tls", "b")):
			t.Errorf("%s: %+v", admin, c.Admin)
		}
	}
}
