"""From what users just did to their lists, between two publications."""
