// Package voice says of each 20 ms of telephone audio how much it is like a
// person who speaks into this line. An Analyser turns the last 32 ms into a
// few dozen features, of the spectrum, of the pitch, of how both moved in the
// last 0.4 and 1 s, of the peaks that stay where they are, as those of notes do,
// and of what the last 2 s of sound were like; Judge weighs them with a small
// fixed network whose weights were fitted on the tuning half of testbed/corpus.
// What a feature is stands in features.go; nothing else is learnt.
//
// Samples are 16-bit at 8 kHz. Levels are in dBFS, 0 the mean square of a full
// scale square wave, within 150 to 3700 Hz, so that hum and offset do not
// count.
package voice
