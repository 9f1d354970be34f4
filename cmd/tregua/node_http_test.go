package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tregua/configs"
	"tregua/policy/access"
)

// certificate writes a certificate for 127.0.0.1 and its key, and returns what
// believes in it.
func certificate(t *testing.T) (cert, key string, trust *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "a.crt"), filepath.Join(dir, "a.key")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	trust = x509.NewCertPool()
	trust.AddCert(made)
	return cert, key, trust
}

// TestHTTPS asks a daemon over TLS: with a token it answers, without one it
// does not, and in clear it says nothing.
func TestHTTPS(t *testing.T) {
	t.Parallel()
	n := built(t, "28000-28999")
	cert, key, trust := certificate(t)
	n.config.Admin = configs.Admin{HTTP: netip.MustParseAddrPort("127.0.0.1:0"), Cert: cert, Key: key}
	if err := n.openHTTP(); err != nil {
		t.Fatal(err)
	}
	_, secret, err := n.access.AddToken(everything, access.Token{Name: "ada", Role: access.Admin})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := n.console.Run(ctx, n.http); err != nil {
			t.Error(err)
		}
	})
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig.RootCAs = trust
	client := &http.Client{Transport: transport}
	for _, c := range []struct {
		url, token string
		code       int
	}{
		{"https://", secret, 200}, {"https://", "", 401}, {"http://", secret, 400},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url+n.http.Addr().String()+"/v1/status", nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.token != "" {
			r.Header.Set("Authorization", "Bearer "+c.token)
		}
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != c.code {
			t.Errorf("%s with token %v: %d, want %d", c.url, c.token != "", resp.StatusCode, c.code)
		}
	}
	transport.CloseIdleConnections()
	stop()
	wg.Wait()
	n.config.Admin.Key = cert
	if err := n.openHTTP(); err == nil || !strings.Contains(err.Error(), "private key") {
		t.Errorf("a key that is none: %v", err)
	}
	n.config.Admin.Cert = "none.crt"
	if err := n.openHTTP(); err == nil || !strings.Contains(err.Error(), "none.crt") {
		t.Errorf("a certificate that there is not: %v", err)
	}
}
