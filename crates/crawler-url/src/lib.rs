//! What is the same URL, whose host it is, and what is in scope.
