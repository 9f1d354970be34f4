package proxy

import (
	"strings"

	"tregua/policy"
	"tregua/proxy/call"
	"tregua/proxy/wire"
)

// dialled says what an INVITE asks for. The called number is read from the
// Request-URI, which is what the carrier dials, and from the ISUP of a SIP-I
// body, which must say the same (law 5); To is not judged.
func (s *Shard) dialled(m *wire.Message, in Message) policy.Dialled {
	first, others := callerIDs(m)
	d := policy.Dialled{
		ID: s.attemptID(), At: s.now.wall(in.At), Synced: s.now.Synced,
		Trunk: s.cfg.Trunks[in.Trunk].Name,
		User:  dialledOf(m.URI), CallerID: first, OtherIDs: others, Private: hidesCaller(m),
		CallID: in.Msg.CallID, FromTag: in.Msg.From.Tag, // as the trunk knows the call
		Pledged: call.Said(m, s.cfg.Trunks[in.Trunk].OperatorHeader),
		ISUP:    isupOf(m),
	}
	if t := &s.cfg.Trunks[in.Trunk]; t.PBX {
		d.Display, d.Headers, d.SourcePort = clipped(m.From.Display), headersOf(m, t.Mapped), in.Hop.Remote.Port()
	}
	return d
}

// dialledOf returns what a Request-URI dials, for a dial plan to read: the user
// part of a sip or sips URI, or the number of a tel URI, with the parameters that
// can change it, escapes decoded. An escaped ";" is left as it came: it begins no
// parameter, so what stands before it is not the number. It is "" for a URI of
// another scheme.
func dialledOf(uri string) string {
	u, err := wire.ParseURI(uri)
	if err != nil || !telephone(u.Scheme) {
		return ""
	}
	text := u.User
	_, context := u.Params.Get("phone-context")
	_, routed := u.Params.Get("rn")
	if context || routed || strings.Contains(string(u.Params), "%") {
		// In a sip URI they belong into the user part, but not all put them
		// there; an escape may hide their name.
		text += string(u.Params)
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "%3b", "%253b"), "%3B", "%253B")
	if text, err = wire.Unescape(text); err != nil {
		return ""
	}
	return text
}
