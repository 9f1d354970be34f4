package anchor

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"

	"tregua/policy/proof"
)

// Witness asks a witness to sign a checkpoint, which he does when it continues the
// last one that he has signed (c2sp.org/tlog-witness).
type Witness struct {
	URL string // before /add-checkpoint
	Key string // vkey of his cosignatures
	Log Consistency
}

// Consistency proves that a log has only grown.
type Consistency interface {
	// Consistency returns the hashes that lead from the root of the first records to
	// that of more (RFC 6962 section 2.1.2).
	Consistency(ctx context.Context, from, to uint64) ([][]byte, error)
}

// Take asks for a cosignature. The witness knows which checkpoint he has signed last,
// and says so when it is not the one that we know of.
func (w *Witness) Take(ctx context.Context, head proof.Head, last Receipt) (Receipt, error) {
	a, err := w.add(ctx, head, last.Size)
	if err == nil && a.status == http.StatusConflict {
		size, bad := strconv.ParseUint(strings.TrimSpace(string(a.body)), 10, 64)
		if bad != nil || a.header.Get("Content-Type") != "text/x.tlog.size" || size > head.Size {
			return Receipt{}, fmt.Errorf("the witness has signed another history than that of this log: %d %.100q", a.status, a.body)
		}
		a, err = w.add(ctx, head, size)
	}
	if err != nil {
		return Receipt{}, err
	}
	if a.status != http.StatusOK {
		return Receipt{}, fmt.Errorf("the witness answers %d %.100q", a.status, a.body)
	}
	return w.cosigned(head, a.body)
}

// add posts a checkpoint with the proof that it continues an old size.
func (w *Witness) add(ctx context.Context, head proof.Head, old uint64) (answer, error) {
	var hashes [][]byte
	if old > 0 {
		var err error
		if hashes, err = w.Log.Consistency(ctx, old, head.Size); err != nil {
			return answer{}, err
		}
	}
	var body bytes.Buffer
	fmt.Fprintf(&body, "old %d\n", old)
	for _, h := range hashes {
		body.WriteString(base64.StdEncoding.EncodeToString(h) + "\n")
	}
	body.WriteString("\n")
	body.Write(head.Text)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(w.URL, "/")+"/add-checkpoint", &body)
	if err != nil {
		return answer{}, err
	}
	return post(client(), r)
}

// cosigned puts the lines of the witness below the checkpoint, if one of them is his.
func (w *Witness) cosigned(head proof.Head, lines []byte) (Receipt, error) {
	verifier, err := fnote.NewVerifierForCosignatureV1(w.Key)
	if err != nil {
		return Receipt{}, fmt.Errorf("key of the witness: %w", err)
	}
	text := append(bytes.Clone(head.Text), lines...)
	n, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return Receipt{}, fmt.Errorf("cosignature: %w", err)
	}
	at, err := fnote.CoSigV1Timestamp(n.Sigs[0])
	if err != nil {
		return Receipt{}, fmt.Errorf("cosignature: %w", err)
	}
	return Receipt{Note: text, At: at.UTC(), Size: head.Size}, nil
}
