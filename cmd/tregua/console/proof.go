package console

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/proof"
)

// Proof is the log that records are proved by.
type Proof interface {
	// Key returns the public key of the log.
	Key() string
	// Prove writes the proof file of a record, with its personal part if that is
	// asked for.
	Prove(ctx context.Context, id policy.AttemptID, personal bool) ([]byte, error)
	// Audit reads everything; anchors are saved checkpoints.
	Audit(ctx context.Context, scope access.Scope, anchors []SavedAnchor) (proof.Report, error)
	// Checkpoint returns the head of the log.
	Checkpoint(ctx context.Context) ([]byte, error)
	// Anchors says who outside has which checkpoint, after taking the newest one out
	// to all of them if now is set.
	Anchors(ctx context.Context, scope access.Scope, now bool) (Anchors, error)
	// Tile returns a file of c2sp.org/tlog-tiles by its path after tile/.
	Tile(ctx context.Context, path string) ([]byte, error)
}

// SavedAnchor is a checkpoint that was saved outside.
type SavedAnchor struct {
	Name string `json:"name" maxLength:"255" doc:"what to call it in findings"`
	Text string `json:"checkpoint" maxLength:"65536" doc:"the signed note"`
}

// AuditAnswer is what an audit found.
type AuditAnswer struct {
	Records  uint64         `json:"records" doc:"in the ledger"`
	Removed  uint64         `json:"removed,omitempty" doc:"records whose term was over, of which the leaves are left"`
	Leaves   uint64         `json:"leaves" doc:"under the checkpoint"`
	Anchored uint64         `json:"anchored" doc:"the first records that an anchor holds for; 0: history can be rewritten by who holds the key and the disk"`
	Findings []AuditFinding `json:"findings" doc:"the first difference first; none: all agree"`
}

// AuditFinding is one difference.
type AuditFinding struct {
	Seq   *uint64 `json:"seq,omitempty" doc:"the first record that it may touch"`
	Last  *uint64 `json:"last,omitempty" doc:"the last one; one of these is not what it was"`
	Month string  `json:"month,omitempty"`
	What  string  `json:"what"`
	Text  string  `json:"text" doc:"all of it in a sentence"`
}

// LogKey is the public key of the log.
type LogKey struct {
	Key string `json:"key" doc:"a vkey of c2sp.org/signed-note: all that verifying a proof needs"`
}

type plain struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (c *Console) proofOperations(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "prove", Method: http.MethodGet, Path: "/v1/attempts/{id}/proof",
		Summary:     "The proof that the record of an attempt is in the log",
		Description: "A file of c2sp.org/tlog-proof, verified by `tregua ledger verify` with the public key alone.",
		Errors:      []int{http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity},
	}, readers, c.prove)
	operation(api, huma.Operation{
		OperationID: "audit", Method: http.MethodPost, Path: "/v1/ledger/audit",
		Summary: "Hold all records, leaves, tiles, the checkpoint and saved checkpoints against each other",
		Errors:  []int{http.StatusUnprocessableEntity},
	}, access.Of(access.Admin, access.Auditor), c.audit)
	operation(api, huma.Operation{
		OperationID: "log-key", Method: http.MethodGet, Path: "/v1/ledger/key", Summary: "The public key of the proof log",
	}, everybody, c.logKey)
	operation(api, huma.Operation{
		OperationID: "log-checkpoint", Method: http.MethodGet, Path: "/log/checkpoint",
		Summary: "The head of the proof log (c2sp.org/tlog-checkpoint)",
		Errors:  []int{http.StatusNotFound},
	}, everybody, c.checkpoint)
	operation(api, huma.Operation{
		OperationID: "log-tile", Method: http.MethodGet, Path: "/log/tile/{path...}",
		Summary:     "The hashes and leaves of the proof log (c2sp.org/tlog-tiles)",
		Description: "A leaf tells nothing of its record to who has not the record.",
		Errors:      []int{http.StatusNotFound},
	}, everybody, c.tile)
}

