// Package anchortest has time-stamping authorities for tests: one in Go, and one that
// is openssl.
package anchortest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
)

// Authority is a time-stamping authority on a loopback address.
type Authority struct {
	URL string
	CA  string // file with its root, PEM

	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	dir  string     // of openssl; "": it is Go
	mu   sync.Mutex // protects the files in it

	Change func(*timestamp.Timestamp) // what it signs, before it does; of the one in Go
}

// New returns an authority in Go.
func New(t testing.TB) *Authority { return serve(t, newAuthority(t, "", stamping)) }

// Impostor returns one with a certificate that is for web servers.
func Impostor(t testing.TB) *Authority { return serve(t, newAuthority(t, "", 1)) }

// stamping is the last number of id-kp-timeStamping (RFC 5280 section 4.2.1.12).
const stamping = 8

// OpenSSL returns one whose time stamps are made by `openssl ts`.
func OpenSSL(t testing.TB) *Authority { return serve(t, newAuthority(t, t.TempDir(), stamping)) }

func serve(t testing.TB, a *Authority) *Authority {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(a.answer))
	t.Cleanup(s.Close)
	a.URL = s.URL
	return a
}

// newAuthority makes a root and a certificate for a purpose.
func newAuthority(t testing.TB, dir string, purpose int) *Authority {
	t.Helper()
	a := &Authority{CA: filepath.Join(t.TempDir(), "ca.pem"), dir: dir}
	root := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	from := time.Now().Add(-24 * time.Hour)
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Example Root"}, NotBefore: from, NotAfter: from.AddDate(100, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	rootDER := must(x509.CreateCertificate(rand.Reader, ca, ca, &root.PublicKey, root))
	a.key = must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	usage := must(asn1.Marshal([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, purpose}})) // critical and alone: RFC 3161 section 2.3
	der := must(x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "Example TSA"}, NotBefore: from, NotAfter: from.AddDate(100, 0, 0),
		KeyUsage:        x509.KeyUsageDigitalSignature,
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: true, Value: usage}},
	}, must(x509.ParseCertificate(rootDER)), &a.key.PublicKey, root))
	a.cert = must(x509.ParseCertificate(der))
	write(a.CA, "CERTIFICATE", rootDER)
	if dir != "" {
		write(filepath.Join(dir, "tsa.pem"), "CERTIFICATE", der)
		write(filepath.Join(dir, "tsa.key"), "PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(a.key)))
		check(os.WriteFile(filepath.Join(dir, "serial"), []byte("01\n"), 0o600))
		check(os.WriteFile(filepath.Join(dir, "openssl.cnf"), []byte(opensslConfig), 0o600))
	}
	return a
}

const opensslConfig = `[tsa]
default_tsa = one
[one]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
accuracy = secs:1
`

// answer stamps a question (RFC 3161 section 3.4).
func (a *Authority) answer(w http.ResponseWriter, r *http.Request) {
	question, err := io.ReadAll(r.Body)
	if err != nil || r.Header.Get("Content-Type") != "application/timestamp-query" {
		http.Error(w, "want a time stamp query", http.StatusBadRequest)
		return
	}
	reply, err := a.stamp(question)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/timestamp-reply")
	_, _ = w.Write(reply)
}

func (a *Authority) stamp(question []byte) ([]byte, error) {
	if a.dir != "" {
		a.mu.Lock()
		defer a.mu.Unlock()
		if err := os.WriteFile(filepath.Join(a.dir, "question.tsq"), question, 0o600); err != nil {
			return nil, err
		}
		cmd := exec.Command("openssl", "ts", "-reply", "-config", "openssl.cnf", "-queryfile", "question.tsq", "-out", "reply.tsr")
		cmd.Dir = a.dir
		if out, err := cmd.CombinedOutput(); err != nil {
			return out, err
		}
		return os.ReadFile(filepath.Join(a.dir, "reply.tsr"))
	}
	q, err := timestamp.ParseRequest(question)
	if err != nil {
		return nil, err
	}
	ts := timestamp.Timestamp{
		HashAlgorithm: q.HashAlgorithm, HashedMessage: q.HashedMessage, Nonce: q.Nonce, Time: time.Now(),
		SerialNumber: big.NewInt(1), Policy: asn1.ObjectIdentifier{1, 2, 3, 4}, AddTSACertificate: true,
	}
	if a.Change != nil {
		a.Change(&ts)
	}
	return ts.CreateResponseWithOpts(a.cert, a.key, crypto.SHA256)
}

func write(path, kind string, der []byte) {
	check(os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
}

// must and check are for what fails only when the machine does.
func must[T any](v T, err error) T {
	check(err)
	return v
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
