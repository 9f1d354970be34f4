package console

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy"
	"tregua/policy/access"
)

// removal is a single blacklist entry that is to be taken back.
type removal struct {
	Principal string        `json:"principal"`
	Number    policy.Number `json:"number"`
	Reason    string        `json:"reason"`
}

func (r removal) text() (string, policy.Number) {
	return fmt.Sprintf("take %s from the blacklist of %s, so that it may be called again", r.Number, r.Principal), r.Number
}

func (c *Console) blacklistRemoval(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "blacklist-remove", Method: http.MethodPost, Path: "/v1/principals/{principal}/blacklist/remove",
		Summary:       "Propose to take a single entry from a principal's blacklist",
		Description:   "Only the person may take an objection back. It takes effect when a second person confirms it; what an import lists stays listed.",
		DefaultStatus: http.StatusAccepted,
		Errors:        []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, access.Of(access.Compliance), c.proposeRemoval)
}

type removalInput struct {
	Principal string `path:"principal" maxLength:"63"`
	Body      struct {
		Number string `json:"number" minLength:"1" maxLength:"64" doc:"as people write it"`
		Reason string `json:"reason" minLength:"1" maxLength:"1000" doc:"how the person took the objection back; never the number itself"`
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
	return c.propose(scope, "blacklist.remove", owner{principal: in.Principal}, in.Body.Reason, removal{in.Principal, n, in.Body.Reason})
}

func (c *Console) removeListed(ctx context.Context, by couple, r removal) (string, error) {
	entry, err := c.config.Book.RemoveBlacklist(ctx, by.both(), r.Principal, r.Number.String(), r.Reason)
	if err != nil {
		return "", err
	}
	return entry.Source + " is withdrawn", nil
}
