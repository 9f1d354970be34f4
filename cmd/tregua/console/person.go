package console

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tregua/policy"
	"tregua/policy/access"
)

// Saying is one thing that is entered of one number at one principal. What its
// change does not have is empty.
type Saying struct {
	Principal string
	Change    string    // grant, revoke, request, hold, release, refuse, wrong_person
	Number    string    // as people write it
	At        time.Time // when the person said so; zero: now
	Purpose   string
	Channels  string // operator, automated or both with +
	Evidence  string
	Valid     time.Duration
	AgreedAt  time.Time
	Reason    string
}

// Said is what was entered.
type Said struct {
	Number    string    `json:"number"`
	Principal string    `json:"principal"`
	At        time.Time `json:"at" doc:"when it was entered; it is in force"`
	What      string    `json:"what" doc:"as the history of the number has it"`
}

// Removal is a number that came off a blacklist.
type Removal struct {
	Number    string    `json:"number"`
	Principal string    `json:"principal"`
	At        time.Time `json:"at"`
}

// FeedLine is one single change of a blacklist.
type FeedLine struct {
	Seq    uint64    `json:"seq"`
	At     time.Time `json:"at"`
	Change string    `json:"change" doc:"add or remove"`
	Number string    `json:"number"`
	All    bool      `json:"all,omitempty" doc:"the person wants no service calls either"`
	Source string    `json:"source,omitempty"`

	Called policy.Number `json:"-"` // what Number writes
}

// Standing is a number with a request or a hold that stands.
type Standing struct {
	Number   string    `json:"number"`
	Since    time.Time `json:"since" doc:"when the person asked, or the hold began"`
	Until    time.Time `json:"until,omitzero"`
	AgreedAt time.Time `json:"agreed_at,omitzero"`
	Evidence string    `json:"evidence"`

	Called policy.Number `json:"-"` // what Number writes
}

// SyncedAt says when a blacklist was synchronised.
type SyncedAt struct {
	Principal string    `json:"principal"`
	At        time.Time `json:"at"`
}

// Person is what a principal knows of the holder of a number.
type Person struct {
	Number    string       `json:"number"`
	Principal string       `json:"principal"`
	Known     []PersonLine `json:"known" doc:"newest first, also what holds no more"`
	History   []SaidLine   `json:"history" doc:"what was entered singly, newest first"`
}

// PersonLine is one thing that is known of the holder of a number.
type PersonLine struct {
	Kind     string    `json:"kind" doc:"consent, revoked, contract, request, passed_on, hold, refusal"`
	At       time.Time `json:"at" doc:"given, begun, asked, since"`
	Until    time.Time `json:"until,omitzero" doc:"revoked, ended, the end of a request"`
	Purpose  string    `json:"purpose,omitempty"`
	Detail   string    `json:"detail,omitempty"`
	Evidence string    `json:"evidence,omitempty"`
	Source   string    `json:"source,omitempty"`
}

// SaidLine is one entry in the history of a number.
type SaidLine struct {
	At    time.Time `json:"at"`
	Actor string    `json:"actor"`
	What  string    `json:"what"`
	Why   string    `json:"why,omitempty"`
}

func (c *Console) personOperations(api huma.API) {
	mend := []int{http.StatusNotFound, http.StatusUnprocessableEntity}
	keepers := access.Of(access.Compliance, access.Auditor, access.System)
	operation(api, huma.Operation{
		OperationID: "say", Method: http.MethodPost, Path: "/v1/principals/{principal}/changes",
		Summary:     "Enter a consent, revocation, request, hold or refusal of one number",
		Description: "When the answer comes, every call is judged by it. A call centre enters what speaks against calls: revoke, refuse and wrong_person.", Errors: mend,
	}, access.Of(access.Compliance, access.Supervisor, access.System), c.say)
	operation(api, huma.Operation{
		OperationID: "person", Method: http.MethodGet, Path: "/v1/principals/{principal}/numbers/{number}",
		Summary: "What a principal knows of the holder of a number", Errors: mend,
	}, keepers, c.person)
	operation(api, huma.Operation{
		OperationID: "standing", Method: http.MethodGet, Path: "/v1/principals/{principal}/standing/{what}",
		Summary: "The requests or holds that stand, entered singly", Errors: mend,
	}, keepers, c.standing)
	operation(api, huma.Operation{
		OperationID: "blacklist-feed", Method: http.MethodGet, Path: "/v1/principals/{principal}/blacklist",
		Summary: "The single changes of a principal's blacklist after a seq, in order", Errors: mend,
	}, keepers, c.feed)
	operation(api, huma.Operation{
		OperationID: "blacklist-synced", Method: http.MethodPost, Path: "/v1/principals/{principal}/blacklist/synced",
		Summary: "Note that a principal's blacklist is whole as of now, also when nothing was new", Errors: mend,
	}, access.Of(access.Compliance, access.System), c.synced)
}

