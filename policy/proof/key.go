package proof

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"tregua/policy/seal"
)

// keyFile is the name of the signing key in the key directory.
const keyFile = "log.key"

// Key signs the checkpoints of a log. It is safe for concurrent use.
type Key struct {
	signer   note.Signer
	verifier note.Verifier
	public   string
}

// LoadKey reads the signing key of dir, the directory of the other keys, and draws
// it on the first start for a log of that name.
func LoadKey(dir, name string, random io.Reader) (*Key, error) {
	text, err := seal.LoadFile(dir, keyFile, func() ([]byte, error) {
		secret, public, err := note.GenerateKey(random, name)
		return fmt.Appendf(nil, "%s\n%s\n", secret, public), err
	})
	if err != nil {
		return nil, fmt.Errorf("signing key %w", err)
	}
	secret, public, _ := bytes.Cut(text, []byte("\n"))
	k := &Key{public: strings.TrimSpace(string(public))}
	if k.signer, err = note.NewSigner(string(secret)); err == nil {
		k.verifier, err = ParseKey(k.public)
	}
	if err != nil || k.signer.KeyHash() != k.verifier.KeyHash() {
		return nil, fmt.Errorf("signing key %s: not the two lines of a key and its public key; restore the file", filepath.Join(dir, keyFile))
	}
	return k, nil
}

// Public returns the public key as one word, a vkey of c2sp.org/signed-note: all
// that is needed to verify a proof.
func (k *Key) Public() string { return k.public }

// Name returns the name of the log, the first line of its checkpoints.
func (k *Key) Name() string { return k.signer.Name() }

// Verifier returns what the signatures of k are verified with.
func (k *Key) Verifier() note.Verifier { return k.verifier }

// Sign returns the Ed25519 signature of a text, which must not be one of a
// checkpoint: those [Log] signs.
func (k *Key) Sign(text []byte) []byte {
	signature, err := k.signer.Sign(text)
	if err != nil {
		panic("proof: Ed25519 signs every text: " + err.Error())
	}
	return signature
}

// ParseKey reads a public key as [Key.Public] writes it.
func ParseKey(public string) (note.Verifier, error) {
	v, err := note.NewVerifier(strings.TrimSpace(public))
	if err != nil {
		return nil, fmt.Errorf("public key %q: %w; it is what `tregua ledger key` prints", public, err)
	}
	return v, nil
}
