"""What happens between a feature snapshot and a champion."""
