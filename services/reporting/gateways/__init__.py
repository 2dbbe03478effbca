"""What reporting makes for the world outside: files of other people's formats."""
