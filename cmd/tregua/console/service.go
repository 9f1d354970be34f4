package console

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy"
	"tregua/policy/access"
)

func (c *Console) serviceOperations(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "campaign-service", Method: http.MethodPost, Path: "/v1/campaigns/{principal}/{campaign}/service",
		Summary:       "Propose that a campaign is one of service: none of advertising, and without a ground",
		Description:   "The campaign says so in data.yaml (service: true). It takes effect when a second person confirms it.",
		DefaultStatus: http.StatusAccepted,
		Errors:        []int{http.StatusNotFound, http.StatusUnprocessableEntity},
	}, access.Of(access.Compliance), c.proposeService)
}

type serviceInput struct {
	Principal string `path:"principal" maxLength:"64"`
	Campaign  string `path:"campaign" maxLength:"64"`
}

// service is a campaign that is to be one of service.
type service struct {
	Campaign string `json:"campaign"`
}

func (s service) text() (string, policy.Number) {
	return fmt.Sprintf("let campaign %s call without a ground, as one of service", s.Campaign), 0
}

func (c *Console) proposeService(_ context.Context, scope access.Scope, in *serviceInput) (*proposed, error) {
	s := service{in.Principal + "/" + in.Campaign}
	if err := c.config.Book.MayApproveService(scope, s.Campaign); err != nil {
		return nil, c.answer("campaign-service", err)
	}
	return c.propose(scope, "campaign.service", owner{principal: in.Principal}, "", s)
}

func (c *Console) approveService(_ context.Context, by couple, s service) (string, error) {
	generation, err := c.config.Book.ApproveService(by.second, by.first, s.Campaign)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("campaign %s is one of service, generation %d", s.Campaign, generation), nil
}
