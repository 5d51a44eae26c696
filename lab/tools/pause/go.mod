module dragonfly-dr/lab/pause

go 1.26.0
