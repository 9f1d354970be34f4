package anchor_test

import (
	"crypto"
	"crypto/x509/pkix"
	"encoding/asn1"
	"strings"
	"testing"

	"github.com/digitorus/pkcs7"

	"tregua/policy/anchor"
	"tregua/policy/anchor/anchortest"
)

// certID is an ESSCertIDv2, and without an algorithm also an ESSCertID.
type certID struct {
	Algorithm pkix.AlgorithmIdentifier `asn1:"optional"`
	Hash      []byte
}

// TestBound: a time stamp names the certificate that signed it, first of all that it
// names (RFC 3161 section 2.4.2, RFC 5035 section 5); by SHA-1 in the old attribute.
func TestBound(t *testing.T) {
	t.Parallel()
	tsa, other := anchortest.New(t), anchortest.New(t)
	target := &anchor.TimeStamp{URL: tsa.URL, Roots: must(anchor.Roots(tsa.CA))}
	got, err := target.Take(t.Context(), head(5), anchor.Receipt{})
	if err != nil {
		t.Fatal(err)
	}
	v1, v2 := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}, asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	sha512, md5 := asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}, asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 5}
	of := func(a *anchortest.Authority, h crypto.Hash) certID {
		sum := h.New()
		sum.Write(a.Certificate().Raw)
		return certID{Hash: sum.Sum(nil)}
	}
	by := func(id certID, algorithm asn1.ObjectIdentifier) certID {
		id.Algorithm.Algorithm = algorithm
		return id
	}
	attribute := func(oid asn1.ObjectIdentifier, ids ...certID) []pkcs7.Attribute {
		return []pkcs7.Attribute{{Type: oid, Value: struct{ Certs []certID }{ids}}}
	}
	const another = "it names another certificate than the one that signed it"
	for name, c := range map[string]struct {
		attributes []pkcs7.Attribute
		want       string // "": it holds
	}{
		"its own":               {attribute(v2, of(tsa, crypto.SHA256)), ""},
		"its own, then another": {attribute(v2, of(tsa, crypto.SHA256), of(other, crypto.SHA256)), ""},
		"its own by SHA-512":    {attribute(v2, by(of(tsa, crypto.SHA512), sha512)), ""},
		"its own by SHA-1":      {attribute(v1, of(tsa, crypto.SHA1)), ""},
		"another":               {attribute(v2, of(other, crypto.SHA256)), another},
		"another, then its own": {attribute(v2, of(other, crypto.SHA256), of(tsa, crypto.SHA256)), another},
		"another by SHA-1":      {attribute(v1, of(other, crypto.SHA1)), another},
		"SHA-1 in the new one":  {attribute(v2, of(tsa, crypto.SHA1)), another},
		"by MD5":                {attribute(v2, by(of(tsa, crypto.MD5), md5)), "by the hash algorithm 1.2.840.113549.2.5; want SHA-256"},
		"none":                  {attribute(v2), "it does not say which certificate signed it"},
		"no attribute":          {nil, "it does not say which certificate signed it"},
		"what is no attribute":  {[]pkcs7.Attribute{{Type: v2, Value: 7}}, "it does not say which certificate signed it"},
	} {
		_, err := anchor.VerifyStamp(got.Note, tsa.Resign(got.Token, c.attributes...), target.Roots)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
