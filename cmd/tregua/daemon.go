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
}

func (f *daemonFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.admin, "admin", "", "the daemon's admin socket, unix:PATH (default $TREGUA_ADMIN, else that of -c, else unix:"+defaultSocket+")")
	cmd.Flags().StringVarP(&f.config, "config", "c", "", "the daemon's config file, to find its admin socket")
}

// client finds the daemon: by flag, by environment, by config, by default.
func (f *daemonFlags) client() (*console.Client, error) {
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
