"""What every end-to-end test needs around the real notation."""
