package anchor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"tregua/policy/proof"
)

// Target is somebody outside to whom a checkpoint is given.
type Target interface {
	// Take gives him a checkpoint. Last is the receipt of the one before; its Note is
	// empty when there is none. Without an error he has it.
	Take(ctx context.Context, head proof.Head, last Receipt) (Receipt, error)
}

// Receipt is what is kept of an anchor.
type Receipt struct {
	Note   []byte    // the checkpoint, with what others signed below it (c2sp.org/signed-note)
	Token  []byte    // the answer of a time-stamping authority (RFC 3161 section 2.4.2), DER; nil: there is none
	Answer []byte    // a mail server's, by which it finds the mail in its log, one line; nil: there is none
	At     time.Time // by his clock, and by ours where he does not say
	Size   uint64    // records that the checkpoint is over
}

// patience is how long somebody outside may take for an answer.
const patience = 30 * time.Second

// largest bounds an answer.
const largest = 1 << 20

// client asks those outside. What is meant for one goes to no other.
func client() *http.Client {
	return &http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func post(c *http.Client, r *http.Request) (a answer, err error) {
	r.Header.Set("User-Agent", "tregua")
	resp, err := c.Do(r)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // without the URL: there may be a secret in it
		}
		return a, fmt.Errorf("post: %w", err)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, largest))
	_ = resp.Body.Close() // it was read
	if err != nil {
		return a, fmt.Errorf("read the answer: %w", err)
	}
	return answer{resp.StatusCode, resp.Header, body}, nil
}
