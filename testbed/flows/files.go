package flows

import "embed"

//go:embed scenarios/*.flow
var files embed.FS

// All reads the flows of every file, in the order of their names.
func All() (list []Flow, err error) {
	entries, err := files.ReadDir("scenarios")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		text, err := files.ReadFile("scenarios/" + e.Name())
		if err != nil {
			return nil, err
		}
		some, err := Read(e.Name(), string(text))
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	return list, nil
}
