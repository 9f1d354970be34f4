package console

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/proof"
)

// noProof is a log that has one file.
type noProof struct{}

func (noProof) Key() string { return "vkey" }

func (noProof) Prove(context.Context, policy.AttemptID, bool) ([]byte, error) { return nil, nil }

func (noProof) Audit(_ context.Context, _ access.Scope, anchors []SavedAnchor) (proof.Report, error) {
	return proof.Report{Records: 9, Findings: []proof.Finding{
		{Seq: 3, Last: 8, Month: "2026-11", What: anchors[0].Name}, {None: true, What: "all"},
	}}, nil
}

func (noProof) Anchors(context.Context, access.Scope, bool) (Anchors, error) { return Anchors{}, nil }

func (noProof) Checkpoint(context.Context) ([]byte, error) { return []byte("head\n"), nil }

func (noProof) Tile(_ context.Context, path string) ([]byte, error) {
	if path != "0/x001/067.p/8" {
		return nil, &Mistake{http.StatusNotFound, proof.ErrNoTile}
	}
	return []byte{0xFF, 0}, nil
}

// noBackup is a backup that breaks off.
func noBackup(_ context.Context, _ access.Scope, w io.Writer) error {
	_, err := w.Write(make([]byte, 1<<20))
	return errors.Join(err, errors.New("the disk is gone"))
}

// TestProofRequests holds what the operations of the proof log answer.
func TestProofRequests(t *testing.T) {
	t.Parallel()
	c := open(t, &house{})
	for _, r := range []struct {
		method, path, body string
		status             int
		kind, answer       string
	}{
		{"GET", "/v1/ledger/key", "", 200, "application/json", `{"key":"vkey"}`},
		{"GET", "/log/checkpoint", "", 200, "text/plain; charset=utf-8", "head\n"},
		{"GET", "/log/tile/0/x001/067.p/8", "", 200, "application/octet-stream", "\xff\x00"},
		{"GET", "/log/tile/0/x001/068", "", 404, "application/problem+json", "there is no such tile"},
		{"POST", "/v1/ledger/audit", `{"anchors":[{"name":"noon","checkpoint":"x"}]}`, 200, "application/json", `"records":9,"leaves":0,"anchored":0,"findings":[{"seq":3,"last":8,"month":"2026-11","what":"noon","text":"records 3 to 8 of 2026-11: noon"},{"what":"all","text":"all"}]`},
		{"GET", "/v1/attempts/1/proof", "", 422, "application/problem+json", "no attempt id"},
	} {
		rec := ask(c, "", r.method, r.path, r.body)
		if rec.Code != r.status || rec.Header().Get("Content-Type") != r.kind || !strings.Contains(rec.Body.String(), r.answer) {
			t.Errorf("%s %s: %d %s %s", r.method, r.path, rec.Code, rec.Header().Get("Content-Type"), rec.Body)
		}
	}
}

// TestBackupThatBreaksOff: half a backup is an error at the other end, and no file.
func TestBackupThatBreaksOff(t *testing.T) {
	t.Parallel()
	client := running(t, &house{})
	var got bytes.Buffer
	if err := client.Backup(t.Context(), &got); err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Errorf("%v, and %q came", err, got.String())
	}
}
