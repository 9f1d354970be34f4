package console

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Due counts the numbers that an account must ask about.
func (c *Client) Due(ctx context.Context, account string, hours int) (out Due, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/accounts/"+url.PathEscape(account)+"/due", within(hours), "", nil, &out)
	return out, err
}

// Submit opens a submission of them.
func (c *Client) Submit(ctx context.Context, account string, hours int) (out Submission, err error) {
	err = c.do(ctx, http.MethodPost, "/v1/accounts/"+url.PathEscape(account)+"/submissions", within(hours), "", nil, &out)
	return out, err
}

func within(hours int) url.Values { return url.Values{"within_hours": {strconv.Itoa(hours)}} }

// SubmissionFile writes the file of a submission. One that did not come whole is
// an error.
func (c *Client) SubmissionFile(ctx context.Context, w io.Writer, id uint32) error {
	path := submissionPath(id, "file")
	resp, err := c.send(ctx, http.MethodGet, path, nil, "", nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(w, hash), resp.Body); err != nil {
		return fmt.Errorf("reading the answer of %s: %w", path, err)
	}
	if hex.EncodeToString(hash.Sum(nil)) != resp.Header.Get("X-Content-SHA256") {
		return errors.New("the file does not match the checksum of the submission: ask for it again")
	}
	return nil
}

// Answer sends the reply to a submission. The result of a reply with too many
// bad rows is no error: it says Activated false.
func (c *Client) Answer(ctx context.Context, r AnswerRequest) (out AnswerResult, err error) {
	query := url.Values{"answered_at": {r.AnsweredAt.Format(time.RFC3339)}}
	if r.FileName != "" {
		query.Set("file", r.FileName)
	}
	if r.MaxRejects != "" {
		query.Set("max_rejects", r.MaxRejects)
	}
	err = c.do(ctx, http.MethodPost, submissionPath(r.Submission, "answer"), query, "text/csv", r.Reader, &out)
	return out, err
}

// Accounts returns how far the numbers of each account are checked.
func (c *Client) Accounts(ctx context.Context) (out []AccountStatus, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/accounts", nil, "", nil, &out)
	return out, err
}
