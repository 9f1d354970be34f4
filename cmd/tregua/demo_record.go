package main

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"tregua/cmd/tregua/console"
)

// recorded asks the daemon for its records and notes what they say of calls.
func (s *stage) recorded(ctx context.Context, calls []placed) error {
	limit := strconv.Itoa(2 * len(calls))
	records, err := console.NewClient(s.file("admin.sock")).Attempts(ctx, url.Values{"limit": {limit}})
	if err != nil {
		return fmt.Errorf("reading the records: %w", err)
	}
	byCall := map[string][]console.Record{}
	repeats := map[string]uint32{} // by the attempt that was repeated
	for _, r := range records {
		if r.Repeat != nil {
			repeats[r.Repeat.Of] += r.Repeat.Count
			continue
		}
		byCall[r.CallID] = append(byCall[r.CallID], r)
	}
	first := map[string]string{} // the call that dialled a number first, by what was dialled
	for _, c := range calls {
		if c.want != c.kind.again {
			first[c.user] = c.callID
		}
	}
	for i := range calls {
		c := &calls[i]
		c.got.record = recordSays(byCall[c.callID], c.kind)
		if c.want == c.kind.again && len(byCall[c.callID]) == 0 {
			c.got.record = repeatSays(byCall[first[c.user]], repeats)
		}
	}
	return nil
}

// recordSays puts the records of one call into words; there should be one.
func recordSays(records []console.Record, k *kind) string {
	if len(records) != 1 {
		return fmt.Sprintf("%d records", len(records))
	}
	e := records[0].Ending
	switch e.Outcome {
	case "connected", "silent", "silent_quiet", "hung_up", "excluded":
		return answeredSays(&e, k) + inShadow(&records[0])
	case "failed":
		return fmt.Sprintf("failed %d", e.Status)
	case "refused":
		if e.Forwarded {
			return "refused and forwarded"
		}
		return "refused " + records[0].Decision.Reason
	}
	return e.Outcome
}

// repeatSays puts into words what is recorded of one re-dial.
func repeatSays(first []console.Record, repeats map[string]uint32) string {
	if len(first) != 1 || repeats[first[0].ID] != 1 {
		return "not in any record"
	}
	return "a repeat of the first"
}

// inShadow puts into words what would have refused a call that was let through.
func inShadow(r *console.Record) string {
	var would strings.Builder
	for _, f := range r.Decision.Trail {
		if f.Shadow && f.Rule != "gate" { // see oneGate
			would.WriteString(", would be refused " + f.Reason)
		}
	}
	return would.String()
}
