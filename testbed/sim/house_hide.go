package sim

import (
	"tregua/proxy"
	"tregua/proxy/ids"
	"tregua/proxy/wire"
)

// hideIDs lets the carriers' trunks hide. The carriers and the witness go on
// knowing calls by their identifiers in clear: the house seals what comes from
// a carrier before tregua sees it, and opens what tregua has sealed for it.
func (h *house) hideIDs(c *proxy.Config) error {
	for i := range carrierAddr {
		t := &c.Trunks[pbxTrunks+i]
		var err error
		if t.IDs, err = ids.NewKey(c.Secret, t.Name); err != nil {
			return err
		}
	}
	return nil
}

// swapped is a message of a trunk in clear, or as tregua gets it: the one from
// the other.
func (h *house) swapped(trunk int, datagram []byte) []byte {
	k := h.proxy.Trunks[trunk].IDs
	if k == nil {
		return datagram
	}
	m, err := wire.Read(datagram)
	if err != nil {
		return datagram
	}
	return m.Write(wire.Edit{
		CallID: k.CallID(m.CallID), FromTag: k.Tag(m.From.Tag), ToTag: k.Tag(m.To.Tag),
		Dialogs: &wire.DialogIDs{CallID: k.CallID, Tag: k.Tag},
	})
}

// clear is a message as the witness knows it.
func (h *house) clear(m proxy.Message) proxy.Message {
	if h.proxy.Trunks[m.Trunk].IDs == nil {
		return m
	}
	if msg, err := wire.Read(h.swapped(m.Trunk, m.Msg.Write(wire.Edit{}))); err == nil {
		m.Msg = msg
	}
	return m
}
