package main

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
	"tregua/configs"
)

// defaultSocket is where a daemon listens whose config does not say.
const defaultSocket = "/run/tregua/admin.sock"

// daemonFlags say which daemon a data command speaks to.
type daemonFlags struct {
	admin  string
	config string
	server string
	token  string // path of a file
}

func (f *daemonFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.admin, "admin", "", "the daemon's admin socket, unix:PATH (default $TREGUA_ADMIN, else that of -c, else unix:"+defaultSocket+")")
	cmd.Flags().StringVar(&f.server, "server", "", "a daemon over the network, as https://tregua.example:9465, instead of a socket")
	cmd.Flags().StringVar(&f.token, "token-file", "", "a file with your token (default: the token in $TREGUA_TOKEN; root and the daemon's user need none at the socket)")
	cmd.Flags().StringVarP(&f.config, "config", "c", "", "the daemon's config file, to find its admin socket")
}

// client finds the daemon, and says who asks if there is a token.
func (f *daemonFlags) client() (*console.Client, error) {
	token, err := f.readToken()
	if err != nil {
		return nil, err
	}
	client, err := f.find()
	if err != nil {
		return nil, err
	}
	return client.WithToken(token), nil
}

func (f *daemonFlags) readToken() (string, error) {
	if f.token == "" {
		return strings.TrimSpace(os.Getenv("TREGUA_TOKEN")), nil
	}
	text, err := os.ReadFile(f.token)
	if err != nil {
		return "", usagef("--token-file: %w", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" || strings.ContainsAny(token, " \t\r\n") {
		return "", usagef("--token-file: %s holds no token; write the one that `tregua token add` printed, and nothing else", f.token)
	}
	return token, nil
}

// find finds the daemon: by flag, by environment, by config, by default.
func (f *daemonFlags) find() (*console.Client, error) {
	if f.server != "" {
		if f.admin != "" {
			return nil, usagef("--server and --admin name two daemons; give one")
		}
		client, err := console.NewRemote(f.server)
		if err != nil {
			return nil, usagef("--server: %w", err)
		}
		return client, nil
	}
	socket, from := f.admin, "--admin"
	if socket == "" && f.config == "" {
		socket, from = os.Getenv("TREGUA_ADMIN"), "TREGUA_ADMIN"
	}
	switch {
	case socket != "":
		path, ok := strings.CutPrefix(socket, "unix:")
		if !ok || path == "" {
			return nil, usagef("%s: %q is no unix socket; write as unix:%s", from, socket, defaultSocket)
		}
		return console.NewClient(path), nil
	case f.config != "":
		config, err := configs.Load(f.config)
		if err != nil {
			return nil, err
		}
		return console.NewClient(config.Admin.Socket), nil
	}
	return console.NewClient(defaultSocket), nil
}
