"""The window's side of lessons: the course, its panel, what is covered, the presenter, claims, and this computer measured."""

from explorer.app.lessons.teaching import Teaching

__all__ = ["Teaching"]
