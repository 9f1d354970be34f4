// Package corpus builds the calls that media/detect is tuned and held against:
// three seconds of both sides after the answer, as RTP packets with their
// times of arrival. It holds no audio. Voices are recordings of people from
// Debian packages that testbed/corpus/fetch downloads and unpacks under
// out/corpus without installing them; music is their music on hold; tones,
// noise, hum, clicks, echo, babble and dead lines are made here.
//
//	testbed/corpus/fetch out/corpus
//	lib, err := corpus.Load("out/corpus/root")
//	for i := range 1000 { c := lib.Case(corpus.Tuning, class, i); ... }
//
// `make corpus` fetches and prints the table of the held-out half; `fetch
// -slice` and `eval -n 60 -slack 4` do so at a small size. Who changes the
// detector fetches with -tuning, fits media/detect/voice anew with tune, from
// cases that nobody else plays, and looks for the figures of detect.Config with
// calibrate.
//
// A Case is a function of half, class and index alone. The halves share no
// speaker, no piece of music, no country's tones and no stretch of noise; a
// speaker, a piece and a country belong to a half by a hash of their name, a
// package that was added later as a whole (halves.go). Figures of the detector
// are chosen on Tuning only; Fold splits that half once more, so that it shows
// what strangers' voices would.
//
// The recordings are prompts and read words, not calls: nobody hesitates,
// breathes or has a bad headset, and klettres has letters and syllables only,
// which are set together. A voice is one directory of one package; a
// language's voices in two packages are taken for two people unless the
// directory names one.
package corpus
