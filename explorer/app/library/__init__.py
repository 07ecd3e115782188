"""The library in the window: browsing the presets, editing every field, presets of one's own."""

from explorer.app.library.librarian import Librarian

__all__ = ["Librarian"]
