package configs

import (
	"embed"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"tregua/policy"
)

//go:embed profiles/*.yaml
var profileFiles embed.FS

// Profiles returns the names of the built-in profiles, sorted. Some of them
// are overlays, which are not complete by themselves.
func Profiles() []string {
	files, err := profileFiles.ReadDir("profiles")
	if err != nil {
		panic(err) // the directory is compiled in
	}
	names := make([]string, 0, len(files))
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".yaml"))
	}
	slices.Sort(names)
	return names
}

// Params returns the figures of the profile with its overlays laid over it, in
// order. An overlay that is no built-in profile is the path of a file. The
// error joins every mistake found.
func (p Policy) Params() (policy.Params, error) {
	if !slices.Contains(Profiles(), p.Profile) {
		return policy.Params{}, fmt.Errorf("policy profile %q: use one of %s", p.Profile, strings.Join(Profiles(), ", "))
	}
	params, err := profile(p.Profile)
	errs := []error{err}
	for _, name := range p.Overlays {
		over, err := profile(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		params = params.Overlay(over)
	}
	if err := errors.Join(errs...); err != nil {
		return policy.Params{}, err
	}
	if err := params.Validate(); err != nil {
		return policy.Params{}, fmt.Errorf("policy %s: %w", params.Name, err)
	}
	return params, nil
}

// All returns the figures of this policy first, then of those besides it, then of
// the built-in profiles of other countries, unless this one is for all. The error
// joins every mistake found.
func (p Policy) All() ([]policy.Params, error) {
	home, err := p.Params()
	all, errs := []policy.Params{home}, []error{err}
	add := func(one Policy) {
		params, err := one.Params()
		all, errs = append(all, params), append(errs, err)
	}
	for _, more := range p.More {
		add(more)
	}
	for _, name := range Profiles() {
		if !p.Home && !strings.Contains(name, "-") && !slices.ContainsFunc(all, func(q policy.Params) bool { return q.Name == name }) {
			add(Policy{Profile: name})
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return all, nil
}

// ReadProfile reads one profile or overlay. It does not ask for completeness:
// that is [policy.Params.Validate]. A key that does not exist is an error.
func ReadProfile(b []byte) (policy.Params, error) {
	var params policy.Params
	if err := yaml.UnmarshalWithOptions(b, &params, yaml.Strict()); err != nil {
		return policy.Params{}, errors.New(yaml.FormatError(err, false, false)) // one line: [line:column] what
	}
	if params.Name == "" {
		return policy.Params{}, errors.New("name: missing")
	}
	return params, nil
}

// profile reads a built-in profile, or the file that an overlay names.
func profile(name string) (policy.Params, error) {
	var b []byte
	var err error
	if (Policy{}).IsFile(name) {
		b, err = os.ReadFile(name)
	} else if b, err = profileFiles.ReadFile("profiles/" + name + ".yaml"); err != nil {
		err = fmt.Errorf("use one of %s, or the path of a .yaml file", strings.Join(Profiles(), ", "))
	}
	if err != nil {
		return policy.Params{}, fmt.Errorf("policy profile %q: %w", name, err)
	}
	params, err := ReadProfile(b)
	if err != nil {
		return policy.Params{}, fmt.Errorf("policy profile %q: %w", name, err)
	}
	return params, nil
}
