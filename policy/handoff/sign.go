package handoff

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// secretPrefix begins a secret of Standard Webhooks.
const secretPrefix = "whsec_"

// ParseSecret reads the secret of a webhook as Standard Webhooks writes it: whsec_
// and the base64 of 24 to 64 bytes. Blanks and line ends around it are left out.
func ParseSecret(text string) ([]byte, error) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(text), secretPrefix)
	secret, err := base64.StdEncoding.DecodeString(rest)
	if !ok || err != nil || len(secret) < 24 || len(secret) > 64 {
		return nil, fmt.Errorf(`want whsec_ and the base64 of 24 to 64 bytes; make one with: echo "whsec_$(head -c 32 /dev/urandom | base64)"`)
	}
	return secret, nil
}

// SignRequest sets the headers of Standard Webhooks: id, which is the same in every
// try, the time, and the signature over both and the body.
func SignRequest(r *http.Request, secret []byte, id string, at time.Time, body []byte) {
	r.Header.Set("Webhook-Id", id)
	r.Header.Set("Webhook-Timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("Webhook-Signature", sign(secret, id, at, body))
}

// sign returns the value of webhook-signature: HMAC-SHA256 over id, time and body
// (Standard Webhooks, "Signature scheme").
func sign(secret []byte, id string, at time.Time, body []byte) string {
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	h.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
}
