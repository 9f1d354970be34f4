package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tregua/configs"
)

func checkCommand() *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "check -c FILE",
		Short: "report every mistake of a config file at once",
		Long: "check reads a config file as `tregua serve` does, with the policy and the sound that\n" +
			"it names. It looks at nothing else: ports, addresses and directories are tried by serve.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := loadConfig(path, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: ok: %d listeners, %d trunks, %d routes\n",
				path, len(config.Listen), len(config.Trunks), len(config.Routes))
			return nil
		},
	}
	configFlag(cmd, &path)
	return cmd
}

// configFlag adds the flag that names the config file of serve and check.
func configFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVarP(path, "config", "c", "", "the config file")
	if err := cmd.MarkFlagRequired("config"); err != nil {
		panic(err) // the flag was made a line above
	}
}

// loadConfig reads a config with the policy and the sound that it names, and
// prints its warnings.
func loadConfig(path string, warnings io.Writer) (*configs.Config, error) {
	config, err := configs.LoadWithSound(path)
	if err != nil {
		return nil, err
	}
	for _, w := range config.Warnings {
		fmt.Fprintf(warnings, "tregua: warning: %s\n", w.Error())
	}
	all, err := config.Policy.All()
	if err != nil {
		return nil, &coded{exitUsage, err}
	}
	for i := range all {
		for _, line := range all[i].Aged(time.Now()) {
			fmt.Fprintf(warnings, "tregua: warning: policy %s: %s\n", all[i].Name, line)
		}
	}
	return config, nil
}