type proveInput struct {
	ID       string `path:"id" doc:"the attempt id, which the dialer sees as decision id"`
	Personal bool   `query:"personal" doc:"with number, caller id and Call-ID in clear"`
}

func (c *Console) prove(ctx context.Context, scope access.Scope, in *proveInput) (*plain, error) {
	id, err := uuid.Parse(in.ID)
	if err != nil || len(in.ID) != 36 {
		return nil, huma.Error422UnprocessableEntity("no attempt id; it has the form 01890a5d-ac96-774b-bcce-b302099a8057")
	}
	r, found, err := c.config.Records.Attempt(ctx, scope, policy.AttemptID(id))
	if err != nil {
		return nil, c.answer("prove", err)
	}
	if !found {
		return nil, huma.Error404NotFound("there is no attempt " + in.ID)
	}
	file, err := c.config.Proof.Prove(ctx, policy.AttemptID(id), in.Personal)
	if err != nil {
		return nil, c.answer("prove", err)
	}
	if err := c.config.Register.Read(scope, "prove", 1, r.Attempt.Called); err != nil {
		return nil, c.answer("prove", err)
	}
	return &plain{"text/plain; charset=utf-8", file}, nil
}

type auditInput struct {
	Body struct {
		Anchors []SavedAnchor `json:"anchors,omitempty" maxItems:"1000"`
	}
}

func (c *Console) audit(ctx context.Context, scope access.Scope, in *auditInput) (*body[AuditAnswer], error) {
	r, err := c.config.Proof.Audit(ctx, scope, in.Body.Anchors)
	if err != nil {
		return nil, c.answer("audit", err)
	}
	out := AuditAnswer{Records: r.Records, Removed: r.Removed, Leaves: r.Leaves, Anchored: r.Anchored, Findings: []AuditFinding{}}
	for _, f := range r.Findings {
		one := AuditFinding{Month: f.Month, What: f.What, Text: f.String()}
		if !f.None {
			one.Seq, one.Last = &f.Seq, &f.Last
		}
		out.Findings = append(out.Findings, one)
	}
	return &body[AuditAnswer]{out}, nil
}

func (c *Console) logKey(context.Context, access.Scope, *struct{}) (*body[LogKey], error) {
	return &body[LogKey]{LogKey{c.config.Proof.Key()}}, nil
}

func (c *Console) checkpoint(ctx context.Context, _ access.Scope, _ *struct{}) (*plain, error) {
	text, err := c.config.Proof.Checkpoint(ctx)
	if err != nil {
		return nil, c.answer("log-checkpoint", err)
	}
	return &plain{"text/plain; charset=utf-8", text}, nil
}

type tileInput struct {
	Path string `path:"path" maxLength:"64"`
}

func (c *Console) tile(ctx context.Context, _ access.Scope, in *tileInput) (*plain, error) {
	file, err := c.config.Proof.Tile(ctx, in.Path)
	if err != nil {
		return nil, c.answer("log-tile", err)
	}
	return &plain{"application/octet-stream", file}, nil
}

// Prove returns the proof file of an attempt.
func (c *Client) Prove(ctx context.Context, id string, personal bool) ([]byte, error) {
	query := url.Values{}
	if personal {
		query.Set("personal", "true")
	}
	resp, err := c.send(ctx, http.MethodGet, "/v1/attempts/"+url.PathEscape(id)+"/proof", query, "", nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	file, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("reading the proof: %w", err)
	}
	return file, nil
}

// Audit holds everything against each other and against saved checkpoints.
func (c *Client) Audit(ctx context.Context, anchors []SavedAnchor) (out AuditAnswer, err error) {
	in, err := json.Marshal(map[string]any{"anchors": anchors})
	if err != nil {
		return out, err
	}
	err = c.do(ctx, http.MethodPost, "/v1/ledger/audit", nil, "application/json", bytes.NewReader(in), &out)
	return out, err
}

// LogKey returns the public key of the proof log.
func (c *Client) LogKey(ctx context.Context) (out LogKey, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/ledger/key", nil, "", nil, &out)
	return out, err
}
