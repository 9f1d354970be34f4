package anchor

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"tregua/policy/handoff"
	"tregua/policy/proof"
)

// Webhook posts checkpoints to a URL, signed as Standard Webhooks has it. A 2xx says
// that the receiver keeps it.
type Webhook struct {
	Node   string
	URL    string
	Secret []byte // see [handoff.ParseSecret]
}

// message is the body; type, timestamp and data are what Standard Webhooks
// recommends.
type message struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      struct {
		Node       string `json:"node"`
		Size       uint64 `json:"size"`       // records that the checkpoint is over
		Checkpoint string `json:"checkpoint"` // the signed note: keep it as it is
	} `json:"data"`
}

// Take posts a checkpoint.
func (w *Webhook) Take(ctx context.Context, head proof.Head, _ Receipt) (Receipt, error) {
	now := time.Now().UTC()
	m := message{Type: "log.checkpoint", Timestamp: now}
	m.Data.Node, m.Data.Size, m.Data.Checkpoint = w.Node, head.Size, string(head.Text)
	body, err := json.Marshal(m)
	if err != nil {
		return Receipt{}, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return Receipt{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	handoff.SignRequest(r, w.Secret, fmt.Sprintf("tregua_%s_checkpoint_%d", w.Node, head.Size), now, body)
	a, err := post(client(), r)
	if err != nil {
		return Receipt{}, err
	}
	if a.status/100 != 2 {
		return Receipt{}, fmt.Errorf("the receiver answers %d", a.status)
	}
	return Receipt{Note: head.Text, At: now, Size: head.Size}, nil
}
