package anchor

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"time"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"

	"tregua/policy/proof"
)

// TimeStamp asks an authority for a time stamp over a checkpoint (RFC 3161). Where
// it is qualified, the date is presumed to be right (eIDAS art. 41).
type TimeStamp struct {
	URL   string
	Roots *x509.CertPool // who the authority's certificate must lead to
}

// nonceBits is the length of a nonce.
const nonceBits = 64

// Take asks for a time stamp and verifies it.
func (t *TimeStamp) Take(ctx context.Context, head proof.Head, _ Receipt) (Receipt, error) {
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), nonceBits))
	if err != nil {
		return Receipt{}, err
	}
	question, err := timestamp.CreateRequest(bytes.NewReader(head.Text), &timestamp.RequestOptions{
		Hash: crypto.SHA256, Certificates: true, Nonce: nonce,
	})
	if err != nil {
		return Receipt{}, fmt.Errorf("time stamp: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.URL, bytes.NewReader(question))
	if err != nil {
		return Receipt{}, err
	}
	r.Header.Set("Content-Type", "application/timestamp-query") // RFC 3161 section 3.4
	a, err := post(client(), r)
	if err != nil {
		return Receipt{}, err
	}
	if a.status != http.StatusOK {
		return Receipt{}, fmt.Errorf("the time-stamping authority answers %d", a.status)
	}
	stamp, err := VerifyStamp(head.Text, a.body, t.Roots)
	if err != nil {
		return Receipt{}, err
	}
	if stamp.nonce == nil || stamp.nonce.Cmp(nonce) != 0 {
		return Receipt{}, errors.New("time stamp: it answers another question: the nonce differs")
	}
	return Receipt{Note: head.Text, Token: a.body, At: stamp.At, Size: head.Size}, nil
}

// Stamp is a time stamp that holds.
type Stamp struct {
	At    time.Time
	By    string // the subject of the certificate that signed
	nonce *big.Int
}

// VerifyStamp verifies an answer of a time-stamping authority over a text: that it is
// of the text, that a certificate signed it that is for time stamping, leads to roots
// and is the one that it names, and that it was valid at that time (RFC 3161 section 2.2).
func VerifyStamp(text, token []byte, roots *x509.CertPool) (Stamp, error) {
	ts, err := timestamp.ParseResponse(token)
	if err != nil {
		return Stamp{}, fmt.Errorf("time stamp: %w", err)
	}
	if imprint := sha256.Sum256(text); ts.HashAlgorithm != crypto.SHA256 || !bytes.Equal(ts.HashedMessage, imprint[:]) {
		return Stamp{}, errors.New("time stamp: it is of another text")
	}
	signed, err := pkcs7.Parse(ts.RawToken)
	if err != nil {
		return Stamp{}, fmt.Errorf("time stamp: %w", err)
	}
	err = signed.VerifyWithOpts(x509.VerifyOptions{
		Roots: roots, CurrentTime: ts.Time, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping},
	})
	if err != nil {
		return Stamp{}, fmt.Errorf("time stamp: %w", err)
	}
	by := signed.GetOnlySigner()
	if by == nil {
		return Stamp{}, errors.New("time stamp: it is not signed by one authority alone")
	}
	if err := bound(signed, by); err != nil {
		return Stamp{}, fmt.Errorf("time stamp: %w", err)
	}
	return Stamp{At: ts.Time.UTC(), By: by.Subject.String(), nonce: ts.Nonce}, nil
}

// Roots reads the certificates that those of an authority must lead to, as PEM.
func Roots(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s: no certificate in it; want those of the authority's roots, as PEM", file)
	}
	return roots, nil
}
