package proxy

import (
	"tregua/policy"
	"tregua/proxy/isup"
	"tregua/proxy/wire"
)

// isupOf reads the called number of a SIP-I INVITE (ITU-T Q.1912.5). A second
// ISUP part, one that is encoded, and one among parts that cannot be told apart
// are unreadable.
func isupOf(m *wire.Message) (n policy.ISUP) {
	if m.Body == "" {
		return n
	}
	parts, err := m.Parts()
	if err != nil {
		return policy.ISUP{Form: policy.ISUPUnreadable}
	}
	for i := range parts {
		switch p := &parts[i]; {
		case p.Type != "application/isup":
		case n.Form != policy.NoISUP || p.Encoded:
			return policy.ISUP{Form: policy.ISUPUnreadable}
		default:
			n = isupPart(p)
		}
	}
	return n
}

func isupPart(p *wire.Part) policy.ISUP {
	base, ok := p.Params.Get("base")
	if !ok {
		base, _ = p.Params.Get("version")
	}
	n, err := isup.CalledNumber(base, p.Body)
	if err != nil {
		return policy.ISUP{Form: policy.ISUPUnreadable}
	}
	form := policy.ISUPDialled
	switch n.Nature {
	case isup.International:
		form = policy.ISUPInternational
	case isup.National:
		form = policy.ISUPNational
	case isup.Subscriber, isup.Unknown:
	}
	return policy.ISUP{Form: form, Digits: n.Digits}
}
