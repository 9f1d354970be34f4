package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy/access"
)

// Token is a token without its secret, and all that was done to it.
type Token struct {
	Name       string    `json:"name"`
	Role       string    `json:"role"`
	Principal  string    `json:"principal,omitempty"`
	CallCentre string    `json:"call_centre,omitempty"`
	Operations []string  `json:"operations,omitempty"`
	State      string    `json:"state" doc:"valid, expired or revoked"`
	Made       time.Time `json:"made"`
	By         string    `json:"by" doc:"who made it"`
	Expires    time.Time `json:"expires,omitzero"`
	Revoked    time.Time `json:"revoked,omitzero"`
	RevokedBy  string    `json:"revoked_by,omitempty"`
	Why        string    `json:"why,omitempty" doc:"why it was revoked"`
}

// NewToken is a token that was just made, with its secret, which is said once.
type NewToken struct {
	Token
	Secret string `json:"token" doc:"what the holder sends as Authorization: Bearer; it is kept nowhere"`
}

// TokenRequest is a token that is to be made.
type TokenRequest struct {
	Name       string    `json:"name" minLength:"1" maxLength:"64"`
	Role       string    `json:"role" enum:"admin,compliance,supervisor,auditor,system"`
	Principal  string    `json:"principal,omitempty" maxLength:"64" doc:"of compliance; auditor and system may have one"`
	CallCentre string    `json:"call_centre,omitempty" maxLength:"64" doc:"of supervisor; auditor and system may have one"`
	Operations []string  `json:"operations,omitempty" maxItems:"100" doc:"of system: the ids of what it may do"`
	Expires    time.Time `json:"expires,omitzero" doc:"left out: it holds until it is revoked"`
}

func (c *Console) tokenOperations(api huma.API) {
	admin := access.Of(access.Admin)
	operation(api, huma.Operation{
		OperationID: "token-add", Method: http.MethodPost, Path: "/v1/tokens",
		Summary: "Make a token; the answer has its secret, once",
		Errors:  []int{http.StatusConflict, http.StatusUnprocessableEntity},
	}, admin, c.addToken)
	operation(api, huma.Operation{
		OperationID: "tokens", Method: http.MethodGet, Path: "/v1/tokens",
		Summary: "Every token there ever was, with who made and who revoked it, newest first",
	}, access.Of(access.Admin, access.Auditor), c.tokens)
	operation(api, huma.Operation{
		OperationID: "token-revoke", Method: http.MethodPost, Path: "/v1/tokens/{name}/revoke",
		Summary: "End a token at once",
		Errors:  []int{http.StatusNotFound},
	}, admin, c.revokeToken)
}

type tokenInput struct{ Body TokenRequest }

func (c *Console) addToken(_ context.Context, scope access.Scope, in *tokenInput) (*body[NewToken], error) {
	r := in.Body
	role, err := access.ParseRole(r.Role)
	if err != nil {
		return nil, huma.Error422UnprocessableEntity(err.Error())
	}
	names := c.config.Book.Names(scope)
	if r.Principal != "" && !names.HasPrincipal(r.Principal) {
		return nil, huma.Error404NotFound(fmt.Sprintf("there is no principal %q: apply it first", r.Principal))
	}
	if r.CallCentre != "" && !names.HasCallCentre(r.CallCentre) {
		return nil, huma.Error404NotFound(fmt.Sprintf("there is no call_centre %q: apply it first", r.CallCentre))
	}
	for _, o := range r.Operations {
		if !slices.Contains(c.operations, o) {
			return nil, huma.Error422UnprocessableEntity(fmt.Sprintf("there is no operation %q that a system may do; there are %q", o, c.operations))
		}
	}
	t, secret, err := c.config.Register.AddToken(scope, access.Token{
		Name: r.Name, Role: role, Principal: r.Principal, CallCentre: r.CallCentre,
		Operations: r.Operations, Expires: r.Expires,
	})
	if err != nil {
		return nil, c.answer("token-add", registerError(err))
	}
	c.log.Info("a token was made", "token", t.Name, "role", t.Role.String(), "actor", scope.Actor)
	return &body[NewToken]{NewToken{c.tokenOf(&t), secret}}, nil
}

func (c *Console) tokens(_ context.Context, scope access.Scope, _ *struct{}) (*body[[]Token], error) {
	list := c.config.Register.Tokens(scope)
	out := make([]Token, len(list))
	for i := range list {
		out[i] = c.tokenOf(&list[i])
	}
	return &body[[]Token]{out}, nil
}

type revokeInput struct {
	Name string `path:"name" maxLength:"64"`
	Body struct {
		Why string `json:"why,omitempty" maxLength:"1000"`
	}
}

func (c *Console) revokeToken(_ context.Context, scope access.Scope, in *revokeInput) (*body[Token], error) {
	t, err := c.config.Register.RevokeToken(scope, in.Name, in.Body.Why)
	if err != nil {
		return nil, c.answer("token-revoke", registerError(err))
	}
	c.log.Info("a token was revoked", "token", t.Name, "actor", scope.Actor)
	return &body[Token]{c.tokenOf(&t)}, nil
}

func (c *Console) tokenOf(t *access.Token) Token {
	out := Token{
		Name: t.Name, Role: t.Role.String(), Principal: t.Principal, CallCentre: t.CallCentre, Operations: t.Operations,
		State: "valid", Made: t.Made, By: t.By, Expires: t.Expires, Revoked: t.Revoked, RevokedBy: t.RevokedBy, Why: t.Why,
	}
	switch err := t.State(c.config.Register.Now()); {
	case errors.Is(err, access.ErrRevoked):
		out.State = "revoked"
	case errors.Is(err, access.ErrExpired):
		out.State = "expired"
	}
	return out
}
