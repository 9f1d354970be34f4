package rules

import "tregua/policy"

// setGate sets what the ratio gate said. gate=none is that there was no place in
// time, gate=unasked that it has not been asked yet.
func (s *setting) setGate(key, v string) (err error) {
	g, p := &s.facts.Gate, &s.params
	switch key {
	case "gate":
		*g = policy.GateFact{}
		if g.Known, err = enum(v, policy.Unknown, policy.Absent); err != nil {
			g.Known = policy.Present
			g.Place, err = enum(v, policy.NoPlace, policy.PlaceOperator, policy.PlaceDeclared, policy.PlaceCredit,
				policy.PlaceProbe, policy.PlaceReserved, policy.PlacePledged, policy.PlaceUnasked)
		}
	case "level":
		g.Level, err = enum(v, policy.LevelProbing, policy.LevelOneToOne, policy.LevelTight, policy.LevelFree)
	case "limit":
		p.Gate.Enforce = v == "yes"
	case "reservation":
		p.Operator.Reservation.Value = v == "yes"
	default:
		return errNoWord
	}
	return err
}
