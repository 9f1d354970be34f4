package anchor

import (
	"bytes"
	"crypto"
	_ "crypto/sha1"   // RFC 2634 has no other
	_ "crypto/sha256" // what RFC 5035 has
	_ "crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"

	"github.com/digitorus/pkcs7"
)

// The signed attributes that name the certificate of the authority: without one, a
// second certificate of the same key could be put in its place (RFC 3161 section 2.4.2,
// RFC 5816).
var (
	oidSigningCertificate   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12} // RFC 2634 section 5.4
	oidSigningCertificateV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47} // RFC 5035 section 3
)

// signingCertificate is SigningCertificate: its hashes are SHA-1.
type signingCertificate struct {
	Certs    []essCertID
	Policies asn1.RawValue `asn1:"optional"`
}

type essCertID struct {
	Hash         []byte
	IssuerSerial asn1.RawValue `asn1:"optional"`
}

// signingCertificateV2 is SigningCertificateV2: each hash says what it is.
type signingCertificateV2 struct {
	Certs    []essCertIDv2
	Policies asn1.RawValue `asn1:"optional"`
}

type essCertIDv2 struct {
	Algorithm    pkix.AlgorithmIdentifier `asn1:"optional"` // left out: SHA-256
	Hash         []byte
	IssuerSerial asn1.RawValue `asn1:"optional"`
}

// bound says why a signature does not name the certificate that verifies it; nil: it
// does. The first certificate that it names counts (RFC 5035 section 5).
func bound(signed *pkcs7.PKCS7, by *x509.Certificate) error {
	var v2 signingCertificateV2
	if signed.UnmarshalSignedAttribute(oidSigningCertificateV2, &v2) == nil && len(v2.Certs) > 0 {
		algorithm := crypto.SHA256
		if named := v2.Certs[0].Algorithm.Algorithm; len(named) > 0 {
			var err error
			if algorithm, err = hashOf(named); err != nil {
				return err
			}
		}
		return names(algorithm, v2.Certs[0].Hash, by)
	}
	var v1 signingCertificate
	if signed.UnmarshalSignedAttribute(oidSigningCertificate, &v1) == nil && len(v1.Certs) > 0 {
		return names(crypto.SHA1, v1.Certs[0].Hash, by)
	}
	return errors.New("it does not say which certificate signed it (RFC 3161 section 2.4.2)")
}

func names(algorithm crypto.Hash, hash []byte, by *x509.Certificate) error {
	h := algorithm.New()
	h.Write(by.Raw)
	if !bytes.Equal(h.Sum(nil), hash) {
		return errors.New("it names another certificate than the one that signed it")
	}
	return nil
}

func hashOf(named asn1.ObjectIdentifier) (crypto.Hash, error) {
	for oid, algorithm := range map[string]crypto.Hash{
		"2.16.840.1.101.3.4.2.1": crypto.SHA256, "2.16.840.1.101.3.4.2.2": crypto.SHA384, "2.16.840.1.101.3.4.2.3": crypto.SHA512,
	} {
		if named.String() == oid {
			return algorithm, nil
		}
	}
	return 0, fmt.Errorf("it names its certificate by the hash algorithm %s; want SHA-256, SHA-384 or SHA-512", named)
}
