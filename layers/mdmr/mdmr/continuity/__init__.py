"""Continuity: which region decides, whether files may come in, and how a hub is started."""
