"""The matcher from the command line: files in, files out, and its own benchmark."""
