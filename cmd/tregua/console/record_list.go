package console

import (
	"time"

	"tregua/policy"
)

// ListRow is the row of a contact list that was known of a number: the best one
// where several lists of the campaign had it.
type ListRow struct {
	Known          string    `json:"known" doc:"present, absent or unknown"`
	OffList        bool      `json:"off_list,omitempty" doc:"the campaign may call numbers on no list"`
	List           uint32    `json:"list,omitempty"`
	Version        uint32    `json:"version,omitempty" doc:"the import"`
	Row            uint32    `json:"row,omitempty" doc:"line of its file"`
	Origin         string    `json:"origin,omitempty"`
	Ground         string    `json:"ground,omitempty" doc:"what the row claims; absent: what the campaign does"`
	Provider       uint32    `json:"provider,omitempty"`
	Approved       bool      `json:"approved,omitempty" doc:"by the principal, this version"`
	RetainUntil    time.Time `json:"retain_until,omitzero"`
	SuspendedSince time.Time `json:"suspended_since,omitzero" doc:"of the provider"`
	Scanned        bool      `json:"scanned,omitempty" doc:"the list looks generated"`
	OtherOperator  bool      `json:"other_operator,omitempty" doc:"of a customer of another operator"`
}

func listRowOf(f *policy.ListFact) ListRow {
	r := ListRow{
		Known: f.Known.String(), OffList: f.Open, List: uint32(f.List), Version: f.Part, Row: f.Row,
		Provider: uint32(f.Provider), Approved: f.Approved, RetainUntil: f.RetainUntil,
		SuspendedSince: f.SuspendedSince, Scanned: f.Scanned, OtherOperator: f.OtherOperator,
	}
	if f.Known == policy.Present {
		r.Origin = f.Origin.String()
	}
	if f.Ground != policy.NoGround {
		r.Ground = f.Ground.String()
	}
	return r
}
