package transport

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// batch is how many datagrams one system call may bring. Few: under load it
// saves the most of what there is to save, and each needs its room.
const batch = 8

// inbox is room for the datagrams of one system call. Its heads point into it.
type inbox struct {
	heads   [batch]unix.Mmsghdr
	packets [batch]packet
	room    [batch][maxDatagram + 1]byte
}

func newInbox() *inbox {
	in := new(inbox)
	for i := range in.heads {
		head, p := &in.heads[i].Hdr, &in.packets[i]
		p.iov.Base = &in.room[i][0]
		p.iov.SetLen(len(in.room[i]))
		head.Iov, head.Name, head.Control = &p.iov, (*byte)(unsafe.Pointer(&p.name)), &p.control[0]
		head.SetIovlen(1)
	}
	return in
}

// fill takes the datagrams that are there, as many as there is room for. It
// returns how many; without any the error is EAGAIN.
func (in *inbox) fill(fd int) (n int, err error) {
	for i := range in.heads {
		head := &in.heads[i].Hdr
		head.Namelen = uint32(unsafe.Sizeof(in.packets[i].name))
		head.SetControllen(len(in.packets[i].control))
	}
	got, _, errno := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(fd), uintptr(unsafe.Pointer(&in.heads[0])), batch, unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(got), nil
}

func (in *inbox) data(i int) []byte { return in.room[i][:in.heads[i].Len] }

func (in *inbox) control(i int) []byte {
	return in.packets[i].control[:in.heads[i].Hdr.Controllen]
}
