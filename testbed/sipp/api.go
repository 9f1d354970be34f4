package sipp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Block puts a number on the blacklist through the admin API and returns when
// the answer is there.
func (s *Site) Block(ctx context.Context, number string) error {
	body, err := json.Marshal(map[string]string{"number": number, "reason": "said so on the phone"})
	if err != nil {
		return err
	}
	return s.ask(ctx, http.MethodPost, "/v1/principals/acme/blacklist", bytes.NewReader(body), nil)
}

// Record is what the testbed reads of a record.
type Record struct {
	ID     string `json:"id"`
	CallID string `json:"call_id"`
	Number string `json:"number"`
	Ending struct {
		Outcome    string    `json:"outcome"`
		Class      string    `json:"class"`
		Forwarded  bool      `json:"forwarded"`
		AnsweredAt time.Time `json:"answered_at"`
	} `json:"ending"`
	Repeat *struct {
		Of    string `json:"of"`
		Count int    `json:"count"`
	} `json:"repeat"`
	Decision struct {
		Verdict string `json:"verdict"`
		Reason  string `json:"reason"`
	} `json:"decision"`
}

// Records returns the newest 10000 records.
func (s *Site) Records(ctx context.Context) (records []Record, err error) {
	err = s.ask(ctx, http.MethodGet, "/v1/attempts?limit=10000", nil, &records)
	return records, err
}

// Counters returns the counters of the store that are not 0, by name.
func (s *Site) Counters(ctx context.Context) (map[string]uint64, error) {
	var list []struct {
		Name  string `json:"name"`
		Value uint64 `json:"value"`
	}
	err := s.ask(ctx, http.MethodGet, "/v1/counters", nil, &list)
	counters := map[string]uint64{}
	for _, c := range list {
		if c.Value > 0 {
			counters[c.Name] = c.Value
		}
	}
	return counters, err
}

func (s *Site) ask(ctx context.Context, method, path string, body io.Reader, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://tregua"+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s %s", method, path, res.Status, text)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}

// count adds r to counters as the store names them.
func (r *Record) count(counters map[string]uint64) {
	if r.Repeat != nil {
		counters["repeats"] += uint64(r.Repeat.Count)
		return
	}
	counters["attempts"]++
	if r.Ending.Forwarded {
		counters["forwarded"]++
	}
	if !r.Ending.AnsweredAt.IsZero() {
		counters["answered"]++
	}
	switch r.Ending.Outcome {
	case "refused":
		counters["refused."+r.Decision.Reason]++
	case "cancelled", "failed", "unreachable", "interrupted", "machine", "hung_up", "excluded":
		counters[r.Ending.Outcome]++
	}
	switch r.Ending.Class {
	case "A":
		counters["silent"]++
	case "B":
		counters["connected"]++
	}
}
