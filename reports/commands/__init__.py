"""The commands beside `run` and `send`, and the console they talk on."""
