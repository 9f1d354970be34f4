package proxy

import (
	"tregua/policy"
	"tregua/proxy/call"
	"tregua/proxy/wire"
)

// dialled says what an INVITE asks for. The called number is read from the
// Request-URI, which is what the carrier dials, and from the ISUP of a SIP-I
// body, which must say the same (law 5); To is not judged.
func (s *Shard) dialled(m *wire.Message, in Message) policy.Dialled {
	return policy.Dialled{
		ID: s.attemptID(), At: s.now.wall(in.At), Synced: s.now.Synced,
		Trunk: s.cfg.Trunks[in.Trunk].Name,
		User:  userOf(m.URI), CallerID: callerID(m),
		CallID: in.Msg.CallID, FromTag: in.Msg.From.Tag, // as the trunk knows the call
		Pledged: call.Said(m, s.cfg.Trunks[in.Trunk].OperatorHeader),
		ISUP:    isupOf(m),
	}
}

// userOf returns the user part of a URI without its escapes; "" when there is
// none, or it cannot be read.
func userOf(uri string) string {
	u, err := wire.ParseURI(uri)
	if err != nil {
		return ""
	}
	user, err := wire.Unescape(u.User)
	if err != nil {
		return ""
	}
	return user
}

// callerID is the asserted identity where there is one (RFC 3325), else From.
func callerID(m *wire.Message) string {
	for v := range m.Values(wire.HPAI) {
		if as, err := wire.ParseNameAddrs(v); err == nil && len(as) > 0 {
			return userOf(as[0].URI)
		}
	}
	return userOf(m.From.URI)
}
