package handoff

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// ErrGone is returned when a receiver says that it wants no more (410 Gone).
var ErrGone = errors.New("the receiver answers 410 Gone: it wants no more")

// patience is how long a receiver may take for an answer.
const patience = 30 * time.Second

// Webhook posts batches to a URL, signed as Standard Webhooks has it. A batch is
// taken when the answer is a 2xx.
type Webhook struct {
	config WebhookConfig
	client *http.Client
}

// WebhookConfig says where to post and how to sign.
type WebhookConfig struct {
	Sink      string
	Node      uint16
	URL       string
	Secret    []byte            // see [ParseSecret]
	Transport http.RoundTripper // nil: that of net/http
}

// NewWebhook returns a webhook. It connects to nothing.
func NewWebhook(c WebhookConfig) *Webhook {
	return &Webhook{config: c, client: &http.Client{
		Transport: c.Transport, Timeout: patience,
		// What is signed for one receiver goes to no other.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// message is the body of a request; type, timestamp and data are what Standard
// Webhooks recommends.
type message struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"` // when the batch was made; the header has when it was sent
	Data      data      `json:"data"`
}

type data struct {
	Node     uint16            `json:"node"`
	Sink     string            `json:"sink"`
	FirstSeq uint64            `json:"first_seq"`
	LastSeq  uint64            `json:"last_seq"`
	Records  []json.RawMessage `json:"records,omitempty"`
	Hours    []json.RawMessage `json:"hours,omitempty"`
}

// id is the idempotency key: what it names is the same in every try. The records of
// a batch follow from their Seqs; hours are those that were over when it was made.
func (w *Webhook) id(b *Batch) string {
	id := fmt.Sprintf("tregua_%d_%s_%d_%d", w.config.Node, w.config.Sink, b.First, b.Last)
	if b.Format == Hourly {
		id += fmt.Sprintf("_%d", b.Made.Unix())
	}
	return id
}

func (w *Webhook) body(b *Batch) ([]byte, error) {
	items := make([]json.RawMessage, len(b.Items))
	for i := range b.Items {
		items[i] = b.Items[i].Text
	}
	m := message{Type: "attempts.ended", Timestamp: b.Made.UTC(), Data: data{
		Node: w.config.Node, Sink: w.config.Sink, FirstSeq: b.First, LastSeq: b.Last,
	}}
	if b.Format == Hourly {
		m.Type, m.Data.Hours = "traffic.hours", items
	} else {
		m.Data.Records = items
	}
	return json.Marshal(m)
}

// Take posts a batch.
func (w *Webhook) Take(ctx context.Context, b *Batch, p Place) (Place, error) {
	body, err := w.body(b)
	if err != nil {
		return p, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.config.URL, bytes.NewReader(body))
	if err != nil {
		return p, err
	}
	id, now := w.id(b), time.Now()
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "tregua")
	SignRequest(r, w.config.Secret, id, now, body)
	answer, err := w.client.Do(r)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err // without the URL: there may be a secret in it
		}
		return p, fmt.Errorf("post: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()                      // it was read or is given up
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10)) // so that the connection can be used again
	return p, judge(answer)
}

// Tidy has nothing to do.
func (w *Webhook) Tidy(Place) error { return nil }

// judge returns nil for an answer that takes a batch.
func judge(answer *http.Response) error {
	switch {
	case answer.StatusCode/100 == 2:
		return nil
	case answer.StatusCode == http.StatusGone:
		return ErrGone
	}
	seconds, _ := strconv.ParseUint(answer.Header.Get("Retry-After"), 10, 32) // a date is not looked at: our own times hold
	return &notTaken{answer.StatusCode, time.Duration(seconds) * time.Second}
}

// notTaken is an answer that does not take a batch.
type notTaken struct {
	status int
	after  time.Duration // Retry-After; 0: none
}

// Error names the status.
func (e *notTaken) Error() string { return fmt.Sprintf("the receiver answers %d", e.status) }
