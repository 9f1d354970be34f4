// Package sim runs the whole signalling core on a simulated network and clock:
// the real shards, desks, policy and committer between dialers and carriers
// that were written from RFC 3261 alone and share no code with the
// transactions of tregua.
//
//	result := sim.Run(sim.Config{Seed: 7, Calls: 100, Loss: 0.2, Duplicate: 0.2})
//	for _, b := range result.Broken { ... }
//
// There is one queue of events in order of time, no goroutine, and one source
// of randomness, so that a seed always gives the same trace. Everything that
// crosses tregua's edge is kept; when the network is quiet the laws in
// law_*.go are held against it. They are exact: what tregua received and what it
// sent is known to the microsecond, and nothing is a matter of likelihood.
//
// What the peers do is dealt from a deck of stories (plan_stories.go, and
// plan_features.go for all that is more than an answer and an end); a census says
// how often each thing happened. A sweep runs many seeds and replays one:
//
//	make sim
//	go test ./testbed/sim -run TestSweep -args -seed 185 -calls 400
//
// Where the network loses nothing the laws also want every story to come true,
// and both peers and the relay to agree on where media goes. Command mutants
// breaks the rules one at a time and sees a law notice.
//
// No sound is simulated. Each call has a voice instead: what comes from the
// PBX's side after the answer, and when an operator speaks, if one does. The word
// of an anchor follows from it, and so do the laws of the silent call, of classes
// and bars. With [Config].Crash tregua is killed in the middle and started again.
// With [Config].Gate two campaigns pass by the ratio gate.
package sim
