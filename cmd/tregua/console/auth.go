package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy/access"
	"tregua/policy/access/register"
)

// rolesKey is where an operation says who may do it; one that does not is done
// for nobody.
const rolesKey = "roles"

// scopeKey marks the scope in the context of a request.
type scopeKey struct{}

// operation registers one operation: who may do it, and what does it. The
// handler's scope is that of who asks.
func operation[I, O any](api huma.API, op huma.Operation, roles access.Roles,
	handler func(context.Context, access.Scope, *I) (*O, error),
) {
	op.Metadata = map[string]any{rolesKey: roles}
	op.Description = strings.TrimSpace(op.Description + " For: " + roles.String() + ".")
	op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden)
	op.Security = []map[string][]string{{"token": {}}}
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
		scope, _ := ctx.Value(scopeKey{}).(access.Scope)
		return handler(ctx, scope, in)
	})
}

// everybody is who may do what is narrowed to the scope alone.
var everybody = access.Of(access.Admin, access.Compliance, access.Supervisor, access.Auditor, access.System)

// forSystems returns the ids of the operations that a program may do, sorted.
func forSystems(doc *huma.OpenAPI) (ids []string) {
	for _, path := range doc.Paths { // order: sorted below
		for _, op := range []*huma.Operation{path.Get, path.Post, path.Put, path.Patch, path.Delete} {
			if op == nil {
				continue
			}
			if roles, _ := op.Metadata[rolesKey].(access.Roles); roles.Has(access.System) {
				ids = append(ids, op.OperationID)
			}
		}
	}
	slices.Sort(ids)
	return ids
}

// authenticate finds out who asks and whether they may, before anything of the
// request is read.
func (c *Console) authenticate(api huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		scope, err := c.scope(ctx)
		if err != nil {
			if !errors.Is(err, errNobody) {
				c.log.Warn("a request was refused", "operation", ctx.Operation().OperationID, "from", ctx.RemoteAddr(), "err", err)
			}
			ctx.SetHeader("WWW-Authenticate", "Bearer") // RFC 6750, 3
			refuse(api, ctx, http.StatusUnauthorized, err)
			return
		}
		roles, _ := ctx.Operation().Metadata[rolesKey].(access.Roles)
		if err := scope.May(ctx.Operation().OperationID, roles); err != nil {
			refuse(api, ctx, http.StatusForbidden, err)
			return
		}
		next(huma.WithValue(ctx, scopeKey{}, scope))
	}
}

func refuse(api huma.API, ctx huma.Context, status int, err error) {
	huma.WriteErr(api, ctx, status, err.Error()) //nolint:errcheck // the other end has gone
}

// errNobody is what they read who have neither a token nor the right user.
var errNobody = errors.New("who asks is not known; send a token (--token-file FILE or TREGUA_TOKEN), or ask at the admin socket as root or as the daemon's user")

// scope returns the scope of who asks: that of the token, if there is one, else
// that of the user at the other end of the socket.
func (c *Console) scope(ctx huma.Context) (access.Scope, error) {
	if header := ctx.Header("Authorization"); header != "" {
		scheme, secret, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") { // RFC 9110, 11.1
			return access.Scope{}, errors.New("the Authorization header names no Bearer token")
		}
		return c.config.Register.Enter(strings.TrimSpace(secret))
	}
	if p, ok := ctx.Context().Value(peerKey{}).(peer); ok && p.trusted {
		return access.Scope{Actor: p.name, Role: access.Local}, nil
	}
	return access.Scope{}, errNobody
}

// registerError marks what the caller of the register can mend.
func registerError(err error) error {
	switch {
	case errors.Is(err, register.ErrUnknown):
		return &Mistake{Code: http.StatusNotFound, Err: err}
	case errors.Is(err, access.ErrSamePerson):
		return &Mistake{Code: http.StatusForbidden, Err: err}
	case errors.Is(err, register.ErrConflict):
		return &Mistake{Code: http.StatusConflict, Err: err}
	case errors.Is(err, register.ErrInput):
		return &Mistake{Code: http.StatusUnprocessableEntity, Err: err}
	}
	return err
}
