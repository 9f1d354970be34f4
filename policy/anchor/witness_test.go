package anchor_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	fnote "github.com/transparency-dev/formats/note"
	"golang.org/x/mod/sumdb/note"

	"tregua/policy/anchor"
)

// proofs gives as a proof the sizes that it leads from and to.
type proofs struct{}

func (proofs) Consistency(_ context.Context, from, to uint64) ([][]byte, error) {
	return [][]byte{fmt.Appendf(nil, "%d to %d", from, to)}, nil
}

// TestWitness: a witness signs what continues the checkpoint that he knows, and is
// asked again from that one when it is not the one that we know.
func TestWitness(t *testing.T) {
	t.Parallel()
	skey, vkey := must2(note.GenerateKey(rand.Reader, "witness.example"))
	signer := must(fnote.NewSignerForCosignatureV1(skey))
	knows, asked := uint64(0), 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		ask, text, _ := strings.Cut(string(must(io.ReadAll(r.Body))), "\n\n")
		lines := strings.Split(ask, "\n")
		if r.URL.Path != "/x/add-checkpoint" || lines[0] != fmt.Sprintf("old %d", knows) {
			w.Header().Set("Content-Type", "text/x.tlog.size")
			w.WriteHeader(http.StatusConflict)
			fmt.Fprintln(w, knows)
			return
		}
		size := must(strconv.ParseUint(strings.Split(text, "\n")[1], 10, 64))
		if want := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%d to %d", knows, size)); knows > 0 && (len(lines) != 2 || lines[1] != want) {
			t.Errorf("the proof is %q", lines[1:])
		}
		n := must(note.Open([]byte(text), note.VerifierList(must(note.NewVerifier(logVKey)))))
		signed := must(note.Sign(&note.Note{Text: n.Text}, signer))
		knows = size
		_, _ = w.Write(signed[len(n.Text)+1:])
	}))
	defer s.Close()
	w := &anchor.Witness{URL: s.URL + "/x/", Key: must(fnote.VKeyToCosignatureV1(vkey)), Log: proofs{}}
	first := must(w.Take(t.Context(), head(10), anchor.Receipt{}))
	second := must(w.Take(t.Context(), head(30), first))
	if asked != 2 || second.Size != 30 || time.Since(second.At) > time.Hour || bytes.Count(second.Note, []byte("— ")) != 2 {
		t.Errorf("asked %d times, %+v\n%s", asked, second, second.Note)
	}
	third, err := w.Take(t.Context(), head(40), first) // what came back of the second was lost
	if err != nil || asked != 4 || third.Size != 40 {
		t.Errorf("asked %d times: %v", asked, err)
	}
	if _, err := w.Take(t.Context(), head(35), first); err == nil || !strings.Contains(err.Error(), "another history") {
		t.Errorf("a log that is shorter than the witness knows: %v", err)
	}
	w.Key = must(fnote.VKeyToCosignatureV1(logVKey))
	if _, err := w.Take(t.Context(), head(50), third); err == nil || !strings.Contains(err.Error(), "cosignature") {
		t.Errorf("signed by another: %v", err)
	}
}