type sayInput struct {
	Principal string `path:"principal" maxLength:"64"`
	Body      struct {
		Change   string    `json:"change" enum:"grant,revoke,request,hold,release,refuse,wrong_person"`
		Number   string    `json:"number" minLength:"1" maxLength:"64" doc:"as people write it"`
		At       time.Time `json:"at,omitzero" doc:"when the person said so; now if not given"`
		Purpose  string    `json:"purpose,omitempty" maxLength:"64"`
		Channels string    `json:"channels,omitempty" maxLength:"64" doc:"of a consent: operator, automated or operator+automated"`
		Evidence string    `json:"evidence,omitempty" maxLength:"512" doc:"reference to the proof, without the number"`
		Valid    string    `json:"valid,omitempty" maxLength:"32" doc:"of a request: how long from at, as 168h"`
		AgreedAt time.Time `json:"agreed_at,omitzero" doc:"of a request: the appointment"`
		Reason   string    `json:"reason,omitempty" maxLength:"1000" doc:"why it is entered, without the number"`
	}
}

func (c *Console) say(ctx context.Context, scope access.Scope, in *sayInput) (*body[Said], error) {
	s := Saying{
		Principal: in.Principal, Change: in.Body.Change, Number: in.Body.Number, At: in.Body.At,
		Purpose: in.Body.Purpose, Channels: in.Body.Channels, Evidence: in.Body.Evidence,
		AgreedAt: in.Body.AgreedAt, Reason: in.Body.Reason,
	}
	if in.Body.Valid != "" {
		var err error
		if s.Valid, err = time.ParseDuration(in.Body.Valid); err != nil || s.Valid <= 0 {
			return nil, huma.Error422UnprocessableEntity("valid: write a time with its unit, as 168h")
		}
	}
	said, err := c.config.Book.Say(ctx, scope, s)
	if err != nil {
		return nil, c.answer("say", err)
	}
	return &body[Said]{said}, nil
}

type personInput struct {
	Principal string `path:"principal" maxLength:"64"`
	Number    string `path:"number" maxLength:"64" doc:"as people write it"`
}

func (c *Console) person(_ context.Context, scope access.Scope, in *personInput) (*body[Person], error) {
	names := c.config.Book.Names(scope)
	n, err := names.Number(in.Number)
	if err != nil {
		return nil, huma.Error422UnprocessableEntity(err.Error())
	}
	p := Person{Number: n.String(), Principal: in.Principal}
	if p.Known, p.History, err = names.Person(in.Principal, n); err == nil {
		err = c.config.Register.Read(scope, "person", len(p.Known)+len(p.History), n)
	}
	if err != nil {
		return nil, c.answer("person", err)
	}
	p.History = narrowPerson(scope, p.Known, p.History)
	p.Known, p.History = orEmpty(p.Known), orEmpty(p.History)
	return &body[Person]{p}, nil
}

type standingInput struct {
	Principal string `path:"principal" maxLength:"64"`
	What      string `path:"what" enum:"requests,holds"`
}

func (c *Console) standing(ctx context.Context, scope access.Scope, in *standingInput) (*body[[]Standing], error) {
	list, err := c.config.Book.Standing(ctx, scope, in.Principal, strings.TrimSuffix(in.What, "s"))
	if err == nil {
		err = c.readEach(scope, "standing", len(list), func(i int) policy.Number { return list[i].Called })
	}
	if err != nil {
		return nil, c.answer("standing", err)
	}
	return &body[[]Standing]{orEmpty(list)}, nil
}

// readEach writes that rows were read, each with one number.
func (c *Console) readEach(scope access.Scope, operation string, rows int, number func(i int) policy.Number) error {
	numbers := make([]policy.Number, rows)
	for i := range numbers {
		numbers[i] = number(i)
	}
	return c.config.Register.Read(scope, operation, rows, numbers...)
}

type feedInput struct {
	Principal string `path:"principal" maxLength:"64"`
	Since     uint64 `query:"since" doc:"the last seq that is known already"`
	Limit     int    `query:"limit" default:"1000" minimum:"1" maximum:"100000"`
}

func (c *Console) feed(ctx context.Context, scope access.Scope, in *feedInput) (*body[[]FeedLine], error) {
	lines, err := c.config.Book.Feed(ctx, scope, in.Principal, in.Since, in.Limit)
	if err == nil {
		err = c.readEach(scope, "blacklist-feed", len(lines), func(i int) policy.Number { return lines[i].Called })
	}
	if err != nil {
		return nil, c.answer("blacklist-feed", err)
	}
	return &body[[]FeedLine]{orEmpty(lines)}, nil
}

type syncedInput struct {
	Principal string `path:"principal" maxLength:"64"`
}

func (c *Console) synced(ctx context.Context, scope access.Scope, in *syncedInput) (*body[SyncedAt], error) {
	at, err := c.config.Book.Synced(ctx, scope, in.Principal)
	if err != nil {
		return nil, c.answer("blacklist-synced", err)
	}
	return &body[SyncedAt]{SyncedAt{in.Principal, at}}, nil
}
