package console

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy/access"
)

// Light is how a row of the board stands.
type Light string

// The lights.
const (
	Green  Light = "green"
	Yellow Light = "yellow" // look at it today
	Red    Light = "red"    // calls are refused that should not be, or go that should not
)

// BoardRow is one row of the board.
type BoardRow struct {
	Name  string `json:"name"`
	Light Light  `json:"light" enum:"green,yellow,red"`
	Text  string `json:"text"`
}

// Board is what an administrator looks at first (compliance.md 4.5).
type Board struct {
	Red  bool       `json:"red" doc:"a row is red"`
	Rows []BoardRow `json:"rows"`
}

func (c *Console) boardOperation(api huma.API) {
	operation(api, huma.Operation{
		OperationID: "board", Method: http.MethodGet, Path: "/v1/board",
		Summary: "What is well and what is not, in a few rows",
	}, everybody, c.board)
}

func (c *Console) board(_ context.Context, scope access.Scope, _ *struct{}) (*body[Board], error) {
	rows, err := c.config.Node.Board(scope)
	if err != nil {
		return nil, c.answer("board", err)
	}
	b := Board{Rows: orEmpty(rows)}
	for _, r := range rows {
		b.Red = b.Red || r.Light == Red
	}
	return &body[Board]{b}, nil
}

// Board returns what is well and what is not.
func (c *Client) Board(ctx context.Context) (out Board, err error) {
	err = c.do(ctx, http.MethodGet, "/v1/board", nil, "", nil, &out)
	return out, err
}
