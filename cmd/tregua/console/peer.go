package console

import (
	"context"
	"net"
	"os/user"
	"strconv"

	"golang.org/x/sys/unix"
)

// actorKey marks the actor in the context of a connection.
type actorKey struct{}

// Actor returns who makes a request, as "uid:name", or "unknown" when the
// connection does not say.
func Actor(ctx context.Context) string {
	if actor, ok := ctx.Value(actorKey{}).(string); ok {
		return actor
	}
	return "unknown"
}

// withActor asks the kernel who is at the other end of a unix socket
// (SO_PEERCRED: the credentials at the time of connect, unix(7)).
func withActor(ctx context.Context, c net.Conn) context.Context {
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
	uid := strconv.FormatUint(uint64(cred.Uid), 10)
	name := "?"
	if u, err := user.LookupId(uid); err == nil {
		name = u.Username
	}
	return context.WithValue(ctx, actorKey{}, uid+":"+name)
}
