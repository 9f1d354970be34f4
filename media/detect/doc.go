// Package detect says what comes from the PBX's side of an answered call:
// nothing, comfort noise, a dead line, a tone or music, a quiet line, or an
// operator. A Detector is a value for one call: Reset it at the answer, give
// it every RTP packet of both sides with the time of its arrival, ask State.
//
// Before any decision the first packet tells none, cn and dead from all else,
// by its payload type and its bytes, so that what is none of these can pass at
// once. An operator is found from the sound: media/detect/voice weighs every
// 20 ms, and gates take away what must not count: tones (few peaks that stay
// where they are), frames under a level, and the echo of the callee, who
// speaks first. What is left is added up; the sum that reaches Config.Decide
// is an operator, and that is final.
//
// Nothing is allocated after Reset, and no sample is kept longer than 32 ms.
package detect
