package handoff

// moved notes where the cursor is and what was taken.
func (s *Sink) moved(items int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Items += uint64(items)
	s.state.Lag = s.upTo - min(s.upTo, s.cursor.Next)
}

// failed notes a try that failed; only the first in a row is logged.
func (s *Sink) failed(err error, first bool) {
	s.mu.Lock()
	s.state.Failures++
	s.state.Trouble = err.Error()
	s.mu.Unlock()
	if first {
		s.log.Warn("a hand-off waits: the target did not take it", "err", err)
	}
}

// well notes that the last try did not fail.
func (s *Sink) well(again bool) {
	s.mu.Lock()
	s.state.Trouble = ""
	s.mu.Unlock()
	if again {
		s.log.Info("a hand-off goes on")
	}
}

func (s *Sink) gone(err error) {
	s.mu.Lock()
	s.state.Failures++
	s.state.Trouble, s.state.Gone = err.Error(), true
	s.mu.Unlock()
	s.log.Error("a hand-off has stopped; remove it from the config, or restart when the receiver is back", "err", err)
}

func (s *Sink) tidy() {
	if !s.known {
		return // what the cursor names is not done
	}
	if err := s.config.Target.Tidy(s.cursor.Place); err != nil {
		s.log.Warn("the files of a hand-off were not tidied", "err", err)
	}
}
