"""Whole cases played through their days, as their files tell them: read, played, compared, printed."""
