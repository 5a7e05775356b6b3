"""What must hold whatever breaks: killed programs, failing files, power cuts. `invariants` says it; the rest breaks."""
