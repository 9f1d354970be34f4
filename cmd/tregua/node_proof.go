package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/proof"
	"tregua/policy/seal"
)

// openProof loads the signing key and the log, which [proof.Log.Run] opens.
func (n *node) openProof() error {
	// A name of a key has neither blanks nor a plus (c2sp.org/signed-note).
	name := "tregua/" + strings.Map(func(r rune) rune {
		if r <= ' ' || r == '+' {
			return '-'
		}
		return r
	}, n.config.Node.Name)
	key, err := proof.LoadKey(n.config.Node.Keys, name, rand.Reader)
	if err != nil {
		return err
	}
	n.proof = proof.New(proof.Config{
		Dir: filepath.Join(n.config.Node.Data, "log"), Key: key, Source: n.reader, Leaves: n.writer.Leaves, Log: n.log,
	})
	return nil
}

// boardProof tells how far the log is.
func (n *node) boardProof() []console.BoardRow {
	if why := n.proof.Trouble(); why != "" {
		return oneRow("proof log", console.Red, "%s", why)
	}
	return oneRow("proof log", console.Green, "%d records are in it", n.proof.Size())
}

// adminProof is the log as the console asks for it.
type adminProof struct{ *node }

// Key returns the public key.
func (p adminProof) Key() string { return p.proof.Key().Public() }

// Prove writes the proof file of an attempt, which the scope of who asks has.
func (p adminProof) Prove(ctx context.Context, id policy.AttemptID, personal bool) ([]byte, error) {
	v, err := p.reader.Attempt(id)
	if err != nil {
		return nil, err
	}
	if v.Open {
		return nil, conflict(fmt.Errorf("attempt %s has not ended: there is no record of it yet", id))
	}
	e, err := p.reader.Evidence(v.Seq, personal)
	if errors.Is(err, seal.ErrGone) {
		return nil, conflict(fmt.Errorf("the person of attempt %s was erased: it is proved without the personal part only", id))
	}
	if err != nil {
		return nil, err
	}
	file, err := p.proof.Prove(ctx, &e)
	if errors.Is(err, proof.ErrNotYet) {
		return nil, conflict(err)
	}
	return file, err
}

func conflict(err error) error { return &console.Mistake{Code: http.StatusConflict, Err: err} }

// Audit holds everything against each other. What it finds may be anybody's.
func (p adminProof) Audit(ctx context.Context, scope access.Scope, saved []console.SavedAnchor) (proof.Report, error) {
	if !scope.Whole() {
		return proof.Report{}, &console.Mistake{Code: http.StatusForbidden, Err: errors.New("an audit needs a token without principal and call centre: it reads the records of all")}
	}
	anchors := make([]proof.Anchor, 0, len(saved))
	for _, s := range saved {
		head, err := proof.ReadHead([]byte(s.Text), p.proof.Key().Verifier())
		if err != nil {
			return proof.Report{}, &console.Mistake{
				Code: http.StatusUnprocessableEntity,
				Err:  fmt.Errorf("anchor %s: %w; either it is of another log, or the key of this one was replaced", s.Name, err),
			}
		}
		anchors = append(anchors, proof.Anchor{Name: s.Name, Head: head})
	}
	return p.proof.Audit(ctx, p.reader, anchors)
}

// Checkpoint returns the head of the log.
func (p adminProof) Checkpoint(ctx context.Context) ([]byte, error) {
	head, err := p.proof.Head(ctx)
	if errors.Is(err, proof.ErrEmpty) {
		err = &console.Mistake{Code: http.StatusNotFound, Err: err}
	}
	return head.Text, err
}

// Tile returns a file of the log.
func (p adminProof) Tile(ctx context.Context, path string) ([]byte, error) {
	file, err := p.proof.Tile(ctx, path)
	if errors.Is(err, proof.ErrNoTile) {
		err = &console.Mistake{Code: http.StatusNotFound, Err: err}
	}
	return file, err
}
