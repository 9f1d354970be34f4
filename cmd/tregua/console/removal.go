package console

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy"
	"tregua/policy/access"
)

// removal is a number that is to come off a blacklist.
type removal struct {
	Principal string        `json:"principal"`
	Number    policy.Number `json:"number"`
	Evidence  string        `json:"evidence"`
}

func (r removal) text() (string, policy.Number) {
	return fmt.Sprintf("take %s from the blacklist of %s, so that it may be called again", r.Number, r.Principal), r.Number
}

func (c *Console) blacklistRemoval(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "blacklist-remove", Method: http.MethodPost, Path: "/v1/principals/{principal}/blacklist/removals",
		Summary:       "Propose to take one number off a principal's blacklist, because the person asked",
		Description:   "Only the person may take an objection back. It takes effect when a second person confirms it.",
		DefaultStatus: http.StatusAccepted,
		Errors:        []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, access.Of(access.Compliance), c.proposeRemoval)
}

type removalInput struct {
	Principal string `path:"principal" maxLength:"63"`
	Body      struct {
		Number   string `json:"number" minLength:"1" maxLength:"64" doc:"as people write it"`
		Evidence string `json:"evidence" minLength:"1" maxLength:"512" doc:"how the person asked to be called again, without the number"`
	}
}

func (c *Console) proposeRemoval(_ context.Context, scope access.Scope, in *removalInput) (*proposed, error) {
	names := c.config.Book.Names(scope)
	if !names.HasPrincipal(in.Principal) {
		return nil, huma.Error404NotFound(fmt.Sprintf("blacklist: there is no principal %q: apply it first", in.Principal))
	}
	n, err := names.Number(in.Body.Number)
	if err != nil {
		return nil, huma.Error422UnprocessableEntity(err.Error())
	}
	return c.propose(scope, "blacklist.remove", owner{principal: in.Principal}, in.Body.Evidence, removal{in.Principal, n, in.Body.Evidence})
}

func (c *Console) removeListed(ctx context.Context, by couple, r removal) (string, error) {
	if _, err := c.config.Book.Unlist(ctx, by.both(), r.Principal, r.Number.String(), r.Evidence); err != nil {
		return "", err
	}
	return "it is off the blacklist of " + r.Principal, nil
}
