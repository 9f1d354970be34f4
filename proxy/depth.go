package proxy

// Waiting returns how many inputs wait at the shard where most do. Each shard
// has a queue of its own, so one that cannot keep up would not show in a sum.
func (s *Server) Waiting() (most int) {
	for _, w := range s.shards {
		most = max(most, len(w.in))
	}
	return most
}
