package anchortest

import (
	"crypto/x509"
	"encoding/asn1"

	"github.com/digitorus/pkcs7"
	"github.com/digitorus/timestamp"
)

// Resign signs what a time stamp says anew, with the key of the authority and with no
// signed attributes besides those that must be and these.
func (a *Authority) Resign(reply []byte, signed ...pkcs7.Attribute) []byte {
	ts := must(timestamp.ParseResponse(reply))
	token := must(pkcs7.NewSignedData(must(pkcs7.Parse(ts.RawToken)).Content))
	token.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	token.SetContentType(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}) // id-ct-TSTInfo
	check(token.AddSigner(a.cert, a.key, pkcs7.SignerInfoConfig{ExtraSignedAttributes: signed}))
	return must(asn1.Marshal(struct {
		Status struct{ Status int }
		Token  asn1.RawValue
	}{Token: asn1.RawValue{FullBytes: must(token.Finish())}}))
}

// Certificate returns the certificate of the authority.
func (a *Authority) Certificate() *x509.Certificate { return a.cert }
