package console

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy/access"
)

// Backup writes the whole node into w while it runs. An error of a reader of w comes
// back.
type Backup func(ctx context.Context, scope access.Scope, w io.Writer) error

func (c *Console) backupOperation(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "backup", Method: http.MethodGet, Path: "/v1/backup",
		Summary:     "A backup of the data, of one moment",
		Description: "It holds the numbers of lists in clear: root and the daemon's user may have it, at the admin socket. The keys are not in it.",
	}, access.Of(access.Local), c.backup)
}

func (c *Console) backup(ctx context.Context, scope access.Scope, _ *struct{}) (*huma.StreamResponse, error) {
	if err := c.config.Register.Read(scope, "backup", 0); err != nil {
		return nil, c.answer("backup", err)
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", "application/x-tar")
		if err := c.config.Backup(ctx, scope, out.BodyWriter()); err != nil {
			// The head has left: an answer that is cut off is how the other end learns of it.
			c.log.Error("a backup broke off", "err", err)
			panic(http.ErrAbortHandler)
		}
	}}, nil
}

// Backup writes a backup of the daemon's data to w.
func (c *Client) Backup(ctx context.Context, w io.Writer) error {
	resp, err := c.send(ctx, http.MethodGet, "/v1/backup", nil, "", nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(w, resp.Body); err != nil {
		return &cutOff{err}
	}
	return nil
}

// cutOff is an answer that did not come whole.
type cutOff struct{ err error }

// Error says that there is no answer, and where to look.
func (e *cutOff) Error() string {
	return "the answer was cut off (" + e.err.Error() + "); the log of the daemon says why"
}

// Unwrap returns what the connection said.
func (e *cutOff) Unwrap() error { return e.err }
