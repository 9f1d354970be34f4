package anchor_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/digitorus/timestamp"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/sys/unix"

	"tregua/policy/anchor"
	"tregua/policy/anchor/anchortest"
	"tregua/policy/proof"
)

// head is a checkpoint over so many records; what it says is not looked at here.
func head(size uint64) proof.Head {
	root := sha256.Sum256([]byte(strconv.FormatUint(size, 10)))
	return proof.Head{Size: size, Root: root, Text: must(note.Sign(&note.Note{
		Text: fmt.Sprintf("log.example\n%d\n%s\n", size, base64.StdEncoding.EncodeToString(root[:])),
	}, must(note.NewSigner(logKey))))}
}

var logKey, logVKey = must2(note.GenerateKey(rand.Reader, "log.example"))

func TestTimeStamp(t *testing.T) {
	t.Parallel()
	tsa := anchortest.New(t)
	target := &anchor.TimeStamp{URL: tsa.URL, Roots: must(anchor.Roots(tsa.CA))}
	got, err := target.Take(t.Context(), head(500), anchor.Receipt{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Size != 500 || time.Since(got.At) > time.Hour || !bytes.Equal(got.Note, head(500).Text) {
		t.Errorf("got %+v", got)
	}
	stamp, err := anchor.VerifyStamp(got.Note, got.Token, target.Roots)
	if err != nil || stamp.By != "CN=Example TSA" {
		t.Errorf("%+v, %v", stamp, err)
	}
	other := anchortest.New(t)
	for name, c := range map[string]struct {
		text, token []byte
		ca          string
		want        string
	}{
		"another text":      {head(501).Text, got.Token, tsa.CA, "of another text"},
		"another authority": {got.Note, got.Token, other.CA, "certificate signed by unknown authority"},
		"cut":               {got.Note, got.Token[:len(got.Token)-1], tsa.CA, "time stamp: "},
		"nothing":           {got.Note, nil, tsa.CA, "time stamp: "},
		"flipped":           {got.Note, flipped(got.Token, len(got.Token)-2), tsa.CA, "time stamp: "},
	} {
		if _, err := anchor.VerifyStamp(c.text, c.token, must(anchor.Roots(c.ca))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestAuthorityThatLies: what does not answer the question is no anchor.
func TestAuthorityThatLies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*timestamp.Timestamp)
		want   string
	}{
		"another nonce":            {func(s *timestamp.Timestamp) { s.Nonce.Add(s.Nonce, s.Nonce) }, "the nonce differs"},
		"no nonce":                 {func(s *timestamp.Timestamp) { s.Nonce = nil }, "the nonce differs"},
		"another text":             {func(s *timestamp.Timestamp) { s.HashedMessage[0]++ }, "of another text"},
		"before its certificate":   {func(s *timestamp.Timestamp) { s.Time = s.Time.AddDate(-1, 0, 0) }, "certificate has expired or is not yet valid"},
		"no certificate to verify": {func(s *timestamp.Timestamp) { s.AddTSACertificate = false }, "time stamp: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tsa := anchortest.New(t)
			tsa.Change = c.change
			_, err := (&anchor.TimeStamp{URL: tsa.URL, Roots: must(anchor.Roots(tsa.CA))}).Take(t.Context(), head(5), anchor.Receipt{})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// TestImpostor: a certificate of the same root that is for something else signs no
// time stamps.
func TestImpostor(t *testing.T) {
	t.Parallel()
	tsa := anchortest.Impostor(t)
	_, err := (&anchor.TimeStamp{URL: tsa.URL, Roots: must(anchor.Roots(tsa.CA))}).Take(t.Context(), head(5), anchor.Receipt{})
	if err == nil || !strings.Contains(err.Error(), "incompatible key usage") {
		t.Error(err)
	}
}

// FuzzVerifyStamp: what is no time stamp of a text is an error, and never a panic. The
// seed is one that openssl has made.
func FuzzVerifyStamp(f *testing.F) {
	roots := must(anchor.Roots("testdata/ca.pem"))
	text, token := must(os.ReadFile("testdata/stamp.checkpoint")), must(os.ReadFile("testdata/stamp.tsr"))
	if _, err := anchor.VerifyStamp(text, token, roots); err != nil {
		f.Fatal(err)
	}
	f.Add(token)
	f.Fuzz(func(t *testing.T, token []byte) {
		if _, err := anchor.VerifyStamp(head(8).Text, token, roots); err == nil {
			t.Errorf("%x holds for a text that it is not of", token)
		}
	})
}

func TestFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	got, err := (&anchor.Folder{Dir: dir}).Take(t.Context(), head(12), anchor.Receipt{})
	if err != nil {
		t.Fatal(err)
	}
	list := must(anchor.List(dir))
	if len(list) != 1 || list[0].Size != 12 || !list[0].At.Equal(got.At.Truncate(time.Second)) {
		t.Fatalf("%+v", list)
	}
	if text := must(os.ReadFile(list[0].File)); !bytes.Equal(text, head(12).Text) {
		t.Errorf("it holds %q", text)
	}
	if _, err := (&anchor.Folder{Dir: filepath.Join(dir, "gone")}).Take(t.Context(), head(13), got); err == nil || !strings.Contains(err.Error(), "mount it") {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// TestFolderThatHangs: a mount that does not answer, here a pipe that nobody reads,
// holds up nobody but its own writes.
func TestFolderThatHangs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := &anchor.Folder{Dir: dir}
	stem := fmt.Sprintf("%012d-", 5)
	for s := range 5 { // the name has the second in it
		pipe := filepath.Join(dir, stem+time.Now().UTC().Add(time.Duration(s)*time.Second).Format("20060102T150405Z")+".checkpoint.tmp")
		if err := unix.Mkfifo(pipe, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("the program ends"))
	if _, err := f.Take(ctx, head(5), anchor.Receipt{}); err == nil || err.Error() != "the program ends" {
		t.Fatal(err)
	}
	if _, err := f.Take(t.Context(), head(5), anchor.Receipt{}); err == nil || !strings.Contains(err.Error(), "has not come back") {
		t.Error(err)
	}
}

func TestWebhook(t *testing.T) {
	t.Parallel()
	status := http.StatusNoContent
	var body []byte
	var header http.Header
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, header = must(io.ReadAll(r.Body)), r.Header
		w.WriteHeader(status)
	}))
	defer s.Close()
	hook := &anchor.Webhook{Node: "mi-edge-1", URL: s.URL + "?key=hush", Secret: bytes.Repeat([]byte{7}, 32)}
	if r, err := hook.Take(t.Context(), head(9), anchor.Receipt{}); err != nil || r.Size != 9 {
		t.Fatalf("%+v, %v", r, err)
	}
	var m struct {
		Type string
		Data struct {
			Node, Checkpoint string
			Size             uint64
		}
	}
	if err := json.Unmarshal(body, &m); err != nil || m.Type != "log.checkpoint" || m.Data.Checkpoint != string(head(9).Text) || m.Data.Size != 9 || m.Data.Node != "mi-edge-1" {
		t.Errorf("%v: %s", err, body)
	}
	if header.Get("Webhook-Id") != "tregua_mi-edge-1_checkpoint_9" || !strings.HasPrefix(header.Get("Webhook-Signature"), "v1,") {
		t.Errorf("header %v", header)
	}
	status = http.StatusFound
	if _, err := hook.Take(t.Context(), head(9), anchor.Receipt{}); err == nil || err.Error() != "the receiver answers 302" {
		t.Error(err)
	}
	s.Close()
	if _, err := hook.Take(t.Context(), head(9), anchor.Receipt{}); err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("the secret of the URL is in %v", err)
	}
}

func flipped(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func must2[A, B any](a A, b B, err error) (A, B) {
	if err != nil {
		panic(err)
	}
	return a, b
}
