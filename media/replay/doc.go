// Package replay runs media/detect over captured calls and draws what it made
// of them, so that an administrator can tune on own calls. Read goes through
// a capture twice: first to find the calls, by SIP (the caller's business: this
// package knows RTP only) or by a Census of the RTP alone, then to play them to
// a Stage, which gives a Result for each. Draw makes a picture of one.
//
// Memory is bounded by the number of calls and not by the size of the capture:
// of a call nothing is kept but levels, scores and states of its first Listen.
// No audio is ever written.
package replay
