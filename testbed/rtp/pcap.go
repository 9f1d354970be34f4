package rtp

import (
	"encoding/binary"
	"io"
)

// Pcap writes packets in the form that tcpdump and tshark read (nanosecond
// pcap, Ethernet).
type Pcap struct {
	w   io.Writer
	err error
}

// NewPcap writes the head of a file.
func NewPcap(w io.Writer) *Pcap {
	const magic, ethernet = 0xa1b23c4d, 1
	head := binary.LittleEndian.AppendUint32(nil, magic)
	head = binary.LittleEndian.AppendUint16(head, 2)
	head = binary.LittleEndian.AppendUint16(head, 4)
	head = append(head, make([]byte, 8)...)
	head = binary.LittleEndian.AppendUint32(head, 1<<18)
	head = binary.LittleEndian.AppendUint32(head, ethernet)
	_, err := w.Write(head)
	return &Pcap{w: w, err: err}
}

// Write adds a packet. The first error stays and is told by Err.
func (p *Pcap) Write(packet Packet) {
	if p.err != nil {
		return
	}
	record := binary.LittleEndian.AppendUint32(nil, uint32(packet.At.Unix()))
	record = binary.LittleEndian.AppendUint32(record, uint32(packet.At.Nanosecond()))
	record = binary.LittleEndian.AppendUint32(record, uint32(len(packet.Frame)))
	record = binary.LittleEndian.AppendUint32(record, uint32(len(packet.Frame)))
	_, p.err = p.w.Write(append(record, packet.Frame...))
}

// Err returns the first error.
func (p *Pcap) Err() error { return p.err }
