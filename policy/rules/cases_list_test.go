package rules

import (
	"time"

	"tregua/policy"
)

// setList sets the row of a contact list.
func (s *setting) setList(key, v string) (err error) {
	l := &s.facts.List
	switch key {
	case "list":
		open := l.Open
		*l = policy.ListFact{Open: open}
		if l.Known, err = enum(v, policy.Unknown, policy.Absent); err != nil {
			*l = policy.ListFact{
				Known: policy.Present, List: 1, Part: 1, Row: 2, Origin: policy.OriginDirectory,
				Open: open, Approved: v != "unapproved", Scanned: v == "scanned",
			}
			if v == "suspended" {
				l.Provider, l.SuspendedSince = 1, time.Unix(1795000000, 0)
			}
			err = nil
		}
	case "off_list":
		l.Open = v == "allow"
	case "list_origin":
		l.Origin, err = enum(v, policy.OriginUnknown, policy.OriginDirectory, policy.OriginOwnCustomers,
			policy.OriginOwnForm, policy.OriginProvider, policy.OriginRequest, policy.OriginWeb)
	case "list_ends":
		l.RetainUntil, err = readTime(v)
	case "other_operator":
		l.OtherOperator = v == "yes"
	default:
		return errNoWord
	}
	return err
}
