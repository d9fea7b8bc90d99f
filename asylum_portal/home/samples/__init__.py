"""The demo's invented people and their cases, dated relative to the day on which they are made."""
