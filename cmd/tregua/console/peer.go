package console

import (
	"context"
	"net"
	"os"
	"os/user"
	"strconv"

	"golang.org/x/sys/unix"
)

// peerKey marks the peer in the context of a connection.
type peerKey struct{}

// peer is the user at the other end of a unix socket.
type peer struct {
	name string // "uid:name"
	// trusted is root and the user that the daemon runs as: both could read its
	// store and its keys, so that asking them for a token would protect nothing.
	trusted bool
}

// withPeer asks the kernel who is at the other end of a unix socket
// (SO_PEERCRED: the credentials at the time of connect, unix(7)).
func withPeer(ctx context.Context, c net.Conn) context.Context {
	conn, ok := c.(*net.UnixConn)
	if !ok {
		return ctx
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return ctx
	}
	var cred *unix.Ucred
	var credErr error
	if err := raw.Control(func(fd uintptr) {
		cred, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil || credErr != nil {
		return ctx
	}
	return context.WithValue(ctx, peerKey{}, peerOf(cred.Uid, os.Geteuid()))
}

func peerOf(uid uint32, own int) peer {
	id := strconv.FormatUint(uint64(uid), 10)
	name := "?"
	if u, err := user.LookupId(id); err == nil {
		name = u.Username
	}
	return peer{name: id + ":" + name, trusted: uid == 0 || int(uid) == own}
}
