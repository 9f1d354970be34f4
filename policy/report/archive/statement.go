package archive

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// Statement is what is signed of a report: a text of lines, the last of which is the
// signature of those before it.
type Statement struct {
	File      string
	Digest    string // SHA-256 in hex
	Signature string // in base64
}

// Sign says of a file what it is, and signs that.
func (a *Archive) Sign(file string, data []byte) Statement {
	sum := sha256.Sum256(data)
	s := Statement{File: filepath.ToSlash(file), Digest: hex.EncodeToString(sum[:])}
	if a.config.Sign != nil {
		s.Signature = base64.StdEncoding.EncodeToString(a.config.Sign([]byte(s.signed())))
	}
	return s
}

func (s Statement) signed() string {
	return "tregua report\n" + s.File + "\nsha256 " + s.Digest + "\n"
}

// String returns the text of a .sig file.
func (s Statement) String() string { return s.signed() + "signature " + s.Signature + "\n" }

// errStatement is returned for what is no text of a .sig file.
var errStatement = errors.New("it is no signature of a report: want four lines, of what, of which file, its sha256 and the signature")

// ReadStatement reads the text of a .sig file.
func ReadStatement(text string) (s Statement, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 {
		return s, errStatement
	}
	s.File = lines[1]
	s.Digest, _ = strings.CutPrefix(lines[2], "sha256 ")
	s.Signature, _ = strings.CutPrefix(lines[3], "signature ")
	if s.String() != text {
		return s, errStatement
	}
	return s, nil
}

// Verify reports whether the statement is about data and signed: verify checks an
// Ed25519 signature with the public key of the log.
func (s Statement) Verify(data []byte, verify func(text, signature []byte) bool) error {
	sum := sha256.Sum256(data)
	if got := hex.EncodeToString(sum[:]); got != s.Digest {
		return fmt.Errorf("it is not the report that was signed as %s: it has the SHA-256 %s, that one had %s", s.File, got, s.Digest)
	}
	signature, err := base64.StdEncoding.DecodeString(s.Signature)
	if err != nil || !verify([]byte(s.signed()), signature) {
		return errors.New("the signature is not of this key")
	}
	return nil
}
