"""From HTTP to pages on disk. Ends in one archive per client; nothing after it touches the network."""
