package policy

// CallCentreParams are the figures of rule callcentre: for how long after it was
// entered a call centre that is not registered is only counted.
type CallCentreParams struct {
	Basis `yaml:",inline"`
	Grace Span `yaml:"grace"`
}

// OriginParams are the figures of rule origin: the countries whose numbers a call
// centre abroad may show only by a carrier of that country.
type OriginParams struct {
	Basis     `yaml:",inline"`
	Countries Words `yaml:"countries"` // ISO 3166
}

// SectorParams are the figures of rule sector. A sector is a slug of data.yaml.
type SectorParams struct {
	Basis  `yaml:",inline"`
	Asked  Words `yaml:"asked"`  // need a request, or a consent whose purpose is the sector
	Banned Words `yaml:"banned"` // may not call at all
}

// Words is a list of words, which may be empty.
type Words struct {
	Value []string `yaml:"value"`
	Basis `yaml:",inline"`
}
